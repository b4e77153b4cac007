"""Restricted zone entered: two fixes inside (`confirm_fixes`). Critical."""

from __future__ import annotations

from typing import Any

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.rules.base import NOTHING, Result, Rule, View


def on_reading(view: View, memory: Any) -> Result:
    if view.plan is None or not (view.moves.entered or view.moves.left):
        return memory, NOTHING
    found: list[Outcome] = []
    for zone, fix in view.moves.entered.items():
        place = view.plan.place(zone)
        if place is not None and place.kind is ZoneKind.RESTRICTED:
            found.append(
                Raised(
                    kind=AlertKind.RESTRICTED_ZONE,
                    severity=Severity.CRITICAL,
                    key=zone,
                    at=fix.time,
                    zone=zone,
                    detail=f"enters the restricted zone {place.name}",
                    **point(fix),
                )
            )
    found += [
        Cleared(kind=AlertKind.RESTRICTED_ZONE, key=zone, at=fix.time, detail="has left it")
        for zone, fix in view.moves.left.items()
    ]
    return memory, tuple(found)


RULE = Rule(name="restricted_zone", on_reading=on_reading)
