"""What proves that a truck has jumped, or has left a zone: two fixes, each of which can tell."""

from __future__ import annotations

from msgspec.structs import replace

from devices.reading import Fix
from geofences.placement import Placement
from tests.domain.test_motion import PLAN, after, fix, reading
from tracker.domain.motion import Moves, advance
from tracker.domain.policy import Policy
from tracker.domain.state import Lane, Passage

NOT_THERE = Placement()
PERHAPS = Placement(doubtful=("yard",))
"""Outside the yard, and so near to its edge that a fix this vague may be inside."""


def seen(lane: Lane, at: float, placement: Placement) -> tuple[Lane, Moves]:
    """It drives on at 60 km/h."""
    return advance(lane, reading(there(at), at), placement, PLAN, Policy())


def there(at: float) -> Fix:
    return fix(at, (at - 60) * 16.7)


def in_the_yard() -> Lane:
    lane, _ = after(fix(0), fix(60), zones=("yard",))
    assert "yard" in lane.zones
    return lane


def test_the_same_stale_fix_told_twice_proves_no_jump() -> None:
    """A receiver that has lost its satellites tells its last fix again, with each new reading."""
    lane, _ = after(fix(0))
    stale = fix(60, 50_000)
    for at in (60, 120, 180):
        lane, moves = advance(lane, reading(stale, at), NOT_THERE, PLAN, Policy())
        assert moves.fix is None
        assert lane.fix == fix(0)
    lane, moves = advance(lane, reading(fix(240, 50_100), 240), NOT_THERE, PLAN, Policy())
    assert moves.fix == fix(240, 50_100), "a newer one that agrees does prove it"


def test_an_older_fix_near_the_doubted_one_proves_no_jump() -> None:
    lane, _ = after(fix(0), fix(120, 50_000))
    lane, moves = advance(lane, reading(fix(60, 50_000), 130), NOT_THERE, PLAN, Policy())
    assert moves.fix is None
    assert lane.fix == fix(0)


def test_a_vague_fix_and_a_clear_one_prove_no_exit() -> None:
    lane = in_the_yard()
    lane, moves = seen(lane, 120, PERHAPS)
    assert not moves.left
    lane, moves = seen(lane, 180, NOT_THERE)
    assert not moves.left, "of the two only this one could tell"
    lane, moves = seen(lane, 240, NOT_THERE)
    assert moves.left == {"yard": there(180)}
    assert not lane.zones


def test_a_clear_fix_and_a_vague_one_prove_no_exit_and_the_next_clear_one_does() -> None:
    lane = in_the_yard()
    lane, moves = seen(lane, 120, NOT_THERE)
    lane, moves = seen(lane, 180, PERHAPS)
    assert not moves.left
    lane, moves = seen(lane, 240, NOT_THERE)
    assert moves.left == {"yard": there(120)}, "from the first that could tell"


def test_a_vague_fix_after_a_clear_one_that_is_inside_begins_anew() -> None:
    lane = in_the_yard()
    lane, _ = seen(lane, 120, NOT_THERE)
    lane, _ = seen(lane, 180, replace(PERHAPS, zones=("yard",)))
    lane, moves = seen(lane, 240, NOT_THERE)
    assert not moves.left
    assert "yard" in lane.zones


def test_only_zones_of_the_plan_that_the_truck_is_not_in_are_passed() -> None:
    way = Placement(passed=("S2/yard", "yard"))
    lane, _ = after(there(0))
    _, moves = seen(lane, 60, way)
    assert [passage.zone for passage in moves.passed] == ["yard"]
    _, moves = seen(in_the_yard(), 120, replace(way, zones=("yard",)))
    assert moves.passed == ()


def test_after_a_gap_a_straight_way_tells_of_no_passage() -> None:
    gap_s = Policy().passage_min * 60
    lane, _ = after(there(0))
    (passage,) = seen(lane, gap_s, Placement(passed=("yard",)))[1].passed
    assert passage == Passage(zone="yard", after=there(0), fix=there(gap_s))
    assert seen(lane, gap_s + 1, Placement(passed=("yard",)))[1].passed == ()
