"""How often a device reports, as its gaps show it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from devices.reading import NoFix, NoFixReason, Reading
from tracker.domain.rhythm import AWAKE_S, FIRST_S, intervals, rhythm, wakes, woken
from tracker.domain.state import Lane


def after(gaps: list[float], *, moving: bool) -> Lane:
    lane = Lane(moving=moving)
    for gap in gaps:
        lane = replace(lane, **rhythm(lane, gap))
    return lane


@pytest.mark.parametrize("every", [30.0, 60.0, 120.0, 300.0])
def test_a_steady_device_is_known_after_some_reports(every: float) -> None:
    assert after([every] * 6, moving=True).pace_s == every
    assert after([every] * 6, moving=False).rest_s == every


def test_one_gap_proves_no_rhythm() -> None:
    assert after([1_200.0], moving=True).pace_s == FIRST_S


def test_at_rest_and_under_way_are_apart_and_the_first_pace_is_that_of_rest() -> None:
    asleep = after([1_200.0] * 6, moving=False)
    assert (asleep.rest_s, asleep.pace_s) == (1_200.0, 0.0)
    moving = replace(asleep, moving=True)
    assert rhythm(moving, 300.0) == {"pace_s": AWAKE_S}


def test_a_lost_report_is_forgotten_after_two() -> None:
    lane = after([300.0] * 8 + [600.0], moving=True)
    assert lane.pace_s == pytest.approx(450.0)
    assert after([300.0] * 8 + [600.0, 300.0, 300.0], moving=True).pace_s == 300.0


def test_reports_that_are_missing_by_their_serials_are_no_other_rhythm() -> None:
    known = after([300.0] * 8, moving=True)
    assert rhythm(known, 1_200.0, 4) == {"pace_s": 300.0}
    assert rhythm(known, 1_200.0, 2) == {"pace_s": pytest.approx(450.0)}, "slower all the same"


def test_serials_that_count_more_than_is_sent_lower_nothing() -> None:
    known = after([300.0] * 8, moving=True)
    assert rhythm(known, 300.0, 10) == {"pace_s": 300.0}
    assert rhythm(known, 310.0, 10) == {"pace_s": 300.0}


@pytest.mark.parametrize(
    ("dialect", "before", "seq", "expected"),
    [
        ("native", 7, 11, 4),
        ("native", 7, 8, 1),
        ("native", 7, 7, 1),
        ("native", 500, 1, 1),  # they began anew
        ("native", None, 11, 1),
        ("native", 7, None, 1),
        ("jtt808", 7, 11, 1),  # heartbeats are counted too
    ],
)
def test_serials_say_how_many_reports_lie_between(
    dialect: str, before: int | None, seq: int | None, expected: int
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    reading = Reading(
        device="L1",
        dialect=dialect,
        event_time=at,
        received_at=at,
        position=NoFix(reason=NoFixReason.ABSENT),
        seq=seq,
    )
    assert intervals(Lane(seq=before), reading) == expected


def test_a_burst_of_events_hardly_lowers_it() -> None:
    assert after([300.0] * 8 + [2.0] * 3, moving=True).pace_s > 250


def test_a_repeated_or_older_reading_says_nothing() -> None:
    assert rhythm(Lane(moving=True, pace_s=60.0), 0.0) == {}
    assert rhythm(Lane(moving=True, pace_s=60.0), -5.0) == {}


def test_a_device_wakes_that_reported_early_twice_when_it_was_moved() -> None:
    lane = Lane(rest_s=1_200.0, pace_s=60.0)
    for expected in (1, 2):
        lane = replace(lane, wakes=woken(lane, 400.0))
        assert lane.wakes == expected
    assert wakes(lane)
    assert not wakes(replace(lane, wakes=woken(lane, 1_200.0))), "it slept on while moved"


def test_who_reports_as_often_at_rest_shows_nothing() -> None:
    assert woken(Lane(rest_s=60.0, pace_s=60.0), 400.0) == 0
    assert woken(Lane(rest_s=1_200.0, pace_s=60.0, wakes=1), 100.0) == 1
