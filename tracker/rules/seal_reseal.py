"""OPEN_AUTHORISED -> SEALED: the new seal after an opening with leave.

A new number, recorded with officer, agency and reason, before the lock closes or within
`opening_record_min` after. A warning if nobody records it, if the record is incomplete, or beyond
`reseal_limit`; critical if an old number is used again, or the lock carries another than recorded.
A record that comes later still ends the warning. One for a seal whose opening was not seen (it
happened where there was no coverage) is kept until the lock names that number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.reading import SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import RecordSeal
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.policy import minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import among, same
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import number_differs, recorded, renumbered, sealed_report


def on_reading(view: View, memory: Any) -> Result:
    report, seal = sealed_report(view), view.seal
    if report is None or seal.state is not SealState.OPEN_AUTHORISED:
        return memory, NOTHING
    return memory, _again(view, report, seal)


def _again(view: View, report: SealReport, seal: SealRecord) -> tuple[Outcome, ...]:
    new = report.number or seal.pending_number
    recorded = (
        new is not None and seal.pending_number is not None and same(seal.pending_number, new)
    )
    due = None if recorded else view.at + minutes(view.policy.opening_record_min)
    resealed = renumbered(seal, new, view.at, lock_count=report.lock_count, record_due=due)
    found: list[Outcome] = [
        SealMoved(to=resealed, code=Code.RESEALED, facts={"named": new or None}, at=view.at)
    ]
    if new is not None and among(new, filter(None, (seal.number, *seal.used))):
        found.append(_old_number(view, new, view.at))
    elif report.number and seal.pending_number and not same(report.number, seal.pending_number):
        found.append(number_differs(view, report.number, seal.pending_number))
    if view.late and due is not None and view.now >= due:  # the past waits for no timer
        found.append(_unrecorded(view, due))
    found += _limit(view, resealed)
    return tuple(found)


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


def on_command(view: View, memory: Any) -> Result:
    command, seal = recorded(view), view.seal
    if command is None:
        return memory, NOTHING
    at = command.occurred_at or view.at
    if seal.state is SealState.OPEN_AUTHORISED:
        return memory, _announced(view, command, at)
    if seal.unrecorded and seal.state in (SealState.SEALED, SealState.UNKNOWN):
        return memory, _settled(view, command, at)
    if seal.on_duty and (seal.number is None or not same(command.number, seal.number)):
        return memory, _announced(view, command, at)
    return memory, NOTHING


def _announced(view: View, command: RecordSeal, at: datetime) -> tuple[Outcome, ...]:
    """A reseal is recorded; the lock's own word completes it."""
    noted = replace(view.seal, pending_number=command.number, record_due=None)
    return SealUpdated(to=noted), *_faults(view, command, at)


def _settled(view: View, command: RecordSeal, at: datetime) -> tuple[Outcome, ...]:
    """The lock was closed first, and its reseal is recorded after."""
    seal = view.seal
    again = seal.number is None or same(seal.number, command.number)
    used = seal.used if again else (*seal.used, seal.number or "")
    noted = replace(seal, number=command.number, used=used, record_due=None, unrecorded=False)
    over = Cleared(
        kind=AlertKind.SEAL_RESEALED,
        code=Code.RESEAL_RECORDED,
        key=f"{view.device}:unrecorded",
        at=at,
    )
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


def on_tick(view: View, memory: Any) -> Result:
    due = deadline(view, memory)
    if due is None or view.now < due:
        return memory, NOTHING
    return memory, (_unrecorded(view, due), SealUpdated(to=replace(view.seal, record_due=None)))


def _unrecorded(view: View, due: datetime) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_RESEALED,
        severity=Severity.WARNING,
        code=Code.RESEAL_NOT_RECORDED,
        at=due,
        key=f"{view.device}:unrecorded",
        **view.where(),
    )


def deadline(view: View, memory: Any) -> datetime | None:
    return view.seal.record_due if view.seal.state is SealState.SEALED else None


RULE = Rule(
    name="seal_reseal",
    on_reading=on_reading,
    on_command=on_command,
    on_tick=on_tick,
    deadline=deadline,
)
