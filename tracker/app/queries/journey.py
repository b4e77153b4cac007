"""One shipment's journey to be played back: its tracks by the second, and what happened, where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from shapely.geometry import mapping

from geofences.corridor import Corridor
from geofences.zone import Zone
from tracker.app.planning import Geography, Planned
from tracker.app.queries.entries import CustodyEntry, read
from tracker.app.queries.map_scene import happenings, journey
from tracker.app.queries.map_scene.compose import Selection, places_of
from tracker.app.queries.map_scene.places import area, position
from tracker.app.queries.track import planned_as_it_can, seen_fixes
from tracker.map.scene import Position
from tracker.ports import Records, StoredShipment

MOST_POINTS = 3_000
"""Of one device: so many are drawn anew at each step without stutter."""


class Doubted(Struct, frozen=True, kw_only=True):
    """A position that was told and not believed: no part of the track."""

    at: datetime
    lat: float
    lon: float


class DeviceTrack(Struct, frozen=True, kw_only=True):
    """at (times of the fixes by the device's clock), line (lon, lat) and speeds (km/h) are of one
    length. late: indices of fixes from the device's backlog. gaps: indices of fixes after which
    nothing was heard for long. fixes: how many there were before it was thinned.
    """

    device: str
    role: str
    at: tuple[datetime, ...]
    line: tuple[Position, ...]
    speeds: tuple[float | None, ...]
    late: tuple[int, ...]
    gaps: tuple[int, ...]
    doubted: tuple[Doubted, ...]
    fixes: int


class Happening(Struct, frozen=True, kw_only=True):
    """An entry, and where it happened (lon, lat), None if that is not known. look: of an alert its
    severity, of a seal what became of it (`tracker.map.style.SEALS`), else "". placed: how its
    place is known; "" if it was stated.
    """

    entry: CustodyEntry
    look: str
    place: Position | None
    placed: str


class Journey(Struct, frozen=True, kw_only=True):
    """happenings: in the order in which they happened. places: the zones and corridors that the
    shipment needed or met, as GeoJSON features.
    """

    shipment: str
    tracks: tuple[DeviceTrack, ...]
    happenings: tuple[Happening, ...]
    places: tuple[dict[str, Any], ...]


def journey_of(records: Records, geography: Geography, stored: StoredShipment) -> Journey:
    planned = planned_as_it_can(geography, stored)
    atlas = geography.atlas.extended(planned.own.zones, planned.own.corridors)
    readings = tuple(records.readings(shipment=stored.id))
    entries = read(records.entries(scope=stored.id))
    seen = seen_fixes(readings, planned, geography)
    everything = Selection(tuple(atlas.zones.values()), tuple(atlas.corridors.values()))
    mine = places_of(planned, entries, records.alerts(shipment=stored.id), everything, keep=False)
    sure = {device: journey.believed(fixes) for device, fixes in seen.items()}
    where = happenings.Map({zone.id: area(zone).at for zone in mine.zones}, sure)
    return Journey(
        shipment=stored.id,
        tracks=tuple(_tracks(seen, planned)),
        happenings=tuple(_happenings(entries, happenings.cuts_in(readings), where)),
        places=(*map(feature, mine.zones), *map(feature, mine.corridors)),
    )


def feature(place: Zone | Corridor) -> dict[str, Any]:
    """As GeoJSON has it."""
    shape = place.line if isinstance(place, Corridor) else place.polygon
    properties = {"id": place.id, "name": place.name, "precision": place.precision.value}
    if isinstance(place, Zone):
        properties["kind"] = place.kind.value
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _tracks(seen: dict[str, list[journey.SeenAt]], planned: Planned) -> Iterator[DeviceTrack]:
    """In the order of the shipment's devices."""
    for device in planned.plan.shipment.devices:
        if not (fixes := seen.get(device.id)):
            continue
        places = journey.believed(fixes)
        shape = journey.drawn(places, planned.policy, MOST_POINTS)
        now_at = {index: place for place, index in enumerate(shape.chosen)}
        yield DeviceTrack(
            device=device.id,
            role=device.role.value,
            at=tuple(places[i].fix.time for i in shape.chosen),
            line=tuple(shape.line[i] for i in shape.chosen),
            speeds=tuple(places[i].fix.speed_kmh for i in shape.chosen),
            late=tuple(now_at[i] for i in shape.chosen if places[i].late),
            gaps=tuple(now_at[i] for i in shape.gaps),
            doubted=tuple(_doubted(fixes)),
            fixes=len(places),
        )


def _doubted(fixes: Sequence[journey.SeenAt]) -> Iterator[Doubted]:
    for one in fixes:
        if not one.believed:
            lon, lat = position(one.fix.lon, one.fix.lat)
            yield Doubted(at=one.fix.time, lat=lat, lon=lon)


def _happenings(
    entries: Iterable[CustodyEntry], cuts: set[tuple[str, datetime]], where: happenings.Map
) -> Iterator[Happening]:
    for entry in sorted(entries, key=lambda entry: entry.at):
        place, placed = where.find(entry.lat, entry.lon, entry.zone, entry.device, entry.at) or (
            None,
            "",
        )
        severity = entry.facts.get("severity")
        look = severity if isinstance(severity, str) else happenings.seal_word(entry, cuts) or ""
        yield Happening(entry=entry, look=look, place=place, placed=placed)
