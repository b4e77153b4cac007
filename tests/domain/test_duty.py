"""Hours of the week, by the clocks of a zone, through changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.duty import DAYS, DutyHours

MONTERREY, CHICAGO = ZoneInfo("America/Monterrey"), ZoneInfo("America/Chicago")


def at(text: str, zone: ZoneInfo = MONTERREY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("07:00-19:00", "2025-03-03T07:00", "2025-03-03T19:00"),
        ("Mon-Fri 07:00-19:00", "2025-03-07T18:59", "2025-03-08T12:00"),
        ("Sat,Sun 22:00-06:00", "2025-03-10T05:59", "2025-03-08T05:59"),  # Monday is Sunday's
        ("Fri-Mon 08:00-09:00", "2025-03-09T08:30", "2025-03-11T08:30"),
        ("mon 00:00-24:00", "2025-03-03T23:59", "2025-03-04T00:00"),
        ("Thursday 10:00-10:00", "2025-03-07T09:59", "2025-03-07T10:00"),  # a day from 10:00
    ],
)
def test_what_lies_in_a_span(text: str, inside: str, outside: str) -> None:
    hours = DutyHours.parse(text)
    assert hours.contains(at(inside), MONTERREY)
    assert not hours.contains(at(outside), MONTERREY)
    assert DutyHours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("always", "no span of hours"),
        ("25:00-26:00", "no time of day"),
        ("10:75-11:00", "no time of day"),
        ("24:00-06:00", "23:59 at the latest"),
        ("Lun 08:00-09:00", "no day of the week"),
        ("", "no span of hours"),
    ],
)
def test_what_is_no_span(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        DutyHours.parse(text)


def test_it_begins_by_the_clocks_of_the_zone_on_the_day_they_change() -> None:
    hours = DutyHours.parse("06:00-22:00")
    night = at("2025-03-08T23:00", CHICAGO)  # summer time begins at 02:00 on the 9th
    assert hours.next_start(night, CHICAGO) == at("2025-03-09T06:00", CHICAGO)
    assert hours.next_start(night, CHICAGO) - night == timedelta(hours=6)


spans = st.builds(
    DutyHours,
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    start=st.integers(0, 1439),
    end=st.integers(0, 1440),
)
moments = st.integers(1_704_067_200, 1_798_761_600).map(lambda s: datetime.fromtimestamp(s, UTC))
"""From 2024 to 2026."""


@given(spans, moments, st.sampled_from([MONTERREY, CHICAGO]))
def test_the_next_beginning_lies_in_it_and_nothing_before_does(
    hours: DutyHours, moment: datetime, zone: ZoneInfo
) -> None:
    begins = hours.next_start(moment, zone)
    assert moment <= begins <= moment + timedelta(days=8)
    if begins == moment:
        assert hours.contains(moment, zone)
        return
    if zone is MONTERREY:  # Chicago lacks an hour once a year, and a span may lie in it
        assert hours.contains(begins, zone)
    earlier = moment
    while earlier < begins - timedelta(minutes=61):  # an hour that comes twice begins twice
        assert not hours.contains(earlier, zone)
        earlier += timedelta(minutes=47)


@given(spans)
def test_it_is_read_as_it_is_written(hours: DutyHours) -> None:
    assert DutyHours.parse(str(hours)) == hours
    assert all(name.title() in "Mon Tue Wed Thu Fri Sat Sun" for name in DAYS)
