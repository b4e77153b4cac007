from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tracker.adapters.clock import ManualClock, SystemClock

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_the_system_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    before = datetime.now(UTC)
    times = [clock.now() for _ in range(1000)]
    assert before <= times[0]
    assert times[-1] <= datetime.now(UTC)
    assert times == sorted(times)
    assert times[0].utcoffset() == timedelta(0)


def test_a_manual_clock_stands_until_it_is_moved() -> None:
    clock = ManualClock(NOON.astimezone(timezone(timedelta(hours=-6))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().utcoffset() == timedelta(0)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    clock.set(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_a_manual_clock_does_not_go_back() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(ValueError, match="backwards"):
        clock.set(NOON - timedelta(seconds=1))
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == NOON


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        ManualClock(datetime(2025, 3, 1))  # noqa: DTZ001
