"""The atlas of a fleet under way: what shipments bring of their own comes and goes with them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import shapely

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.zone import Zone


class FleetAtlas(Atlas):
    """`library`, and corridors besides that come and go: neither costs more with a hundred thousand
    there than with one. Of one thread. The shipments' own zones are named at each question (`own`
    of `locate`), for nobody else is asked of them.
    """

    def __init__(self, library: Atlas) -> None:
        self.__dict__.update(library.__dict__)
        self._every = dict(library.corridors)
        self.corridors = MappingProxyType(self._every)
        self._corridor_index = library._corridor_index.copy()

    def add(self, corridors: Iterable[Corridor]) -> None:
        """Raises GeoFault for an id that is there already."""
        many = list(corridors)
        for corridor in many:
            if corridor.id in self._every:
                raise GeoFault("atlas", f"the id {corridor.id!r} occurs twice", "give each its own")
        self._every.update((corridor.id, corridor) for corridor in many)
        self._corridor_index.add(many)

    def remove(self, ids: Iterable[str]) -> None:
        """Raises KeyError for one that is not there."""
        gone = list(ids)
        for name in gone:
            del self._every[name]
        self._corridor_index.remove(gone)


def warmed(zones: Iterable[Zone]) -> tuple[Zone, ...]:
    """The same, prepared: the first questions to a cold polygon take longest."""
    found = tuple(zones)
    for zone in found:
        shapely.prepare(zone.polygon)
        shapely.intersects_xy(zone.polygon, 0.0, 0.0)
    return found
