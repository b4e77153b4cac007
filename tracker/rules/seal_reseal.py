"""OPEN_AUTHORISED -> SEALED: the new seal after an opening with leave.

A new number, recorded with officer, agency and reason, before the lock closes or within
`opening_record_min` after. A warning if nobody records it, if the record is incomplete, or beyond
`reseal_limit`; critical if an old number is used again, or if lock and record name different ones,
whichever comes first: what the lock told at its closing stays what it told. A record that comes
later still ends the warning. One for a seal whose opening was not seen (it happened where there was
no coverage) is kept until the lock names that number; critical if it goes on naming the old one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.clocks import undated
from tracker.domain.codes import Code
from tracker.domain.command import RecordSeal
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import among, same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View, concluded
from tracker.rules.seals import number_differs, recorded, renumbered, sealed_report
from tracker.rules.signs import Sign


class Named(Struct, frozen=True, kw_only=True):
    """The number that a closing was told with, by a word that came after later ones."""

    number: str
    at: datetime
    due: datetime


class Memory(Struct, frozen=True, kw_only=True):
    named: Named | None = None


def on_reading(view: View, memory: Memory) -> Result:
    report, seal = sealed_report(view), view.seal
    if report is None or seal.state is not SealState.OPEN_AUTHORISED:
        return memory, NOTHING
    if _before_opening(view, report, seal):
        return memory, NOTHING
    if view.late and report.number:
        memory = Memory(named=Named(number=report.number, at=view.at, due=view.now))
    return memory, _again(view, report, seal)


def _before_opening(view: View, report: SealReport, seal: SealRecord) -> bool:
    """A word of an unknown time that names the number from before the opening is from then."""
    if view.reading is None or not undated(view.reading):
        return False
    numbers = filter(None, (seal.number, *seal.used))
    return report.number is None or among(report.number, numbers)


def _again(view: View, report: SealReport, seal: SealRecord) -> tuple[Outcome, ...]:
    pending = seal.pending_number or _recorded_meanwhile(view, seal)
    new = report.number or pending
    noted = new is not None and pending is not None and same(pending, new)
    due = None if noted else view.at + minutes(view.policy.opening_record_min)
    resealed = renumbered(
        seal, new, view.at, lock_count=report.lock_count, record_due=due, told=report.number
    )
    found: list[Outcome] = [
        SealMoved(to=resealed, code=Code.RESEALED, facts={"named": new or None}, at=view.at)
    ]
    if new is not None and among(new, filter(None, (seal.number, *seal.used))):
        found.append(_old_number(view, new, view.at))
    elif report.number and pending and not same(report.number, pending):
        found.append(number_differs(view, report.number, pending))
    if view.late and due is not None and view.now >= due:  # the past waits for no timer
        found.append(_unrecorded(view, due))
    found += _limit(view, resealed)
    return tuple(found)


def _recorded_meanwhile(view: View, seal: SealRecord) -> str | None:
    """What people have recorded of a reseal that only the backlog tells of now: the present lane
    has it, for that was what they spoke of.
    """
    present = view.known.live.seal if view.late and view.known else None
    if present is None or present.pending_number is None or present.pending_at is None:
        return None
    begun = seal.opened_at is None or seal.opened_at <= present.pending_at
    return present.pending_number if begun else None


def _limit(view: View, seal: SealRecord) -> list[Outcome]:
    if seal.reseals <= view.policy.reseal_limit:
        return []
    return [
        Raised(
            kind=AlertKind.SEAL_RESEALED,
            severity=Severity.WARNING,
            code=Code.RESEALED_OVER_LIMIT,
            facts={"times": seal.reseals, "limit": view.policy.reseal_limit},
            at=view.at,
            key=f"{view.device}:limit",
            **view.where(),
        )
    ]


def on_command(view: View, memory: Memory) -> Result:
    command, seal = recorded(view), view.seal
    if command is None:
        return memory, NOTHING
    at = command.occurred_at or view.at
    earlier = seal.opened_at is not None and at < seal.opened_at
    if seal.state is SealState.OPEN_AUTHORISED and not (seal.unrecorded and earlier):
        return memory, _announced(view, command, at)
    if seal.unrecorded and (seal.on_duty or seal.state is SealState.OPEN_AUTHORISED):
        return memory, _settled(view, command, at)
    if seal.on_duty and (seal.number is None or not same(command.number, seal.number)):
        if _closing_told(view, at):
            differs = number_differs(view, command.number, seal.number or "", at)
            return memory, (differs, *_faults(view, command, at))
        return memory, _announced(view, command, at)
    return memory, NOTHING


def _closing_told(view: View, at: datetime) -> bool:
    """It was closed just before, with a number that is known: what is recorded is of that."""
    seal = view.seal
    if seal.number is None or seal.closed_at is None:
        return False
    since = at - seal.closed_at
    return timedelta() <= since <= minutes(view.policy.opening_record_min)


def _announced(view: View, command: RecordSeal, at: datetime) -> tuple[Outcome, ...]:
    """A reseal is recorded; the lock's own word completes it."""
    seal = view.seal
    noted = replace(seal, pending_number=command.number, pending_at=at, record_due=None)
    found = _faults(view, command, at)
    pending = seal.pending_number
    if pending is not None and not same(pending, command.number):
        second = number_differs(view, command.number, pending, at)
        found.append(replace(second, severity=Severity.WARNING, key=f"{view.device}:recorded"))
    return SealUpdated(to=noted), *found


def _settled(view: View, command: RecordSeal, at: datetime) -> tuple[Outcome, ...]:
    """The lock was closed first, and its reseal is recorded after. What it told of its number then
    stays in force.
    """
    seal = view.seal
    over = Cleared(
        kind=AlertKind.SEAL_RESEALED,
        code=Code.RESEAL_RECORDED,
        key=f"{view.device}:unrecorded",
        at=at,
    )
    if seal.told is not None and not same(seal.told, command.number):
        noted = replace(seal, record_due=None, unrecorded=False)
        differs = number_differs(view, command.number, seal.told, at)
        return SealUpdated(to=noted), over, differs, *_faults(view, command, at)
    again = seal.number is None or same(seal.number, command.number)
    used = seal.used if again or seal.number in seal.used else (*seal.used, seal.number or "")
    noted = replace(seal, number=command.number, used=used, record_due=None, unrecorded=False)
    return SealUpdated(to=noted), over, *_faults(view, command, at)


def _faults(view: View, command: RecordSeal, at: datetime) -> list[Outcome]:
    """What is wrong with the record itself."""
    found: list[Outcome] = []
    used = view.seal.used
    if view.seal.state is SealState.OPEN_AUTHORISED and view.seal.number is not None:
        used = (*used, view.seal.number)
    if among(command.number, used):
        found.append(_old_number(view, command.number, at))
    missing = [name for name in ("officer", "agency", "reason") if not getattr(command, name)]
    if missing:
        found.append(
            Raised(
                kind=AlertKind.SEAL_RESEALED,
                severity=Severity.WARNING,
                code=Code.RESEAL_INCOMPLETE,
                facts={"missing": ", ".join(missing)},
                at=at,
                key=f"{view.device}:incomplete",
            )
        )
    return found


def _old_number(view: View, number: str, at: datetime) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_RESEALED,
        severity=Severity.CRITICAL,
        code=Code.RESEALED_OLD_NUMBER,
        facts={"number": number},
        at=at,
        key=view.device or "",
        **view.where(),
    )


def on_tick(view: View, memory: Memory) -> Result:
    if memory.named is not None:
        return Memory(), _named(view, memory.named)
    due = _record_due(view.seal)
    if due is None or view.now < due:
        return memory, NOTHING
    return memory, (_unrecorded(view, due), SealUpdated(to=replace(view.seal, record_due=None)))


def _named(view: View, closing: Named) -> tuple[Outcome, ...]:
    """The present seal was closed by the act that the late word names the number of, if it has none
    of its own.
    """
    seal = view.seal
    if not seal.on_duty or seal.told is not None or seal.closed_at is None:
        return NOTHING
    if abs(seal.closed_at - closing.at) > minutes(view.policy.opening_evidence_min):
        return NOTHING
    told, same_number = (
        closing.number,
        seal.number is not None and same(seal.number, closing.number),
    )
    if same_number or seal.number is None:
        return (SealUpdated(to=replace(seal, number=seal.number or told, told=told)),)
    if seal.unrecorded:
        used = seal.used if seal.number in seal.used else (*seal.used, seal.number)
        return (SealUpdated(to=replace(seal, number=told, told=told, used=used)),)
    differs = number_differs(view, told, seal.number)
    differs = replace(differs, code=Code.LOCK_CARRIES_OTHER_NUMBER, at=closing.at)
    return differs, SealUpdated(to=replace(seal, told=told))


def _unrecorded(view: View, due: datetime) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_RESEALED,
        severity=Severity.WARNING,
        code=Code.RESEAL_NOT_RECORDED,
        at=due,
        key=f"{view.device}:unrecorded",
        **view.where(),
    )


def deadline(view: View, memory: Memory) -> datetime | None:
    due = _record_due(view.seal)
    return due if memory.named is None else memory.named.due


def _record_due(seal: SealRecord) -> datetime | None:
    return seal.record_due if seal.state is SealState.SEALED else None


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    named = memory.named
    return memory if named is None else Memory(named=replace(named, due=min(named.due, now)))


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    codes, report, seal = concluded(view, memory, RULE), sealed_report(view), view.seal
    command = recorded(view)
    read = command.number if command else report.number if report else None
    wrong = codes.get(AlertKind.SEAL_RESEALED)
    return (
        Weighed(
            kind=AlertKind.SEAL_NUMBER,
            measure="number_declared",
            value=read,
            limit=seal.pending_number or seal.number,
            speaks=AlertKind.SEAL_NUMBER in codes,
        ),
        Weighed(
            kind=AlertKind.SEAL_RESEALED,
            measure="reseals",
            value=seal.reseals,
            limit=view.policy.reseal_limit,
            unit="reseals",
            threshold="reseal_limit",
            speaks=wrong is not None,
        ),
        Weighed(
            kind=AlertKind.SEAL_RESEALED, measure="concluded", value=wrong, speaks=wrong is not None
        ),
    )


RULE = Rule(
    name="seal_reseal",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    on_command=on_command,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
