"""Restricted zone entered: two fixes inside (`confirm_fixes`). Critical.

One that the straight way between two fixes runs through is a warning: the road may bend.
"""

from __future__ import annotations

from typing import Any

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.rules.base import NOTHING, Result, Rule, View


def on_reading(view: View, memory: Any) -> Result:
    moves = view.moves
    if view.plan is None or not (moves.entered or moves.left or moves.passed):
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
    for zone in moves.passed:
        place = view.plan.place(zone)
        if place is not None and place.kind is ZoneKind.RESTRICTED and moves.fix is not None:
            found.append(
                Raised(
                    kind=AlertKind.RESTRICTED_ZONE,
                    severity=Severity.WARNING,
                    key=f"{zone}:passed",
                    at=moves.fix.time,
                    zone=zone,
                    detail=f"passes the restricted zone {place.name} between two fixes",
                    **point(moves.fix),
                )
            )
    found += [
        Cleared(kind=AlertKind.RESTRICTED_ZONE, key=zone, at=fix.time, detail="has left it")
        for zone, fix in view.moves.left.items()
    ]
    return memory, tuple(found)


RULE = Rule(name="restricted_zone", on_reading=on_reading)
