"""Waypoints: a leg's required zones, missed or entered out of order. A warning for each zone. The
end of a leg is one, where the next leg follows the same corridor and so leads past it.

One is missed when the truck is `waypoint_missed_m` behind it along the corridor, by two fixes in a
row, or completes its leg, and was neither seen in it nor passed through it. Where nothing was heard
on the way past it, the stored readings may still tell: it is waited for `backlog_grace_min`. If
they do not, and it came along its corridor at `road_kmh` or faster, it had no time to go round it:
nothing speaks for a miss. It is out of order when a later one is entered first. It is over when it
is entered after all. Of a truck that crosses elsewhere only that is told; a device that joins the
shipment on the way, or comes after another, answers for no leg that is complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.plan import PlannedLeg, Waypoint
from tracker.domain.policy import minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """Of one device, and of one leg.

    been: the waypoints that it was in. told: those that an alert was raised for. along: how far
    along it was, in the direction of travel, at `at`. beyond: waypoint -> fixes in a row that were
    beyond it. unheard: waypoint -> until when a silence on the way past it may be filled. straight:
    those that it was not heard on the way past, and left no time for a way round.
    """

    leg: int = 0
    been: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    along: float | None = None
    at: datetime | None = None
    beyond: dict[str, int] = {}
    unheard: dict[str, datetime] = {}
    straight: tuple[str, ...] = ()


def on_reading(view: View, memory: Memory) -> Result:
    leg, fix = _leg(view), view.moves.fix
    if leg is None or not leg.waypoints or fix is None:
        return memory, NOTHING
    index = view.before.leg if view.before else view.lane.leg
    if index > memory.leg:
        memory = Memory(leg=index)
    elif index < memory.leg:
        return memory, NOTHING  # the past of a leg that is complete
    memory, outcomes = _entered(view, leg, memory)
    memory = _driven_past(view, leg, memory, fix)
    if view.late:
        return memory, tuple(outcomes)
    memory = _measured(view, leg, memory, fix)
    missed = {waypoint.zone for waypoint in leg.waypoints if _is_missed(view, memory, waypoint)}
    if view.lane.leg > index:
        missed = {waypoint.zone for waypoint in leg.waypoints}
    if _is_complete(view, index):
        missed = set()
    news = sorted(missed - _been(view, memory) - {*memory.straight, *memory.told})
    if not _elsewhere(view):
        outcomes += [_told(view, Code.WAYPOINT_MISSED, zone, fix) for zone in news]
    return (replace(memory, told=(*memory.told, *news)) if news else memory), tuple(outcomes)


def _elsewhere(view: View) -> bool:
    """It crosses by another crossing, which is told: what it misses on the way it should have gone
    is no incident of its own.
    """
    return any(alert.kind is AlertKind.WRONG_CROSSING for alert in view.state.alerts.values())


def _is_complete(view: View, index: int) -> bool:
    """Another device of the shipment has come to the end of this leg before, and answers for it."""
    return view.state.leg > index


def _leg(view: View) -> PlannedLeg | None:
    index = view.before.leg if view.before else view.lane.leg
    if view.plan is None or index >= len(view.plan.legs):
        return None
    return view.plan.legs[index]


def _been(view: View, memory: Memory) -> set[str]:
    """The waypoints that any device of the shipment was in on this leg."""
    been = set(memory.been)
    for known in view.state.devices.values():
        other: Any = known.memory.get(RULE.name)
        if isinstance(other, Memory) and other.leg == memory.leg:
            been.update(other.been)
    return been


def _entered(view: View, leg: PlannedLeg, memory: Memory) -> tuple[Memory, list[Outcome]]:
    """Those that it enters or passes through now; and whether one before them was left out."""
    moves, outcomes = view.moves, list[Outcome]()
    zones = [waypoint.zone for waypoint in leg.waypoints]
    here = {*moves.entered, *(passage.zone for passage in moves.passed), *view.lane.zones}
    if view.late and view.placement is not None:
        # What is told newest first has no fix before it that could confirm it: each counts alone.
        here |= set(view.placement.zones) - set(view.placement.doubtful)
    for number, zone in enumerate(zones):
        if zone not in here or zone in memory.been:
            continue
        at = moves.entered.get(zone) or moves.fix
        assert at is not None  # noqa: S101 - on_reading has asked
        memory = replace(memory, been=(*memory.been, zone))
        if zone in memory.told:
            outcomes.append(
                Cleared(kind=AlertKind.WAYPOINT, code=Code.WAYPOINT_REACHED, key=zone, at=at.time)
            )
        been = _been(view, memory)
        for skipped in zones[:number]:
            if skipped in been or skipped in memory.told or view.late:
                continue
            outcomes.append(_told(view, Code.WAYPOINT_OUT_OF_ORDER, zone, at, before=skipped))
            memory = replace(memory, told=(*memory.told, skipped))
    return memory, outcomes


def _driven_past(view: View, leg: PlannedLeg, memory: Memory, fix: Fix) -> Memory:
    """Which waypoints the way from the last fix led past along the corridor: unheard for longer
    than a straight way tells, and yet at a truck's ordinary pace; or, as stored fixes show, in
    sight and beside them after all.
    """
    before, placement, along_m = view.before, view.placement, view.along_m()
    if before is None or before.fix is None or before.progress_m is None or along_m is None:
        return memory
    if before.progress_at != before.fix.time or placement is None or not placement.on_corridor:
        return memory
    start, end = before.progress_m * leg.heading, along_m * leg.heading
    over = {w.zone for w in leg.waypoints if metres_beyond(w, start) <= 0 < metres_beyond(w, end)}
    if not over:
        return memory
    took = fix.time - before.fix.time
    if took <= minutes(view.policy.passage_min):
        return replace(memory, straight=tuple(z for z in memory.straight if z not in over))
    if end - start < took.total_seconds() * view.policy.road_kmh / 3.6:
        return memory
    if took.total_seconds() < before.pace_s * view.policy.dead_zone_reports:
        return memory  # it was heard as seldom as ever, and has fixes enough to be held to
    return replace(memory, straight=tuple(sorted({*memory.straight, *over})))


def _measured(view: View, leg: PlannedLeg, memory: Memory, fix: Fix) -> Memory:
    """How far along it is, and so which waypoints are behind it."""
    placement = view.placement
    along_m = view.along_m()
    if placement is None or along_m is None or not placement.on_corridor:
        return memory
    along = along_m * leg.heading
    gap = memory.at is not None and fix.time - memory.at > minutes(view.policy.passage_min)
    beyond, unheard = dict[str, int](), dict(memory.unheard)
    for waypoint in leg.waypoints:
        past_m = metres_beyond(waypoint, along)
        if past_m > view.policy.waypoint_missed_m:
            beyond[waypoint.zone] = memory.beyond.get(waypoint.zone, 0) + 1
        before_m = None if memory.along is None else metres_beyond(waypoint, memory.along)
        if gap and before_m is not None and before_m <= 0 < past_m:
            unheard[waypoint.zone] = view.now + minutes(view.policy.backlog_grace_min)
    return replace(memory, along=along, at=fix.time, beyond=beyond, unheard=unheard)


def metres_beyond(waypoint: Waypoint, along: float) -> float:
    """How far the truck is past it; below 0: it is not."""
    return 0.0 if waypoint.ends_m is None else along - waypoint.ends_m


def _is_missed(view: View, memory: Memory, waypoint: Waypoint) -> bool:
    if memory.beyond.get(waypoint.zone, 0) < view.policy.confirm_fixes:
        return False
    filled = memory.unheard.get(waypoint.zone)
    return filled is None or view.now >= filled


def _told(view: View, code: Code, zone: str, fix: Fix, *, before: str = "") -> Raised:
    """zone: the one that was missed; or entered though it comes after the one `before`."""
    facts: dict[str, Fact] = {"name": _name(view, zone)}
    if before:
        facts["before"] = _name(view, before)
    return Raised(
        kind=AlertKind.WAYPOINT,
        severity=Severity.WARNING,
        code=code,
        facts=facts,
        key=before or zone,
        at=fix.time,
        zone=before or zone,
        **point(fix),
    )


def _name(view: View, zone: str) -> str:
    place = view.plan.place(zone) if view.plan else None
    return zone if place is None else place.name


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    return tuple(_weighed(view, memory))


def _weighed(view: View, memory: Memory) -> Iterator[Weighed]:
    leg, kind = _leg(view), AlertKind.WAYPOINT
    after, outcomes = on_reading(view, memory)
    told = [one for one in outcomes if isinstance(one, Raised)]
    for one in told:
        yield Weighed(
            kind=kind, measure="left_out", value=str(one.code), about=one.key, speaks=True
        )
    if told:
        return
    left = [] if leg is None else [w for w in leg.waypoints if w.zone not in _been(view, after)]
    if not left:
        yield Weighed(kind=kind, measure="waypoints_left", value=0)
        return
    along = after.along
    yield Weighed(
        kind=kind,
        measure="beyond_waypoint",
        value=None if along is None else round(metres_beyond(left[0], along)),
        limit=view.policy.waypoint_missed_m,
        unit="m",
        threshold="waypoint_missed_m",
        about=left[0].zone,
    )


RULE = Rule(name="waypoints", memory=Memory, keeps="device", on_reading=on_reading, weighs=weighs)
