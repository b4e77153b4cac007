"""Alerts as the log tells them, a clock that is set by hand, and channels that can be broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from geofences.formats import GeofenceSet
from tests.support.wording import compose
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.notify.composing import Composing
from tracker.app.notify.outbox import OutboxFollower
from tracker.app.notify.sender import Sender
from tracker.app.planning import Geography
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity, Snooze
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.domain.notify_policy import (
    Contact,
    Ladder,
    NotifyLimits,
    NotifyPolicy,
    Route,
)
from tracker.domain.policy import Policy
from tracker.log.leaf import Chain, entry
from tracker.ports import NewEntry, Outgoing, Receipt, Store, Undelivered, Work

NOON = datetime(2025, 3, 3, 18, 0, tzinfo=UTC)  # 12:00 in Monterrey, a Monday


def policy(
    *,
    contacts: tuple[Contact, ...] | None = None,
    steps: tuple[tuple[str, ...], ...] = (("ana",), ("bob",)),
    machines: tuple[str, ...] = (),
    severity: tuple[Severity, ...] = (),
    **limits: float,
) -> NotifyPolicy:
    """Ana is asked first, then Bob; each by "pipe"."""
    people = contacts or tuple(Contact(id=name, channels=("pipe",)) for name in ("ana", "bob"))
    return NotifyPolicy(
        limits=replace(NotifyLimits(), **limits),
        contacts={one.id: one for one in people},
        ladders={"house": Ladder(id="house", steps=steps)},
        routes=(Route(ladder="house", channels=machines, severity=severity),),
    )


class Pipe:
    """A channel that keeps what it takes. failure: what it does instead, while it is set."""

    def __init__(self, name: str = "pipe") -> None:
        self.name = name
        self.taken: list[Outgoing] = []
        self.failure: Callable[[Outgoing], None] | None = None

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        if self.failure is not None:
            self.failure(outgoing)
        self.taken.append(outgoing)
        return Receipt(thread=f"thread of {outgoing.notice}")

    def close(self) -> None:
        """Nothing is open."""


def refusing(outgoing: Outgoing) -> None:
    raise Undelivered("no answer from +52 81 1000 2000")


def never(outgoing: Outgoing) -> None:
    raise Undelivered("no such number", permanent=True)


class Incidents:
    """Writes alerts and their entries as the engine does, and has them told."""

    def __init__(
        self, what: NotifyPolicy, store: Store | None = None, *pipes: Pipe, start: datetime = NOON
    ) -> None:
        self.policy, self.store = what, store or MemoryJournal()
        self.clock = ManualClock(start)
        self.pipes = {one.name: one for one in (pipes or (Pipe(),))}
        self.outbox = OutboxFollower(self.store, what, self.clock)
        self.geography = Geography(GeofenceSet((), ()), Policy())
        self._chains: dict[str, Chain] = {}

    @property
    def pipe(self) -> Pipe:
        return self.pipes["pipe"]

    # What happens

    def raised(
        self,
        number: int = 1,
        *,
        severity: Severity = Severity.CRITICAL,
        kind: AlertKind = AlertKind.SEAL_OPENED,
        scope: str | None = None,
        ago_min: float = 0,
    ) -> Alert:
        scope = f"S{number}" if scope is None else scope
        now = self.clock.now()
        alert = Alert(
            id=f"{scope}-{number}",
            shipment=scope,
            device="L1",
            kind=kind,
            severity=severity,
            status=AlertStatus.RAISED,
            late=False,
            occurred_at=now - timedelta(minutes=ago_min),
            raised_at=now,
            last_seen=now,
            count=1,
            lat=25.7,
            lon=-100.3,
            chapters=(Chapter(Code.ROPE_CUT),),
        )
        return self.told(FindingType.ALERT_RAISED, alert, Code.ROPE_CUT)

    def graver(self, alert: Alert, **more: Any) -> Alert:
        grown = replace(alert, severity=Severity.CRITICAL, status=AlertStatus.RAISED, **more)
        return self.told(FindingType.ALERT_CHANGED, grown, Code.ROPE_CUT)

    def more(self, alert: Alert) -> Alert:
        """A further chapter, which asks anew."""
        chapters = (*alert.chapters, Chapter(Code.ROPE_CUT))
        grown = replace(alert, chapters=chapters, status=AlertStatus.RAISED)
        return self.told(FindingType.ALERT_CHANGED, grown, Code.ROPE_CUT)

    def folded(self, alert: Alert, into: Alert) -> Alert:
        part = replace(alert, part_of=into.id)
        return self.told(FindingType.ALERT_CHANGED, part, Code.ALERT_FOLDED, {"into": into.id})

    def ended(self, alert: Alert) -> Alert:
        over = replace(alert, ended_at=self.clock.now())
        return self.told(FindingType.ALERT_ENDED, over, Code.HEARD_AGAIN)

    def again(self, alert: Alert) -> Alert:
        return self.told(FindingType.ALERT_CHANGED, replace(alert, ended_at=None), Code.ROPE_CUT)

    def acknowledged(self, alert: Alert) -> Alert:
        known = replace(alert, status=AlertStatus.ACKNOWLEDGED, acknowledged_by="eva")
        note = {"note": "on it"}
        return self.told(FindingType.ALERT_ACKNOWLEDGED, known, Code.ALERT_ACKNOWLEDGED, note)

    def snoozed(self, alert: Alert, until: datetime) -> Alert:
        quiet = replace(alert, snooze=Snooze(at=self.clock.now(), until=until))
        facts = {"reason": "", "until": until.isoformat(), "distance_m": None, "in_zone": None}
        return self.told(FindingType.ALERT_SNOOZED, quiet, Code.ALERT_SNOOZED, facts)

    def woken(self, alert: Alert) -> Alert:
        awake = replace(alert, snooze=None)
        facts = {"until": self.clock.now().isoformat()}
        return self.told(FindingType.ALERT_WOKEN, awake, Code.SNOOZE_TIME_OVER, facts)

    def assigned(self, alert: Alert, to: str) -> Alert:
        theirs = replace(alert, assigned_to=to, assigned_at=self.clock.now())
        facts = {"assignee": to, "note": ""}
        return self.told(FindingType.ALERT_ASSIGNED, theirs, Code.ALERT_ASSIGNED, facts)

    def commented(self, alert: Alert) -> Alert:
        text = {"text": "called him"}
        return self.told(FindingType.ALERT_COMMENTED, alert, Code.ALERT_COMMENTED, text)

    def closed(self, alert: Alert) -> Alert:
        done = replace(alert, status=AlertStatus.CLOSED, close_reason="seen")
        reason = {"reason": "seen", "verdict": None}
        return self.told(FindingType.ALERT_CLOSED, done, Code.ALERT_CLOSED, reason)

    def told(
        self, type_: FindingType, alert: Alert, code: Code, facts: dict[str, Any] | None = None
    ) -> Alert:
        now = self.clock.now()
        finding = Finding(
            type=type_,
            scope=alert.scope,
            occurred_at=now + timedelta(microseconds=self.store.newest()),  # no two are the same
            recorded_at=now,
            code=code,
            facts={
                **(facts or {}),
                "alert": alert.id,
                "kind": alert.kind,
                "severity": alert.severity,
                "status": alert.status,
                "count": alert.count,
            },
        )
        chain = self._chains.get(alert.scope, Chain())
        leaf = entry(
            finding,
            origin="test/log",
            chain=chain,
            rules_version="r1",
            zones_version="z1",
            salt=lambda: bytes(32),
        )
        self._chains[alert.scope] = Chain(seq=leaf.seq + 1, prev=leaf.hash)
        new = NewEntry(
            id=leaf.id, leaf=leaf.leaf, scope=leaf.scope, seq=leaf.seq, key=leaf.key,
            hash=leaf.hash, finding=finding,
        )  # fmt: skip
        self.store.commit(Work(entries=[new], alerts=[alert]), {})
        return alert

    # Time, and telling

    def wait(self, seconds: float, *, step_s: float = 1.0) -> None:
        """Time passes, and all is told that is to be told."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.tell()
            self.clock.set(min(end, self.clock.now() + timedelta(seconds=step_s)))
        self.tell()

    def decide(self) -> None:
        """What is to be told is decided, and nothing is sent yet."""
        for _ in range(2):
            while self.outbox.work_off():
                pass
            self.clock.set(self.clock.now() + timedelta(seconds=1))

    def tell(self) -> None:
        while self.outbox.work_off():
            pass
        for pipe in self.pipes.values():
            sender = self.sender(pipe)
            while sender.once():
                pass

    def sender(self, pipe: Pipe, worker: str = "w") -> Sender:
        composing = Composing(self.store, self.policy, self.geography, compose, self.clock)
        return Sender(
            self.store,
            pipe,
            composing,
            self.policy.limits,
            self.clock,
            worker=worker,
            timeout_s=self.policy.limits.timeout_s,
            chance=lambda: 0.5,
        )

    def heard(self, contact: str | None = None, pipe: str = "pipe") -> list[tuple[str, str]]:
        """(update, notice) of what this contact was told, in order; None: all contacts."""
        return [
            (one.update, one.notice)
            for one in self.pipes[pipe].taken
            if contact is None or one.contact == contact
        ]
