"""What every subscriber that is measured shares: how it is told what to do, and what it answers."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from bench.endtoend.brokers import Address

TOPIC = "seals/v1/+/telemetry"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run: `count` messages from the broker at `address`. options: the subscriber's own.

    warm: so many messages come before the measurement: caches fill, each truck is heard once.
    """

    address: Address
    count: int
    warm: int
    options: dict[str, Any]

    @classmethod
    def told(cls) -> Task:
        """The task in the program's first argument."""
        given = json.loads(sys.argv[1])
        return cls(**given | {"address": Address(*given["address"])})

    def text(self) -> str:
        return json.dumps(asdict(self) | {"address": tuple(self.address)})


class Count:
    """Counts messages, and takes the time of those after the first `warm`.

    seconds: on the wall; cpu: of this process, all its threads.
    """

    def __init__(self, task: Task) -> None:
        self._left, self._cold = task.count, task.warm
        self._measured = 0
        self._begun = self._cpu_begun = self.seconds = self.cpu = 0.0

    def ready(self) -> None:
        """Tell the bench that publishing may begin."""
        print("ready", flush=True)

    def begin(self) -> None:
        """Some messages have come. Harmless when repeated."""
        if not self._measured and self._cold <= 0:
            self._measured = self._left
            self._begun, self._cpu_begun = time.perf_counter(), time.process_time()

    def done(self, more: int) -> bool:
        """So many more are finished; whether those were the last."""
        self._left -= more
        self._cold -= more
        if self._left > 0:
            return False
        self.seconds = time.perf_counter() - self._begun
        self.cpu = time.process_time() - self._cpu_begun
        return True

    def tell(self, **more: object) -> None:
        """Give the bench what was measured."""
        told = {"count": self._measured, "seconds": self.seconds, "cpu": self.cpu} | more
        print(json.dumps(told), flush=True)
