"""Unplanned stop: standing where the plan has no stop.

A stop is staying within `stop_radius_m` (parked receivers wander). It warns after
`stop_warning_min`, is critical after `stop_critical_min`, and in a high-risk zone at once. Where
the plan has the truck it may stand, high risk or not: at a leg's end without limit, at a planned
stop for its minutes and then as above, where an opening is authorised for `authorised_stop_min`, in
the planned crossing's zones for `border_stop_min`
(queues of hours happen).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """The halt an alert was raised for, if any: each halt is an incident of its own."""

    halt: datetime | None = None


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
                key=_key(memory.halt),
                at=fix.time,
            ),
        )
        memory = Memory()
    if view.lane.straying is not None:
        return memory, over
    since = max(halt.since, view.plan.began)  # what it did before the trip is its own affair
    stood = fix.time - since
    severity = _severity(view, stood)
    if severity is None:
        return memory, over
    stop = Raised(
        kind=AlertKind.UNPLANNED_STOP,
        key=_key(halt.since),
        severity=severity,
        code=Code.STANDING_UNPLANNED,
        facts={"minutes": whole_minutes(stood)},
        at=since,
        seen=fix.time,
        **view.where(),
    )
    return Memory(halt=halt.since), (*over, stop)


def _severity(view: View, stood: timedelta) -> Severity | None:
    plan, policy = view.plan, view.policy
    assert plan is not None  # noqa: S101 - on_reading has asked
    places = view.places()
    allowed = allowance(plan, policy, tuple(place.id for place in places))
    if allowed is None:
        return None
    known = view.lane.zones  # one fix inside is not being there
    if any(place.kind is ZoneKind.HIGH_RISK and place.id in known for place in places):
        return Severity.CRITICAL if stood > allowed and not view.lane.moving else None
    if stood > allowed + minutes(policy.stop_critical_min):
        return Severity.CRITICAL
    if stood > allowed + minutes(policy.stop_warning_min):
        return Severity.WARNING
    return None


def allowance(plan: Plan, policy: Policy, zones: tuple[str, ...]) -> timedelta | None:
    """How long the plan lets it stand in these zones; None: without limit."""
    allowed = timedelta(0)
    for zone in zones:
        if any(zone in (leg.from_zone, leg.to_zone) for leg in plan.legs):
            return None
        if any(leave.zone == zone for leave in plan.authorisations):
            allowed = max(allowed, minutes(policy.authorised_stop_min))
        if zone in plan.stops:
            allowed = max(allowed, minutes(plan.stops[zone]))
        elif plan.expects(zone):
            allowed = max(allowed, minutes(policy.border_stop_min - policy.stop_warning_min))
    return allowed


def _key(since: datetime) -> str:
    return since.isoformat()


RULE = Rule(name="unplanned_stop", memory=Memory, on_reading=on_reading)
