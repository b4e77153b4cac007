"""Whose scopes are whose, where several workers share the trucks of one journal.

Each scope belongs to one worker, for good, by its name: that one lets its timers run out. Nothing
breaks if another judges a reading of it (versions see to that); it costs an answer "stale" more. So
whoever receives sends the readings of a scope where it belongs, as far as it knows, and is told
where that is (`tracker.app.routes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from zlib import crc32

from tracker.domain.state import DEVICE_SCOPE, FOLLOWER_SCOPE, NUMBER_SCOPE
from tracker.ports import StoredReading


def belongs_to(name: str, workers: int) -> int:
    """The worker, from 0, to whom a scope or a device of this name belongs."""
    return crc32(name.encode()) % workers


class Share:
    """What belongs to worker `number`, from 0, of so many. told: hears of devices that others than
    this worker should be sent: each with the worker to whom its scope belongs.
    """

    def __init__(
        self, number: int, workers: int, told: Callable[[dict[str, int]], None] = lambda _: None
    ) -> None:
        self.number, self.workers = number, workers
        self._told = told

    @property
    def first(self) -> bool:
        """It does what only one of them does."""
        return self.number == 0

    def has(self, scope: str) -> bool:
        """The scope belongs to this worker."""
        if scope.startswith((FOLLOWER_SCOPE, NUMBER_SCOPE)):  # they have no timers
            return False
        return crc32(scope.encode()) % self.workers == self.number

    def judged(self, readings: Iterable[StoredReading]) -> None:
        """These are stored: whose were they?"""
        strays = dict[str, int]()
        for item in readings:
            scope = item.shipment or DEVICE_SCOPE + item.reading.device
            owner = crc32(scope.encode()) % self.workers
            if owner != self.number:
                strays[item.reading.device] = owner
        if strays:
            self._told(strays)
