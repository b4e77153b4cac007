from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from tracker.adapters import clock as clock_module
from tracker.adapters.clock import ManualClock, SystemClock
from tracker.ports import WatchedClock

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Host:
    """A machine whose clock is set: its time and its elapsed seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.elapsed = NOON, 1000.0
        host = self

        class Wall(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return host.wall

        monkeypatch.setattr(clock_module, "datetime", Wall)
        monkeypatch.setattr(clock_module, "_elapsed_s", lambda: self.elapsed)

    def lives(self, seconds: float, *, set_by: float = 0.0) -> None:
        self.elapsed += seconds
        self.wall += timedelta(seconds=seconds + set_by)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(monkeypatch)


def test_the_system_clock_tells_utc_and_was_not_set() -> None:
    clock = SystemClock()
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
    assert clock.steps() == ()


@pytest.mark.parametrize("by", [6 * 3600.0, -6 * 3600.0, 10.0, -10.0])
def test_a_step_of_the_systems_clock_is_seen_beside_elapsed_time(host: Host, by: float) -> None:
    clock = SystemClock()
    clock.now()
    host.lives(60, set_by=by)
    assert clock.now() == NOON + timedelta(seconds=60 + by), "it follows the system's"
    host.lives(60)
    clock.now()
    assert clock.steps() == (timedelta(seconds=by),)
    assert clock.steps() == (), "each is told once"


def test_a_machine_that_sleeps_or_a_clock_that_is_slewed_is_no_step(host: Host) -> None:
    clock = SystemClock()
    clock.now()
    host.lives(8 * 3600)  # elapsed time counts sleep, where the system can
    clock.now()
    for _ in range(3600):
        host.lives(1, set_by=0.0005)
        clock.now()
    assert clock.steps() == ()


def test_a_manual_clock_is_set_by_hand() -> None:
    clock: WatchedClock = ManualClock(NOON)
    assert clock.steps() is None


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
