"""Silence: no word from a device for longer than its situation explains.

`silence_moving_min` while moving, `silence_parked_min` parked or where roofs stand, or
`silence_reports` of the device's own intervals; with a listed dead zone that it is in, or that its
way comes to, its `usual_minutes` longer. Shortly before a planned stop it may stand already. A lock
that waits at the loading dock to be sealed guards nothing yet, and sleeps: it is given
`silence_parked_most_min`. What a slow line was seen to hold up (out of order, and late by more than
`receipt_lag_min`) it may hold up again, for `backlog_grace_min`. After jamming
`silence_after_jamming_min` or `jamming_reports` intervals, and then it is critical; so is a silence
that begins while the satellites are gone on the open road (`reception.collapsing`). A seal that is
silent is UNKNOWN: no data is never no event. Measured from the receipt of the last word of any
kind; ticks come only while the broker's queue is drained, so an outage of ours accuses no truck.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.coverage import seen, under_way
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Cleared, Noted, Outcome, Raised, SealMoved
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.reception import collapsing
from tracker.domain.seal import SealState
from tracker.domain.state import DeviceState, Lane
from tracker.domain.weighing import Weighed, lasted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.patience import patience, usual
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """until: the usual limit ran out, and something explains the silence until then. lag_s: for so
    long its words were under way at most, of those that came late; the last at `lagged` (receipt).
    """

    silent: bool = False
    until: datetime | None = None
    lag_s: float = 0.0
    lagged: datetime | None = None


BLANK = Memory()


def on_tick(view: View, memory: Memory) -> Result:
    asked = deadline(view, memory)
    if asked is None or view.now < asked or view.known is None:
        return memory, NOTHING
    due = _since(view, view.known) + _waits(view, memory)
    if view.now < due:
        return replace(memory, until=due), NOTHING
    # Up to when it was due, not to when somebody looked: told again, it is the same.
    facts: dict[str, Fact] = {"minutes": whole_minutes(due - view.known.heard_at)}
    collapsed = _collapsed(view, view.lane)
    severity = Severity.CRITICAL if view.lane.jammed or collapsed else Severity.WARNING
    if view.lane.jammed:
        code = Code.SILENT_AFTER_JAMMING
    elif collapsed:
        code = Code.SILENT_IN_COLLAPSE
    elif view.lane.at is None:
        code = Code.NEVER_HEARD
    else:
        moving = under_way(view.lane, view.policy)
        code = Code.SILENT_MOVING if moving else Code.SILENT_PARKED
    found: list[Outcome] = [
        Raised(
            kind=AlertKind.SILENCE,
            severity=severity,
            code=code,
            facts=facts,
            key=view.device or "",
            at=due,
            **view.where(),
        )
    ]
    if view.seal.state is SealState.SEALED:
        silent = replace(view.seal, state=SealState.UNKNOWN, since=due, unheard=False)
        found.append(SealMoved(to=silent, code=code, facts=facts, at=due))
    return replace(memory, silent=True, until=None), tuple(found)


def on_reading(view: View, memory: Memory) -> Result:
    if view.retained:
        return memory, NOTHING
    found: list[Outcome] = []
    if memory.silent:
        found.append(
            Cleared(
                kind=AlertKind.SILENCE,
                code=Code.HEARD_AGAIN,
                key=view.device or "",
                at=view.now,
            )
        )
    if not view.late and view.before is not None and view.before.at is not None:
        gap = _gap(view, view.before.at)
        if gap > _least(view, view.before) and gap > _limit(view, view.before):
            found.append(
                Noted(
                    type=FindingType.COVERAGE_GAP,
                    code=Code.COVERAGE_GAP,
                    at=view.at,
                    **view.where(),
                    facts={"from": view.before.at.isoformat(), "seconds": int(gap.total_seconds())},
                )
            )
    return _lagging(view, memory), tuple(found)


def _lagging(view: View, memory: Memory) -> Memory:
    """What is kept of the line. What took as long as a silence was stored, not under way."""
    kept, reading, policy = BLANK, view.reading, view.policy
    grace = minutes(policy.backlog_grace_min)
    if memory.lagged is not None and view.now - memory.lagged <= grace:
        kept = Memory(lag_s=memory.lag_s, lagged=memory.lagged)
    if not view.late or reading is None or reading.buffered:
        return kept
    lag = view.now - reading.event_time
    if not minutes(policy.receipt_lag_min) < lag < minutes(policy.silence_moving_min):
        return kept
    return Memory(lag_s=max(kept.lag_s, lag.total_seconds()), lagged=view.now)


def _waits(view: View, memory: Memory) -> timedelta:
    """How long it is waited for: what its line may hold up is on top of its own limit."""
    limit = _limit(view, view.lane)
    if memory.lagged is None or view.lane.jammed:
        return limit
    if view.now - memory.lagged > limit + minutes(view.policy.backlog_grace_min):
        return limit
    return limit + timedelta(seconds=memory.lag_s)


def _gap(view: View, last: datetime) -> timedelta:
    """How long the device was silent: by its own clock, if that was found as it was before."""
    reading, before = view.reading, view.before
    assert reading is not None  # noqa: S101 - on_reading
    if before is not None and view.known is not None and reading.clock is not before.clock:
        return view.now - view.known.heard_at
    return reading.event_time - last


def deadline(view: View, memory: Memory) -> datetime | None:
    if memory.silent or view.known is None or view.plan is None:
        return None
    due = _since(view, view.known) + _least(view, view.lane)
    return due if memory.until is None else max(due, memory.until)


def _since(view: View, known: DeviceState) -> datetime:
    """When its silence began: with the last word of any kind, but not before the journey."""
    plan = view.plan
    if view.lane.at is None and plan and plan.legs and plan.legs[0].earliest is not None:
        return max(known.heard_at, plan.legs[0].earliest)
    return known.heard_at


def _collapsed(view: View, lane: Lane) -> bool:
    """It fell silent on the open road while its satellites were gone."""
    return lane.at is not None and collapsing(lane, lane.at, view.plan, view.policy)


def _least(view: View, lane: Lane) -> timedelta:
    """A limit that costs little to know; the limit itself is no shorter."""
    return _after_jamming(view, lane) if lane.jammed else usual(view, lane)


def _after_jamming(view: View, lane: Lane) -> timedelta:
    """No longer than if it were merely silent."""
    policy, every_s = view.policy, lane.pace_s if lane.moving else lane.rest_s
    own = timedelta(seconds=every_s * policy.jamming_reports)
    longest = usual(view, lane, moving=True)
    return max(minutes(policy.silence_after_jamming_min), min(own, longest))


def _limit(view: View, lane: Lane) -> timedelta:
    if lane.jammed:
        return _after_jamming(view, lane)
    limit = patience(view, lane, moving=False if _rested(view, lane) else None)
    if _arrived(view, lane):
        return max(limit, minutes(view.policy.silence_arrived_min))
    if _loads(view, lane):
        return max(limit, minutes(view.policy.silence_parked_most_min))
    return limit


def _rested(view: View, lane: Lane) -> bool:
    """What was stored and came out of order shows that it stands, since its newest fix of all."""
    known = view.known
    for other in (known.backlog, known.recent) if known is not None else ():
        fix = None if other is None else other.fix
        if fix is None or (lane.fix is not None and fix.time <= lane.fix.time):
            continue
        if fix.speed_kmh is not None and fix.speed_kmh <= view.policy.moving_kmh:
            return True
    return False


def _loads(view: View, lane: Lane) -> bool:
    """It stands where the trip begins, and no seal is on yet."""
    plan = view.plan
    if plan is None or lane.leg or under_way(lane, view.policy):
        return False
    if view.seal.state not in (SealState.UNASSIGNED, SealState.ARMED):
        return False
    return any(place.id == plan.loading for place in seen(lane, plan))


def _arrived(view: View, lane: Lane) -> bool:
    """All legs are complete, and it is where the last one ends: it waits to be unloaded."""
    plan = view.plan
    if plan is None or not plan.legs or lane.leg < len(plan.legs):
        return False
    return plan.destination in lane.zones


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    """What it waited for was reckoned from a time that cannot be: it is reckoned anew."""
    return replace(memory, until=None)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    asked = deadline(view, memory)
    if view.reading is not None or asked is None or view.known is None:
        spoke = view.reading is not None
        measure = "heard" if spoke else "told_before" if memory.silent else "on_shipment"
        return (Weighed(kind=AlertKind.SILENCE, measure=measure, value=spoke or memory.silent),)
    limit, since = _waits(view, memory), _since(view, view.known)
    silent, may_be = view.now - since, max(limit, asked - since)
    speaks = view.now >= max(asked, since + limit)
    return (lasted(AlertKind.SILENCE, "silent", silent, may_be, speaks=speaks),)


RULE = Rule(
    name="silence",
    memory=Memory,
    keeps="device",
    on_tick=on_tick,
    on_reading=on_reading,
    wakes=Sign.GAP,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
