"""A device that belongs to no shipment: its readings are kept, and it is named once."""

from __future__ import annotations

from typing import Any

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Raised
from tracker.rules.base import NOTHING, Result, Rule, View


def on_reading(view: View, memory: Any) -> Result:
    if view.plan is not None:
        return memory, NOTHING
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


RULE = Rule(name="unknown_device", on_reading=on_reading, without_shipment=True)
