"""Progress of a truck whose route goes out and back on one road: which way is it on?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely import LineString

from devices.reading import Fix, Reading
from geofences.atlas import Atlas
from geofences.corridor import Corridor
from tracker.domain.motion import advance
from tracker.domain.plan import Plan, PlannedLeg
from tracker.domain.policy import Policy
from tracker.domain.shipment import Device, Shipment
from tracker.domain.state import Lane

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROAD = Corridor("c", "c", LineString([(-100, 25), (-100, 25.25), (-100, 25)]), 200.0)
TURN_M = ROAD.length_m / 2


LEG = PlannedLeg(
    from_zone=None,
    to_zone=None,
    corridor="c",
    half_width_m=200.0,
    custodian=None,
    earliest=None,
    latest=None,
)
PLAN = Plan(shipment=Shipment(id="S1", devices=(Device(id="L1"),)), opened_at=T0, legs=(LEG,))


def driven(heard: Iterable[tuple[float, float]]) -> Lane:
    """The lane after positions of (seconds, metres along the road out and back)."""
    atlas, lane = Atlas([], [ROAD]), Lane()
    for seconds, metres in heard:
        lat, lon, _ = ROAD.at(metres)
        time = T0 + timedelta(seconds=seconds)
        (placement,) = atlas.locate([lat], [lon], corridors=["c"], progress=[lane.progress_m or 0])
        fix = Fix(lat=lat, lon=lon, time=time)
        reading = Reading(
            device="L1", dialect="native", event_time=time, received_at=time, position=fix
        )
        lane, _ = advance(lane, reading, placement, PLAN, Policy())
    return lane


def drive(start_m: float, end_m: float, began: float, every: float) -> list[tuple[float, float]]:
    """At 20 m/s."""
    seconds = np.arange(0.0, abs(end_m - start_m) / 20.0, every)
    way = 20.0 if end_m > start_m else -20.0
    return [(began + s, start_m + way * s) for s in seconds.tolist()]


@pytest.mark.parametrize("every", [1.0, 30.0])
@pytest.mark.parametrize("short_m", [100.0, 600.0, 4_000.0])
def test_who_turned_unheard_where_the_route_does_is_on_its_way_home(
    short_m: float, every: float
) -> None:
    out = drive(TURN_M - 8_000, TURN_M - short_m, 0, every)
    home = drive(TURN_M + short_m - 50, TURN_M + 8_000, out[-1][0] + 900, every)
    lane = driven([*out, *home])
    assert lane.progress_m == pytest.approx(home[-1][1], abs=5)
    assert lane.fork is None


@pytest.mark.parametrize("every", [1.0, 30.0])
def test_who_turns_half_way_is_not_excused_by_the_way_home(every: float) -> None:
    out = drive(1_000, TURN_M - 12_000, 0, every)
    back = drive(TURN_M - 12_000, 3_000, out[-1][0] + every, every)
    lane = driven([*out, *back])
    assert lane.progress_m == pytest.approx(back[-1][1], abs=5)


def test_who_parks_near_the_turning_point_and_drifts_has_not_passed_it() -> None:
    out = drive(TURN_M - 8_000, TURN_M - 600, 0, 30.0)
    drift = [(out[-1][0] + 60.0 * n, TURN_M - 600 + 80.0 * (-1) ** n) for n in range(1, 40)]
    lane = driven([*out, *drift])
    assert lane.progress_m is not None
    assert lane.progress_m < TURN_M
