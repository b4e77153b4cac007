"""A device that belongs to no shipment: its readings are kept, and it is named once.

So are those of one on a shipment, from before that was opened: its own history, in which a broken
seal is noted.
"""

from __future__ import annotations

from typing import Any

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted, Outcome, Raised
from tracker.domain.weighing import Weighed
from tracker.domain.whose import breaks
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import NEVER


def on_reading(view: View, memory: Any) -> Result:
    if view.plan is not None:
        return memory, NOTHING
    if view.history:
        return memory, _told(view)
    return memory, (
        Raised(
            kind=AlertKind.UNKNOWN_DEVICE,
            severity=Severity.INFO,
            code=Code.UNKNOWN_DEVICE,
            facts={"device": view.device or ""},
            at=view.at,
            **view.where(),
        ),
    )


def _told(view: View) -> tuple[Outcome, ...]:
    report = view.reading.seal if view.reading else None
    if report is None or not breaks(report):
        return NOTHING
    note = Noted(
        type=FindingType.DEVICE_SEEN,
        code=Code.BROKEN_BEFORE_SHIPMENT,
        facts={
            "number": report.number,
            "state": report.condition,
            "events": ", ".join(sorted(report.events)) or None,
        },
        at=view.at,
        **view.where(),
    )
    return (note,)


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    kind, carried = AlertKind.UNKNOWN_DEVICE, view.plan is not None
    on_shipment = Weighed(kind=kind, measure="on_shipment", value=carried, speaks=not carried)
    if carried or not view.history:
        return (on_shipment,)
    return (on_shipment, Weighed(kind=kind, measure="before_shipment", value=True))


RULE = Rule(
    name="unknown_device", on_reading=on_reading, wakes=NEVER, without_shipment=True, weighs=weighs
)
