"""A night at the dispatcher's: 200 trucks with the dirt of real telemetry, one real cut. How many
messages came, and how soon the one that counts?

`python -m bench night`. Intake, outbox and sender run on one clock that is set, so that ten hours
take a minute; the dispatcher acknowledges what is critical two minutes after it was told.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.detection.judge import STEP, judged
from bench.detection.runs import Job, fleet
from geofences import library
from tracker.app.commands import CommandHandler
from tracker.app.notify.composing import Composing
from tracker.app.notify.outbox import OutboxFollower, alerts_of
from tracker.app.notify.sender import Sender
from tracker.app.planning import Geography
from tracker.config import load, template
from tracker.domain.alert import Alert, AlertStatus, Severity
from tracker.domain.command import AcknowledgeAlert
from tracker.domain.policy import Policy
from tracker.ports import Outgoing, Receipt, SettableClock, Store
from tracker.wiring.notify import messages

TRUCKS, INCIDENT = 200, "cut_moving"
ANSWERS_AFTER = timedelta(minutes=2)
SOON = timedelta(seconds=10)
TABLES = """
[notify.channels.phone]
kind = "file"
url = "file:unused.jsonl"

[notify.contacts.dispatcher]
channels = ["phone"]

[notify.ladders.house]
steps = [["dispatcher"]]

[[notify.routes]]
severity = ["critical", "warning"]
ladder = "house"
"""


@dataclass
class Phone:
    """The dispatcher's: a channel that accepts all, and when."""

    clock: SettableClock
    name: str = "phone"
    taken: list[tuple[datetime, Outgoing]] = field(default_factory=list)

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        self.taken.append((self.clock.now(), outgoing))
        return Receipt()

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Night:
    """What the dispatcher's desk does between two batches of the intake. first: of each alert, when
    it was told.
    """

    phone: Phone
    outbox: OutboxFollower
    sender: Sender
    store: Store
    commands: CommandHandler
    answered: set[str] = field(default_factory=set)
    first: dict[str, datetime] = field(default_factory=dict)
    _noted: int = 0

    def __call__(self) -> None:
        self._work_off()
        clock, began = self.phone.clock, self.phone.clock.now()
        # A worker looks twice a second; the intake's next batch may be a minute away.
        while (due := self.store.next_notice_due()) is not None and due - began <= SOON:
            clock.set(max(due, clock.now()))
            self._work_off()
        now = clock.now()
        for at, message in self.phone.taken[self._noted :]:
            for name in (message.notice, *alerts_of(self.store, message.notice)):
                self.first.setdefault(name, at)
        self._noted = len(self.phone.taken)
        for at, message in self.phone.taken:
            waited = message.severity is Severity.CRITICAL and now - at >= ANSWERS_AFTER
            if waited and message.notice not in self.answered:
                self.answered.add(message.notice)
                self._acknowledge(message.notice, now)

    def _work_off(self) -> None:
        while self.outbox.work_off() or self.sender.once():
            pass

    def _acknowledge(self, notice: str, now: datetime) -> None:
        for name in alerts_of(self.store, notice):
            alert = self.store.alert(name)
            if alert is not None and alert.status in (AlertStatus.RAISED, AlertStatus.ESCALATED):
                self.commands.submit_alert(
                    name, AcknowledgeAlert(at=now, by="dispatcher", alert=name, note="calling")
                )


def report() -> None:
    """Prints messages by update, and the seconds from the cut's alert to its message."""
    cases = fleet(Job(20_260_302, [INCIDENT, *[None] * (TRUCKS - 1)]))
    nights: list[Night] = []

    @contextmanager
    def desk(
        store: Store, commands: CommandHandler, clock: SettableClock
    ) -> Iterator[Callable[[], None]]:
        with tempfile.TemporaryDirectory(prefix="bench-night-") as folder:
            nights.append(_night(Path(folder), store, commands, clock))
            yield nights[0]

    result = judged(cases, beside=desk)
    night = nights[0]
    hours = sum((case.ends - case.starts).total_seconds() for case in cases) / 3600
    print(f"{TRUCKS} trucks, {hours:,.0f} truck-hours, {result.readings:,} readings")
    for update, count in Counter(str(m.update) for _, m in night.phone.taken).most_common():
        print(f"  {update:<14}{count:>4}")
    print(f"  {'in all':<14}{len(night.phone.taken):>4} messages (wanted: below 10)")
    cut = cases[0].incidents[0]
    for alert in result.alerts:
        if alert.shipment == cases[0].id and alert.kind in cut.expected.names:
            _tell(alert, night)


def _tell(alert: Alert, night: Night) -> None:
    first = night.first.get(alert.id)
    waited = "never" if first is None else f"{(first - alert.raised_at).total_seconds():.1f} s"
    print(
        f"  the cut ({alert.kind}): told after {waited} (wanted: within 10 s; up to "
        f"{STEP.total_seconds():.0f} s of it are this benchmark's own step)"
    )


def _night(folder: Path, store: Store, commands: CommandHandler, clock: SettableClock) -> Night:
    file = folder / "tracker.toml"
    file.write_text(template({}) + TABLES, encoding="utf-8")
    config = load(file, {})
    policy = config.notices.policy
    phone = Phone(clock)
    composing = Composing(
        store, policy, Geography(library.load(), Policy()), messages(config), clock
    )
    sender = Sender(
        store, phone, composing, policy.limits, clock,
        worker="bench", timeout_s=5.0, chance=lambda: 0.5,
    )  # fmt: skip
    return Night(phone, OutboxFollower(store, policy, clock), sender, store, commands)
