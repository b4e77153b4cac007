"""Overdue: the latest arrival of the leg under way has passed, and any excuse of its delay.

A warning; over on arrival, or when the delay is excused until later.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import ExcuseDelay
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.plan import Plan
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """The leg that was found overdue, if one is. excused: leg -> until when its delay is."""

    leg: int | None = None
    excused: dict[str, datetime] = {}


def on_tick(view: View, memory: Memory) -> Result:
    plan, leg = view.plan, view.state.leg
    over: tuple[Outcome, ...] = ()
    if memory.leg is not None and memory.leg < leg:
        over = (
            Cleared(kind=AlertKind.OVERDUE, code=Code.ARRIVED, key=str(memory.leg), at=view.now),
        )
        memory = replace(memory, leg=None)
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
    return replace(memory, leg=leg), (*over, late)


def on_command(view: View, memory: Memory) -> Result:
    command = view.command
    if not isinstance(command, ExcuseDelay):
        return memory, NOTHING
    leg = view.state.leg if command.leg is None else command.leg - 1
    memory = replace(memory, excused={**memory.excused, str(leg): command.until})
    if memory.leg != leg:
        return memory, NOTHING
    until = command.until.isoformat()
    over = Cleared(
        kind=AlertKind.OVERDUE,
        code=Code.DELAY_IS_EXCUSED,
        facts={"until": until},
        key=str(leg),
        at=command.at,
    )
    return replace(memory, leg=None), (over,)


def deadline(view: View, memory: Memory) -> datetime | None:
    plan, leg = view.plan, view.state.leg
    if plan is None:
        return None
    if memory.leg is not None:
        return view.now if memory.leg < leg else None
    return _latest(plan, leg, memory)


def _latest(plan: Plan, leg: int, memory: Memory) -> datetime | None:
    """When that leg's truck must have arrived, excused as it is."""
    latest = plan.legs[leg].latest if leg < len(plan.legs) else None
    until = memory.excused.get(str(leg))
    return latest if latest is None or until is None else max(latest, until)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, plan, leg = AlertKind.OVERDUE, view.plan, view.state.leg
    if plan is None or leg >= len(plan.legs):
        return (Weighed(kind=kind, measure="legs_left", value=0),)
    latest = _latest(plan, leg, memory)
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
    on_command=on_command,
    deadline=deadline,
    weighs=weighs,
)
