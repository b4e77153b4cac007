"""Where trucks are and were, and the zones and corridors that they are held against."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from msgspec import Struct

from geofences.corridor import Corridor
from geofences.zone import Zone
from tracker.app.people.entering import Entered
from tracker.app.queries.fleet import FleetRow
from tracker.app.queries.journey import feature
from tracker.app.queries.track import TrackPoint, track
from tracker.app.queries.zones import Named, named_by, place_rows
from tracker.domain.access import Right
from tracker.domain.seal import SealState
from tracker.web.api.answer import MOST, USUAL, Listed, answer, cursor_of, described, key_of
from tracker.web.faults import Fault
from tracker.web.shown import record_shown, rows_seen
from tracker.web.who import having, hub_of, office_of, record_reading, visible

router = APIRouter()
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
ShipmentId = Annotated[str, Path(max_length=64)]
MOST_POINTS, USUAL_POINTS = 10_000, 1_000


class DevicePosition(Struct, frozen=True, kw_only=True):
    """Where a device of a shipment under way was last believed to be, at `at` by its clock. lost:
    it has told none for so long that it may be elsewhere.
    """

    shipment: str
    device: str
    role: str
    lat: float
    lon: float
    at: datetime
    speed_kmh: float | None
    lost: bool
    need: str
    seal_state: SealState


class PositionPage(Listed, frozen=True):
    """A page of positions, by shipment."""

    items: list[DevicePosition]


class TrackPage(Listed, frozen=True):
    """A page of a track, from the oldest point on."""

    items: list[TrackPoint]


class PlacePage(Listed, frozen=True):
    """A page of zones and corridors (docs/json.md), the zones first."""

    items: list[dict[str, Any]]


@router.get("/positions", tags=["shipments"], responses=described(PositionPage, faults=(404,)))
def positions(
    request: Request,
    entered: Seeing,
    shipment: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Of the shipments under way that the caller sees. limit: shipments, each with all its
    devices.
    """
    after = key_of(cursor, tuple[str])
    office = office_of(request)
    seen = sorted(rows_seen(request, entered), key=lambda row: row.id)
    if shipment is None:
        record_shown(request, entered, "positions")
    else:
        with office.desk() as desk:
            visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "positions")
        seen = [row for row in seen if row.id == shipment]
    seen = [row for row in seen if after is None or row.id > after[0]]
    items = [one for row in seen[:limit] for one in _positions(row)]
    following = cursor_of(seen[limit - 1].id) if len(seen) > limit else None
    return answer(request, PositionPage(items, following))


def _positions(row: FleetRow) -> list[DevicePosition]:
    return [
        DevicePosition(
            shipment=row.id,
            device=one.device,
            role=one.role,
            lat=one.lat,
            lon=one.lon,
            at=one.at,
            speed_kmh=one.speed_kmh,
            lost=one.lost,
            need=row.need,
            seal_state=row.seal_state,
        )
        for one in row.positions
    ]


@router.get(
    "/shipments/{shipment}/track",
    tags=["shipments"],
    responses=described(TrackPage, faults=(404,)),
)
def shipment_track(
    request: Request,
    shipment: ShipmentId,
    entered: Seeing,
    device: Annotated[str | None, Query(max_length=64)] = None,
    since: Annotated[datetime | None, Query()] = None,
    until: Annotated[datetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_POINTS)] = USUAL_POINTS,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Every fix of its devices by its time, the oldest first. `late`: it came from a device's
    backlog; `believed`: whether the rules took it for where the truck was.
    """
    after = key_of(cursor, tuple[str, str, float, float])
    first, last = _aware(since, "since"), _aware(until, "until")
    office = office_of(request)
    with office.desk() as desk:
        stored = visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "track")
        points = track(desk.records, office.geography, stored)
    points = [
        point
        for point in points
        if (after is None or point.key > after)
        and (device is None or point.device == device)
        and (first is None or point.time >= first)
        and (last is None or point.time < last)
    ]
    following = cursor_of(*points[limit - 1].key) if len(points) > limit else None
    return answer(request, TrackPage(points[:limit], following))


@router.get("/zones", tags=["zones"], responses=described(PlacePage))
def zones(
    request: Request,
    entered: Seeing,
    kind: Annotated[Literal["zone", "corridor"] | None, Query(alias="type")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Zones and corridors on file. Who sees few shipments is shown crossings and what is known to
    everybody, and of sites those that its shipments name.
    """
    after = key_of(cursor, tuple[int])
    atlas, shown = office_of(request).geography.atlas, _shown(request, entered)
    rows = [
        row
        for row in place_rows(
            (zone for zone in atlas.zones.values() if shown is None or shown.shows(zone)),
            (one for one in atlas.corridors.values() if shown is None or shown.shows(one)),
        )
        if kind is None or row["type"] == kind
    ]
    start = max(after[0], 0) if after else 0
    following = cursor_of(start + limit) if len(rows) > start + limit else None
    return answer(request, PlacePage(rows[start : start + limit], following))


@router.get("/zones.geojson", tags=["zones"], responses=described(dict[str, Any]))
def zones_geojson(request: Request, entered: Seeing) -> Response:
    """The same with their outlines: a GeoJSON FeatureCollection."""
    atlas, shown = office_of(request).geography.atlas, _shown(request, entered)
    places: list[Zone | Corridor] = [*atlas.zones.values(), *atlas.corridors.values()]
    features = [feature(place) for place in places if shown is None or shown.shows(place)]
    return answer(request, {"type": "FeatureCollection", "features": features})


def _shown(request: Request, entered: Entered) -> Named | None:
    """None: everything."""
    if entered.viewer.sees_all:
        return None
    fleet = hub_of(request).fleet
    plans = (fleet.planned(row.id) for row in rows_seen(request, entered))
    return named_by(planned for planned in plans if planned is not None)


def _aware(at: datetime | None, name: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Fault(422, "a time needs its zone", where=f"query.{name}", mend="2026-03-01T08:00Z")
    return at
