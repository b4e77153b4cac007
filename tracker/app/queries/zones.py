"""Zones and corridors on file: as rows, and which of them somebody who sees few shipments sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from geofences.corridor import Corridor
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.planning import Planned

SITES = frozenset(
    {
        ZoneKind.PLANT,
        ZoneKind.YARD,
        ZoneKind.CONSIGNEE,
        ZoneKind.WAYPOINT,
        ZoneKind.RESTRICTED,
        ZoneKind.HIGH_RISK,
        ZoneKind.OTHER,
    }
)
"""Who is a customer of whom, and what is watched for: no public knowledge, as a bridge is."""


class Named(Struct, frozen=True):
    """Ids of the zones and corridors that plans name."""

    zones: frozenset[str]
    corridors: frozenset[str]

    def shows(self, place: Zone | Corridor) -> bool:
        if isinstance(place, Corridor):
            return place.id in self.corridors
        return place.kind not in SITES or place.id in self.zones


def named_by(plans: Iterable[Planned]) -> Named:
    """What belongs to these shipments."""
    zones, corridors = set[str](), set[str]()
    for planned in plans:
        plan = planned.plan
        zones.update(plan.stops)
        for leg in plan.legs:
            zones.update(zone for zone in (leg.from_zone, leg.to_zone) if zone is not None)
            zones.update(waypoint.zone for waypoint in leg.waypoints)
            if leg.corridor is not None:
                corridors.add(leg.corridor)
        zones.update(leave.zone for leave in plan.authorisations if isinstance(leave.zone, str))
    return Named(frozenset(zones), frozenset(corridors))


def place_rows(zones: Iterable[Zone], corridors: Iterable[Corridor]) -> Iterator[dict[str, Any]]:
    """As `tracker zones list --json` prints them: the zones first."""
    for zone in zones:
        yield {
            "id": zone.id,
            "type": "zone",
            "kind": zone.kind.value,
            "name": zone.name,
            "country": zone.country,
            "crossing": zone.crossing,
            "precision": zone.precision.value,
            "source": zone.source,
        }
    for corridor in corridors:
        yield {
            "id": corridor.id,
            "type": "corridor",
            "name": corridor.name,
            "length_m": round(corridor.length_m, 1),
            "half_width_m": corridor.half_width_m,
            "precision": corridor.precision.value,
            "source": corridor.source,
        }
