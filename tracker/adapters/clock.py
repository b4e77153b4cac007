"""Clocks: the system's, and one that is set by hand (demonstrations, tests)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The system's time in UTC, held still while the system's clock is set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        with self._lock:
            self._latest = max(self._latest, datetime.now(UTC))
            return self._latest


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
