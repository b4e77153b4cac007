"""Which fix is believed, and what is wrong with the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from devices.reading import Fix
from geofences.placement import Placement
from tracker.domain.credibility import Belief, judged, starved
from tracker.domain.doubt import Fault
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.shipment import Device, Shipment
from tracker.domain.state import Lane

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = Plan(shipment=Shipment(id="S1", devices=(Device(id="L1"),)), opened_at=T0)
MONTERREY = 25.67, -100.31


def fix(minutes: float, lat: float, lon: float) -> Fix:
    return Fix(lat=lat, lon=lon, time=T0 + timedelta(minutes=minutes))


def lane(last: Fix, agreed: int = 2, vouched: bool = True, suspect: Fix | None = None) -> Lane:
    agreeing = 0 if suspect is None else 1
    return Lane(fix=last, agreed=agreed, vouched=vouched, suspect=suspect, agreeing=agreeing)


def believed(known: Lane, new: Fix, placement: Placement | None = None) -> Belief:
    return judged(known, new, new.time, placement, PLAN, Policy())


@pytest.mark.parametrize(
    ("lat", "lon", "fault", "coordinate"),
    [
        (25.67, 0.0, Fault.ZERO, "lon"),
        (25.67, -0.0009, Fault.ZERO, "lon"),
        (0.0, -100.31, Fault.ZERO, "lat"),
        (1e-6, 1e-6, Fault.ZERO, "lat,lon"),
        (25.67, 100.31, Fault.SIGN, "lon"),
        (-25.67, -100.31, Fault.SIGN, "lat"),
        (-25.6, 100.3, Fault.SIGN, "lat,lon"),
        (48.85, 2.35, Fault.SPEED, ""),
        (25.75, -100.31, Fault.SPEED, ""),
    ],
)
@pytest.mark.parametrize("minutes", [0.5, 2])
def test_a_fix_where_no_truck_can_be_says_what_is_wrong_with_it(
    minutes: float, lat: float, lon: float, fault: Fault, coordinate: str
) -> None:
    doubt = believed(lane(fix(0, *MONTERREY)), fix(minutes, lat, lon)).doubt
    assert doubt is not None
    assert (doubt.fault, doubt.coordinate) == (fault, coordinate)
    assert doubt.way is not None
    assert doubt.way.seconds == minutes * 60
    assert doubt.way.kmh == pytest.approx(doubt.way.metres / doubt.way.seconds * 3.6)


def test_exchanged_coordinates_are_seen_where_both_are_latitudes() -> None:
    doubt = believed(lane(fix(0, 50.0, 18.7)), fix(1, 18.7, 50.0)).doubt
    assert doubt is not None
    assert (doubt.fault, doubt.coordinate) == (Fault.SWAPPED, "lat,lon")


def test_over_a_zero_meridian_one_drives() -> None:
    near = fix(0, 51.48, -0.01)
    assert believed(lane(near), fix(1, 51.48, 0.0)).doubt is None
    assert believed(lane(near), fix(1, 51.48, 0.01)).doubt is None


@pytest.mark.parametrize("on_corridor", [True, False])
def test_a_first_fix_of_zero_is_believed_where_the_plan_has_the_truck(on_corridor: bool) -> None:
    there = Placement(on_corridor=on_corridor)
    assert (believed(Lane(), fix(0, 51.48, 0.0), there).doubt is None) is on_corridor


@pytest.mark.parametrize("fault", [(25.67, 0.0), (25.67, 100.31)])
def test_no_time_makes_a_half_position_true(fault: tuple[float, float]) -> None:
    assert believed(lane(fix(0, *MONTERREY)), fix(60 * 24 * 30, *fault)).doubt is not None


def test_time_makes_a_journey_possible() -> None:
    far = 30.0, -100.31  # 481 km
    assert believed(lane(fix(0, *MONTERREY)), fix(144, *far)).doubt is not None
    belief = believed(lane(fix(0, *MONTERREY)), fix(145, *far))
    assert belief.doubt is None
    assert not belief.anew
    assert belief.agreed == 1, "it stands alone, whatever spoke for those before the gap"


def test_agreement_proves_nothing_against_a_position_that_was_confirmed() -> None:
    wild = fix(1, 48.85, 2.35)
    for minutes in range(2, 60):
        known = lane(fix(0, *MONTERREY), suspect=wild)
        belief = believed(known, wild := fix(minutes, 48.85, 2.35))
        assert belief.doubt is not None
        assert belief.agreeing == 2


def test_two_against_one() -> None:
    known = lane(fix(0, 48.85, 2.35), agreed=1, vouched=False, suspect=fix(1, *MONTERREY))
    belief = believed(known, fix(2, *MONTERREY))
    assert belief.anew
    assert belief.agreed == 2


def test_two_of_the_same_second_are_one() -> None:
    known = lane(fix(0, 48.85, 2.35), agreed=1, vouched=False, suspect=fix(1, *MONTERREY))
    assert believed(known, fix(1, *MONTERREY)).doubt is not None


def test_zeros_are_no_two_against_one() -> None:
    known = lane(fix(0, *MONTERREY), agreed=1, vouched=False, suspect=fix(1, 25.67, 0.0))
    assert believed(known, fix(2, 25.67, 0.0)).doubt is not None


def test_the_plan_outvotes_a_place_where_it_never_had_the_truck() -> None:
    there = Placement(on_corridor=True)
    shenzhen, home = fix(0, 22.5, 114.0), fix(2, *MONTERREY)
    rival = fix(1, *MONTERREY)
    assert believed(lane(shenzhen, vouched=False, suspect=rival), home, there).anew
    assert not believed(lane(shenzhen, vouched=True, suspect=rival), home, there).anew


def test_a_clock_ahead_gives_nobody_time() -> None:
    ahead = fix(60 * 24 * 365, 48.85, 2.35)
    known, received = lane(fix(0, *MONTERREY)), T0 + timedelta(minutes=1)
    doubt = judged(known, ahead, received, None, PLAN, Policy()).doubt
    assert doubt is not None
    assert doubt.way is not None
    assert doubt.way.seconds == 180, "a minute, and the skew that is allowed"


def test_of_a_clock_that_always_runs_ahead_its_own_time_passes_between_two_of_one_burst() -> None:
    """Five minutes ahead; both are received at once, and 8 km lie between them."""
    new = fix(10, MONTERREY[0] + 0.072, MONTERREY[1])
    received = T0 + timedelta(minutes=5)
    known = replace(lane(fix(6, *MONTERREY)), fix_latest=received)
    steady = replace(known, ahead=Policy().clock_reports)
    assert judged(known, new, received, None, PLAN, Policy()).doubt is not None
    assert judged(steady, new, received, None, PLAN, Policy()).doubt is None


def test_no_satellites_are_told_where_they_say_somewhere_else() -> None:
    known = lane(fix(0, *MONTERREY))
    assert starved(known, fix(1, *MONTERREY), T0, Policy()) is None
    moved = starved(known, fix(1, 25.68, -100.31), T0 + timedelta(minutes=1), Policy())
    assert moved is not None
    assert moved.fault is Fault.SATELLITES
    assert starved(Lane(), fix(1, 25.68, -100.31), T0, Policy()) is None


def test_a_time_that_is_not_its_own_accuses_nobody_and_loses_nobody() -> None:
    """A lock whose clock is wrong sends what it stored for hours within a second."""
    known, burst = lane(fix(0, *MONTERREY)), [fix(1 / 60, 26.0, -100.2), fix(2 / 60, 26.5, -100.0)]
    for stored in burst:
        belief = judged(known, stored, stored.time, None, PLAN, Policy(), dated=False)
        assert belief.doubt is not None
        assert not belief.accuses
    known = lane(fix(0, *MONTERREY), suspect=fix(1, 27.0, -99.8))
    again = judged(known, fix(2, 27.01, -99.8), T0, None, PLAN, Policy(), dated=False)
    assert again.anew
    zero = judged(known, fix(2, 27.01, 0.0), T0, None, PLAN, Policy(), dated=False)
    assert zero.doubt is not None
    assert zero.accuses, "no clock makes a zero right"
