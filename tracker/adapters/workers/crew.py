"""`tracker.ports.Crew`: workers as processes on this machine."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from tracker.adapters.workers.desk import Desk
from tracker.ports import Message, Report
from tracker.ports.crew import A_WORKER


class ProcessCrew:
    """commands: of each worker the program to start. woken: called whenever one has reported."""

    def __init__(
        self, commands: Sequence[Sequence[str]], woken: Callable[[], None] = lambda: None
    ) -> None:
        self._woken = woken
        self._reports: deque[Report] = deque()
        self._reported = threading.Event()
        self.desks = [
            Desk(number, f"{A_WORKER}{number + 1} of {len(commands)}", command, self._take)
            for number, command in enumerate(commands)
        ]

    @property
    def size(self) -> int:
        return len(self.desks)

    @property
    def held(self) -> int:
        return sum(desk.held for desk in self.desks)

    @property
    def trouble(self) -> str:
        return next((trouble for desk in self.desks if (trouble := desk.trouble)), "")

    @property
    def ready(self) -> bool:
        return all(desk.ready for desk in self.desks)

    def start(self) -> None:
        for desk in self.desks:
            desk.start()

    def stop(self) -> None:
        for desk in self.desks:
            desk.ask_to_stop()
        for desk in self.desks:
            desk.stopped()

    def hand(self, worker: int, messages: Sequence[Message]) -> None:
        self.desks[worker].hand(messages)

    def heard_all(self, *, settled: bool) -> None:
        for desk in self.desks:
            desk.heard_all(settled=settled)

    def reports(self) -> list[Report]:
        self._reported.clear()
        return [self._reports.popleft() for _ in range(len(self._reports))]

    def wait(self, timeout_s: float) -> None:
        self._reported.wait(timeout_s)

    def _take(self, report: Report) -> None:
        self._reports.append(report)
        self._reported.set()
        self._woken()
