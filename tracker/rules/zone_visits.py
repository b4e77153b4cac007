"""Zones entered and left, once two fixes agree. The time is that of the first of them.

A zone that was jumped over between two fixes (at most `passage_min` apart) is passed: the straight
way ran through it.

No alert: the visits are custody facts. Source of the two fixes: `confirm_fixes` in the policy.
"""

from __future__ import annotations

from typing import Any

from devices.reading import Fix
from tracker.domain.finding import FindingType
from tracker.domain.motion import point
from tracker.domain.outcome import Noted, Outcome
from tracker.rules.base import NOTHING, Result, Rule, View


def on_reading(view: View, memory: Any) -> Result:
    moves = view.moves
    if not moves.entered and not moves.left and not moves.passed:
        return memory, NOTHING
    notes: list[Outcome] = [
        _note(view, FindingType.ZONE_LEFT, zone, fix) for zone, fix in view.moves.left.items()
    ]
    notes += [
        _note(view, FindingType.ZONE_ENTERED, zone, fix) for zone, fix in view.moves.entered.items()
    ]
    if moves.passed and moves.fix is not None and view.before and view.before.fix:
        notes += [_passage(view, zone, view.before.fix, moves.fix) for zone in moves.passed]
    return memory, tuple(notes)


def _passage(view: View, zone: str, last: Fix, fix: Fix) -> Noted:
    place = view.plan.place(zone) if view.plan else None
    return Noted(
        type=FindingType.ZONE_PASSED,
        at=fix.time,
        zone=zone,
        detail=f"passes {place.name if place else zone} between two fixes",
        facts={"kind": str(place.kind) if place else None, "since": last.time.isoformat()},
        **point(fix),
    )


def _note(view: View, type_: FindingType, zone: str, fix: Fix) -> Noted:
    place = view.plan.place(zone) if view.plan else None
    name = place.name if place else zone
    detail = f"enters {name}" if type_ is FindingType.ZONE_ENTERED else f"leaves {name}"
    entered = view.before.zones.get(zone) if view.before else None
    if type_ is FindingType.ZONE_LEFT and entered is not None:
        detail += f" after {(fix.time - entered).total_seconds() / 60:.0f} min"
    kind = str(place.kind) if place else None
    return Noted(
        type=type_, at=fix.time, zone=zone, detail=detail, facts={"kind": kind}, **point(fix)
    )


RULE = Rule(name="zone_visits", on_reading=on_reading)
