"""Intake and commands on one real database, with a scripted inbox and a clock set by hand.

    office.open({...}); office.hear(message, message); office.journal.alerts()

The inbox is the one part that is not real: a broker cannot be told when to deliver what, nor a
connection when to break between a commit and its acknowledgement. Other tests use real brokers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from geofences.formats import GeofenceSet
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.notifiers import Silent
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.log.leaf import SALT_BYTES
from tracker.ports import Message
from tracker.rules import ORDER

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
GEOGRAPHY = Geography(GeofenceSet((), ()), Policy())
"""No zones but those that a shipment brings."""


class ScriptedInbox:
    """`tracker.ports.Inbox`: gives what the test delivers; keeps what is not acknowledged."""

    def __init__(self) -> None:
        self.waiting: list[Message] = []
        self.unacknowledged: list[Message] = []
        self.is_settled = True
        self.trouble = ""

    def deliver(self, *messages: Message) -> None:
        self.waiting += messages

    def redeliver(self) -> None:
        """As after a reconnect: what was not acknowledged comes again, first."""
        self.waiting = [*self.unacknowledged, *self.waiting]
        self.unacknowledged = []

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        batch, self.waiting = self.waiting[:limit], self.waiting[limit:]
        self.unacknowledged += batch
        return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self.unacknowledged = [one for one in self.unacknowledged if one not in messages]

    def settled(self) -> bool:
        return self.is_settled and not self.waiting

    def wake(self) -> None: ...

    def close(self) -> None: ...


class Office:
    """One database; `ingest` and `commands` have a connection each, as in life.

    journals: those two, if they are not on a database of SQLite's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: datetime = START,
        journals: tuple[Any, Any] | None = None,
    ) -> None:
        self.url = f"sqlite:///{folder}/tracker.db"
        self.clock = ManualClock(now)
        self.inbox = ScriptedInbox()
        opened: tuple[Any, Any] = journals or (
            SqlJournal.open(self.url),
            SqlJournal.open(self.url),
        )
        self.journal, self.second_journal = opened
        self.commands = CommandHandler(
            journal=self.second_journal,
            clock=self.clock,
            geography=GEOGRAPHY,
            origin="test/log",
            salt=lambda: bytes(SALT_BYTES),  # so that two offices write the same bytes
        )
        self.ingest = self.started()

    def started(self, **choices: Any) -> Ingest:
        """A new intake, as after a restart; it begins with what the journal holds."""
        parts: dict[str, Any] = {
            "inbox": self.inbox,
            "journal": self.journal,
            "clock": self.clock,
            "geography": GEOGRAPHY,
            "origin": "test/log",
            "notifier": Silent(),
            "rules": ORDER,
        }
        self.ingest = Ingest(**(parts | choices))
        return self.ingest

    @property
    def desk(self) -> CommandHandler:
        """`commands`, as cases outside this project call it."""
        return self.commands

    @property
    def intake(self) -> Ingest:
        """`ingest`, as cases outside this project call it."""
        return self.ingest

    def open(self, document: dict[str, Any]) -> None:
        self.commands.open(json.dumps(document).encode(), by="tester")

    def hear(self, *messages: Message) -> None:
        """One batch, now."""
        self.inbox.deliver(*messages)
        self.ingest.once(0)

    def tick(self, now: datetime) -> None:
        """Time passes, and nothing is heard."""
        self.clock.set(now)
        self.ingest.once(0)

    def close(self) -> None:
        self.journal.close()
        self.second_journal.close()

    def everything(self) -> tuple[Any, ...]:
        """All that the database holds, but for how often it was committed to."""
        return (
            list(self.journal.readings()),
            [row.leaf for row in self.journal.entries()],
            self.journal.alerts(),
            [msgspec.structs.replace(row, id=0) for row in self.journal.rejects()],
            [(state.scope, state.body) for state in self.journal.states()],
            self.journal.shipments(),
        )


def message(device: str, *readings: dict[str, Any], at: datetime | None = None) -> Message:
    """A native message of these readings; received when the last of them was made, or `at`."""
    return Message(
        topic=f"seals/v1/{device}/telemetry",
        payload=json.dumps(readings[0] if len(readings) == 1 else readings).encode(),
        received_at=at or max(datetime.fromisoformat(one["time"]) for one in readings),
    )


def reading(
    minute: float, *, north_km: float = 0.0, east_km: float = 0.0, **more: Any
) -> dict[str, Any]:
    """A reading so many minutes after START, so far from 26 N, 100 W."""
    return {
        "time": (START + timedelta(minutes=minute)).isoformat(),
        "lat": 26.0 + north_km / 110.8,
        "lon": -100.0 + east_km / 100.1,
        **more,
    }


def trip(name: str = "S1", device: str = "L1", **more: Any) -> dict[str, Any]:
    """A shipment's document."""
    seals = [{"number": f"MX{device}", "device": device}]
    return {"id": name, "devices": [{"id": device}], "seals": seals, **more}
