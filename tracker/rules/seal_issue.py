"""UNASSIGNED -> ARMED: a seal is issued from the inventory to a shipment.

Critical if its number, or a bolt seal's, is already active on another shipment, or retired. A lock
that works without a shipment warns; one that is delivered stays shut until somebody unloads, for
`delivered_shut_min`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import NumberConflict, OpenShipment
from tracker.domain.outcome import Outcome, Raised, SealMoved
from tracker.domain.plan import Plan
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import NEVER


def on_command(view: View, memory: Any) -> Result:
    """Run once a device: each lock of the shipment is armed with its number. The first device
    speaks for the numbers that no lock carries.
    """
    command = view.command
    if not isinstance(command, OpenShipment) or view.plan is None:
        return memory, NOTHING
    plan, found = view.plan, list[Outcome]()
    carried = {lock: plan.number_of(lock) for lock in plan.locks}
    if view.device in carried:
        armed = replace(
            view.seal, state=SealState.ARMED, since=view.at, number=carried[view.device]
        )
        found.append(
            SealMoved(to=armed, code=Code.ISSUED_TO_SHIPMENT, at=view.at, actor=command.by)
        )
    for number, other in _conflicts(view, plan, command):
        found.append(
            Raised(
                kind=AlertKind.SEAL_NUMBER,
                severity=Severity.CRITICAL,
                code=Code.ISSUED_NUMBER_RETIRED if other.closed else Code.ISSUED_NUMBER_ACTIVE,
                facts={"number": number, "elsewhere": other.shipment},
                key=f"issue:{number}",
                at=view.at,
            )
        )
    return memory, tuple(found)


def _conflicts(view: View, plan: Plan, command: OpenShipment) -> list[tuple[str, NumberConflict]]:
    """This lock's number, and, of the first device, those that no lock carries: if they are
    another shipment's.
    """
    carried = {lock: plan.number_of(lock) for lock in plan.locks}
    first = view.device == plan.shipment.devices[0].id
    loose = sorted(command.conflicts.keys() - set(carried.values())) if first else []
    return [
        (number, other)
        for number in (carried.get(view.device or ""), *loose)
        if number is not None and (other := command.conflicts.get(number))
    ]


def on_reading(view: View, memory: Any) -> Result:
    report = view.reading.seal if view.reading else None
    if view.plan is not None or report is None or view.history:
        return memory, NOTHING
    if report.condition is not SealCondition.SEALED and SealEvent.SEALED not in report.events:
        return memory, NOTHING
    if _is_delivered(view):
        return memory, NOTHING
    return memory, (
        Raised(
            kind=AlertKind.SEAL_WITHOUT_SHIPMENT,
            severity=Severity.WARNING,
            code=Code.SEALED_WITHOUT_SHIPMENT,
            facts={"number": report.number or None},
            at=view.at,
            **view.where(),
        ),
    )


def _is_delivered(view: View) -> bool:
    at = view.delivered_at
    return at is not None and view.at - at <= minutes(view.policy.delivered_shut_min)


def _since_min(view: View, at: datetime) -> float:
    return (view.at - at).total_seconds() / 60


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    return (_weighs_conflict(view), *_weighs_alone(view))


def _weighs_conflict(view: View) -> Weighed:
    kind, command = AlertKind.SEAL_NUMBER, view.command
    if not isinstance(command, OpenShipment) or view.plan is None:
        return Weighed(kind=kind, measure="seal_issued", value=False)
    found = _conflicts(view, view.plan, command)
    elsewhere = ", ".join(number for number, _ in found) or None
    return Weighed(
        kind=kind,
        measure="number_elsewhere",
        value=elsewhere,
        speaks=elsewhere is not None,
    )


def _weighs_alone(view: View) -> tuple[Weighed, ...]:
    kind, report = AlertKind.SEAL_WITHOUT_SHIPMENT, view.reading.seal if view.reading else None
    carried = view.plan is not None or view.history
    shut = report is not None and (
        report.condition is SealCondition.SEALED or SealEvent.SEALED in report.events
    )
    return (
        Weighed(kind=kind, measure="on_shipment", value=carried, speaks=not carried),
        Weighed(kind=kind, measure="seal_says_shut", value=shut, speaks=shut),
        Weighed(
            kind=kind,
            measure="shut_since_delivery",
            value=None if view.delivered_at is None else _since_min(view, view.delivered_at),
            limit=view.policy.delivered_shut_min,
            unit="min",
            threshold="delivered_shut_min",
            speaks=not _is_delivered(view),
        ),
    )


RULE = Rule(
    name="seal_issue",
    on_command=on_command,
    on_reading=on_reading,
    wakes=NEVER,
    without_shipment=True,
    weighs=weighs,
)
