"""Times in words: what is one, what is none, and what a clock that was never set comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.common.devicetime import event_time, written
from devices.common.fields import rfc3339
from tests.devices.strategies import RECEIVED_AT


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
        *("2026-03-01 11:59:60", "2026-03-01T11:59:58+24:00", "0001-01-01T00:00+14:00"),
        *("9999-12-31 23:59:59.999999999", "0000-01-01 00:00:00", "२०२६-03-01 11:59:58"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert written(text) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001
def test_every_time_is_read_as_it_is_written(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert written(moment.isoformat()) == moment


def test_a_clock_of_zeros_was_never_set() -> None:
    moment = written("0000-00-00 00:00:00")
    assert moment is not None
    taken, notes = event_time(moment, RECEIVED_AT) or (None, None)
    assert taken == RECEIVED_AT
    assert notes == {"clock": "unset", "device_time": "2000-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "set_"),
    [("1970-01-01 00:00:00", False), ("2004-12-31 23:59:59", False), ("2005-01-01 00:00:00", True)],
)
def test_clocks_start_from_the_years_up_to_2004(text: str, set_: bool) -> None:
    moment = written(text)
    assert moment is not None
    taken, notes = event_time(moment, RECEIVED_AT) or (None, None)
    assert taken == (moment if set_ else RECEIVED_AT)
    assert notes == ({} if set_ else {"clock": "unset", "device_time": rfc3339(moment)})


def test_a_day_ahead_is_the_limit() -> None:
    day = RECEIVED_AT + timedelta(hours=24)
    assert event_time(day, RECEIVED_AT) == (day, {})
    assert event_time(day + timedelta(seconds=1), RECEIVED_AT) is None
