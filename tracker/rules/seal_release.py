"""SEALED -> RELEASED at delivery: in the destination zone, the number as the consignee read it.

A warning before the last leg's end, in another yard, or without the consignee's reading; critical
elsewhere, or if it is no lock's number. A shipment without a lock is judged by its trackers' place.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.command import CloseShipment
from tracker.domain.outcome import Outcome, Raised, SealMoved
from tracker.domain.seal import SealState
from tracker.rules.base import NOTHING, Result, Rule, View

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
        SealMoved(to=released, at=view.at, actor=command.by, why=command.reason or "delivered")
    ]
    if seal.state is SealState.ARMED:  # it was never used
        return memory, tuple(found)
    for severity, detail in (_place(view), _number(view, command.number)):
        if severity is not None:
            found.append(
                Raised(
                    kind=AlertKind.SEAL_RELEASE,
                    severity=severity,
                    at=view.at,
                    key=f"{view.device}",
                    detail=detail,
                    part=True,
                    **view.where(),
                )
            )
    return memory, tuple(found)


def _place(view: View) -> tuple[Severity | None, str]:
    plan = view.plan
    if plan is None or plan.destination is None or plan.destination in view.lane.zones:
        return None, ""
    if any(place.kind in YARDS for place in view.places()):
        return Severity.WARNING, "released in another yard than the destination"
    if view.state.leg < len(plan.legs) - 1 and any(plan.expects(p.id) for p in view.places()):
        return Severity.WARNING, "released before the last leg"
    return Severity.CRITICAL, "released away from the destination"


def _number(view: View, read: str | None) -> tuple[Severity | None, str]:
    seals = (known.live.seal for known in view.state.devices.values())
    numbers = sorted(seal.number for seal in seals if seal.number is not None)
    if read is None:
        return Severity.WARNING, "released without the consignee's reading of the seal number"
    if numbers and read not in numbers:
        return Severity.CRITICAL, f"the consignee read {read}, in force was {', '.join(numbers)}"
    return None, ""


RULE = Rule(name="seal_release", on_command=on_command)
