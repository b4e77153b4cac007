"""Overdue: the latest arrival of the leg under way has passed. Warning; over on arrival."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.weighing import Weighed
from tracker.rules.base import Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """The leg that was found overdue, if one is."""

    leg: int | None = None


def on_tick(view: View, memory: Memory) -> Result:
    plan, leg = view.plan, view.state.leg
    over: tuple[Outcome, ...] = ()
    if memory.leg is not None and memory.leg < leg:
        over = (
            Cleared(kind=AlertKind.OVERDUE, code=Code.ARRIVED, key=str(memory.leg), at=view.now),
        )
        memory = Memory()
    due = deadline(view, memory)
    if plan is None or due is None or view.now < due or memory.leg is not None:
        return memory, over
    goal = plan.legs[leg].to_zone
    late = Raised(
        kind=AlertKind.OVERDUE,
        severity=Severity.WARNING,
        code=Code.LEG_OVERDUE,
        facts={"leg": leg + 1, "goal": goal, "latest": due.isoformat()},
        key=str(leg),
        at=due,
        zone=goal,
    )
    return Memory(leg=leg), (*over, late)


def deadline(view: View, memory: Memory) -> datetime | None:
    plan, leg = view.plan, view.state.leg
    if plan is None:
        return None
    if memory.leg is not None:
        return view.now if memory.leg < leg else None
    return plan.legs[leg].latest if leg < len(plan.legs) else None


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, plan, leg = AlertKind.OVERDUE, view.plan, view.state.leg
    if plan is None or leg >= len(plan.legs):
        return (Weighed(kind=kind, measure="legs_left", value=0),)
    latest = plan.legs[leg].latest
    if latest is None:
        return (Weighed(kind=kind, measure="latest_arrival", value=None),)
    late = Weighed(
        kind=kind,
        measure="time",
        value=view.now.isoformat(),
        limit=latest.isoformat(),
        unit="time",
        speaks=view.now >= latest,
    )
    if memory.leg != leg:
        return (late,)
    return (late, Weighed(kind=kind, measure="told_before", value=Severity.WARNING))


RULE = Rule(
    name="overdue",
    memory=Memory,
    keeps="scope",
    on_tick=on_tick,
    deadline=deadline,
    weighs=weighs,
)
