"""Restricted zone entered: two fixes inside (`confirm_fixes`). Critical.

One that the straight way between two fixes runs through is a warning (the road may bend), and so is
one with a single fix inside.
"""

from __future__ import annotations

from typing import Any

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
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
                    code=Code.RESTRICTED_ZONE_ENTERED,
                    facts={"name": place.name},
                    key=zone,
                    at=fix.time,
                    zone=zone,
                    **point(fix),
                )
            )
    for passage in moves.passed:
        zone, fix = passage.zone, passage.fix
        place = view.plan.place(zone)
        if place is not None and place.kind is ZoneKind.RESTRICTED:
            found.append(
                Raised(
                    kind=AlertKind.RESTRICTED_ZONE,
                    severity=Severity.WARNING,
                    code=Code.RESTRICTED_ZONE_PASSED,
                    facts={"name": place.name, "fixes": passage.fixes},
                    key=f"{zone}:passed",
                    at=fix.time,
                    zone=zone,
                    **point(fix),
                )
            )
    found += [
        Cleared(
            kind=AlertKind.RESTRICTED_ZONE, code=Code.RESTRICTED_ZONE_LEFT, key=zone, at=fix.time
        )
        for zone, fix in view.moves.left.items()
    ]
    return memory, tuple(found)


RULE = Rule(name="restricted_zone", on_reading=on_reading)
