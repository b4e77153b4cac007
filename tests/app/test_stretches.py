"""Dead zones and the planned crossing along a leg's corridor, as the plan lays them out."""

from __future__ import annotations

from functools import cache

import pytest
from shapely import LineString, box

from geofences import library
from geofences.corridor import Corridor
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.stretches import Way, border, dead_stretches, way
from tracker.domain.stretch import Border

KM = 1 / 111.195
ROAD = Corridor("road", "road", LineString([(-100.0, 25.0), (-100.0, 25.0 + 200 * KM)]))


def zone(name: str, begins_km: float, ends_km: float, kind: ZoneKind, aside_km: float = 0) -> Zone:
    west, east = -100.0 + (aside_km - 0.4) * KM, -100.0 + (aside_km + 0.4) * KM
    area = box(west, 25 + begins_km * KM, east, 25 + ends_km * KM)
    return Zone(name, name, kind, area, crossing="c", properties={"usual_minutes": 20})


DEAD = zone("dead", 50, 60, ZoneKind.DEAD_ZONE)


def left(along: Way, km: float) -> float | None:
    (dead,) = dead_stretches(along, [DEAD])
    return dead.left(25 + km * KM, -100.0)


def test_a_dead_zone_ahead_in_the_direction_of_travel() -> None:
    north, south = way(ROAD, 500.0), way(ROAD, 500.0, backwards=True)
    for along, before, after in ((north, 45.0, 62.5), (south, 65.0, 47.5)):
        assert left(along, before) == pytest.approx(5_000, abs=700)
        assert left(along, 55) == 0
        assert left(along, after) is None
        assert left(along, 10) is None, "too far for a silence to be of it"


def test_its_zone_and_its_usual_minutes_are_told() -> None:
    (dead,) = dead_stretches(way(ROAD, 500.0), [DEAD])
    assert (dead.zone, dead.usual_minutes) == ("dead", 20.0)


def test_a_zone_smaller_than_a_step_or_beside_the_line_is_on_the_way_too() -> None:
    along = way(ROAD, 500.0)
    for small in (
        zone("small", 70.05, 70.1, ZoneKind.DEAD_ZONE),
        zone("aside", 70, 71, ZoneKind.DEAD_ZONE, aside_km=0.7),
    ):
        (dead,) = dead_stretches(along, [small])
        assert dead.left(25 + 67 * KM, -100.0) == pytest.approx(3_000, abs=1_000)


def test_a_zone_away_from_the_corridor_is_none() -> None:
    far = zone("far", 70, 71, ZoneKind.DEAD_ZONE, aside_km=5)
    assert dead_stretches(way(ROAD, 500.0), [far]) == ()


def crossing(*, backwards: bool) -> Border:
    zones = (
        zone("compound", 150, 151, ZoneKind.CUSTOMS_COMPOUND),
        zone("primary", 153, 154, ZoneKind.CBP_PRIMARY),
    )
    return border(zones, (way(ROAD, 500.0, backwards=backwards),), 5_000.0, 300.0)


@pytest.mark.parametrize("km", [150.5, 152.0, 153.5, 154.2])
def test_between_the_zones_of_a_crossing_is_in_it(km: float) -> None:
    assert crossing(backwards=False).holds(25 + km * KM, -100.0)
    assert crossing(backwards=True).holds(25 + km * KM, -100.0)


def test_its_queue_lies_before_its_first_zone_whichever_way_it_is_driven() -> None:
    north, south = crossing(backwards=False), crossing(backwards=True)
    for km, there, back in ((147, True, False), (157, False, True), (140, False, False),
                            (164, False, False)):  # fmt: skip
        assert north.holds(25 + km * KM, -100.0) is there
        assert south.holds(25 + km * KM, -100.0) is back


def test_a_zone_beside_a_wide_corridor_makes_its_crossing_no_longer() -> None:
    zones = (
        zone("compound", 150, 151, ZoneKind.CUSTOMS_COMPOUND),
        zone("secondary", 153, 154, ZoneKind.CBP_SECONDARY, aside_km=0.9),
    )
    wide = border(zones, (way(ROAD, 4_000.0),), 5_000.0, 300.0)
    for km, there in ((147, True), (152, True), (154, True), (156, False), (157.5, False)):
        assert wide.holds(25 + km * KM, -100.0) is there


@cache
def _library() -> tuple[dict[str, Zone], dict[str, Corridor]]:
    brought = library.load()
    return {z.id: z for z in brought.zones}, {c.id: c for c in brought.corridors}


@pytest.mark.parametrize(
    "name", [c for c in _library()[1] if "." in c and not c.startswith("mexicali")]
)
def test_every_crossing_of_the_library_is_one_place(name: str) -> None:
    zones, corridors = _library()
    own = tuple(z for z in zones.values() if z.crossing and z.crossing.endswith(name.split(".")[1]))
    assert own, "its crossing has zones"
    corridor = corridors[name]
    along = way(corridor, corridor.half_width_m or 500.0)
    whole = border(own, (along,), 5_000.0, 300.0)
    assert all(whole.holds(area.polygon.centroid.y, area.polygon.centroid.x) for area in own)
    begins = along.spans(own)[0][0]
    lat, lon, _ = corridor.at(begins - 4_000.0)
    assert begins < 4_000 or whole.holds(lat, lon)
