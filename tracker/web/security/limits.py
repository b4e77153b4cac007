"""How often: a bucket for each who asks, that fills steadily and is emptied by asking."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable

MOST = 10_000
"""Who asks is remembered so often: the one who has asked longest ago is forgotten first."""


class Limit:
    """per_min: so many a minute, and as many at once. monotonic: seconds, of a clock that is never
    set.
    """

    def __init__(self, per_min: float, monotonic: Callable[[], float]) -> None:
        self.per_min, self._now = per_min, monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, who: str) -> int:
        """Takes one of `who`'s; 0 if there was one, else in how many seconds there is."""
        with self._lock:
            now = self._now()
            left, at = self._buckets.pop(who, (self.per_min, now))
            left = min(self.per_min, left + (now - at) * self.per_min / 60)
            taken = left >= 1
            self._buckets[who] = (left - 1 if taken else left, now)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        return 0 if taken else max(1, math.ceil((1 - left) * 60 / self.per_min))
