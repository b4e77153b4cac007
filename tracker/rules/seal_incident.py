"""OPEN_UNAUTHORISED, TAMPERED -> SEALED: never by itself.

Only an incident inspected and signed off (`tracker shipment seal --incident`) ends them. A lock
that says "sealed" is a silent reseal: critical, a further chapter of the incident that is open.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import number_differs, recorded, renumbered, sealed_report
from tracker.rules.signs import Sign

INCIDENTS = (AlertKind.SEAL_TAMPERED, AlertKind.SEAL_OPENED)


def on_reading(view: View, memory: Any) -> Result:
    if not view.seal.breached or view.seal.resealed_silently or sealed_report(view) is None:
        return memory, NOTHING
    return memory, _silent(view, view.seal)


def _silent(view: View, seal: SealRecord) -> tuple[Outcome, ...]:
    kind = AlertKind.SEAL_TAMPERED if seal.state is SealState.TAMPERED else AlertKind.SEAL_OPENED
    chapter = Raised(
        kind=kind,
        severity=Severity.CRITICAL,
        code=Code.RESEALED_SILENTLY,
        at=view.at,
        key=view.device or "",
        part=True,
        **view.where(),
    )
    report = sealed_report(view)
    told = report.number if report else None
    return chapter, SealUpdated(to=replace(seal, resealed_silently=True, told=told))


def on_command(view: View, memory: Any) -> Result:
    command = recorded(view)
    if command is None or not command.incident or not view.seal.breached:
        return memory, NOTHING
    at = command.occurred_at or view.at
    told = view.seal.told if view.seal.resealed_silently else None
    closed = renumbered(view.seal, command.number, at, told=told)
    found: list[Outcome] = [
        SealMoved(
            to=closed,
            code=Code.INCIDENT_SIGNED_OFF,
            facts={"reason": command.reason},
            at=at,
            actor=command.by,
        )
    ]
    found += [
        Cleared(kind=kind, code=Code.INSPECTED, at=view.at, key=view.device or "")
        for kind in INCIDENTS
    ]
    if told is not None and not same(told, command.number):
        found.append(number_differs(view, command.number, told, at))
    return memory, tuple(found)


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    """Of the kind that the breach is of; the other is no incident here."""
    tampered = view.seal.state is SealState.TAMPERED
    shut = sealed_report(view) is not None
    told = list[Weighed]()
    for kind in INCIDENTS:
        mine = view.seal.breached and (kind is AlertKind.SEAL_TAMPERED) is tampered
        told.append(
            Weighed(kind=kind, measure="seal_breached", value=view.seal.state.value, speaks=mine)
        )
        if mine:
            again = view.seal.resealed_silently
            told.append(Weighed(kind=kind, measure="seal_says_shut", value=shut, speaks=shut))
            told.append(Weighed(kind=kind, measure="reseal_told", value=again, speaks=not again))
    return (*told, _weighs_number(view))


def _weighs_number(view: View) -> Weighed:
    kind, command = AlertKind.SEAL_NUMBER, recorded(view)
    if command is None or not command.incident or not view.seal.breached:
        return Weighed(kind=kind, measure="incident_signed_off", value=False)
    told = view.seal.told if view.seal.resealed_silently else None
    differs = told is not None and not same(told, command.number)
    return Weighed(
        kind=kind, measure="number_declared", value=command.number, limit=told, speaks=differs
    )


RULE = Rule(
    name="seal_incident",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    on_command=on_command,
    weighs=weighs,
)
