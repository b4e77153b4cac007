"""The index over zones and corridors: many positions in, a `Placement` for each out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from geofences.corridor import Corridor
from geofences.errors import GeoFault, UnknownCorridor, UnknownPlace, UnknownZone
from geofences.geometry.earth import Numbers, position, positions
from geofences.index.border import border
from geofences.index.corridor_index import CorridorIndex
from geofences.index.locating import ZonesAsked, hold_to_corridors, locate, locate_one
from geofences.index.own_zones import OwnZones
from geofences.index.zone_index import ZoneIndex
from geofences.placement import Placement
from geofences.zone import Zone

DEFAULT_HALF_WIDTH_M = 500.0
OVERLAY = 8
"""Zones that are added are indexed beside those that were there, until they are more than an
eighth of them: then all are indexed anew."""


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
        self._zone_indexes = _indexed(self.zones.values())
        self._corridor_index = CorridorIndex(self.corridors.values(), default_half_width_m)
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
        """An atlas with these besides its own, which are not indexed anew for a few more. Raises
        GeoFault if an id is there already."""
        zones, corridors = list(zones), list(corridors)
        made = copy.copy(self)
        if zones:
            made.zones = MappingProxyType(_by_id([*self.zones.values(), *zones]))
            more = [zone for areas in self._zone_indexes[1:] for zone in areas.zones] + zones
            if len(more) * OVERLAY <= len(self.zones):
                made._zone_indexes = self._zone_indexes[:1] + _indexed(more)
            else:
                made._zone_indexes = _indexed(made.zones.values())
        if corridors:
            made.corridors = MappingProxyType(_by_id([*self.corridors.values(), *corridors]))
            made._corridor_index = self._corridor_index.copy()
            made._corridor_index.add(corridors)
        return made

    def without(self, ids: Iterable[str]) -> Atlas:
        """An atlas without these zones and corridors. Raises UnknownPlace for an id it lacks."""
        gone = set(ids)
        for missing in sorted(gone - self.zones.keys() - self.corridors.keys()):
            raise UnknownPlace(missing)
        made = copy.copy(self)
        if gone & self.zones.keys():
            kept = {zone.id: zone for zone in self.zones.values() if zone.id not in gone}
            made.zones = MappingProxyType(kept)
            made._zone_indexes = _indexed(kept.values())
        if gone & self.corridors.keys():
            left = {one.id: one for one in self.corridors.values() if one.id not in gone}
            made.corridors = MappingProxyType(left)
            made._corridor_index = CorridorIndex(left.values(), self.default_half_width_m)
        return made

    def locate(
        self,
        lats: Numbers,
        lons: Numbers,
        *,
        corridors: Sequence[str | None] | None = None,
        accuracies: Sequence[float | None] | None = None,
        previous: Sequence[tuple[float, float] | None] | None = None,
        progress: Sequence[float | None] | None = None,
        exact: bool | Sequence[bool] = False,
        own: Sequence[Sequence[Zone]] | None = None,
    ) -> list[Placement]:
        """Where each position (degrees) is; all sequences are of one length.

        `corridors` names the corridor that each is held against. `accuracies` (m, as claimed)
        makes `doubtful`; one of 0 m or less claims nothing. `previous` (lat, lon), where the device
        was before, makes `passed`. `progress` (m), the last along the corridor, decides between
        stretches of the corridor that are about equally near (see `CorridorIndex.continued`).
        A position on a zone's boundary is inside. Offset and progress have those who are off their
        corridor, those with a last `progress`, and with `exact` all (or those for whom it says so).
        `own`: of each, zones besides those of the atlas, that it alone is asked of.
        Raises UnknownCorridor, and ValueError for sequences of different lengths or a position that
        is no finite number.
        """
        if len(lats) == 1 and corridors is accuracies is previous is progress is None and not own:
            return [locate_one(self._zone_indexes, self._border, *position(lats, lons))]
        y, x = positions(lats, lons)
        count = len(y)
        one_each = None if isinstance(exact, bool) else exact
        for asked in (corridors, accuracies, previous, progress, one_each, own):
            if asked is not None and len(asked) != count:
                raise ValueError(f"{count} positions, but another sequence is of different length")
        held = None
        if corridors is not None:
            index = self._corridor_index
            told = hold_to_corridors(index, y, x, corridors, accuracies, progress, exact)
            held = corridors, told
        zones: tuple[ZonesAsked, ...] = self._zone_indexes
        if own is not None:
            zones = (*zones, OwnZones.of(own))
        return locate(zones, self._border, y, x, accuracies, previous, held)


_Place = TypeVar("_Place", Zone, Corridor)


def _by_id(places: Iterable[_Place]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for one in places:
        if one.id in found:
            raise GeoFault("atlas", f"the id {one.id!r} occurs twice", "give each its own")
        found[one.id] = one
    return found


def _indexed(zones: Iterable[Zone]) -> tuple[ZoneIndex, ...]:
    solid = [zone for zone in zones if not zone.polygon.is_empty]
    return (ZoneIndex(solid),) if solid else ()
