"""What lies ahead on the way, and the crossing as one place."""

from __future__ import annotations

from array import array

from tracker.domain.stretch import Border, Stretch, within

KM = 1 / 111.195


def stretch() -> Stretch:
    """From km 10 to km 12 northwards, marked each kilometre from km 5 to km 14."""
    marks = range(5, 15)
    return Stretch(
        zone="dead",
        usual_minutes=12.0,
        reach_m=600.0,
        lats=array("d", [25 + km * KM for km in marks]),
        lons=array("d", [-100.0] * len(marks)),
        left_m=array("d", [-1.0 if km > 12 else max(10 - km, 0) * 1_000.0 for km in marks]),
    )


def test_left_is_the_way_there_and_nothing_within() -> None:
    assert stretch().left(25 + 7 * KM, -100.0) == 3_000
    assert stretch().left(25 + 11 * KM, -100.0) == 0
    assert stretch().covers(25 + 11 * KM, -100.0)


def test_who_is_past_it_or_aside_or_far_before_has_it_not_ahead() -> None:
    for lat, lon in ((13.0, 0.0), (7.0, 1.0), (3.0, 0.0)):
        assert stretch().left(25 + lat * KM, -100.0 + lon * KM) is None
        assert not stretch().covers(25 + lat * KM, -100.0 + lon * KM)


def test_within_a_convex_area_whichever_way_it_is_drawn() -> None:
    ring = ((0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.0, 0.0))
    for corners in (ring, ring[::-1]):
        assert within(corners, 0.5, 1.0)
        assert not within(corners, 1.5, 1.0)
        assert not within(corners, 0.5, -0.1)
    assert not within((), 0.5, 1.0)


def test_a_border_holds_its_hull_and_its_queues() -> None:
    border = Border(hull=((0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.0, 0.0)), queues=(stretch(),))
    assert border.holds(0.5, 1.0)
    assert border.holds(25 + 11 * KM, -100.0)
    assert not border.holds(25 + 7 * KM, -100.0), "on the way to the queue is not in it"
