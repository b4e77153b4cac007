"""What a plan says of places: corridors southwards, dead zones that are listed, where one stops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from bench.detection.roads import Road, kinds, moved
from bench.detection.trip import Trip
from geofences.kinds import ZoneKind

DEAD_ZONES_FROM_M = 100_000
"""Shorter roads have coverage all along."""


def corridor(road: Road) -> str | dict[str, Any]:
    """How a leg names it: by its id, or drawn anew for the journey south."""
    if not road.south:
        return road.corridor.id
    parts = [list(part.coords)[::-1] for part in shapely.get_parts(road.corridor.line)][::-1]
    lines = [[[round(lon, 6), round(lat, 6)] for lon, lat in part] for part in parts]
    single = len(lines) == 1
    return {
        "type": "Feature",
        "properties": {"name": f"{road.corridor.id} south", "half_width_m": road.half_width_m},
        "geometry": {
            "type": "LineString" if single else "MultiLineString",
            "coordinates": lines[0] if single else lines,
        },
    }


def dead_zones(trip: Trip) -> list[tuple[float, float]]:
    """This lane's, the same on each trip: (begins, ends) in metres along; listed with the trip."""
    road = trip.road
    if road.length_m < DEAD_ZONES_FROM_M:
        return []
    lane = np.random.default_rng(list(f"{road.corridor.id} {road.south}".encode()))
    border = sorted(road.middle(zone) for zone in road.spans if trip.crossing in zone)
    stretches = [(0.12, 0.20), (0.22, 0.32), (0.68, 0.88)]
    spells = []
    for number in range(int(lane.integers(1, 4))):
        low, high = stretches[number]
        begins = float(lane.uniform(low, high)) * road.length_m
        ends = begins + float(lane.uniform(7_000, 24_000))
        if not border or ends < border[0] - 8_000 or begins > border[-1] + 8_000:
            spells.append((begins, ends))
    for number, (begins, ends) in enumerate(spells):
        trip.zones.append(_dead_zone(road, number, begins, ends))
    return spells


def _dead_zone(road: Road, number: int, begins: float, ends: float) -> dict[str, Any]:
    left, right = [], []
    wide = road.half_width_m + 400
    for along in np.linspace(begins - 500, ends + 500, 24):
        lat, lon = road.at(float(along))
        course = road.course(float(along))
        left.append(moved(lat, lon, course - 90, wide))
        right.append(moved(lat, lon, course + 90, wide))
    ring = [[lon, lat] for lat, lon in (*left, *right[::-1], left[0])]
    polygon = shapely.make_valid(shapely.Polygon(ring)).buffer(0)
    if polygon.geom_type != "Polygon":
        polygon = polygon.convex_hull
    coordinates = [[list(point) for point in polygon.exterior.coords]]
    minutes = math.ceil((ends - begins) / 1_000 * 60 / 75) + 5
    return {
        "type": "Feature", "id": f"dead-{number}",
        "properties": {"kind": "dead_zone", "name": f"dead {number}", "usual_minutes": minutes},
        "geometry": {"type": "Polygon", "coordinates": coordinates},
    }  # fmt: skip


def planned_stop(trip: Trip, along_m: float, minutes: float, reason: str) -> float:
    """Where the plan lets it stop: the lane's own rest stop if it has one on the way, else a place
    drawn there. Metres along.
    """
    road = trip.road
    for zone in road.ordered():
        if kinds()[zone] is ZoneKind.REST_STOP and trip.driver.along_m < road.middle(zone):
            trip.stops.append({"zone": zone, "minutes": minutes, "reason": reason})
            return road.middle(zone)
    name = f"stop-{len(trip.stops)}"
    trip.zones.append(trip.area(name, "rest_stop", along_m))
    trip.stops.append({"zone": name, "minutes": minutes, "reason": reason})
    return along_m


def checkpoint(trip: Trip, along_m: float) -> float:
    """The lane's military checkpoint, or one drawn there. Metres along."""
    for zone in trip.road.ordered():
        if kinds()[zone] is ZoneKind.CHECKPOINT_MILITARY:
            return trip.road.middle(zone)
    name = f"checkpoint-{len(trip.zones)}"
    trip.zones.append(trip.area(name, "checkpoint_military", along_m))
    return along_m
