"""The best time that can be defended, whatever a device's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import catalogue
from devices.common.clocks import AHEAD, BEHIND, FILED, ROLLOVER, settle, without
from devices.common.zones import ClockSetting
from devices.jtt808 import encoder
from devices.reading import Clock, Fix, Reading
from tests.devices.strategies import RECEIVED_AT

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("age", [timedelta(0), SECOND, DAY, BEHIND, -SECOND, -AHEAD])
def test_what_may_be_is_believed(age: timedelta) -> None:
    told = settle(NOW - age, NOW)
    assert (told.time, told.clock, told.notes, told.lost) == (NOW - age, Clock.DEVICE, {}, False)


@pytest.mark.parametrize("ahead", [AHEAD + SECOND, 6 * HOUR, DAY, 365 * DAY])
def test_nothing_is_received_before_it_happened(ahead: timedelta) -> None:
    told = settle(NOW + ahead, NOW)
    assert (told.time, told.clock, told.lost) == (NOW, Clock.RECEIPT, False)
    assert told.notes["device_time"].startswith(f"{NOW + ahead:%Y-%m-%dT%H}")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("age", [SECOND, -SECOND, 5 * HOUR, 20 * DAY])
def test_a_receiver_that_rolled_over(times: int, age: timedelta) -> None:
    """Before 2005 whole rollovers count to the minute alone: clocks start from epochs there."""
    said = NOW - age - times * ROLLOVER
    told = settle(said, NOW)
    if times == 1 or abs(age) < HOUR:
        assert (told.time, told.clock) == (NOW - age, Clock.ROLLOVER)
        assert "device_time" in told.notes
    else:
        assert (told.time, told.clock, told.notes["clock"]) == (NOW, Clock.RECEIPT, "unset")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2004, 12, 31)))  # noqa: DTZ001
def test_a_clock_that_was_never_set_is_no_rollover(said: datetime) -> None:
    told = settle(said.replace(tzinfo=UTC), NOW)
    assert told.time in (NOW, NOW - (NOW - said.replace(tzinfo=UTC)) % ROLLOVER)
    assert (told.clock is Clock.RECEIPT) is told.lost is ("clock" in told.notes)


def test_half_a_year_behind() -> None:
    said = NOW - 365 * DAY
    assert settle(said, NOW)[:2] == (NOW, Clock.RECEIPT)
    assert settle(said, NOW, buffered=True)[:2] == (said, Clock.DOUBTED)
    assert settle(said, NOW, fixed=NOW - SECOND)[:2] == (NOW - SECOND, Clock.FIX)
    assert settle(said, NOW, fixed=NOW + HOUR)[:2] == (NOW, Clock.RECEIPT)
    assert settle(said, FILED)[:2] == (said, Clock.DEVICE)


def test_no_time_at_all() -> None:
    assert without("soon", NOW) == (NOW, Clock.RECEIPT, {"device_time": "soon"}, True)
    assert without(None, NOW, NOW - SECOND) == (NOW - SECOND, Clock.FIX, {}, False)


@given(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001
    st.booleans(),
    st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001
)
def test_nothing_happens_tomorrow_or_in_2007(
    said: datetime, buffered: bool, fixed: datetime | None
) -> None:
    told = settle(
        said.replace(tzinfo=UTC),
        NOW,
        buffered=buffered,
        fixed=None if fixed is None else fixed.replace(tzinfo=UTC),
    )
    assert told.time <= NOW + AHEAD
    assert told.time >= NOW - BEHIND or told.clock is Clock.DOUBTED


# A setting for each device


def native(time: str, **said: object) -> tuple[str, bytes]:
    import json

    body = {"time": time, "lat": 27.5, "lon": -99.6, "seal": {"event": "cut"}, **said}
    return "seals/v1/LOCK-1/telemetry", json.dumps(body).encode()


def told(message: tuple[str, bytes], setting: ClockSetting, received_at: datetime = NOW) -> Reading:
    (reading,) = catalogue.decode(*message, received_at, {"LOCK1": setting})
    assert isinstance(reading, Reading)
    assert reading.received_at == received_at
    return reading


def test_a_clock_in_local_time() -> None:
    """UTC-6 written as UTC: live, and stored, and its fix likewise."""
    setting = ClockSetting(offset_min=-360)
    reading = told(native("2026-11-30T05:59:30Z"), setting)
    assert (reading.event_time, reading.clock) == (NOW - 30 * SECOND, Clock.OFFSET)
    assert reading.extra == {"device_time": "2026-11-30T05:59:30Z"}
    assert isinstance(reading.position, Fix)
    assert reading.position.time == reading.event_time
    stored = told(native("2026-11-30T01:59:30Z", buffered=True), setting)
    assert (stored.event_time, stored.clock) == (NOW - 4 * HOUR - 30 * SECOND, Clock.OFFSET)


def test_a_clock_that_is_configured_may_be_wrong_all_the_same() -> None:
    reading = told(native("2026-11-30T12:00:00Z"), ClockSetting(offset_min=-360))
    assert (reading.event_time, reading.clock) == (NOW, Clock.RECEIPT)
    assert isinstance(reading.position, Fix)
    assert reading.position.time == NOW


@pytest.mark.parametrize(
    ("shown", "received", "expected", "clock"),
    [
        ("2026-07-01T07:00:00Z", "2026-07-01T12:00:05", "2026-07-01T12:00:00", Clock.OFFSET),
        ("2026-12-01T06:00:00Z", "2026-12-01T12:00:05", "2026-12-01T12:00:00", Clock.OFFSET),
        # the hour of 1 November that Chicago has twice: daylight time first
        ("2026-11-01T01:30:00Z", "2026-11-01T06:30:05", "2026-11-01T06:30:00", Clock.OFFSET),
        ("2026-11-01T01:30:00Z", "2026-11-01T07:30:05", "2026-11-01T07:30:00", Clock.OFFSET),
        ("2026-11-01T01:30:00Z", "2026-11-01T19:00:00", "2026-11-01T07:30:00", Clock.DOUBTED),
        # four minutes behind, it shows daylight time for as long after the change
        ("2026-11-01T01:58:00Z", "2026-11-01T07:02:00", "2026-11-01T06:58:00", Clock.OFFSET),
        ("2026-11-01T01:01:00Z", "2026-11-01T07:03:00", "2026-11-01T07:01:00", Clock.OFFSET),
        # an hour ahead on another day it is ahead
        ("2026-12-01T06:58:00Z", "2026-12-01T12:02:00", "2026-12-01T12:02:00", Clock.RECEIPT),
    ],
)
def test_a_clock_that_follows_summer_time(
    shown: str, received: str, expected: str, clock: Clock
) -> None:
    received_at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    reading = told(native(shown), ClockSetting(zone="America/Chicago"), received_at)
    assert reading.event_time == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert reading.clock is clock


def test_how_far_a_clock_is_off_is_told_by_its_own_setting() -> None:
    """Eleven minutes ahead, in local time: not six hours behind."""
    reading = told(native("2026-11-30T06:11:00Z"), ClockSetting(zone="America/Chicago"))
    assert (reading.event_time, reading.clock) == (NOW, Clock.RECEIPT)
    assert reading.extra["device_time"] == "2026-11-30T12:11:00Z"


def test_a_zone_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="no zone 'America/Laredo'"):
        ClockSetting(zone="America/Laredo")


@pytest.mark.parametrize("backlog", [False, True])
def test_a_standard_tracker_s_zone_is_not_guessed_where_it_is_known(backlog: bool) -> None:
    at = NOW - 6 * HOUR - 30 * SECOND
    body = encoder.position(encoder.Position(time=at, lat=27.5, lon=-99.6))
    frame = encoder.frame("808000000009", 1, 0x0704, encoder.batch([body], backlog=backlog))
    (reading,) = catalogue.decode(
        "frames/jtt808/808000000009", frame, NOW, {"808000000009": ClockSetting(offset_min=-360)}
    )
    assert isinstance(reading, Reading)
    assert (reading.event_time, reading.clock) == (NOW - 30 * SECOND, Clock.OFFSET)
    assert reading.extra["clock"] == "local"


def test_what_comes_from_a_file_may_be_as_old_as_it_likes() -> None:
    topic, payload = native("2019-06-10T10:04:46Z")
    (reading,) = catalogue.decode(topic, payload, RECEIVED_AT, filed=True)
    assert isinstance(reading, Reading)
    assert (reading.clock, reading.received_at) == (Clock.DEVICE, RECEIVED_AT)
    assert reading.event_time == datetime(2019, 6, 10, 10, 4, 46, tzinfo=UTC)
    (ahead,) = catalogue.decode(*native("2099-01-01T00:00:00Z"), RECEIVED_AT, filed=True)
    assert isinstance(ahead, Reading)
    assert (ahead.event_time, ahead.clock) == (RECEIVED_AT, Clock.RECEIPT)
    (unset,) = catalogue.decode(*native("2000-01-01T00:00:00Z"), RECEIVED_AT, filed=True)
    assert isinstance(unset, Reading)
    assert (unset.event_time, unset.received_at) == (RECEIVED_AT, RECEIVED_AT)
