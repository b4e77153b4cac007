"""SEALED -> TAMPERED: the rope cut, the shell opened, the cover opened and then movement.

Those are critical. The back cover alone and a stuck motor warn; so does a lock that reports a
fault. Vibration is `seal_vibration`'s. A cut counts up to the release, whatever was heard before
(the word of the sealing may be lost): no authorisation covers a destroyed rope.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign

SUSPICIOUS = {
    SealEvent.COVER_OPENED: Code.COVER_OPENED,
    SealEvent.MOTOR_STUCK: Code.MOTOR_STUCK,
}


def on_reading(view: View, memory: Any) -> Result:
    report = view.reading.seal if view.reading else None
    seal = view.seal
    idle = seal.state is SealState.RELEASED or view.plan is None
    if idle or (report is None and not seal.cover_open):
        return memory, NOTHING
    report = report or SealReport()
    violation = _violation(view, report, seal)
    if violation is not None:
        return memory, _violated(view, violation)
    found: list[Outcome] = [
        Raised(
            kind=AlertKind.SEAL_TAMPERED,
            severity=Severity.WARNING,
            code=code,
            at=view.at,
            key=f"{view.device}:{event}",
            **view.where(),
        )
        for event, code in SUSPICIOUS.items()
        if event in report.events
    ]
    if report.condition is SealCondition.FAULT:
        found.append(
            Raised(
                kind=AlertKind.SEAL_FAULT,
                severity=Severity.WARNING,
                code=Code.LOCK_FAULT,
                at=view.at,
                key=view.device or "",
                **view.where(),
            )
        )
    elif report.condition is SealCondition.SEALED and seal.state is SealState.FAULT:
        found.append(
            Cleared(
                kind=AlertKind.SEAL_FAULT,
                code=Code.FAULT_OVER,
                at=view.at,
                key=view.device or "",
            )
        )
    after = _after(report, seal, view)
    if after.state is not seal.state:
        found.append(SealMoved(to=after, code=Code.LOCK_FAULT, at=view.at))
    elif after is not seal:
        found.append(SealUpdated(to=after))
    return memory, tuple(found)


def _violation(view: View, report: SealReport, seal: SealRecord) -> Code | None:
    if SealEvent.CUT in report.events or report.condition is SealCondition.CUT:
        return Code.ROPE_CUT
    if report.condition is SealCondition.TAMPERED:
        return Code.SHELL_OPENED
    opened = SealEvent.COVER_OPENED in report.events
    if seal.cover_open and view.moves.fix is not None and view.lane.moving and not opened:
        return Code.COVER_OPENED_THEN_MOVED
    return None


def _violated(view: View, code: Code) -> tuple[Outcome, ...]:
    seal = view.seal
    goes_on = seal.state is SealState.TAMPERED and seal.since is not None
    incident = Raised(
        kind=AlertKind.SEAL_TAMPERED,
        severity=Severity.CRITICAL,
        code=code,
        at=seal.since if goes_on and seal.since else view.at,
        seen=view.at,
        key=view.device or "",
        **view.where(),
    )
    if goes_on:
        return (incident,)
    after = replace(
        seal, state=SealState.TAMPERED, since=view.at, record_due=None, cover_open=False
    )
    return incident, SealMoved(to=after, code=code, at=view.at)


def _after(report: SealReport, seal: SealRecord, view: View) -> SealRecord:
    after = seal
    if SealEvent.COVER_OPENED in report.events:
        after = replace(after, cover_open=True)
    elif SealEvent.COVER_CLOSED in report.events:
        after = replace(after, cover_open=False)
    if report.condition is SealCondition.FAULT and seal.state is SealState.SEALED:
        after = replace(after, state=SealState.FAULT, since=view.at)
    return after


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    report, seal = view.reading.seal if view.reading else None, view.seal
    told = SealReport() if report is None else report
    idle = seal.state is SealState.RELEASED or view.plan is None
    violation = None if idle else _violation(view, told, seal)
    events = [event.value for event in SUSPICIOUS if event in told.events and not idle]
    fault = told.condition is SealCondition.FAULT and not idle
    signs = [*([violation.value] if violation else []), *events]
    return (
        Weighed(
            kind=AlertKind.SEAL_TAMPERED,
            measure="tampering_signs",
            value=", ".join(signs) or None,
            speaks=bool(signs),
        ),
        Weighed(
            kind=AlertKind.SEAL_FAULT,
            measure="lock_reports_fault",
            value=fault,
            speaks=fault and violation is None,
        ),
    )


RULE = Rule(name="seal_tampering", on_reading=on_reading, wakes=Sign.SEAL, weighs=weighs)
