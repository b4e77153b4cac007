"""Zones entered and left, once two fixes agree. The time is that of the first of them.

A zone is passed that was jumped over between two fixes (at most `passage_min` apart: the straight
way ran through it), that held a single fix, or that was left before the least stay of its kind
(`stay_*_min`, or its own). Who stands enters and leaves nothing (`domain.visits`).

No alert: the visits are custody facts. Source of the two fixes: `confirm_fixes` in the policy.
"""

from __future__ import annotations

from typing import Any

from devices.reading import Fix
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import FindingType
from tracker.domain.motion import point
from tracker.domain.outcome import Noted, Outcome
from tracker.domain.plan import Place
from tracker.domain.policy import whole_minutes
from tracker.domain.state import Passage
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


def on_reading(view: View, memory: Any) -> Result:
    moves = view.moves
    if not moves.entered and not moves.left and not moves.passed:
        return memory, NOTHING
    notes: list[Outcome] = [_exit(view, zone, fix) for zone, fix in moves.left.items()]
    notes += [_entry(view, zone, fix) for zone, fix in moves.entered.items()]
    notes += [_passage(view, passage) for passage in moves.passed]
    return memory, tuple(notes)


def _passage(view: View, passage: Passage) -> Noted:
    zone, fix = passage.zone, passage.fix
    place = view.plan.place(zone) if view.plan else None
    return Noted(
        type=FindingType.ZONE_PASSED,
        code=Code.ZONE_PASSED,
        at=fix.time,
        zone=zone,
        facts={
            **_named(zone, place),
            "since": passage.after.time.isoformat(),
            "fixes": passage.fixes,
        },
        **point(fix),
    )


def _entry(view: View, zone: str, fix: Fix) -> Noted:
    place = view.plan.place(zone) if view.plan else None
    return Noted(
        type=FindingType.ZONE_ENTERED,
        code=Code.ZONE_ENTERED,
        at=fix.time,
        zone=zone,
        facts=_named(zone, place),
        **point(fix),
    )


def _exit(view: View, zone: str, fix: Fix) -> Noted:
    place = view.plan.place(zone) if view.plan else None
    entered = view.before.zones.get(zone) if view.before else None
    stayed = None if entered is None else whole_minutes(fix.time - entered)
    return Noted(
        type=FindingType.ZONE_LEFT,
        code=Code.ZONE_LEFT,
        at=fix.time,
        zone=zone,
        facts={**_named(zone, place), "minutes": stayed},
        **point(fix),
    )


def _named(zone: str, place: Place | None) -> dict[str, Fact]:
    if place is None:
        return {"kind": None, "name": zone}
    return {"kind": str(place.kind), "name": place.name}


RULE = Rule(name="zone_visits", on_reading=on_reading, wakes=Sign.VISITS)
