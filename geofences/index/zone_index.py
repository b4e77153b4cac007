"""Zones as the atlas asks them: which hold a position, whose edge is near it, which were crossed.

Three steps, each asked only of what the one before left open: a grid says which zones may hold the
position (`box_grid`), a raster of each says whether it does (`raster`), and only where an edge
crosses that cell of the raster the polygon itself is asked. A position on a zone's edge is inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.geometry.earth import Array, Index, Mask, metres_per_degree
from geofences.geometry.edges import edges, to_edge_m
from geofences.index.box_grid import BoxGrid
from geofences.index.raster import EDGE, INSIDE, NEAR, cells, frames, rasterise
from geofences.kinds import ZoneKind
from geofences.zone import Zone

FINEST, COARSEST = 16, 1024
"""Cells in a row of a zone's raster: some four for each root of its vertices, so that the raster
grows with the polygon. Of a zone with 40 vertices then an eighth of the cells need the polygon."""
PAD_M = 100.0
"""Zones are entered in the grid with so much room around them that the accuracies of usual fixes
find their zones there; half the median zone where that is less."""
FARTHEST_M = 100_000.0
"""A fix that claims less accuracy than this says nothing; it is judged as if it claimed this."""

_FRAME = Struct("6d")


class ZoneIndex:
    """Over one zone or more, none of them empty; a zone's number is its place in `zones`, by id.
    Immutable once made, so threads may share it. Everything is prepared here, for the first
    question to a cold one is slow."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self.zones = sorted(zones, key=lambda zone: zone.id)
        self._names: NDArray[Any] = np.fromiter(((zone.id,) for zone in self.zones), dtype=object)
        self._bridge = np.array([zone.kind is ZoneKind.BRIDGE for zone in self.zones])
        self._polygons: NDArray[Any] = np.array([zone.polygon for zone in self.zones], dtype=object)
        boxes = shapely.bounds(self._polygons)
        self._warm(boxes)
        self._raster(boxes)
        self._grid = BoxGrid(self._padded(boxes))
        self._edges = edges(self._polygons)
        self._one_frame = _FRAME.unpack_from
        self._one_code = self._codes.data
        self._one_raster = self._frames.data.cast("B")

    def _warm(self, boxes: Array) -> None:
        shapely.prepare(self._polygons)
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        for _ in range(3):  # GEOS answers the first from the bare polygon, then builds its index
            shapely.intersects_xy(self._polygons, middle[:, 0], middle[:, 1])
        self._tree = shapely.STRtree(self._polygons)
        self._tree.query(shapely.points(0.0, 0.0))  # it builds itself at the first question

    def _raster(self, boxes: Array) -> None:
        vertices = shapely.get_num_coordinates(self._polygons)
        side = 2 ** np.ceil(np.log2(4 * np.sqrt(np.maximum(vertices, 1)))).astype(np.intp)
        self._frames = frames(boxes, side.clip(FINEST, COARSEST))
        self._codes = rasterise(self._polygons, self._frames)
        east, _ = metres_per_degree(np.abs(boxes[:, 1::2]).max(axis=1))
        _, least = metres_per_degree(np.zeros(len(boxes)))
        self._cell_m = np.minimum(east / self._frames[:, 2], least / self._frames[:, 3])

    def _padded(self, boxes: Array) -> Array:
        size = self._cell_m * (self._frames[:, 4] - 2)
        self._pad_m = min(PAD_M, float(np.median(size)) / 2)
        padded: Array = boxes + reach(boxes[:, 1::2], self._pad_m) * [-1.0, -1.0, 1.0, 1.0]
        return padded

    def candidates(self, spots: Array) -> Candidates:
        """What the grid and the rasters say of each position; `spots`: (2, n) of lon and lat."""
        who, which = self._grid.pairs(spots)
        frame = self._frames.take(which, axis=0).T
        code = self._codes.take(cells(frame, spots.take(who, axis=1)))
        return Candidates(spots, who, which, code)

    def holding(self, candidates: Candidates) -> tuple[Index, Index]:
        """(position, zone that holds it), by position, then by zone."""
        inside = candidates.code & INSIDE
        ask = (candidates.code & EDGE).nonzero()[0]
        if len(ask):
            x, y = candidates.spots.take(candidates.who.take(ask), axis=1)
            areas = self._polygons.take(candidates.which.take(ask))
            inside[ask] = shapely.intersects_xy(areas, x, y)
        held = inside.nonzero()[0]
        return candidates.who.take(held), candidates.which.take(held)

    def one(self, x: float, y: float) -> tuple[tuple[str, ...], bool]:
        """Of one position and faster so: the zones that hold it, whether one is a bridge."""
        names: tuple[str, ...] = ()
        bridge = False
        for k in self._grid.one(x, y):
            x0, y0, per_x, per_y, side, offset = self._one_frame(self._one_raster, 48 * k)
            u, v = (x - x0) * per_x, (y - y0) * per_y
            if not (0.0 <= u < side and 0.0 <= v < side):
                continue
            code = self._one_code[int(offset) + int(v) * int(side) + int(u)]
            if code & INSIDE or (code & EDGE and shapely.intersects_xy(self._polygons[k], x, y)):
                names += self._names[k]
                bridge = bridge or bool(self._bridge[k])
        return names, bridge

    def named(self, who: Index, which: Index) -> dict[int, tuple[str, ...]]:
        """For each position that is paired with zones their ids, in the order of the pairs."""
        found: dict[int, tuple[str, ...]] = {}
        for i, name in zip(who.tolist(), self._names.take(which).tolist(), strict=True):
            found[i] = found[i] + name if i in found else name
        return found

    def bridges(self, which: Index) -> Mask:
        return self._bridge.take(which)

    def doubtful(self, candidates: Candidates, claimed: Array) -> tuple[Index, Index]:
        """(position, zone whose edge lies within its claimed metres), by position, then by zone.
        A claim of 0 m is none."""
        usual = (claimed > 0) & (claimed <= self._pad_m)
        who, which = candidates.who, candidates.which
        ask = usual[who]
        ask &= ((candidates.code & NEAR) > 0) | (claimed[who] > self._cell_m[which])
        who, which = who[ask], which[ask]
        wide = (claimed > self._pad_m).nonzero()[0]
        if len(wide):
            within = np.minimum(claimed, FARTHEST_M)
            far_who, far_which = self._around(candidates.spots[:, wide], within[wide])
            who = np.concatenate((who, wide[far_who]))
            which = np.concatenate((which, far_which))
            order = np.lexsort((which, who))
            who, which = who[order], which[order]
        if not len(who):
            return who, which
        x, y = candidates.spots[:, who]
        near = to_edge_m(self._edges, y, x, which) <= claimed[who]
        return who[near], which[near]

    def _around(self, spots: Array, metres: Array) -> tuple[Index, Index]:
        x, y = spots
        around = reach(y[:, None], metres) * [-1, -1, 1, 1]
        boxes = shapely.box(*(np.column_stack((x, y, x, y)) + around).T)
        who, which = self._tree.query(boxes)
        return who, which

    def crossed(
        self, x: Array, y: Array, from_x: Array, from_y: Array
    ) -> Iterator[tuple[int, float, str]]:
        """(position, how far on its way, zone): the straight way to the position runs through the
        zone, which holds neither end. How far is in degrees, to compare within one way."""
        ends = np.column_stack((from_x, from_y, x, y)).reshape(-1, 2, 2)
        ways: NDArray[Any] = np.asarray(shapely.linestrings(ends), dtype=object)
        who, which = self._tree.query(ways)
        for i, far, k in run_through(self._polygons, who, which, ways):
            yield i, far, self._names[k][0]

    def among(self, who: Index) -> ZoneIndex:
        """As these of the positions are asked: they are asked of all zones alike."""
        return self


def run_through(
    polygons: NDArray[Any], who: Index, which: Index, ways: NDArray[Any]
) -> Iterator[tuple[int, float, int]]:
    """Of the pairs (way, polygon) those where the straight way runs through the polygon, which
    holds neither end; with how far on the way it does, in degrees."""
    if not len(who):
        return
    areas, some = polygons[which], ways[who]
    start, end = shapely.get_point(some, 0), shapely.get_point(some, 1)
    passed = shapely.intersects(areas, some)
    passed &= ~shapely.intersects(areas, end)
    passed &= ~shapely.intersects(areas, start)
    met: Array = shapely.distance(start[passed], shapely.intersection(areas[passed], some[passed]))
    yield from zip(who[passed].tolist(), met.tolist(), which[passed].tolist(), strict=True)


class Candidates:
    """Pairs (position, zone that may hold it), by position, then by zone, with the raster's
    code."""

    __slots__ = ("code", "spots", "which", "who")

    def __init__(self, spots: Array, who: Index, which: Index, code: NDArray[Any]) -> None:
        self.spots, self.who, self.which, self.code = spots, who, which, code


def reach(lats: Array, metres: Array | float) -> Array:
    """(n, 4) degrees of longitude and latitude, twice, that so many metres around `lats` (n, any)
    reach at most."""
    _, north = metres_per_degree(np.zeros(len(lats)))
    high = 1.001 * metres / north
    east, _ = metres_per_degree(np.minimum(np.abs(lats).max(axis=1) + high, 89.9))
    wide = np.minimum(1.001 * metres / east, 360.0)
    return np.column_stack((wide, high, wide, high))
