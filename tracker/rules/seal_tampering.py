"""SEALED -> TAMPERED: the rope cut, the shell opened, the cover opened and then movement.

Those are critical. The back cover alone and a stuck motor warn; so does a lock that reports a
fault. Vibration is `seal_vibration`'s. That the cover is open is known by the lock's own clock, in
whatever order its words came. A cut counts up to the release, whatever was heard before
(the word of the sealing may be lost): no authorisation covers a destroyed rope.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import own_time
from tracker.rules.signs import Sign

SUSPICIOUS = {
    SealEvent.COVER_OPENED: Code.COVER_OPENED,
    SealEvent.MOTOR_STUCK: Code.MOTOR_STUCK,
}


class Memory(Struct, frozen=True, kw_only=True):
    """When the back cover was opened and closed last, by the device's own clock."""

    opened: datetime | None = None
    closed: datetime | None = None

    def open_at(self, at: datetime) -> bool:
        """It was opened before, and not closed since."""
        if self.opened is None or at <= self.opened:
            return False
        return self.closed is None or not self.opened <= self.closed <= at


QUIET = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    seal = view.seal
    if seal.state is SealState.RELEASED or view.plan is None:
        return (memory if view.late else QUIET), NOTHING
    if report is None and memory.opened is None:
        return memory, NOTHING
    report = report or SealReport()
    violation = _violation(view, memory, report)
    if violation is not None:
        return QUIET, _violated(view, violation)
    memory = _covered(view, memory, report)
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
    if report.condition is SealCondition.FAULT and seal.state is SealState.SEALED:
        after = replace(seal, state=SealState.FAULT, since=view.at)
        found.append(SealMoved(to=after, code=Code.LOCK_FAULT, at=view.at))
    return memory, tuple(found)


def _covered(view: View, memory: Memory, report: SealReport) -> Memory:
    at = own_time(view)
    if SealEvent.COVER_OPENED in report.events:
        return replace(memory, opened=max(at, memory.opened or at))
    if SealEvent.COVER_CLOSED in report.events:
        return replace(memory, closed=max(at, memory.closed or at))
    return memory


def _violation(view: View, memory: Memory, report: SealReport) -> Code | None:
    if SealEvent.CUT in report.events or report.condition is SealCondition.CUT:
        return Code.ROPE_CUT
    if report.condition is SealCondition.TAMPERED:
        return Code.SHELL_OPENED
    opened = SealEvent.COVER_OPENED in report.events
    moves = view.moves.fix is not None and view.lane.moving
    if moves and not opened and memory.open_at(own_time(view)):
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
    after = replace(seal, state=SealState.TAMPERED, since=view.at, record_due=None)
    return incident, SealMoved(to=after, code=code, at=view.at)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    report, seal = view.reading.seal if view.reading else None, view.seal
    told = SealReport() if report is None else report
    idle = seal.state is SealState.RELEASED or view.plan is None
    violation = None if idle else _violation(view, memory, told)
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


RULE = Rule(
    name="seal_tampering",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    weighs=weighs,
)
