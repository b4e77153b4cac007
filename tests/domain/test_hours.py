"""Hours of the day, by the clocks of a place, on ordinary days and when they are set."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.hours import Hours

NIGHT = Hours("night", time(22), time(5), "America/Chicago")
DAY = Hours("day", time(6), time(18), "America/Chicago")
GAP = Hours("gap", time(2, 30), time(4), "America/Chicago")
TWICE = Hours("twice", time(1, 30), time(3), "America/Chicago")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "moment", "hold"),
    [
        (NIGHT, "2026-01-15T21:59:59-06:00", False),
        (NIGHT, "2026-01-15T22:00:00-06:00", True),
        (NIGHT, "2026-01-16T00:00:00-06:00", True),
        (NIGHT, "2026-01-16T04:59:59-06:00", True),
        (NIGHT, "2026-01-16T05:00:00-06:00", False),
        (NIGHT, "2026-01-16T12:00:00-06:00", False),
        (NIGHT, "2026-07-16T03:00:00+00:00", True),  # 22:00 in summer
        (NIGHT, "2026-07-16T10:30:00+00:00", False),  # 05:30 in summer, 04:30 in winter
        (NIGHT, "2026-01-16T10:30:00+00:00", True),
        (DAY, "2026-01-15T06:00:00-06:00", True),
        (DAY, "2026-01-15T18:00:00-06:00", False),
        (DAY, "2026-01-15T23:00:00-06:00", False),
        (GAP, "2026-03-08T01:59:59-06:00", False),
        (GAP, "2026-03-08T03:00:00-05:00", True),  # the clock never showed half past two
        (TWICE, "2026-11-01T01:45:00-05:00", True),
        (TWICE, "2026-11-01T01:15:00-06:00", False),  # set back from two to one
        (TWICE, "2026-11-01T01:45:00-06:00", True),
    ],
)
def test_they_hold_by_the_clock_on_the_wall(hours: Hours, moment: str, hold: bool) -> None:
    assert hours.hold(at(moment)) is hold


@pytest.mark.parametrize(
    ("hours", "moment", "edge"),
    [
        (NIGHT, "2026-01-15T12:00:00-06:00", "2026-01-15T22:00:00-06:00"),
        (NIGHT, "2026-01-15T22:00:00-06:00", "2026-01-16T05:00:00-06:00"),
        (NIGHT, "2026-03-07T23:00:00-06:00", "2026-03-08T05:00:00-05:00"),
        (GAP, "2026-03-08T01:00:00-06:00", "2026-03-08T03:00:00-05:00"),
        (TWICE, "2026-11-01T01:45:00-05:00", "2026-11-01T01:00:00-06:00"),
    ],
)
def test_the_moment_when_they_change_is_among_the_edges(
    hours: Hours, moment: str, edge: str
) -> None:
    now, later = at(moment), at(edge)
    assert later in hours.edges(now)
    assert hours.hold(later - timedelta(seconds=1)) is hours.hold(now) is not hours.hold(later)


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["UTC", "America/Chicago", "America/Tijuana", "Australia/Lord_Howe", "Asia/Kathmandu"]
)


@given(begins=MINUTES, ends=MINUTES, zone=ZONES, moment=MOMENTS, apart=st.integers(1, 36 * 60))
def test_between_two_edges_nothing_changes(
    begins: time, ends: time, zone: str, moment: datetime, apart: int
) -> None:
    """Whatever the clocks do: whoever sleeps until the next edge misses no change."""
    hours = Hours("any", begins, ends, zone)
    later = moment + timedelta(minutes=apart)
    between = [edge for edge in hours.edges(moment) if moment < edge <= later]
    if not between:
        assert hours.hold(moment) is hours.hold(later)


def test_the_ends_of_the_calendar_are_no_fault() -> None:
    for moment in (datetime.min.replace(tzinfo=UTC) + timedelta(days=1),):
        assert NIGHT.edges(moment)
