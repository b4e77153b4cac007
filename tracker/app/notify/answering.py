"""Acknowledging by the code of a message: whose it is, and what is acknowledged with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tracker.app.commands import CommandHandler
from tracker.app.notify import codes
from tracker.app.notify.outbox import alerts_of
from tracker.domain.alert import Alert, AlertStatus
from tracker.domain.command import AcknowledgeAlert
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import Finding
from tracker.domain.personal import ERASED
from tracker.ports import Store

HELD_DAYS = 7
"""A message may be sent so long after it was made: hours of a contact are over for a holiday."""


class Answer(Struct, frozen=True):
    """A right code: who answers, of which notice, and the alerts that it tells of."""

    contact: str
    notice: str
    alerts: tuple[str, ...]


class Outcome(Struct, frozen=True):
    """findings: what is on record now. before: those that had been acknowledged, or closed."""

    findings: list[Finding]
    before: list[Alert]


class Answers:
    """Makes codes and takes them. hours: how long one is good. base: of links; None: no links.

    One object, one thread; it reads the journal.
    """

    def __init__(self, store: Store, key: bytes, *, hours: float, base: str | None) -> None:
        self.store, self.key, self.hours = store, key, hours
        self.base = None if base is None else base.rstrip("/") + "/"
        self.guesses = codes.Guesses()

    def issue(
        self, notice: str, contact: str | None, now: datetime
    ) -> tuple[str | None, str | None]:
        """The code and the link of this reader; machines have none. See `composing.Answering`."""
        if contact is None:
            return None, None
        code = codes.issue(self.key, notice, contact, now, self.hours)
        return code, None if self.base is None else self.base + code

    def take(self, text: str, now: datetime) -> Answer:
        """Raises NotFound for a wrong code, Refused for one that has expired, or when too many
        wrong ones were tried.
        """
        if self.guesses.too_many(now):
            raise Refused("too many wrong codes were tried", mend="wait a minute")
        code = codes.read(text, now)
        pair = None if code is None else codes.whose(code, self.key, self._told(code))
        if code is None or pair is None:
            self.guesses.wrong(now)
            raise NotFound(
                "no message has this code",
                where="--code",
                mend=f"{codes.LENGTH} letters and digits, as they stand in the message; or name "
                "the alert: tracker alerts ack ALERT",
            )
        notice, contact = pair
        alerts = alerts_of(self.store, notice)
        expired = codes.expired_at(code)
        if expired <= now:
            raise Refused(
                f"this code expired at {expired:%Y-%m-%dT%H:%MZ}",
                where="--code",
                mend=f"take that of a newer message, or: tracker alerts ack {' '.join(alerts)}",
            )
        return Answer(contact, notice, alerts)

    def _told(self, code: codes.Code) -> set[tuple[str, str]]:
        """Who was told of what while the code could be made."""
        since = codes.expired_at(code) - timedelta(hours=self.hours + 1, days=HELD_DAYS)
        told = self.store.deliveries(since=since)
        return {
            (one.notice, one.contact)
            for one in told
            if one.contact is not None and one.contact != ERASED
        }


def acknowledge(handler: CommandHandler, answer: Answer, *, note: str = "") -> Outcome:
    """Acknowledge what the answer is about, as its contact. What somebody else has acknowledged
    stays theirs, and this is on record beside; to answer twice is to answer once.
    """
    outcome = Outcome([], [])
    for id_ in answer.alerts:
        alert = handler.journal.alert(id_)
        if alert is None:
            continue
        known = alert.status is AlertStatus.ACKNOWLEDGED
        if known or alert.status is AlertStatus.CLOSED:
            outcome.before.append(alert)
        if alert.status is AlertStatus.CLOSED or (
            known and alert.acknowledged_by == answer.contact
        ):
            continue
        command = AcknowledgeAlert(at=handler.now(), by=answer.contact, alert=id_, note=note)
        outcome.findings.extend(handler.submit_alert(id_, command))
    return outcome
