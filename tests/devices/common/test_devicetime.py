"""Times in words: what is one, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.common.devicetime import NEVER, leap, written


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 11:59:00",
        "2026-03-01T11:59:00Z",
        "2026-03-01T11:59Z",
        "2026/03/01 11:59",
        "2026-03-01T05:59:00-06:00",
        "2026-03-01T19:59:00.000+0800",
        "2026-03-01T11:59Z[UTC]",
        " 2026-03-01 11:59:00 UTC ",
    ],
)
def test_one_time_in_many_words(text: str) -> None:
    assert written(text) == datetime(2026, 3, 1, 11, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-02-30 00:00:00", "2026-03-01", "2026-03-01 25:00:00", "1772366398"),
        *("2026-03-01T11:59:58+24:00", "0001-01-01T00:00+14:00"),
        *("9999-12-31 23:59:59.999999999", "0000-01-01 00:00:00", "२०२६-03-01 11:59:58"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert written(text) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001
def test_every_time_is_read_as_it_is_written(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert written(moment.isoformat()) == moment


def test_a_time_of_zeros_is_a_clock_never_set() -> None:
    assert written("0000-00-00 00:00:00") == NEVER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2026-03-01 11:58:60", datetime(2026, 3, 1, 11, 59, tzinfo=UTC)),
        ("2026-03-01T11:58:60.250Z", datetime(2026, 3, 1, 11, 59, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01T05:58:60-06:00", datetime(2026, 3, 1, 11, 59, tzinfo=UTC)),
        ("2026-02-28 24:00:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T24:00Z", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_second_60_is_the_one_after_59_and_hour_24_the_next_midnight(
    text: str, expected: datetime
) -> None:
    assert written(text) == expected
    assert leap(text) == (expected if "Z" in text or text.endswith("-06:00") else None)


@pytest.mark.parametrize(
    "text", ["2026-03-01 11:58:61", "2026-03-01 24:00:01", "2026-02-30T24:00Z"]
)
def test_no_more_than_that(text: str) -> None:
    assert written(text) is None
