"""Zones that only some positions are asked of: each brings its own, a handful.

There is no index: whoever brings two zones is compared with two, and neither a thousand others that
bring theirs nor a new one that comes cost anything. It answers what a `ZoneIndex` answers, alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.geometry.earth import Array, Index, Mask
from geofences.geometry.edges import to_edge_m
from geofences.index.zone_index import FARTHEST_M, Candidates, reach, run_through
from geofences.kinds import ZoneKind
from geofences.zone import Zone

_WAY = [-1.0, -1.0, 1.0, 1.0]
"""What a reach adds to a box of min x, min y, max x, max y."""


class OwnZones:
    """Of one batch: pairs (position, zone), by position, then by the zone's id."""

    def __init__(self, who: Index, zones: list[Zone]) -> None:
        self._who, self._zones = who, zones
        self._polygons: NDArray[Any] = np.array([zone.polygon for zone in zones], dtype=object)
        self._boxes = shapely.bounds(self._polygons).reshape(-1, 4)  # NaN for an empty polygon

    @classmethod
    def of(cls, own: Sequence[Sequence[Zone]]) -> OwnZones:
        pairs = [(i, zone) for i, zones in enumerate(own) for zone in sorted(zones, key=_id)]
        who = np.array([i for i, _ in pairs], dtype=np.intp)
        return cls(who, [zone for _, zone in pairs])

    def among(self, who: Index) -> OwnZones:
        """As these of the positions are asked, which rise; they are counted anew, from 0."""
        place = np.searchsorted(who, self._who)
        kept = np.flatnonzero(np.append(who, -1)[place] == self._who)
        return OwnZones(place[kept], [self._zones[nth] for nth in kept.tolist()])

    def candidates(self, spots: Array) -> Candidates:
        """Every pair: there is no raster that would say more."""
        nothing = np.zeros(0, dtype=np.uint8)
        return Candidates(spots, self._who, np.arange(len(self._who)), nothing)

    def holding(self, candidates: Candidates) -> tuple[Index, Index]:
        """(position, pair whose zone holds it)."""
        x, y = candidates.spots.take(self._who, axis=1)
        near = np.flatnonzero(self._within(x, y, self._boxes))
        held = near[shapely.intersects_xy(self._polygons[near], x[near], y[near])]
        return self._who[held], held

    def named(self, who: Index, which: Index) -> dict[int, tuple[str, ...]]:
        """For each position that is paired with zones their ids."""
        found: dict[int, tuple[str, ...]] = {}
        for i, nth in zip(who.tolist(), which.tolist(), strict=True):
            found[i] = (*found.get(i, ()), self._zones[nth].id)
        return found

    def bridges(self, which: Index) -> Mask:
        kinds = [self._zones[nth].kind is ZoneKind.BRIDGE for nth in which.tolist()]
        return np.array(kinds, dtype=np.bool_)

    def doubtful(self, candidates: Candidates, claimed: Array) -> tuple[Index, Index]:
        """(position, pair whose zone has its edge within the position's claimed metres)."""
        x, y = candidates.spots.take(self._who, axis=1)
        metres = claimed[self._who]
        boxes = self._boxes + reach(y[:, None], np.minimum(metres, FARTHEST_M)) * _WAY
        near = np.flatnonzero((metres > 0) & self._within(x, y, boxes))
        edge_m = [
            float(to_edge_m(self._zones[nth].edges, y[nth : nth + 1], x[nth : nth + 1], _FIRST)[0])
            for nth in near.tolist()
        ]
        near = near[np.array(edge_m, dtype=np.float64) <= metres[near]]
        return self._who[near], near

    def crossed(
        self, x: Array, y: Array, from_x: Array, from_y: Array
    ) -> Iterator[tuple[int, float, str]]:
        """As `ZoneIndex.crossed`."""
        ends = np.column_stack((from_x, from_y, x, y)).reshape(-1, 2, 2)
        low, high = ends.min(axis=1)[self._who], ends.max(axis=1)[self._who]
        boxes = self._boxes
        apart = (low > boxes[:, 2:]).any(axis=1) | (high < boxes[:, :2]).any(axis=1)
        near = np.flatnonzero(~apart & ~np.isnan(boxes[:, 0]))
        if len(near):
            ways: NDArray[Any] = np.asarray(shapely.linestrings(ends), dtype=object)
            for i, far, nth in run_through(self._polygons, self._who[near], near, ways):
                yield i, far, self._zones[nth].id

    def _within(self, x: Array, y: Array, boxes: Array) -> Mask:
        inside: Mask = (x >= boxes[:, 0]) & (x <= boxes[:, 2])
        inside &= (y >= boxes[:, 1]) & (y <= boxes[:, 3])
        return inside


_FIRST: Index = np.zeros(1, dtype=np.intp)


def _id(zone: Zone) -> str:
    return zone.id
