"""Overdue: the latest arrival of the leg under way has passed, or that of a leg after it; and any
excuse of its delay.

A warning for each time that passes: where several legs are due by then, for the last of them, where
the truck should be. Over on arrival there, or when the delay is excused until later; who is excused
on a leg is excused on those after it for as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import ExcuseDelay
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.plan import Plan
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """The legs that were found overdue, rising. excused: leg -> until when its delay is."""

    told: tuple[int, ...] = ()
    excused: dict[str, datetime] = {}


def on_tick(view: View, memory: Memory) -> Result:
    plan, leg = view.plan, view.state.leg
    over = tuple(_over(done, Code.ARRIVED, view.now) for done in memory.told if done < leg)
    if over:
        memory = replace(memory, told=tuple(one for one in memory.told if one >= leg))
    due = deadline(view, memory)
    if plan is None or due is None or view.now < due:
        return memory, over
    late = max(one for one, latest in _awaited(plan, leg, memory) if latest <= due)
    goal = plan.legs[late].to_zone
    told = Raised(
        kind=AlertKind.OVERDUE,
        severity=Severity.WARNING,
        code=Code.LEG_OVERDUE,
        facts={"leg": late + 1, "goal": goal, "latest": due.isoformat()},
        key=str(late),
        at=due,
        zone=goal,
    )
    return replace(memory, told=(*memory.told, late)), (*over, told)


def on_command(view: View, memory: Memory) -> Result:
    command, plan = view.command, view.plan
    if not isinstance(command, ExcuseDelay):
        return memory, NOTHING
    leg = view.state.leg if command.leg is None else command.leg - 1
    memory = replace(memory, excused={**memory.excused, str(leg): command.until})
    latest = {} if plan is None else dict(_latest(plan, view.state.leg, memory))
    later = {one for one, at in latest.items() if one >= leg and at > command.at}
    excused = [one for one in memory.told if one in later]
    facts: dict[str, Fact] = {"until": command.until.isoformat()}
    over = tuple(_over(one, Code.DELAY_IS_EXCUSED, command.at, facts) for one in excused)
    return replace(memory, told=tuple(one for one in memory.told if one not in excused)), over


def _over(leg: int, code: Code, at: datetime, facts: dict[str, Fact] | None = None) -> Cleared:
    return Cleared(kind=AlertKind.OVERDUE, code=code, facts=facts or {}, key=str(leg), at=at)


def deadline(view: View, memory: Memory) -> datetime | None:
    plan, leg = view.plan, view.state.leg
    if plan is None:
        return None
    if memory.told and memory.told[0] < leg:
        return view.now
    return min((latest for _, latest in _awaited(plan, leg, memory)), default=None)


def _awaited(plan: Plan, leg: int, memory: Memory) -> Iterator[tuple[int, datetime]]:
    """The legs that are not told yet: one is told with all that come before it."""
    told = max(memory.told, default=-1)
    return (pair for pair in _latest(plan, leg, memory) if pair[0] > told)


def _latest(plan: Plan, leg: int, memory: Memory) -> Iterator[tuple[int, datetime]]:
    """Of the legs from this one on that have a latest arrival: when, excused as they are."""
    excused: datetime | None = None
    for number in range(leg, len(plan.legs)):
        until = memory.excused.get(str(number))
        if until is not None:
            excused = until if excused is None else max(excused, until)
        latest = plan.legs[number].latest
        if latest is not None:
            yield number, latest if excused is None else max(latest, excused)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, plan, leg = AlertKind.OVERDUE, view.plan, view.state.leg
    if plan is None or leg >= len(plan.legs):
        return (Weighed(kind=kind, measure="legs_left", value=0),)
    latest = min((at for _, at in _latest(plan, leg, memory)), default=None)
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
    if not memory.told:
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
