"""The commands of people, from the custody entries that they left.

An entry says what was declared, as facts. What names a person may be erased by now: nothing is
judged by it. A shipment's file is the one of today: what it said at a time is found by undoing its
amendments, and by counting the leave to open that was recorded since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from tracker.app.queries.entries import CustodyEntry
from tracker.domain.alert import Alert, Verdict
from tracker.domain.codes import Code
from tracker.domain.command import (
    AcceptAlert,
    AcceptCustody,
    AcknowledgeAlert,
    AnyCommand,
    AssignAlert,
    Authorise,
    CloseAlert,
    CloseShipment,
    CommentAlert,
    ExcuseDelay,
    IssueSeals,
    OfferCustody,
    RecordSeal,
    SnoozeAlert,
    VoidSeal,
)
from tracker.domain.finding import FindingType
from tracker.domain.personal import ERASED
from tracker.domain.shipment import Shipment, before_amendments
from tracker.domain.spelling import among
from tracker.ports import StoredShipment

OFFICER = "payload.facts.officer"
"""That one was named counts; who it was does not."""


class DeclaredFile:
    """One shipment's file as it was declared, step by step. `entries`: those of its scope."""

    def __init__(self, stored: StoredShipment, entries: Iterable[CustodyEntry]) -> None:
        today = msgspec.json.decode(stored.document, type=Shipment)
        since = sum(one.type == FindingType.OPENING_AUTHORISED for one in entries)
        self._stored, self._today = stored, today
        self._leaves = max(len(today.authorisations) - since, 0)
        self._amended = 0
        self._numbers = tuple(seal.number for seal in self.now().seals)

    def now(self) -> Shipment:
        """As it stands at this step."""
        today = self._today
        later = replace(today, amendments=today.amendments[self._amended :])
        then = before_amendments(later) if later.amendments else today
        return replace(
            then,
            authorisations=today.authorisations[: self._leaves],
            amendments=today.amendments[: self._amended],
        )

    def amend(self) -> Shipment:
        """One amendment further."""
        self._amended = min(self._amended + 1, len(self._today.amendments))
        return self.now()

    def authorise(self, entry: CustodyEntry) -> Authorise | None:
        """The next leave to open; None if the file no longer has it."""
        if self._leaves >= len(self._today.authorisations):
            return None
        leave = self._today.authorisations[self._leaves]
        self._leaves += 1
        return Authorise(at=entry.recorded_at, by=entry.by or ERASED, authorisation=leave)

    def number(self, number: str) -> None:
        """A seal was recorded."""
        if not among(number, self._numbers):
            self._numbers = (*self._numbers, number)

    def stored(self, *, closed: bool = False) -> StoredShipment:
        """The shipment's record at this step."""
        shipment = self.now()
        return replace(
            self._stored,
            document=msgspec.json.encode(shipment),
            devices=tuple(device.id for device in shipment.devices),
            numbers=self._numbers,
            closed_at=self._stored.closed_at if closed else None,
        )


def command(entry: CustodyEntry) -> AnyCommand | None:
    """What the entry alone tells to have been declared; None if it is nobody's declaration."""
    at, by = entry.recorded_at, entry.by or ERASED
    text = entry.text
    if entry.type == FindingType.SEAL_RECORDED:
        return RecordSeal(
            at=at,
            by=by,
            number=text("number") or "",
            device=text("lock"),
            zone=entry.zone,
            officer=ERASED if OFFICER in entry.hidden else text("officer"),
            agency=text("agency"),
            reason=text("reason") or "",
            verified=bool(entry.facts.get("verified")),
            incident=bool(entry.facts.get("incident")),
            occurred_at=None if entry.at == at else entry.at,
        )
    if entry.type == FindingType.DELAY_EXCUSED:
        leg = int(entry.facts.get("leg") or 0)
        until = datetime.fromisoformat(text("until") or "")
        return ExcuseDelay(at=at, by=by, until=until, reason=entry.given, leg=leg or None)
    if entry.type == FindingType.CUSTODY_OFFERED:
        return OfferCustody(
            at=at,
            by=by,
            releaser=text("from") or "",
            receiver=text("to") or "",
            number=text("number") or "",
            state=text("state") or "",
            zone=entry.zone,
        )
    if entry.type == FindingType.CUSTODY_ACCEPTED:
        return AcceptCustody(
            at=at, by=by, receiver=text("to") or "", number=text("number") or "", zone=entry.zone
        )
    if entry.code == Code.READ_NUMBER_DIFFERS:
        return AcceptCustody(
            at=at, by=by, receiver=text("receiver") or "", number=text("read") or ""
        )
    if entry.type == FindingType.SHIPMENT_CLOSED:
        given_up = entry.code == Code.GIVEN_UP
        return CloseShipment(
            at=at, by=by, number=text("number"), reason=text("reason") or "", given_up=given_up
        )
    if entry.type == FindingType.SEALS_ISSUED:
        first, last = text("first") or "", text("last") or ""
        count = entry.facts.get("count")
        return IssueSeals(
            at=at, by=by, first=first, last=last, count=int(count or 0), to=text("to")
        )
    if entry.type == FindingType.SEAL_VOIDED:
        return VoidSeal(at=at, by=by, number=text("number") or "", reason=text("reason") or "")
    return None


def answer(entry: CustodyEntry, alert: Alert) -> AnyCommand | None:
    """What a person did about an alert; it is now about `alert`, which tells of the same."""
    at, by = entry.recorded_at, entry.by or ERASED
    if entry.type == FindingType.ALERT_ACKNOWLEDGED:
        return AcknowledgeAlert(at=at, by=by, alert=alert.id, note=entry.given)
    if entry.type == FindingType.ALERT_COMMENTED:
        if entry.code == Code.ALERT_ACKNOWLEDGED_BEFORE:
            return AcknowledgeAlert(at=at, by=by, alert=alert.id, note=entry.given)
        return CommentAlert(at=at, by=by, alert=alert.id, text=entry.text("text") or "")
    if entry.type == FindingType.ALERT_ASSIGNED:
        to = entry.person("assignee") or ERASED
        return AssignAlert(at=at, by=by, alert=alert.id, to=to, note=entry.given)
    if entry.type == FindingType.ALERT_SNOOZED:
        return _snooze(entry, alert)
    if entry.type != FindingType.ALERT_CLOSED:
        return None
    if entry.code == Code.ALERT_ACCEPTED:
        return _acceptance(entry, alert)
    return CloseAlert(
        at=at, by=by, alert=alert.id, reason=entry.given or ERASED, verdict=_verdict(entry)
    )


def _acceptance(entry: CustodyEntry, alert: Alert) -> AcceptAlert:
    until, metres = _limits(entry)
    return AcceptAlert(
        at=entry.recorded_at,
        by=entry.by or ERASED,
        alert=alert.id,
        reason=entry.given or ERASED,
        until=until,
        distance_m=metres,
        zone=entry.text("in_zone"),
        verdict=_verdict(entry),
    )


def _snooze(entry: CustodyEntry, alert: Alert) -> SnoozeAlert:
    until, metres = _limits(entry)
    return SnoozeAlert(
        at=entry.recorded_at,
        by=entry.by or ERASED,
        alert=alert.id,
        until=until,
        distance_m=metres,
        zone=entry.text("in_zone"),
        reason=entry.given,
    )


def _verdict(entry: CustodyEntry) -> Verdict | None:
    said = entry.text("verdict")
    return None if said is None else Verdict(said)


def _limits(entry: CustodyEntry) -> tuple[datetime | None, int | None]:
    """Until when, and how far (m)."""
    until, metres = entry.text("until"), entry.facts.get("distance_m")
    return (
        None if until is None else datetime.fromisoformat(until),
        None if metres is None else int(metres),
    )
