"""Position lost: the device speaks, and where it is, is not known. That is silence too.

Lost: no fix at all (none, 0,0, invalid, a useless HDOP), or always the same old one while under
way. Frozen: speed is reported (above `moving_kmh`), and the position does not change. Both warn
after as long as a silence would; lost in a plant, yard, inspection area or the planned crossing
after `position_roofed_min`, for roofs stand there; just before a planned stop after
`roof_ahead_min`. From then on the record does not say where it
is. Jamming has an alert of its own.

A device asleep that repeats its last fix, standing, is where it was: that is no loss.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.coverage import rest_ahead, sheltered
from tracker.domain.credibility import is_useless
from tracker.domain.outcome import Cleared, Outcome, PlaceKnown, Raised
from tracker.domain.policy import minutes, whole_minutes
from tracker.domain.weighing import Weighed, lasted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.patience import patience, usual
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """since: when its place was known last; None while it is. rolls: the last word before a report
    first said that it moves. reports: how many there were since, all of that kind. lost: the record
    says nothing of its place. told: the alert that is raised.
    """

    since: datetime | None = None
    rolls: datetime | None = None
    reports: int = 0
    lost: bool = False
    told: AlertKind | None = None


KNOWN = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    if view.late or view.plan is None or view.reading is None:
        return memory, NOTHING
    fix = view.moves.fix
    if fix is not None and not _stands_still(view, fix):
        return (memory, NOTHING) if memory.since is None else (KNOWN, _back(view, memory))
    kind = _loss(view)
    if kind is None:
        return memory, NOTHING
    return _without(view, memory, kind)


def _loss(view: View) -> AlertKind | None:
    """What this reading has instead of a new position that moved; None if it has one, or tells
    nothing.
    """
    fix = view.moves.fix
    if fix is None:
        return _missing(view)
    return AlertKind.POSITION_FROZEN if _stands_still(view, fix) else None


def _stands_still(view: View, fix: Fix) -> bool:
    """At speed, exactly where the last fix was."""
    last = view.before.fix if view.before else None
    if last is None or fix.lat != last.lat or fix.lon != last.lon:
        return False
    return fix.speed_kmh is not None and fix.speed_kmh > view.policy.moving_kmh


def _repeats(fix: Fix, last: Fix, view: View) -> bool:
    """At a speed that no parked receiver claims, exactly where the believed one was."""
    speed = fix.speed_kmh
    there = fix.lat == last.lat and fix.lon == last.lon
    return there and speed is not None and speed > view.policy.speed_alone_kmh


def _missing(view: View) -> AlertKind | None:
    """What this reading, which brings no new fix, says of the position; None if nothing."""
    said = view.reading.position if view.reading else None
    if not isinstance(said, Fix) or is_useless(said, view.policy):
        return AlertKind.POSITION_LOST
    last = view.before.fix if view.before else None
    if last is None:
        return None
    if said.time > last.time:
        if _repeats(said, last, view):
            return AlertKind.POSITION_FROZEN
        return None  # a new one that is not believed: why, another rule tells
    if said.speed_kmh is not None and said.speed_kmh > view.policy.moving_kmh:
        return AlertKind.POSITION_FROZEN
    under_way = view.lane.moving and said.speed_kmh is None
    return AlertKind.POSITION_LOST if under_way else None


def _without(view: View, memory: Memory, kind: AlertKind) -> Result:
    least = _least(view, kind)
    since = memory.since or _last_known(view, least)
    memory = replace(memory, since=since, reports=memory.reports + 1)
    memory = _rolled(view, memory)
    gone = view.at - _began(view, memory, since, kind)
    if memory.told or gone < least or memory.reports < view.policy.confirm_fixes:
        return memory, NOTHING
    limit = _limit(view, kind)  # costs more
    if gone < limit:
        return memory, NOTHING
    found: list[Outcome] = []
    if not view.lane.jammed:
        lost = kind is AlertKind.POSITION_LOST
        found.append(
            Raised(
                kind=kind,
                severity=Severity.WARNING,
                code=Code.POSITION_LOST if lost else Code.POSITION_FROZEN,
                facts={"minutes": whole_minutes(gone)},
                key=view.device or "",
                at=view.at - gone + limit,
                **view.where(),
            )
        )
        memory = replace(memory, told=kind)
    if not memory.lost:
        found.append(PlaceKnown(known=False))
    return replace(memory, lost=True), tuple(found)


def _last_known(view: View, limit: timedelta) -> datetime:
    """The last fix, if it is no older than allowed: longer ago, the device was silent besides."""
    last = view.before.fix if view.before else None
    known = last is not None and timedelta() <= view.at - last.time < limit
    return last.time if last is not None and known else view.at


def _rolled(view: View, memory: Memory) -> Memory:
    if memory.rolls is not None or not _moving(view):
        return memory
    before = view.before.at if view.before else None
    return replace(memory, rolls=before or view.at)


def _began(view: View, memory: Memory, since: datetime, kind: AlertKind) -> datetime:
    """Since when the limit runs: of one that says that it moves, since it first did. Who stood
    under a roof for an hour was not lost under way for an hour.
    """
    if kind is AlertKind.POSITION_LOST and memory.rolls is not None and _moving(view):
        return max(since, memory.rolls)
    return since


def _moving(view: View) -> bool | None:
    """Whether its receiver says that it moves; None if it does not tell. What it says beside a
    position that is none tells nothing: under a roof, echoes move.
    """
    place = view.reading.position if view.reading else None
    if place is None or place.speed_kmh is None:
        return None
    if isinstance(place, Fix) and is_useless(place, view.policy):
        return None
    return place.speed_kmh > view.policy.moving_kmh


def _least(view: View, kind: AlertKind) -> timedelta:
    """A limit that costs little to know; the limit itself is no shorter. A device that tells a
    frozen position speaks, however seldom.
    """
    frozen = kind is AlertKind.POSITION_FROZEN
    return usual(view, view.lane, moving=_moving(view), speaks=frozen)


def _limit(view: View, kind: AlertKind) -> timedelta:
    if kind is AlertKind.POSITION_FROZEN:  # where it is not, no dead zone explains it
        return _least(view, kind)
    moving = _moving(view)
    limit, plan = patience(view, view.lane, moving=moving), view.plan
    if moving:
        return limit
    if sheltered(view.lane, plan, view.policy):
        return max(limit, minutes(view.policy.position_roofed_min))
    if plan is not None and rest_ahead(view.lane, plan, view.policy) is not None:
        return max(limit, minutes(view.policy.roof_ahead_min))
    return limit


def _back(view: View, memory: Memory) -> tuple[Outcome, ...]:
    found: list[Outcome] = [PlaceKnown(known=True)] if memory.lost else []
    if memory.told is not None:
        found.append(
            Cleared(kind=memory.told, code=Code.POSITION_BACK, key=view.device or "", at=view.at)
        )
    return tuple(found)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    live = not view.late and view.plan is not None and view.reading is not None
    lack = _loss(view) if live else None
    told = list[Weighed]()
    for kind in (AlertKind.POSITION_LOST, AlertKind.POSITION_FROZEN):
        if lack is kind:
            told += _weighed(view, memory, kind)
        else:
            told.append(Weighed(kind=kind, measure=kind.value if live else "live", value=False))
    return tuple(told)


def _weighed(view: View, memory: Memory, kind: AlertKind) -> tuple[Weighed, ...]:
    policy, limit = view.policy, _limit(view, kind)
    since = memory.since or _last_known(view, _least(view, kind))
    gone = view.at - _began(view, _rolled(view, memory), since, kind)
    before = memory.told is not None
    return (
        Weighed(kind=kind, measure="told_before", value=before, speaks=not before),
        Weighed(kind=kind, measure="jammed", value=view.lane.jammed, speaks=not view.lane.jammed),
        lasted(kind, "unknown", gone, limit, speaks=gone >= limit),
        Weighed(
            kind=kind,
            measure="reports",
            value=memory.reports + 1,
            limit=policy.confirm_fixes,
            unit="reports",
            threshold="confirm_fixes",
            speaks=memory.reports + 1 >= policy.confirm_fixes,
        ),
    )


RULE = Rule(
    name="position_loss", memory=Memory, on_reading=on_reading, wakes=Sign.SAME, weighs=weighs
)
