"""The product hears it all: real intake, real rules, a real database, and a clock that is set."""

from __future__ import annotations

import heapq
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bench.detection.trip import Amend, Case, Declared
from geofences import library
from tracker import wiring
from tracker.app.commands import CommandHandler
from tracker.app.planning import Geography
from tracker.domain.alert import Alert
from tracker.domain.errors import TrackerError
from tracker.domain.policy import Policy
from tracker.ports import Message, SettableClock

STEP = timedelta(seconds=15)
"""What arrives within this is one batch, as on a machine that is busy for so long."""


MEMORY = "/dev/shm"  # noqa: S108


@dataclass
class Judged:
    """alerts: all, whatever became of them. readings: how many were stored. rejects: messages that
    could not be read. refused: commands."""

    alerts: list[Alert]
    readings: int
    rejects: int
    refused: list[str]


Beside = Callable[[Any, CommandHandler, SettableClock], AbstractContextManager[Callable[[], None]]]
"""(journal, commands, clock) -> what is done after every batch."""


def judged(cases: Sequence[Case], beside: Beside | None = None) -> Judged:
    """All of them at once, as one fleet, in the order of receipt. beside: who else works on the
    journal meanwhile, on the same clock."""
    start = min(case.opened_at for case in cases)
    geography = Geography(library.load(), Policy())
    refused: list[str] = []
    with (
        _in_memory(),
        wiring.backtest(geography, "bench/detection", start) as (intake, commands, journal, clock),
        ExitStack() as stack,
    ):
        now = start
        then = stack.enter_context(beside(journal, commands, clock)) if beside else lambda: None
        for now, happenings in _batches(cases):
            while (due := intake.registry.next_due()) is not None and due < now - STEP:
                clock.set(max(due, clock.now()))
                intake.tick()
            clock.set(max(now, clock.now()))
            for kind, item in happenings:
                if kind == "message":
                    received_at, topic, payload = item
                    intake.inbox.hand(  # type: ignore[attr-defined]
                        Message(topic=topic, payload=payload, received_at=received_at)
                    )
                    continue
                try:
                    _declare(commands, item)
                except TrackerError as error:
                    refused.append(f"{type(error).__name__}: {error}")
            intake.once(0)
            then()
        clock.set(now + timedelta(hours=1))
        intake.tick()
        counts = journal.counts()
        return Judged(journal.alerts(), counts["readings"], counts["rejects"], refused)


def _declare(commands: CommandHandler, item: Case | tuple[str, Declared]) -> None:
    """What people do: a shipment is opened, amended, or something is recorded for it."""
    if isinstance(item, Case):
        commands.open(json.dumps(item.document).encode(), by="bench")
    elif isinstance(item[1], Amend):
        commands.amend(item[0], item[1].changes, by="dispatch", reason=item[1].reason)
    else:
        commands.submit(item[0], item[1])


@contextmanager
def _in_memory() -> Iterator[None]:
    """The journal of a run lies in memory where there is a file system for that."""
    before = tempfile.tempdir
    if os.access(MEMORY, os.W_OK):
        tempfile.tempdir = MEMORY
    try:
        yield
    finally:
        tempfile.tempdir = before


def _batches(cases: Sequence[Case]) -> Iterator[tuple[datetime, list[tuple[str, Any]]]]:
    order = count()
    heap: list[tuple[datetime, int, str, Any]] = []
    for case in cases:
        heap.append((case.opened_at, next(order), "declared", case))
        heap += [(m[0], next(order), "message", m) for m in case.messages]
        heap += [(at, next(order), "declared", (case.id, c)) for at, c in case.declared]
    heapq.heapify(heap)
    while heap:
        end = heap[0][0] + STEP
        batch = []
        while heap and heap[0][0] <= end:
            _, _, kind, item = heapq.heappop(heap)
            batch.append((kind, item))
        yield end, batch
