"""The nearest point of a long line to many positions at once, in metres.

At load the line is cut into pieces of at most 1 km, straight in longitude and latitude as GeoJSON
means it, and turned into earth-centred chords. Such a chord lies within 4 cm of its piece (at 60
degrees of latitude; 2 cm below and up to 3.4 cm beside it), which bounds the error of it all.

Runs of consecutive pieces are held in a ball each. By the triangle inequality only the runs whose
ball reaches nearer than the nearest known point can hold the nearest one, and only their pieces are
looked at: exact, without an index to keep right and without a projection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from geofences.earth import Array, Index, Mask, chord_to_arc, ecef, floats, geodesics

PIECE_M = 1_000.0
RUN = 32
"""Pieces in a run. For lines of 500 to 5,000 pieces 16 to 64 measured within a third of each other,
8 and 128 at half of that and less."""
BLOCK = 512
"""Positions at once: bounds the memory. Of 64 to 1,024, 512 measured best by some percent."""
ROUNDING_M = 0.01
"""Slack for the rounding of distances computed as |p|^2 - 2pq + |q|^2 over thousands of km."""


class Centreline:
    """Immutable. `parts` are (n, 2) arrays of lon, lat degrees; the straight gap between two parts
    counts for progress, but is no part of the line.

    Raises ValueError for a line of no length and for one that crosses the antimeridian.
    """

    def __init__(self, parts: Sequence[Array]) -> None:
        lons, lats, solid = _pieces(parts)
        azimuth, length = geodesics(lons, lats)
        self._lons, self._lats, self._azimuth = lons, lats, azimuth
        self._reached = np.concatenate(([0.0], np.cumsum(length)))
        self.length_m = float(self._reached[-1])
        if not length[solid].sum() > 0:
            raise ValueError("the line has no length")
        self._build_runs(np.flatnonzero(solid & (length > 0)), length)

    def _build_runs(self, pieces: Index, length: Array) -> None:
        xyz = np.stack(ecef(self._lats, self._lons))
        self._centre = xyz.mean(axis=1, keepdims=True)
        xyz -= self._centre  # small numbers round less
        runs = -(-len(pieces) // RUN)
        # The last run is filled up with its last piece: a copy can only tie, and ties go first.
        padded = np.minimum(np.arange(runs * RUN), len(pieces) - 1).reshape(runs, RUN)
        piece = pieces[padded]
        self._piece = piece
        self._start = xyz[:, piece]
        self._step = xyz[:, piece + 1] - self._start
        self._per_step2 = 1.0 / (self._step**2).sum(axis=0)
        self._piece_length = length[piece]
        # A ball's centre is a vertex, so its distance bounds the answer from above.
        self._ball = self._start[:, :, RUN // 2].copy()
        ends = np.stack((self._start, self._start + self._step))
        spread = ends - self._ball[None, :, :, None]
        self._radius = np.sqrt((spread**2).sum(axis=1)).max(axis=(0, 2))
        self._ball2 = (self._ball**2).sum(axis=0)

    def offsets(self, lats: Array, lons: Array) -> tuple[Array, Array]:
        """(metres to the line, metres along it from its start to the nearest point).

        Where two points of the line are equally near, the earlier one counts.
        """
        points = np.stack(ecef(lats, lons)) - self._centre
        offset, progress = np.empty(len(lats)), np.empty(len(lats))
        for block in range(0, len(lats), BLOCK):
            here = slice(block, block + BLOCK)
            offset[here], progress[here] = self._nearest(points[:, here])
        return chord_to_arc(offset), progress

    def _nearest(self, points: Array) -> tuple[Array, Array]:
        who, run = self._near_runs(points)
        from_start = points[:, who, None] - self._start[:, run]
        step = self._step[:, run]
        along = np.einsum("cpk,cpk->pk", from_start, step)
        along *= self._per_step2[run]
        np.clip(along, 0.0, 1.0, out=along)
        from_start -= along * step
        apart2 = np.einsum("cpk,cpk->pk", from_start, from_start)
        best = apart2.argmin(axis=1)
        pair = np.arange(len(who))
        first = _first_least(who, apart2[pair, best])
        run, best, pair = run[first], best[first], pair[first]
        within = along[pair, best] * self._piece_length[run, best]
        return np.sqrt(apart2[pair, best]), self._reached[self._piece[run, best]] + within

    def _near_runs(self, points: Array) -> tuple[Index, Index]:
        """Pairs (position, run that may hold its nearest point), by position, then by run."""
        apart2 = (points**2).sum(axis=0)[:, None] + self._ball2 - 2.0 * (points.T @ self._ball)
        apart = np.sqrt(np.maximum(apart2, 0.0))
        bound = apart.min(axis=1, keepdims=True) + ROUNDING_M
        who, run = np.nonzero(apart - self._radius <= bound)
        return who, run

    def at(self, progress_m: float) -> tuple[float, float, float]:
        """(lat, lon, course in degrees) at so many metres from the start, kept to the ends."""
        piece = int(np.searchsorted(self._reached, progress_m, side="right")) - 1
        piece = min(max(piece, 0), len(self._azimuth) - 1)
        length = self._reached[piece + 1] - self._reached[piece]
        share = (progress_m - self._reached[piece]) / length if length else 0.0
        share = min(max(share, 0.0), 1.0)
        lat = self._lats[piece] + share * (self._lats[piece + 1] - self._lats[piece])
        lon = self._lons[piece] + share * (self._lons[piece + 1] - self._lons[piece])
        return float(lat), float(lon), float(self._azimuth[piece])

    def strings(self) -> Iterator[Array]:
        """The pieces as (n, 2) arrays of lon, lat, one a part that is connected."""
        position = np.column_stack((self._lons, self._lats))
        last = 0
        for gap in [*self._gaps(), len(self._lons) - 1]:
            yield position[last : gap + 1]
            last = gap + 1

    def _gaps(self) -> list[int]:
        solid = np.zeros(len(self._azimuth), dtype=bool)
        solid[self._piece] = True
        return [int(gap) for gap in np.flatnonzero(~solid)]


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


def _first_least(group: Index, value: Array) -> Index:
    """For each run of equal `group`s the index of its least `value`, the first where they tie."""
    starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    least = np.minimum.reduceat(value, starts)
    hits = np.flatnonzero(value == least[group])
    owner = group[hits]
    return hits[np.concatenate(([True], owner[1:] != owner[:-1]))]
