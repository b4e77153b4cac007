"""Unplanned stop: standing where the plan has no stop.

A stop is staying within `stop_radius_m` (parked receivers wander). It warns after
`stop_warning_min`, is critical after `stop_critical_min` (with two drivers `stop_team_*`), and in a
high-risk zone at once. Within `first_mile_km` of the origin and `last_mile_km` of the destination
no stop is expected: there it warns after `mile_stop_min`. Where the plan has the truck it may
stand, high risk or not: at a leg's end without limit, at a planned stop for its minutes and then as
above, where an opening is authorised for `authorised_stop_min`, in the planned crossing, from the
queue before its first zone to its last one, for `border_stop_min` (queues of hours happen), at a
military checkpoint for `checkpoint_stop_min` longer.

A lock asleep says nothing for a quarter of an hour and more, so a timer tells too: as soon as the
device would have been heard if the truck had moved. That is at once for one that was seen to wake
when moved, or that has proven nearly all of the stop (`stop_short_min`); another is given the
longest it has been asleep. One that slept through all of it tells by its first fix away: who came a
few hundred metres in a quarter of an hour stood.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.coverage import explained_min
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.rhythm import wakes
from tracker.domain.state import Halt, Lane
from tracker.domain.threshold import MOST
from tracker.domain.weighing import Weighed, lasted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign
from tracker.rules.stop_limits import Limits, least, limits

KIND = AlertKind.UNPLANNED_STOP


class Memory(Struct, frozen=True, kw_only=True):
    """halt: the one an alert was raised for, if any: each halt is an incident of its own, told
    under `key`, which may be another device's of the same truck; grave: it was critical. looked:
    the halt a timer was set for, which runs out at `due`; None: never.
    """

    halt: datetime | None = None
    key: str | None = None
    grave: bool = False
    looked: datetime | None = None
    due: datetime | None = None


def on_reading(view: View, memory: Memory) -> Result:
    fix, halt = view.moves.fix, view.lane.halt
    if fix is None or halt is None or view.plan is None:
        return memory, NOTHING
    over: tuple[Outcome, ...] = ()
    if memory.halt is not None and memory.halt != halt.since:
        over = (
            Cleared(
                kind=AlertKind.UNPLANNED_STOP,
                code=Code.MOVES_ON,
                key=memory.key or _key(memory.halt),
                at=fix.time,
            ),
        )
        memory = Memory()
    until = fix.time if view.lane.straying is None else _left_at(view, halt, fix)
    if until is None:
        return memory, over
    if until - halt.since <= least(view.policy) and not view.lane.zones:
        return memory, over
    since = max(halt.since, view.plan.began)  # what it did before the trip is its own affair
    stood = until - since
    allowed = limits(view, halt, stood)
    severity = None if allowed is None else allowed.severity(stood)
    if severity is None or allowed is None:
        return memory, over
    grave = memory.grave or severity is Severity.CRITICAL
    key = _told_as(view, memory, halt)
    stop = _stop(view, key, severity, allowed.code, since, until)
    return replace(memory, halt=halt.since, key=key, grave=grave), (*over, stop)


def _left_at(view: View, halt: Halt, fix: Fix) -> datetime | None:
    """Until when it stood at least, of which the first fix away tells: a truck that was not heard
    for long, and came no further than at a walk, stood nearly all the time. None: it may not have.
    """
    before = view.before
    if before is None or before.fix is None or before.straying is not None or before.moving:
        return None
    unheard = fix.time - before.fix.time
    if unheard > minutes(view.policy.silence_parked_most_min):  # as long as anything: who knows
        return None
    way_km = metres_between(halt.lat, halt.lon, fix.lat, fix.lon) / 1_000
    if way_km > view.policy.moving_kmh * (unheard / timedelta(hours=1)):
        return None
    return fix.time - timedelta(hours=way_km / view.policy.moving_kmh)


def _stop(
    view: View, key: str, severity: Severity, code: Code, since: datetime, until: datetime
) -> Raised:
    return Raised(
        kind=AlertKind.UNPLANNED_STOP,
        key=key,
        severity=severity,
        code=code,
        facts={"minutes": whole_minutes(until - since)},
        at=since,
        seen=until,
        **view.where(),
    )


def _key(since: datetime) -> str:
    return since.isoformat()


def _told_as(view: View, memory: Memory, halt: Halt) -> str:
    """As it was told; or as another device of the truck has told the same stop: one truck, one
    stop, while both stand together.
    """
    if memory.halt == halt.since and memory.key is not None:
        return memory.key
    if len(view.state.devices) > 1:
        for alert in view.state.alerts.values():
            if alert.kind is KIND and alert.device != view.device and _is_same(view, alert, halt):
                return alert.key
    return _key(halt.since)


def _is_same(view: View, alert: Alert, halt: Halt) -> bool:
    if alert.ended_at is not None or alert.lat is None or alert.lon is None:
        return False
    if alert.last_seen < halt.since:
        return False
    return metres_between(alert.lat, alert.lon, halt.lat, halt.lon) <= view.policy.jump_m


# The timer


def deadline(view: View, memory: Memory) -> datetime | None:
    """Early rather than exact: `on_tick` looks, and says when to look again."""
    lane, plan = view.lane, view.plan
    if plan is None or not lane.standing or lane.halt is None or lane.straying is not None:
        return None
    halt = lane.halt
    if memory.halt == halt.since and memory.grave:
        return None
    if memory.looked == halt.since:
        return memory.due
    return max(halt.since, plan.began) + least(view.policy)


def on_tick(view: View, memory: Memory) -> Result:
    asked, halt = deadline(view, memory), view.lane.halt
    if asked is None or halt is None or view.plan is None or view.now < asked:
        return memory, NOTHING
    since = max(halt.since, view.plan.began)
    allowed = limits(view, halt, minutes(MOST))
    if allowed is None:
        return replace(memory, looked=halt.since, due=None), NOTHING
    told = memory.halt == halt.since
    due, grave = _due(view, allowed, since, told=told)
    if view.now < due:
        return replace(memory, looked=halt.since, due=due), NOTHING
    severity = Severity.CRITICAL if grave else Severity.WARNING
    key = _told_as(view, memory, halt)
    stop = _stop(view, key, severity, Code.STANDING_ASLEEP, since, due)
    memory = replace(memory, halt=halt.since, key=key, grave=grave, looked=halt.since)
    later = None if grave else _due(view, allowed, since, told=True)[0]
    return replace(memory, due=None if later is None else max(later, due)), (stop,)


def _due(view: View, allowed: Limits, since: datetime, *, told: bool) -> tuple[datetime, bool]:
    """When it is to be told (again), and whether that is critical."""
    known, policy = view.known, view.policy
    assert known is not None  # noqa: S101 - rules of a lane are ticked for a device
    heard = known.heard_at + minutes(policy.receipt_lag_min)
    if not told:
        fix, asleep = view.lane.fix, _asleep(view, view.lane)
        proven = allowed.warning - minutes(policy.stop_short_min)
        if fix is not None and fix.time - since >= proven:
            asleep = timedelta(0)
        due = max(since + allowed.warning, heard + asleep)
        return due, due >= since + allowed.critical
    return max(since + allowed.critical, heard), True


def _asleep(view: View, lane: Lane) -> timedelta:
    """For how long it may say nothing though the truck moved on."""
    policy = view.policy
    explained = explained_min(lane, view.plan, policy) if view.plan else 0.0
    if explained:
        return minutes(explained) + minutes(policy.silence_moving_min)
    if wakes(lane):
        return timedelta(0)
    return timedelta(minutes=max(lane.rest_s / 60, policy.asleep_most_min))


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    """When it was to look again was reckoned from a time that cannot be: it looks anew."""
    return replace(memory, looked=None, due=None)


# What it weighs


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    halt = view.lane.halt
    if view.plan is None or halt is None:
        return (_weighed("stands", False),)
    if view.reading is None:
        return _at_a_tick(view, memory, halt)
    fix = view.moves.fix
    if fix is None:
        return (_weighed("new_position", None),)
    until = fix.time if view.lane.straying is None else _left_at(view, halt, fix)
    if until is None:
        return (_weighed("away_from_its_halt", True),)
    stood = until - max(halt.since, view.plan.began)
    if until - halt.since <= least(view.policy) and not view.lane.zones:
        return (lasted(KIND, "stood", stood, least(view.policy), speaks=False),)
    allowed = limits(view, halt, stood)
    if allowed is None:
        return (_weighed("planned_to_stand_here", True),)
    speaks = allowed.severity(stood) is not None
    return (lasted(KIND, "stood", stood, allowed.warning, speaks=speaks),)


def _at_a_tick(view: View, memory: Memory, halt: Halt) -> tuple[Weighed, ...]:
    asked, known, plan = deadline(view, memory), view.known, view.plan
    if asked is None or known is None or plan is None:
        return (_weighed("stands_untold", False),)
    since = max(halt.since, plan.began)
    stood = view.now - since
    allowed = limits(view, halt, minutes(MOST))
    if allowed is None:
        return (_weighed("planned_to_stand_here", True),)
    due, grave = _due(view, allowed, since, told=memory.halt == halt.since)
    limit = allowed.critical if grave else allowed.warning
    unheard, may_be = view.now - known.heard_at, due - known.heard_at
    wait = lasted(KIND, "unheard", unheard, may_be, speaks=view.now >= max(due, asked))
    return lasted(KIND, "stood", stood, limit, speaks=stood >= limit), wait


def _weighed(measure: str, value: bool | None) -> Weighed:
    return Weighed(kind=KIND, measure=measure, value=value)


RULE = Rule(
    name="unplanned_stop",
    memory=Memory,
    on_reading=on_reading,
    wakes=Sign.STANDS,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
