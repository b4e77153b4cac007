"""Several writers at once: whatever they do between each other's reading and committing, the
journal holds what it would hold had they done it one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.share import Share
from tracker.domain.command import AcknowledgeAlert, CloseShipment, RecordSeal
from tracker.domain.errors import NotFound, Refused
from tracker.ports import Stale, Work


class Interrupted(MemoryJournal):
    """Lets others act right before its next commit."""

    before_commit: Callable[[], None] | None = None
    stale = 0

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        first, self.before_commit = self.before_commit, None
        if first is not None:
            first()
        try:
            return super().commit(work, expected)
        except Stale:
            self.stale += 1
            raise


class Op(Struct, frozen=True):
    """kind: what is done; name: to which shipment, or with which device; n: how."""

    kind: str
    name: str
    n: int


NAMES = ("A", "B")
OPS = st.builds(
    Op,
    kind=st.sampled_from(["hear", "cut", "open", "close", "seal", "acknowledge", "tick"]),
    name=st.sampled_from(NAMES),
    n=st.integers(1, 3),
)
PLANS = st.lists(st.tuples(OPS, st.lists(OPS, max_size=2)), min_size=1, max_size=4)
"""What one pair of writers does, and what the other pair does right before it commits that."""


def at(second: int) -> datetime:
    return START + timedelta(hours=1, seconds=second)


class Pair(Office):
    """An intake and a desk on the same journal as another pair. share: of two workers."""

    def __init__(self, journal: MemoryJournal, share: Share | None = None) -> None:
        shelves = journal._shelves
        self.journals = Interrupted(shelves), Interrupted(shelves)
        super().__init__(Path(), now=at(0), journals=self.journals)
        self.started(tick_s=0.0, share=share)

    def act(self, op: Op, second: int) -> str:
        """Do it at that second; how it ended."""
        self.clock.set(at(second))
        try:
            return self._act(op) or "done"
        except (Refused, NotFound) as error:
            return f"{type(error).__name__}: {error}"

    def _act(self, op: Op) -> Any:
        now = self.clock.now()
        if op.kind in ("hear", "cut"):
            seal = {"state": "cut"} if op.kind == "cut" else {"state": "sealed"}
            self.ingest.take([message(f"L{op.name}", reading(op.n, seal=seal))])
        elif op.kind == "tick":
            self.ingest.tick()
        elif op.kind == "open":
            self.open(trip(f"{op.name}{op.n}", f"L{op.name}") | {"seals": [{"number": f"{op.n}"}]})
        elif op.kind == "close":
            command = CloseShipment(at=now, by="consignee")
            self.commands.submit(f"{op.name}{op.n}", command)
        elif op.kind == "seal":
            number = RecordSeal(at=now, by="officer", number=f"{op.n % 3 + 1}")
            self.commands.submit(f"{op.name}{op.n}", number)
        else:
            alert = f"{op.name}{op.n}-1"
            self.commands.submit_alert(alert, AcknowledgeAlert(at=now, by="control", alert=alert))


def pairs(*, workers: bool) -> tuple[Pair, Pair]:
    """Two on one journal; workers: each intake has its share, and knows of its own timers alone."""
    one = MemoryJournal()
    first, second = (Share(number, 2) if workers else None for number in (0, 1))
    return Pair(one, first), Pair(one, second)


@pytest.mark.parametrize("workers", [False, True], ids=["intakes", "workers"])
@settings(max_examples=150, deadline=None)
@given(begun=st.lists(OPS, max_size=3), plan=PLANS)
def test_interleaved_writers_end_as_some_serial_order_does(
    begun: list[Op], plan: list[tuple[Op, list[Op]]], *, workers: bool
) -> None:
    """The serial order is that in which they came to their ends, and so are their times."""
    first, second = both = pairs(workers=workers)
    order = list[tuple[int, Op, int, str]]()

    def run(pair: Pair, op: Op, at: int) -> None:
        ending = pair.act(op, at)
        order.append((both.index(pair), op, at, ending))

    for number, op in enumerate(begun):
        run(first, op, number)
    now = len(begun)
    for op, meanwhile in plan:
        others = partial(_all, run, second, meanwhile, now)
        for journal in first.journals:
            journal.before_commit = others
        now += len(meanwhile) + 1
        run(first, op, now)
        for journal in first.journals:
            journal.before_commit = None
    event(f"stale {sum(journal.stale for journal in first.journals)}")

    alone = pairs(workers=workers) if workers else (Pair(MemoryJournal()),) * 2
    assert [(n, op, at, alone[n].act(op, at)) for n, op, at, _ in order] == order
    assert alone[0].everything() == first.everything()


def _all(run: Callable[[Pair, Op, int], None], pair: Pair, ops: list[Op], start: int) -> None:
    for number, op in enumerate(ops):
        run(pair, op, start + number)
