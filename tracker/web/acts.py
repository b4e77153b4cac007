"""What people can do from a page or through the interface: each act's fields, and its command.

One list for both: a form shows the fields, the interface takes them as JSON by the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from tracker.app.commands import CommandHandler
from tracker.domain import command as commands
from tracker.domain.alert import Verdict
from tracker.domain.codes import Code
from tracker.domain.command import AnyCommand
from tracker.domain.errors import Refused, UsageError
from tracker.domain.finding import Finding
from tracker.domain.shipment import Authorisation, Identifier, Moment, SealNumber

Words = Annotated[str, Meta(max_length=2000)]
Said = Annotated[str, Meta(min_length=1, max_length=2000)]


class Fields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one act."""


class HandOver(Fields, frozen=True, rename={"from_": "from"}):
    """The releaser declares; custody stays with it until the receiver accepts."""

    from_: Identifier
    to: Identifier
    seal: SealNumber
    state: str = "sealed"
    zone: str | None = None


class Accept(Fields, frozen=True):
    """The receiver accepts custody, with the number that it read itself."""

    to: Identifier
    seal: SealNumber
    zone: str | None = None


class Authorise(Fields, frozen=True, rename={"from_": "from"}):
    """Leave to open the seal: where, which agency, when, why."""

    zone: Said
    agency: Said
    reason: Words = ""
    officer: str | None = None
    credential: str | None = None
    from_: Moment | None = None
    until: Moment | None = None


class RecordSeal(Fields, frozen=True):
    """A seal was applied. verified: View, Verify, Tug, Twist; incident: it ends a breach."""

    number: SealNumber
    device: str | None = None
    zone: str | None = None
    officer: str | None = None
    agency: str | None = None
    reason: Words = ""
    verified: bool = False
    incident: bool = False


class Excuse(Fields, frozen=True):
    """A leg may take longer; without a number, the one under way."""

    until: Moment
    reason: Said
    leg: Annotated[int, Meta(ge=1)] | None = None


class Close(Fields, frozen=True):
    """Delivered, or given up. despite: close it though something is wrong, and why."""

    number: SealNumber | None = None
    reason: Words = ""
    given_up: bool = False
    despite: Words = ""


class Amend(Fields, frozen=True):
    """Change what an open shipment declares: it is judged so from now on. changes: further fields
    of its file, as JSON; null takes one away.
    """

    reason: Said
    crossing: Annotated[str, Meta(max_length=100)] | None = None
    plates: Annotated[str, Meta(max_length=100)] | None = None
    changes: dict[str, Any] = {}


class Correct(Fields, frozen=True):
    """A closing was wrong, and what is right; it stays as it was told."""

    reason: Said
    number: SealNumber | None = None


class Acknowledge(Fields, frozen=True):
    """Somebody acts on it, so it does not escalate."""

    note: Words = ""


class Comment(Fields, frozen=True):
    """A word for those who follow."""

    text: Said


class Assign(Fields, frozen=True):
    """Somebody is to see to it."""

    to: Annotated[str, Meta(min_length=1, max_length=200)]
    note: Words = ""


class Snooze(Fields, frozen=True):
    """It calls nobody until then, so near to where the truck is, or within a zone."""

    until: Moment | None = None
    distance_m: Annotated[int, Meta(ge=1)] | None = None
    zone: str | None = None
    reason: Words = ""


class CloseAlert(Fields, frozen=True):
    """Close it: what it turned out to be, and the reason that an auditor will read."""

    verdict: Verdict
    reason: Said


Make = Callable[[Any, datetime, str, str], AnyCommand]
"""From fields, when, who and the id of what it is about to a command."""
Apply = Callable[[CommandHandler, str, Any, str], list[Finding]]
"""A use case of its own: of a shipment, with fields, by whom."""


@dataclass(frozen=True)
class Act:
    """make: what it commands; or apply, where that is more than one command. closed: it is of
    closed shipments, rather than of open ones.
    """

    name: str
    fields: type[Fields]
    make: Make | None = None
    apply: Apply | None = None
    closed: bool = False

    def command(self, fields: Fields, at: datetime, by: str, about: str) -> AnyCommand:
        assert self.make is not None  # noqa: S101 - who has `apply` is never asked
        return self.make(fields, at, by, about)


def _authorise(f: Authorise, at: datetime, by: str, _: str) -> AnyCommand:
    leave = Authorisation(
        zone=f.zone,
        agency=f.agency,
        reason=f.reason,
        officer=f.officer,
        credential=f.credential,
        from_time=f.from_,
        until_time=f.until,
        recorded_by=by,
    )
    return commands.Authorise(at=at, by=by, authorisation=leave)


def _close(f: Close, at: datetime, by: str, _: str) -> AnyCommand:
    reason = "; ".join(filter(None, (f.reason, f.despite)))
    return commands.CloseShipment(at=at, by=by, number=f.number, reason=reason, given_up=f.given_up)


def _seal(f: RecordSeal, at: datetime, by: str, _: str) -> AnyCommand:
    return commands.RecordSeal(at=at, by=by, **msgspec.structs.asdict(f))


def _hand_over(f: HandOver, at: datetime, by: str, _: str) -> AnyCommand:
    return commands.OfferCustody(
        at=at, by=by, releaser=f.from_, receiver=f.to, number=f.seal, state=f.state, zone=f.zone
    )


def _accept(f: Accept, at: datetime, by: str, _: str) -> AnyCommand:
    return commands.AcceptCustody(at=at, by=by, receiver=f.to, number=f.seal, zone=f.zone)


def _excuse(f: Excuse, at: datetime, by: str, _: str) -> AnyCommand:
    return commands.ExcuseDelay(at=at, by=by, until=f.until, reason=f.reason, leg=f.leg)


def _amend(handler: CommandHandler, shipment: str, f: Amend, by: str) -> list[Finding]:
    changes = dict(f.changes)
    if f.crossing is not None:
        changes["crossing"] = f.crossing
    if f.plates is not None:
        changes["vehicle"] = {"plates": f.plates}
    if not changes:
        raise UsageError("nothing would change", mend="crossing, plates or changes")
    return handler.amend(shipment, changes, by=by, reason=f.reason)


def _correct(handler: CommandHandler, shipment: str, f: Correct, by: str) -> list[Finding]:
    return handler.correct(shipment, by=by, reason=f.reason, number=f.number)


def _ack(f: Acknowledge, at: datetime, by: str, alert: str) -> AnyCommand:
    return commands.AcknowledgeAlert(at=at, by=by, alert=alert, note=f.note)


def _comment(f: Comment, at: datetime, by: str, alert: str) -> AnyCommand:
    return commands.CommentAlert(at=at, by=by, alert=alert, text=f.text)


def _assign(f: Assign, at: datetime, by: str, alert: str) -> AnyCommand:
    return commands.AssignAlert(at=at, by=by, alert=alert, to=f.to, note=f.note)


def _snooze(f: Snooze, at: datetime, by: str, alert: str) -> AnyCommand:
    return commands.SnoozeAlert(at=at, by=by, alert=alert, **msgspec.structs.asdict(f))


def _close_alert(f: CloseAlert, at: datetime, by: str, alert: str) -> AnyCommand:
    return commands.CloseAlert(at=at, by=by, alert=alert, reason=f.reason, verdict=f.verdict)


def _named(*acts: Act) -> Mapping[str, Act]:
    return {act.name: act for act in acts}


OF_SHIPMENTS = _named(
    Act("handover", HandOver, _hand_over),
    Act("accept", Accept, _accept),
    Act("authorise", Authorise, _authorise),
    Act("seal", RecordSeal, _seal),
    Act("excuse", Excuse, _excuse),
    Act("amend", Amend, apply=_amend),
    Act("close", Close, _close),
    Act("correct", Correct, apply=_correct, closed=True),
)
OF_ALERTS = _named(
    Act("ack", Acknowledge, _ack),
    Act("comment", Comment, _comment),
    Act("assign", Assign, _assign),
    Act("snooze", Snooze, _snooze),
    Act("close", CloseAlert, _close_alert),
)


def done(
    handler: CommandHandler, shipment: str, act: Act, fields: Fields, by: str
) -> list[Finding]:
    """Of a shipment: applied, with what it led to. Raises as `CommandHandler.submit` does, and
    Refused for a closing that the seal speaks against, unless `despite` says why.
    """
    if act.apply is not None:
        return act.apply(handler, shipment, fields, by)
    command = act.command(fields, handler.now(), by, shipment)
    if isinstance(fields, Close) and not fields.despite and not fields.given_up:
        _may_close(handler, shipment, handler.preview(shipment, command))
    return handler.submit(shipment, command)


def _may_close(handler: CommandHandler, shipment: str, expected: list[Finding]) -> None:
    breached = handler.breached(shipment)
    if breached:
        what = f"the seal of {', '.join(breached)} is breached"
    elif any(finding.code is Code.RELEASED_NUMBER_DIFFERS for finding in expected):
        what = "the number that was read is not the one in force"
    else:
        return
    raise Refused(what, where=f"shipment {shipment}", mend="`despite` says why it is closed anyway")
