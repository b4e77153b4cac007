"""Scenes to draw: a shipment that went wrong, heard by the real intake into a real database; many
zones; hostile names."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from shapely import Polygon

from geofences import library
from geofences.kinds import Precision, ZoneKind
from geofences.zone import Zone
from tests.support.office import GEOGRAPHY, START, Office, message, reading, trip
from tracker.app.queries.beliefs import unbelieved
from tracker.app.queries.map_scene import compose
from tracker.app.queries.map_scene.base import ground
from tracker.app.queries.map_scene.places import area
from tracker.map.scene import MapTrack, Scene

ZONE = ZoneInfo("America/Monterrey")
DRAWN = datetime(2026, 3, 3, 8, tzinfo=UTC)
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><!-- & \u2028 '"


def frame(*, names: bool = True) -> compose.MapFrame:
    zones = library.load().zones if names else ()
    return compose.MapFrame(
        base=ground(library.features(library.BORDER), zones),
        drawn=DRAWN,
        zone=ZONE,
        half_width_m=500.0,
    )


def square(lon: float, lat: float, half: float = 0.01) -> list[list[list[float]]]:
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def inline(name: str, lat: float, **more: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": square(-100.0, lat)}
    properties = {"id": name, "name": f"The {name}", **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


LEG = {
    "from": inline("dock", 26.0),
    "to": inline("hall", 26.6),
    "corridor": {"type": "LineString", "coordinates": [[-100.0, 26.0], [-100.0, 26.6]]},
}
RISK = inline("bad-bend", 26.3, kind="high_risk")


def bad_day(folder: Path) -> Office:
    """S1: ten minutes at the dock, sealed; 10 km at a kilometre a minute; half an hour of silence,
    of which four minutes come late; then the seal is cut, and a minute later it is said closed."""
    office = Office(folder)
    office.open(trip(legs=[LEG], zones=[RISK]))
    sealed = {"seal": {"state": "sealed", "number": "MXL1"}}

    def at(minute: int, **seal: Any) -> dict[str, Any]:
        km = max(0, minute - 10)
        return reading(minute, north_km=km, speed=60 if km else 0, **{**sealed, **seal})

    def hear(minute: int, *readings: dict[str, Any]) -> None:
        now = START + timedelta(minutes=minute)
        office.clock.set(now)
        office.hear(message("L1", *readings, at=now))

    for minute in range(21):
        hear(minute, at(minute))
    hear(50, at(50))
    hear(51, *(at(minute) for minute in range(30, 34)), at(51))
    hear(52, at(52, seal={"state": "cut", "number": "MXL1", "event": "cut"}))
    hear(53, at(53))
    return office


def scene_of(office: Office, **choices: Any) -> Scene:
    """The scene of S1."""
    journal = office.journal
    stored = journal.shipment("S1")
    assert stored is not None
    planned = GEOGRAPHY.plan(stored)
    known = compose.ShipmentRecords(
        readings=tuple(journal.readings(shipment="S1")),
        entries=tuple(journal.entries(scope="S1")),
        alerts=journal.alerts(shipment="S1"),
    )
    atlas = GEOGRAPHY.atlas.extended(planned.own.zones, planned.own.corridors)
    readings = (stored.reading for stored in known.readings)
    known = replace(known, doubted=unbelieved(readings, planned, atlas))
    selection = compose.Selection(planned.own.zones, planned.own.corridors)
    return compose.of_shipment(planned, known, selection, frame(), **choices)


def library_scene(**view: str) -> Scene:
    geofences = library.load()
    selection = compose.Selection(geofences.zones, geofences.corridors)
    return compose.of_zones(selection.looking_at(**view), frame())


def hostile_scene() -> Scene:
    zone = Zone(
        id="evil",
        name=HOSTILE,
        kind=ZoneKind.YARD,
        polygon=Polygon(square(-99.5, 27.5)[0]),
        source=HOSTILE,
    )
    return compose.of_zones(compose.Selection((zone,), (), title=HOSTILE), frame(names=False))


def crowded_scene(zones: int = 10_000, fixes: int = 5_000) -> Scene:
    """Zones of 40 vertices all over northern Mexico, and a long track between them."""
    kinds = list(ZoneKind)
    areas = []
    for number in range(zones):
        lon = -108.0 + (number % 100) * 0.1
        lat = 22.0 + (number // 100) * 0.08
        ring = [
            (lon + 0.03 * math.cos(k * math.tau / 40), lat + 0.03 * math.sin(k * math.tau / 40))
            for k in range(40)
        ]
        areas.append(
            area(
                Zone(
                    id=f"z{number}",
                    name=f"Zone {number}",
                    kind=kinds[number % len(kinds)],
                    polygon=Polygon(ring),
                    precision=Precision.SURVEYED,
                )
            )
        )
    line = tuple(
        (round(-108 + 10 * k / fixes, 6), round(26 + 3 * math.sin(k / 200), 6))
        for k in range(fixes)
    )
    track = MapTrack(
        device="L1",
        role="lock",
        line=line,
        times=tuple(f"fix {k}" for k in range(fixes)),
        speeds=(60.0,) * fixes,
        late=(),
        gaps=(),
        stops=(),
        fixes=4 * fixes,
    )
    empty = compose.of_zones(compose.Selection(library.load().zones, ()), frame())
    return msgspec.structs.replace(
        empty, areas=tuple(areas), tracks=(track,), focus=(-108.1, 21.9, -97.9, 30.1)
    )
