"""Clocks: the system's, and one that is set by hand (demonstrations, tests)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

STEP = timedelta(seconds=5)
"""By so much the system's clock must leave elapsed time behind, or fall behind it, to have been
set: more than a leap second, and than what NTP slews between two looks (500 ppm)."""


class SystemClock:
    """The system's time in UTC, and by how much it was set. Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[datetime, float] | None = None
        self._steps: list[timedelta] = []

    def now(self) -> datetime:
        with self._lock:
            now, elapsed = datetime.now(UTC), _elapsed_s()
            if self._last is not None:
                step = now - self._last[0] - timedelta(seconds=elapsed - self._last[1])
                if abs(step) >= STEP:
                    self._steps.append(step)
            self._last = now, elapsed
            return now

    def steps(self) -> tuple[timedelta, ...]:
        with self._lock:
            steps, self._steps = tuple(self._steps), []
            return steps


def _elapsed_s() -> float:
    """Seconds that nobody sets; where the system counts them, those in which it slept too."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class ManualClock:
    """A clock that stands until it is moved, and never moves backwards. Safe to use from threads.

    Raises ValueError for a naive datetime and for a step backwards.
    """

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _utc(start)

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def steps(self) -> None:
        """It is set by hand."""

    def set(self, to: datetime) -> None:
        """Move to `to`."""
        with self._lock:
            self._move(_utc(to))

    def advance(self, by: timedelta) -> None:
        """Move on by `by`."""
        with self._lock:
            self._move(self._now + by)

    def _move(self, to: datetime) -> None:
        if to < self._now:
            raise ValueError(f"a clock does not go backwards: {to} is before {self._now}")
        self._now = to


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)
