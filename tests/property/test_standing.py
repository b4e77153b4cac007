"""A parked lock that drifts is no departure, whatever its receiver makes of eight hours.

The receiver is as bad as measured ones: it wanders up to 90 m under multipath, jumps 200 m for one
or two reports while claiming 1.7 m, and claims 9 km/h now and then.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from shapely import LineString, Polygon, box

from devices.reading import Fix, Reading, SealCondition, SealReport
from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.kinds import ZoneKind
from geofences.placement import Placement
from geofences.zone import Zone
from tracker import engine
from tracker.app.planning import place_of
from tracker.domain.finding import Finding
from tracker.domain.plan import Plan, PlannedLeg
from tracker.domain.policy import Policy
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.shipment import Authorisation, Device, Shipment
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.rules import (
    position_not_credible,
    restricted_zone,
    route_deviation,
    seal_departure,
    seal_opening,
    seal_tampering,
    unplanned_stop,
    wrong_crossing,
    zone_visits,
)

T0 = datetime(2026, 3, 2, 20, tzinfo=UTC)
LAT, LON = 26.0, -100.0
NORTH_M = 110_800.0
EAST_M = 100_100.0
WANDERS_M, JUMPS_M, ACCURACY_M, CLAIMED_KMH = 90.0, 200.0, 1.7, 9.0
RULES = (
    zone_visits.RULE,
    seal_tampering.RULE,
    seal_opening.RULE,
    seal_departure.RULE,
    route_deviation.RULE,
    wrong_crossing.RULE,
    unplanned_stop.RULE,
    restricted_zone.RULE,
    position_not_credible.RULE,
)

Metres = tuple[float, float]


def area(west: float, south: float, east: float, north: float) -> Polygon:
    """A rectangle in metres around where the truck stands."""
    return box(
        LON + west / EAST_M, LAT + south / NORTH_M, LON + east / EAST_M, LAT + north / NORTH_M
    )


ZONES = [
    Zone("compound", "the compound", ZoneKind.CUSTOMS_COMPOUND, area(-300, -300, 40, 300), "MX"),
    Zone("forbidden", "the forbidden area", ZoneKind.RESTRICTED, area(100, -400, 500, 400)),
    Zone("risky", "the risky stretch", ZoneKind.HIGH_RISK, area(-400, 100, 400, 500)),
    Zone("other", "another bridge", ZoneKind.BRIDGE, area(-400, -500, 400, -100), None, "other"),
]
"""The truck stands 40 m from the edge of the compound it was lawfully opened in."""
ROAD = Corridor(
    "road", "road", LineString([(LON - 0.0047, LAT - 0.2), (LON - 0.0047, LAT + 0.2)]),
    half_width_m=500.0,
)  # fmt: skip
"""Its edge is some 30 m east of the truck."""
ATLAS = Atlas(ZONES, [ROAD])
PLAN = Plan(
    shipment=Shipment(id="S1", devices=(Device(id="L1"),), crossing="planned"),
    opened_at=T0,
    legs=(PlannedLeg(None, None, "road", 500.0, None, None, None),),
    stops={"compound": 600.0},
    authorisations=(Authorisation(zone="compound", agency="ANAM", reason="red light"),),
    shared={zone.id: place_of(zone) for zone in ZONES},
)
OPENED = SealRecord(
    state=SealState.OPEN_AUTHORISED, opened_in=("compound",), opened_at=T0, since=T0
)


def drift(rnd: random.Random, reports: int, every_s: float) -> Iterator[Metres]:
    """East and north of the truth: a bounded wander, noise, and jumps that agree for a while."""
    remembers = math.exp(-every_s / rnd.choice((300.0, 900.0, 1800.0)))
    step = 35.0 * math.sqrt(1 - remembers**2)
    east = north = 0.0
    jumped, aside = -1, (0.0, 0.0)
    for number in range(reports):
        east = east * remembers + rnd.gauss(0, step)
        north = north * remembers + rnd.gauss(0, step)
        if (out := math.hypot(east, north)) > WANDERS_M:
            east, north = east * WANDERS_M / out, north * WANDERS_M / out
        if jumped < 0 and number > 3 and rnd.random() < 0.03:
            turn = rnd.uniform(0, 2 * math.pi)
            jumped = rnd.choice((1, 1, 1, 2))
            aside = JUMPS_M * math.cos(turn), JUMPS_M * math.sin(turn)
        x, y = aside if jumped > 0 else (0.0, 0.0)
        jumped -= 1
        yield east + x + rnd.gauss(0, 3), north + y + rnd.gauss(0, 3)


def night(seed: int) -> list[Finding]:
    """What is found in eight hours after the truck was opened there."""
    rnd = random.Random(seed)
    every_s = rnd.choice((180.0, 300.0))
    way = [(0.0, 0.0), (0.0, 0.0), *drift(rnd, int(8 * 3600 / every_s), every_s)]
    lats = [LAT + north / NORTH_M for _, north in way]
    lons = [LON + east / EAST_M for east, _ in way]
    places = ATLAS.locate(
        lats,
        lons,
        corridors=["road"] * len(way),
        accuracies=[ACCURACY_M] * len(way),
        previous=[None, *zip(lats[:-1], lons[:-1], strict=True)],
    )
    state = ScopeState(scope="S1", devices={"L1": DeviceState(live=Lane(seal=OPENED), heard_at=T0)})
    found: list[Finding] = []
    for number, (lat, lon, placement) in enumerate(zip(lats, lons, places, strict=True)):
        claims = rnd.choice((0.0, 0.0, 0.0, CLAIMED_KMH))
        time = T0 + timedelta(seconds=every_s * number)
        state = heard(state, lat, lon, time, claims, placement, found)
    return found


def heard(
    state: ScopeState,
    lat: float,
    lon: float,
    time: datetime,
    speed_kmh: float,
    placement: Placement,
    found: list[Finding],
) -> ScopeState:
    fix = Fix(lat=lat, lon=lon, time=time, accuracy_m=ACCURACY_M, speed_kmh=speed_kmh)
    reading = Reading(
        device="L1",
        dialect="native",
        event_time=time,
        received_at=time,
        position=fix,
        seal=SealReport(condition=SealCondition.OPEN),
    )
    what = engine.HeardReading(reading=reading, identity="00")
    done = engine.step(state, what, placement, PLAN, Policy(), RULES)
    found += done.findings
    return done.state


@pytest.mark.parametrize("tens", range(10))
def test_a_parked_lock_that_drifts_is_no_departure(tens: int) -> None:
    """1,000 nights: one entry where it was opened, and nothing else at all."""
    for seed in range(tens * 100, tens * 100 + 100):
        told = Counter((str(finding.type), finding.zone) for finding in night(seed))
        assert told == {("zone_entered", "compound"): 1}, f"seed {seed}"
