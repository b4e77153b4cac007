"""What one more reading makes of a lane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.reading import Cell, Fix, NoFix, NoFixReason, Reading
from geofences.kinds import ZoneKind
from geofences.placement import Placement
from tracker.domain.doubt import implied_kmh
from tracker.domain.motion import Moves, advance, point
from tracker.domain.plan import Place, Plan
from tracker.domain.policy import Policy
from tracker.domain.shipment import Device, Shipment
from tracker.domain.state import Lane

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = Plan(
    shipment=Shipment(id="S1", devices=(Device(id="L1"),)),
    opened_at=T0,
    shared={"yard": Place("yard", "the yard", ZoneKind.YARD)},
)
DEGREE_M = 111_195.0


def fix(at: float, metres: float = 0.0, **more: Any) -> Fix:
    """`at` seconds after T0, `metres` north of the start."""
    time = T0 + timedelta(seconds=at)
    return Fix(lat=25.0 + metres / DEGREE_M, lon=-100.0, time=time, **more)


def reading(
    position: Fix | NoFix, at: float, received: float | None = None, **more: Any
) -> Reading:
    return Reading(
        device="L1",
        dialect="native",
        event_time=T0 + timedelta(seconds=at),
        received_at=T0 + timedelta(seconds=at if received is None else received),
        position=position,
        **more,
    )


def after(*fixes: Fix, lane: Lane | None = None, zones: tuple[str, ...] = ()) -> tuple[Lane, Moves]:
    """The lane after these fixes, and what the last of them changed."""
    lane, moves = lane or Lane(), Moves()
    for one in fixes:
        at = (one.time - T0).total_seconds()
        lane, moves = advance(lane, reading(one, at), Placement(zones=zones), PLAN, Policy())
    return lane, moves


def test_the_first_fix_is_believed_and_moves_nothing() -> None:
    lane, moves = after(fix(0))
    assert moves.fix == lane.fix == fix(0)
    assert not lane.moving
    assert lane.halt is not None
    assert lane.halt.since == T0


def test_a_reading_without_a_fix_keeps_the_last_position_and_the_motion() -> None:
    lane, _ = after(fix(0), fix(60, 1000, speed_kmh=60))
    lane, moves = advance(lane, reading(NoFix(reason=NoFixReason.ABSENT), 90), None, PLAN, Policy())
    assert moves == Moves()
    assert lane.fix == fix(60, 1000, speed_kmh=60)
    assert lane.moving
    assert lane.at == T0 + timedelta(seconds=90)


def test_200_kmh_is_believed_and_more_is_not() -> None:
    believed, moves = after(fix(0), fix(60, 3333))
    assert moves.fix is not None
    assert believed.suspect is None
    doubted, moves = after(fix(0), fix(60, 3340))
    assert moves.fix is None
    assert doubted.fix == fix(0)
    assert doubted.suspect == fix(60, 3340)


def test_a_second_fix_that_agrees_proves_the_jump() -> None:
    lane, moves = after(fix(0), fix(60, 50_000), fix(120, 51_000))
    assert moves.fix == lane.fix == fix(120, 51_000)
    assert lane.suspect is None


def test_two_jumps_to_different_places_prove_nothing() -> None:
    lane, moves = after(fix(0), fix(60, 50_000), fix(120, -50_000))
    assert moves.fix is None
    assert lane.fix == fix(0)


def test_a_useless_hdop_is_no_fix_and_no_witness() -> None:
    lane, moves = after(fix(0), fix(60, 50_000, hdop=99.0))
    assert moves.fix is None
    assert lane.suspect is None
    _, moves = after(fix(120, 51_000), lane=lane)
    assert moves.fix is None


def test_an_old_fix_told_again_is_no_news() -> None:
    lane, _ = after(fix(0), fix(60, 100))
    again, moves = advance(lane, reading(fix(60, 100), 120), Placement(), PLAN, Policy())
    assert moves.fix is None
    assert again.fix == lane.fix


def test_fixes_of_a_clock_that_ran_ahead_are_forgotten_when_it_is_right_again() -> None:
    year = 365 * 86_400
    lane, _ = advance(Lane(), reading(fix(year), year, received=0), Placement(), PLAN, Policy())
    lane, moves = advance(lane, reading(fix(60, 100), 60), Placement(), PLAN, Policy())
    assert moves.fix == lane.fix == fix(60, 100)
    assert lane.halt is not None
    assert lane.halt.since == T0 + timedelta(seconds=60)


@pytest.mark.parametrize(("speed", "moving"), [(5.0, False), (5.1, True)])
def test_faster_than_5_kmh_is_moving(speed: float, moving: bool) -> None:
    gone = fix(0), fix(60, 200), fix(120, 400, speed_kmh=speed)
    assert after(*gone)[0].moving is moving


def test_without_a_speed_the_fixes_tell_whether_it_moves() -> None:
    assert after(fix(0), fix(60, 1000), fix(120, 2000))[0].moving
    assert not after(fix(0), fix(60, 1000), fix(120, 1020), fix(180, 1030), fix(240, 1020))[
        0
    ].moving


@pytest.mark.parametrize("claimed", [9.0, 20.0, 60.0])
@pytest.mark.parametrize("before", [0, 1, 5])
@pytest.mark.parametrize("away", [0, 60])
def test_what_one_parked_fix_claims_moves_nothing(claimed: float, before: int, away: float) -> None:
    parked = [fix(60 * number, speed_kmh=0.0) for number in range(before)]
    lane, _ = after(*parked, fix(60 * before + 60, away, speed_kmh=claimed))
    assert not lane.moving


@pytest.mark.parametrize("away", [200, 1_000, 5_000])
def test_one_jump_moves_nothing_and_two_that_agree_neither(away: float) -> None:
    parked = [fix(300 * number, speed_kmh=0.0) for number in range(3)]
    jump = fix(900, away, speed_kmh=9.0)
    assert not after(*parked, jump)[0].moving
    assert not after(*parked, jump, fix(1_200, away + 5, speed_kmh=9.0))[0].moving


@pytest.mark.parametrize("every_s", [1, 30, 60, 300])
def test_a_truck_that_rolls_moves_at_whatever_interval(every_s: int) -> None:
    stood = [fix(-600, speed_kmh=0.0), fix(-300, speed_kmh=0.0)]
    rolls = [fix(every_s * n, 20.0 * every_s * n, speed_kmh=72.0) for n in range(40)]
    assert after(*stood, *rolls)[0].moving


def test_a_halt_ends_with_two_fixes_away_from_it() -> None:
    parked, _ = after(fix(0), fix(60, 90), fix(120, 200), fix(180, 0))
    assert parked.halt is not None
    assert parked.halt.since == T0
    gone, _ = after(fix(0), fix(60, 200), fix(120, 500))
    assert gone.halt is not None
    assert gone.halt.since == T0 + timedelta(seconds=120)


def test_two_fixes_near_each_other_are_the_new_halt_from_the_first_of_them() -> None:
    lane, _ = after(fix(0), fix(60, 1000), fix(120, 1050))
    assert lane.halt is not None
    assert lane.halt.since == T0 + timedelta(seconds=60)


def test_zones_are_entered_and_left_by_two_fixes_at_the_time_of_the_first() -> None:
    lane, moves = after(fix(0), zones=("yard",))
    assert not moves.entered
    lane, moves = after(fix(60), lane=lane, zones=("yard",))
    assert moves.entered == {"yard": fix(0)}
    assert lane.zones == {"yard": T0}
    lane, moves = after(fix(120, 1000), lane=lane)
    assert not moves.left
    lane, moves = after(fix(180, 2000), lane=lane)
    assert moves.left == {"yard": fix(120, 1000)}
    assert lane.zones == {}


def test_zones_of_other_shipments_are_none() -> None:
    _, moves = after(fix(0), fix(60), zones=("S2/yard",))
    assert not moves.entered


def test_satellites_that_collapse_under_a_strong_cell_for_long_are_jamming() -> None:
    blind = NoFix(reason=NoFixReason.INVALID, satellites=2)
    lane, policy = Lane(fix=fix(0), moving=True), Policy(jamming_collapse_min=8)
    for at, jammed in ((0, False), (60, False), (479, False), (480, True)):
        lane, _ = advance(lane, reading(blind, at, cell=Cell(rssi=-85)), None, PLAN, policy)
        assert lane.jammed is jammed


def test_implied_speed_counts_at_least_a_second() -> None:
    assert implied_kmh(fix(0), fix(0, 100)) == pytest.approx(360, rel=0.01)
    assert implied_kmh(fix(0), fix(3600, 80_000)) == pytest.approx(80, rel=0.01)


def test_point() -> None:
    assert point(None) == {}
    assert point(fix(0)) == {"lat": 25.0, "lon": -100.0}


def test_a_truck_that_reports_by_the_second_and_claims_no_speed_moves() -> None:
    lane, _ = after(*(fix(at, 22.0 * at) for at in range(120)))
    assert lane.moving
    assert lane.pace_s == pytest.approx(1.0)


def test_a_jump_of_one_that_claims_no_speed_and_stays_there_is_no_motion() -> None:
    lane, _ = after(*(fix(10 * n, 200.0 if n > 5 else 0.0) for n in range(12)))
    assert not lane.moving
