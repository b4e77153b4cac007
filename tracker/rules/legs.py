"""A leg is complete when the truck is confirmed in the zone where it ends.

An arrival that only the backlog tells completes it for the present, too.
"""

from __future__ import annotations

from typing import Any

from tracker.domain.codes import Code
from tracker.domain.finding import FindingType
from tracker.domain.motion import point
from tracker.domain.outcome import Delivered, Noted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


def on_reading(view: View, memory: Any) -> Result:
    plan, leg = view.plan, view.lane.leg
    if plan is None or leg >= len(plan.legs) or not view.moves.entered:
        return memory, NOTHING
    goal = plan.legs[leg].to_zone
    fix = view.moves.entered.get(goal) if goal else None
    if goal is None or fix is None:
        return memory, NOTHING
    note = Noted(
        type=FindingType.LEG_COMPLETED,
        code=Code.LEG_COMPLETED,
        at=fix.time,
        zone=goal,
        facts={"leg": leg + 1, "legs": len(plan.legs)},
        **point(fix),
    )
    return memory, (note, Delivered(at=fix.time, zone=goal))


RULE = Rule(name="legs", on_reading=on_reading, wakes=Sign.VISITS)
