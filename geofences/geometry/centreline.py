"""A line in metres: cut into pieces, its length, where so many metres along it lead.

At load the line is cut into pieces of at most 1 km, straight in longitude and latitude as GeoJSON
means it, and turned into earth-centred chords. Such a chord lies within 4 cm of its piece (at 60
degrees of latitude; 2 cm below and up to 3.4 cm beside it), which bounds the error of it all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from geofences.geometry.earth import Array, Mask, chord_to_arc, ecef, floats, geodesics
from geofences.geometry.lines import Lines

PIECE_M = 1_000.0


class Centreline:
    """Immutable. `parts` are (n, 2) arrays of lon, lat degrees; the straight gap between two parts
    counts for progress, but is no part of the line.

    Raises ValueError for a line of no length and for one that crosses the antimeridian.
    """

    def __init__(self, parts: Sequence[Array]) -> None:
        lons, lats, solid = _pieces(parts)
        azimuth, length = geodesics(lons, lats)
        if not length[solid].sum() > 0:
            raise ValueError("the line has no length")
        self._lons, self._lats, self._azimuth, self._solid = lons, lats, azimuth, solid
        self._reached = np.concatenate(([0.0], np.cumsum(length)))
        self.length_m = float(self._reached[-1])

    @cached_property
    def _lines(self) -> Lines:
        return lines([self])

    def offsets(self, lats: Array, lons: Array) -> tuple[Array, Array]:
        """(metres to the line, metres along it from its start to the nearest point).

        Where two points of the line are equally near, the earlier one counts.
        """
        points = np.array(ecef(lats, lons))
        chord, progress = self._lines.nearest(points, np.zeros(len(lats), dtype=np.intp))
        return chord_to_arc(chord), progress

    def at(self, progress_m: float) -> tuple[float, float, float]:
        """(lat, lon, course in degrees) at so many metres from the start, kept to the ends."""
        piece = int(np.searchsorted(self._reached, progress_m, side="right")) - 1
        piece = min(max(piece, 0), len(self._solid) - 1)
        length = self._reached[piece + 1] - self._reached[piece]
        share = (progress_m - self._reached[piece]) / length if length else 0.0
        share = min(max(share, 0.0), 1.0)
        lat = self._lats[piece] + share * (self._lats[piece + 1] - self._lats[piece])
        lon = self._lons[piece] + share * (self._lons[piece + 1] - self._lons[piece])
        return float(lat), float(lon), float(self._azimuth[piece])

    def strings(self) -> Iterator[Array]:
        """The pieces as (n, 2) arrays of lon, lat, one a part that is connected."""
        position = np.column_stack((self._lons, self._lats))
        for first, end in self._parts():
            yield position[first:end]

    def _parts(self) -> list[tuple[int, int]]:
        """First vertex and end of each part that is connected and has a length."""
        gaps = np.flatnonzero(~self._solid) + 1
        bounds = [0, *gaps.tolist(), len(self._lons)]
        return [(a, b) for a, b in itertools.pairwise(bounds) if b - a > 1]


def lines(many: Sequence[Centreline]) -> Lines:
    """All of them in one index, numbered in this order."""
    sizes = [len(one._reached) for one in many]
    start = np.cumsum(sizes) - sizes
    parts = [
        (number, first + before, end + before)
        for number, (one, before) in enumerate(zip(many, start.tolist(), strict=True))
        for first, end in one._parts()
    ]
    owner, first, end = np.array(parts, dtype=np.intp).reshape(-1, 3).T
    lats, lons, reached = (
        np.concatenate([getattr(one, name) for one in many] or [np.zeros(0)])
        for name in ("_lats", "_lons", "_reached")
    )
    return Lines(np.array(ecef(lats, lons)), first, end, owner, reached)


def _pieces(parts: Sequence[Array]) -> tuple[Array, Array, Mask]:
    """All parts cut into pieces: lons, lats, and for each step between two whether it is line."""
    corners = np.concatenate([floats(part)[:, :2] for part in parts])
    gap_after = np.cumsum([len(part) for part in parts])[:-1] - 1
    line = np.ones(len(corners) - 1, dtype=bool)
    line[gap_after] = False
    same = (np.diff(corners, axis=0) == 0).all(axis=1)
    corners = corners[np.concatenate(([True], ~same))]  # two parts may share their meeting point
    line = line[~same]
    if len(corners) < 2:
        raise ValueError("the line has no length")
    lons, lats = corners.T
    if np.abs(np.diff(lons)).max() > 180:
        raise ValueError("the line crosses the antimeridian, which is not supported")
    cuts = np.maximum(np.ceil(geodesics(lons, lats)[1] / PIECE_M).astype(np.intp), 1)
    step = np.repeat(np.arange(len(cuts)), cuts)
    share = (np.arange(len(step)) - np.repeat(np.cumsum(cuts) - cuts, cuts)) / cuts[step]
    lons = np.append(lons[step] + share * np.diff(lons)[step], lons[-1])
    lats = np.append(lats[step] + share * np.diff(lats)[step], lats[-1])
    return lons, lats, line[step]
