"""Made journeys, heard by the real intake on a journal in memory, with whatever befalls a tracker.

    journal = played(cases, restarts=[(down, up)], answers=everybody_answers)

The clock is set by what is received; timers run out at their own times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench.detection.trip import Amend, Case
from geofences import library
from geofences.formats import GeofenceSet
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal.memory import MemoryJournal
from tracker.adapters.notifiers import Silent
from tracker.app.backtest import ReplayInbox
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.errors import TrackerError
from tracker.domain.policy import Policy
from tracker.ports import Message

LAST = timedelta(hours=1)
"""So long after all that was said the timers are looked at once more."""

Happening = tuple[datetime, int, str, Any]
Answers = Callable[[CommandHandler, MemoryJournal, datetime], None]


def library_geography() -> Geography:
    return Geography(library.load(), Policy())


def no_geography() -> Geography:
    """No zones but those that a shipment brings."""
    return Geography(GeofenceSet((), ()), Policy())


@dataclass
class Player:
    """gather: what is received within so long is one batch. restarts: from when until when no
    tracker ran; what is sent meanwhile is received at its end. answers: what people do about
    alerts, each hour.
    """

    cases: Sequence[Case]
    geography: Geography
    gather: timedelta = timedelta(seconds=5)
    restarts: Sequence[tuple[datetime, datetime]] = ()
    answers: Answers | None = None
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    refused: list[str] = field(default_factory=list)

    def play(self) -> MemoryJournal:
        happenings = self._happenings()
        self.clock = ManualClock(happenings[0][0])
        self.commands = CommandHandler(
            journal=self.journal.another(),
            clock=self.clock,
            geography=self.geography,
            origin="played",
        )
        self._start()
        downs = list(self.restarts)
        hour = self.clock.now()
        for batch in self._batches(happenings):
            while downs and batch[-1][0] >= downs[0][1]:
                self._restart(*downs.pop(0))
            now = batch[-1][0]
            self._tick(batch[0][0])
            self.clock.set(max(now, self.clock.now()))
            self._take(batch)
            if self.answers is not None and now >= hour:
                self.answers(self.commands, self.journal, now)
                hour = now + timedelta(hours=1)
        self._tick(self.clock.now() + LAST)
        self.ingest.run(lambda: True)  # to its end, in good order
        return self.journal

    def _start(self) -> None:
        self.ingest = Ingest(
            inbox=ReplayInbox(),
            journal=self.journal,
            clock=self.clock,
            geography=self.geography,
            origin="played",
            notifier=Silent(),
            tick_s=0.0,
            heartbeat_s=10.0,
        )

    def _restart(self, down: datetime, up: datetime) -> None:
        self.clock.set(max(down, self.clock.now()))
        self.ingest.run(lambda: True)
        self.clock.set(max(up, self.clock.now()))
        self._start()

    def _tick(self, until: datetime) -> None:
        while (due := self.ingest.registry.next_due()) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()))
            self.ingest.tick()
        self.clock.set(max(until, self.clock.now()))

    def _take(self, batch: Sequence[Happening]) -> None:
        inbox = self.ingest.inbox
        assert isinstance(inbox, ReplayInbox)
        for at, _, kind, what in batch:
            if kind == "message":
                _, topic, payload = what
                inbox.hand(Message(topic=topic, payload=payload, received_at=at))
        for _, _, kind, what in batch:
            if kind != "message":
                self._declare(kind, what)
        self.ingest.once(0)

    def _declare(self, kind: str, what: Any) -> None:
        try:
            if kind == "open":
                self.commands.open(json.dumps(what.document).encode(), by="office")
            elif isinstance(what[1], Amend):
                shipment, amend = what
                reason = amend.reason
                self.commands.amend(shipment, amend.changes, by="office", reason=reason)
            else:
                self.commands.submit(*what)
        except TrackerError as error:
            self.refused.append(str(error))

    def _happenings(self) -> list[Happening]:
        found: list[Happening] = []
        for case in self.cases:
            found.append((case.opened_at, len(found), "open", case))
            for message in case.messages:
                found.append((self._received(message[0]), len(found), "message", message))
            for at, command in case.declared:
                found.append((at, len(found), "command", (case.id, command)))
        return sorted(found, key=lambda one: one[:2])

    def _received(self, at: datetime) -> datetime:
        return next((up for down, up in self.restarts if down <= at < up), at)

    def _batches(self, happenings: Sequence[Happening]) -> Iterator[list[Happening]]:
        batch: list[Happening] = []
        for one in happenings:
            together = batch and one[2] == batch[0][2] == "message"
            if batch and not (together and one[0] - batch[0][0] <= self.gather):
                yield batch
                batch = []
            batch.append(one)
        yield batch
