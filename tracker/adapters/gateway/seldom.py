"""What is said once in a while, however often it happens."""

from __future__ import annotations

import time
from collections.abc import Hashable

EVERY_S = 600.0
MOST = 10_000
"""Things remembered; when there are more, all are forgotten rather than memory spent."""


class Seldom:
    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._said: dict[Hashable, float] = {}

    def __call__(self, what: Hashable) -> bool:
        """Whether `what` is to be said now."""
        now = time.monotonic()
        last = self._said.get(what)
        if last is not None and now - last < self._every_s:
            return False
        if len(self._said) >= MOST:
            self._said.clear()
        self._said[what] = now
        return True
