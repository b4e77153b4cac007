"""SEALED -> RELEASED at delivery: in the destination zone, the number as the consignee read it.

A warning before the last leg's end, in another yard, or without the consignee's reading; critical
elsewhere, or if it is no lock's number. A shipment without a lock is judged by its trackers' place.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import CloseShipment
from tracker.domain.outcome import Outcome, Raised, SealMoved
from tracker.domain.seal import SealState
from tracker.domain.spelling import among
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.seals import numbers_in_force

YARDS = (ZoneKind.YARD, ZoneKind.CONSIGNEE, ZoneKind.PLANT)


def on_command(view: View, memory: Any) -> Result:
    """Run once a device: each lock of the shipment is released."""
    command, seal = view.command, view.seal
    if not isinstance(command, CloseShipment):
        return memory, NOTHING
    if view.plan and view.plan.locks and view.device not in view.plan.locks:
        return memory, NOTHING
    released = replace(seal, state=SealState.RELEASED, since=view.at, record_due=None)
    found: list[Outcome] = [
        SealMoved(
            to=released,
            code=Code.GIVEN_UP if command.given_up else Code.DELIVERED,
            facts={"reason": command.reason},
            at=view.at,
            actor=command.by,
        )
    ]
    if seal.state is SealState.ARMED:  # it was never used
        return memory, tuple(found)
    for fault in (_place(view), _number(view, command.number)):
        if fault is not None:
            found.append(
                Raised(
                    kind=AlertKind.SEAL_RELEASE,
                    severity=fault.severity,
                    code=fault.code,
                    facts=fault.facts,
                    at=view.at,
                    key=f"{view.device}",
                    part=True,
                    **view.where(),
                )
            )
    return memory, tuple(found)


class _Fault(NamedTuple):
    severity: Severity
    code: Code
    facts: dict[str, Fact] = {}  # noqa: RUF012 - never changed


def _place(view: View) -> _Fault | None:
    plan = view.plan
    if plan is None or plan.destination is None or plan.destination in view.lane.zones:
        return None
    if plan.destination in view.lane.arriving:  # where it was seen last, by one fix
        return None
    if any(place.kind in YARDS for place in view.places()):
        return _Fault(Severity.WARNING, Code.RELEASED_IN_OTHER_YARD)
    if view.state.leg < len(plan.legs) - 1 and any(plan.expects(p.id) for p in view.places()):
        return _Fault(Severity.WARNING, Code.RELEASED_BEFORE_LAST_LEG)
    return _Fault(Severity.CRITICAL, Code.RELEASED_AWAY_FROM_DESTINATION)


def _number(view: View, read: str | None) -> _Fault | None:
    numbers = numbers_in_force(view)
    if read is None:
        return _Fault(Severity.WARNING, Code.RELEASED_WITHOUT_READING)
    if numbers and not among(read, numbers):
        return _Fault(
            Severity.CRITICAL,
            Code.RELEASED_NUMBER_DIFFERS,
            {"read": read, "in_force": ", ".join(numbers)},
        )
    return None


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    kind, command = AlertKind.SEAL_RELEASE, view.command
    if not isinstance(command, CloseShipment):
        return (Weighed(kind=kind, measure="shipment_closed", value=False),)
    if view.seal.state is SealState.ARMED:
        return (Weighed(kind=kind, measure="seal_was_used", value=False),)
    place, number = _place(view), _number(view, command.number)
    return (
        Weighed(
            kind=kind,
            measure="at_destination",
            value=place is None,
            about=(view.plan.destination or "") if view.plan else "",
            speaks=place is not None,
        ),
        Weighed(
            kind=kind,
            measure="number_declared",
            value=command.number,
            limit=", ".join(numbers_in_force(view)) or None,
            speaks=number is not None,
        ),
    )


RULE = Rule(name="seal_release", on_command=on_command, weighs=weighs)
