"""Times as people and programs write them: each is one moment, or nobody could tell which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.errors import UsageError
from tracker.simulation.track_times import Times, Way, is_clock, joined

HERE = ZoneInfo("America/Monterrey")  # UTC-6, all year
NOON = datetime(2026, 11, 30, 12, 12, tzinfo=UTC)
"""06:12 in Monterrey."""

WRITTEN = [
    "2026-11-30T12:12:00Z", "2026-11-30 12:12:00 UTC", "2026-11-30T06:12:00-06:00",
    "2026-11-30 06:12", "2026-11-30T06:12:00", "20261130T061200", "20261130061200", "202611300612",
    "2026/11/30 06:12", "2026/11/30 06:12:00", "30/11/2026 06:12", "30/11/2026 6:12",
    "30/11/2026, 06:12:00", "30-11-2026 06:12", "30.11.2026 06.12", "30/11/26 06:12",
    "30/11/2026 06:12:00 a. m.", "30/11/2026 6:12 AM", "11/30/2026 06:12", "11/30/2026 6:12:00 am",
    "30-nov-2026 06:12", "30 nov. 2026 06:12", "30 de noviembre de 2026, 06:12",
    "Nov 30, 2026 6:12 AM", "November 30 2026 06:12", "1796040720", "1796040720.0",
    "1796040720000", "1796040720000000", "1796040720000000000", "30/11/2026 12:12:00Z",
    "30/11/2026 06:12:00 -0600",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_one_moment_in_many_ways(text: str) -> None:
    assert Times([text], HERE, None).moment(text) == NOON


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:00 am", 0), ("12:30 p.m.", 12), ("1:05 PM", 13), ("11:59:59 p. m.", 23), ("23:15", 23)],
)
def test_the_twelve_hour_clock(text: str, hour: int) -> None:
    found = Times([], UTC, "dmy").moment(f"30/11/2026 {text}")
    assert (found.day, found.hour) == (30, hour)


def test_a_whole_column_says_which_way_round_its_dates_are() -> None:
    column = ["05/11/2026 06:00", "13/11/2026 06:00"]
    times = Times(column, UTC, None, column="gps")
    assert times.moment(column[0]) == datetime(2026, 11, 5, 6, tzinfo=UTC)
    assert times.notes == ["column gps is read with the day first: 05/11/2026 06:00"]
    column = ["05/11/2026 06:00", "11/13/2026 06:00"]
    times = Times(column, UTC, None)
    assert times.moment(column[0]) == datetime(2026, 5, 11, 6, tzinfo=UTC)
    assert "with the month first" in times.notes[0]


def test_dates_that_may_be_in_two_months() -> None:
    column = ["05/11/2026 06:00", "06/11/2026 06:00"]
    with pytest.raises(UsageError, match="may be in month 5 or in month 11") as caught:
        Times(column, UTC, None, where="a.csv")
    assert "--times dmy" in (caught.value.mend or "")
    assert Times(column, UTC, "dmy").moment(column[0]).month == 11
    assert Times(column, UTC, "mdy").moment(column[0]).month == 5
    assert Times(column, UTC, None, spanish=True).moment(column[0]).month == 11
    same = Times(["05/05/2026 06:00"], UTC, None)
    assert same.moment("05/05/2026 06:00") == datetime(2026, 5, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("way", [None, "days"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("46000.5", "2025-12-09T12:00"), ("46000,5", "2025-12-09T12:00"),
        ("46000", "2025-12-09T00:00"), ("46000.258333333", "2025-12-09T06:12"),
        ("46000.99999", "2025-12-09T23:59:59.136"),
    ],
)  # fmt: skip
def test_a_spreadsheets_day_numbers(way: Way | None, text: str, said: str) -> None:
    times = Times([text], HERE, way, column="time")
    local = datetime.fromisoformat(said)
    assert times.moment(text) == local.replace(tzinfo=HERE)
    assert (
        f"column time has a spreadsheet's day numbers: {text} is {local:%Y-%m-%d %H:%M}"
        in (times.notes[0])
    )


def test_day_numbers_among_damaged_ones() -> None:
    column = [f"{46000 + n / 1000}" for n in range(30)] + ["0", "nan"]
    times = Times(column, UTC, None)
    assert times.moment("46000.1") - times.moment("46000") == timedelta(hours=2.4)
    with pytest.raises(ValueError, match="is no day number of this century"):
        times.moment("0")
    with pytest.raises(ValueError, match="is not a number"):
        times.moment("nan")


def test_seconds_that_might_be_day_numbers() -> None:
    ten_hours = [str(second) for second in range(0, 60_000, 10)]
    for times in (
        Times(["40000", "40010"], None, None, elapsed=True),  # its column is called t_s
        Times(["40000", "40010"], None, "seconds"),
        Times(ten_hours, None, None),
    ):
        assert times.moment("40010") - times.moment("40000") == timedelta(seconds=10)
        assert times.notes == []


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "31/02/2026 06:00", "30/11/2026 25:00", "30/13/2026", "13:00 PM", "99/99/9999",
        "30/11/2026 13:00 PM", "30 de brumario de 2026", "2026-13-01", "30/11/2026 06:12 hrs aprox",
        "1.79604E+09", "1,79604E+12", "nan", "inf", "9e99", "", "20261340061200", "-1e300",
    ],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    times = Times([text], UTC, None, spanish=True)
    with pytest.raises(ValueError, match="time"):
        times.moment(text)


def test_a_time_without_a_zone_needs_one() -> None:
    for text in ("2026-11-30 06:12", "30/11/2026 06:12", "20261130061200"):
        with pytest.raises(ValueError, match=r"has no zone \(--zone names the one meant\)"):
            Times([], None, None).moment(text)


@pytest.mark.parametrize(
    ("date", "clock"),
    [("30/11/2026", "06:12"), ("30/11/2026", "6:12 a.m."), ("2026-11-30", "06:12:00"),
     ("46356", "0.258333333"), ("46356", "06:12"), ("30/11/2026", "0.258333333"),
     ("20261130", "06:12:00")],
)  # fmt: skip
def test_date_and_time_of_day_that_stand_apart(date: str, clock: str) -> None:
    assert is_clock(clock)
    text = joined(date, clock)
    assert Times([text], HERE, None).moment(text) == NOON


@pytest.mark.parametrize("text", ["2026-11-30T06:12:00Z", "46000.5", "1796040720", "x", ""])
def test_whole_times_are_no_times_of_day(text: str) -> None:
    assert not is_clock(text)
