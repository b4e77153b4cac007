"""The index over zones and corridors: many positions in, a `Placement` for each out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geofences.border import border
from geofences.corridor import Corridor
from geofences.earth import Array, Index, floats
from geofences.errors import GeoFault, UnknownCorridor, UnknownPlace, UnknownZone
from geofences.placement import Placement
from geofences.zone import Zone

DEFAULT_HALF_WIDTH_M = 500.0


class Atlas:
    """Immutable after construction, so threads may share it. All geometry is prepared and warmed
    here, for the first question to a cold one costs some 100 ms.

    `default_half_width_m` is for corridors that state none. Raises GeoFault if an id occurs twice.
    """

    def __init__(
        self,
        zones: Iterable[Zone] = (),
        corridors: Iterable[Corridor] = (),
        *,
        default_half_width_m: float = DEFAULT_HALF_WIDTH_M,
    ) -> None:
        self.default_half_width_m = default_half_width_m
        self.zones: Mapping[str, Zone] = MappingProxyType(_by_id(zones))
        self.corridors: Mapping[str, Corridor] = MappingProxyType(_by_id(corridors))
        self._areas = _Areas(self.zones.values())
        self._lanes = {
            corridor.id: _Lane(corridor, default_half_width_m)
            for corridor in self.corridors.values()
        }
        self._border = border()

    def zone(self, zone_id: str) -> Zone:
        """Raises UnknownZone."""
        try:
            return self.zones[zone_id]
        except KeyError:
            raise UnknownZone(zone_id) from None

    def corridor(self, corridor_id: str) -> Corridor:
        """Raises UnknownCorridor."""
        try:
            return self.corridors[corridor_id]
        except KeyError:
            raise UnknownCorridor(corridor_id) from None

    def extended(self, zones: Iterable[Zone] = (), corridors: Iterable[Corridor] = ()) -> Atlas:
        """An atlas with these besides its own. Raises GeoFault if an id is there already."""
        return Atlas(
            [*self.zones.values(), *zones],
            [*self.corridors.values(), *corridors],
            default_half_width_m=self.default_half_width_m,
        )

    def without(self, ids: Iterable[str]) -> Atlas:
        """An atlas without these zones and corridors. Raises UnknownPlace for an id it lacks."""
        gone = set(ids)
        for missing in sorted(gone - self.zones.keys() - self.corridors.keys()):
            raise UnknownPlace(missing)
        return Atlas(
            [zone for zone in self.zones.values() if zone.id not in gone],
            [corridor for corridor in self.corridors.values() if corridor.id not in gone],
            default_half_width_m=self.default_half_width_m,
        )

    def locate(
        self,
        lats: ArrayLike,
        lons: ArrayLike,
        *,
        corridors: Sequence[str | None] | None = None,
        accuracies: Sequence[float | None] | None = None,
        exact: bool = False,
    ) -> list[Placement]:
        """Where each position (degrees) is; all sequences are of one length.

        `corridors` names the corridor that each is held against, `accuracies` (m) is passed on.
        A position on a zone's boundary is inside. `exact` gives offset and progress to those on
        their corridor too; who is off it always has them. Raises UnknownCorridor, and ValueError
        for sequences of different lengths or a position that is no finite number.
        """
        y, x = floats(lats), floats(lons)
        count = len(y)
        named = [None] * count if corridors is None else corridors
        claimed = [None] * count if accuracies is None else accuracies
        if not count == len(x) == len(named) == len(claimed):
            raise ValueError("lats, lons, corridors and accuracies differ in length")
        if not np.isfinite(x + y).all():
            raise ValueError("a position is no finite number")
        if count == 1:
            country = [self._border.country(y[0], x[0])]
        else:
            country = self._border.countries(y, x).tolist()
        held = self._held(y, x, named, exact) if corridors is not None else [_UNHELD] * count
        zones = self._areas.holding(y, x)
        return [
            Placement(
                zones=zones[i],
                country=country[i],
                corridor=named[i],
                on_corridor=held[i][0],
                offset_m=held[i][1],
                progress_m=held[i][2],
                uncertainty_m=claimed[i],
            )
            for i in range(count)
        ]

    def _held(self, y: Array, x: Array, named: Sequence[str | None], exact: bool) -> list[_Held]:
        """For each position: on its corridor, offset (m), progress (m)."""
        held = [_UNHELD] * len(named)
        asked: dict[str, list[int]] = {}
        for i, corridor_id in enumerate(named):
            if corridor_id is not None:
                asked.setdefault(corridor_id, []).append(i)
        for corridor_id, members in asked.items():
            lane = self._lanes.get(corridor_id)
            if lane is None:
                raise UnknownCorridor(corridor_id)
            lane.hold(y, x, members, exact, held)
        return held


_Held = tuple[bool | None, float | None, float | None]
_UNHELD: _Held = (None, None, None)
_ON: _Held = (True, None, None)


class _Areas:
    """Zones in a tree, by id; a hit of the tree (bounding boxes) is asked of the prepared zone."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        ordered = sorted(zones, key=lambda zone: zone.id)
        self._ids = [zone.id for zone in ordered]
        self._polygons: NDArray[Any] = np.array([zone.polygon for zone in ordered], dtype=object)
        shapely.prepare(self._polygons)
        shapely.intersects_xy(self._polygons, 0.0, 0.0)
        self._tree = shapely.STRtree(self._polygons)
        self._tree.query(shapely.points(0.0, 0.0))  # the tree builds itself at the first question

    def holding(self, y: Array, x: Array) -> list[tuple[str, ...]]:
        """For each position the ids of the zones that hold it, sorted."""
        who, which = self._candidates(y, x)
        inside = shapely.intersects_xy(self._polygons[which], x[who], y[who])
        holding: list[tuple[str, ...]] = [()] * len(y)
        for i, k in sorted(zip(who[inside].tolist(), which[inside].tolist(), strict=True)):
            holding[i] += (self._ids[k],)
        return holding

    def _candidates(self, y: Array, x: Array) -> tuple[Index, Index]:
        who, which = self._tree.query(shapely.points(x, y))
        return who, which


class _Lane:
    """A corridor with the gate for its half-width."""

    def __init__(self, corridor: Corridor, default_half_width_m: float) -> None:
        self.corridor = corridor
        self.half_width_m = corridor.half_width_m or default_half_width_m
        self._gate = corridor.gate(self.half_width_m)

    def hold(self, y: Array, x: Array, members: list[int], exact: bool, out: list[_Held]) -> None:
        """Writes the answer for the positions `members` of y and x into `out`."""
        measured = members
        if not exact:
            within = shapely.contains_xy(self._gate, x[members], y[members]).tolist()
            for i in members:
                out[i] = _ON
            measured = [i for i, on in zip(members, within, strict=True) if not on]
        if measured:
            offset, progress = self.corridor.offsets(y[measured], x[measured])
            on = (offset <= self.half_width_m).tolist()
            found = zip(on, offset.tolist(), progress.tolist(), strict=True)
            for i, answer in zip(measured, found, strict=True):
                out[i] = answer


_Place = TypeVar("_Place", Zone, Corridor)


def _by_id(places: Iterable[_Place]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for place in places:
        if place.id in found:
            raise GeoFault("atlas", f"the id {place.id!r} occurs twice", "give each its own")
        found[place.id] = place
    return found
