"""The scene of a map: zones and corridors, or all that happened to one shipment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from geofences import library
from geofences.formats import GeofenceSet
from tracker.app.planning import Geography
from tracker.app.queries.beliefs import unbelieved
from tracker.app.queries.map_scene import compose
from tracker.app.queries.map_scene.base import ground
from tracker.domain.errors import NotFound, UsageError
from tracker.domain.policy import Policy
from tracker.map.scene import Scene
from tracker.ports import Records


def frame(drawn: datetime, zone: ZoneInfo, policy: Policy) -> compose.MapFrame:
    """What every map has. drawn: when; zone: in which people are shown times."""
    return compose.MapFrame(
        base=ground(library.features(library.BORDER), library.load().zones),
        drawn=drawn,
        zone=zone,
        half_width_m=policy.corridor_half_width_m,
    )


def zones_scene(
    geofences: GeofenceSet, frame: compose.MapFrame, *, crossing: str | None, place: str | None
) -> Scene:
    """Zones and corridors alone. Raises NotFound for a crossing or place that is none."""
    selection = compose.Selection(geofences.zones, geofences.corridors)
    return compose.of_zones(selection.looking_at(crossing=crossing, place=place), frame)


def shipment_scene(
    records: Records,
    geography: Geography,
    frame: compose.MapFrame,
    shipment: str,
    *,
    crossing: str | None = None,
    place: str | None = None,
    warn: Callable[[str], None],
) -> Scene:
    """A shipment's journey, alerts, seals and zones. Raises NotFound."""
    stored = records.shipment(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    try:
        planned = geography.plan(stored)
    except UsageError as error:  # a zone file has lost what it names; what happened is there
        warn(f"the plan cannot be drawn: {error}")
        planned = geography.unplanned(stored)
    atlas = geography.atlas.extended(planned.own.zones, planned.own.corridors)
    readings = tuple(records.readings(shipment=shipment))
    kept = compose.ShipmentRecords(
        readings=readings,
        entries=tuple(records.entries(scope=shipment)),
        alerts=records.alerts(shipment=shipment),
        doubted=unbelieved((stored.reading for stored in readings), planned, atlas),
    )
    selection = compose.Selection(tuple(atlas.zones.values()), tuple(atlas.corridors.values()))
    chosen = selection.looking_at(crossing=crossing, place=place)
    looks = crossing is not None or place is not None
    return compose.of_shipment(planned, kept, chosen, frame, chosen=looks)
