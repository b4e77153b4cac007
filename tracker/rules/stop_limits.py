"""How long a truck may stand where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from geofences.kinds import ZoneKind
from tracker.domain.alert import Severity
from tracker.domain.codes import Code
from tracker.domain.coverage import seen
from tracker.domain.geo import metres_between
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.shipment import Drivers
from tracker.domain.state import Halt
from tracker.domain.threshold import MOST
from tracker.rules.base import View


@dataclass(frozen=True, slots=True)
class Limits:
    """A stop of more than `warning` warns, of more than `critical` is critical. code: what is told
    of it.
    """

    warning: timedelta
    critical: timedelta
    code: Code = Code.STANDING_UNPLANNED

    def severity(self, stood: timedelta) -> Severity | None:
        if stood > self.critical:
            return Severity.CRITICAL
        return Severity.WARNING if stood > self.warning else None


def least(policy: Policy) -> timedelta:
    """No stop outside a high-risk zone is told earlier, wherever it is."""
    return minutes(
        min(
            policy.stop_warning_min,
            policy.stop_team_warning_min,
            policy.mile_stop_min,
            policy.mile_stop_team_min,
        )
    )


def limits(view: View, halt: Halt, stood: timedelta) -> Limits | None:
    """For the halt of the view's truck, which stood there for so long by now; None: no limit."""
    plan, policy = view.plan, view.policy
    if plan is None:
        return None
    places = view.places()
    if view.reading is None:  # what the newest fix has shown counts, though it is not confirmed yet
        places = seen(view.lane, plan)
    elif view.lane.straying is not None and view.before is not None:  # it stood where it was
        places = seen(view.before, plan)
    allowed = allowance(plan, policy, tuple(place.id for place in places))
    if allowed is None:
        return None
    known = view.lane.zones  # one fix inside is not being there
    if any(place.kind is ZoneKind.HIGH_RISK and place.id in known for place in places):
        if not view.lane.moving:
            return Limits(allowed, allowed)
        return Limits(minutes(MOST), minutes(MOST))
    warning, critical, code = _unplanned(plan, policy, halt, planned=bool(allowed))
    if stood > allowed + warning and _at_the_border(plan, halt):
        allowed = max(allowed, minutes(policy.border_stop_min) - warning)
    return Limits(allowed + warning, allowed + critical, code)


def _unplanned(
    plan: Plan, policy: Policy, halt: Halt, *, planned: bool
) -> tuple[timedelta, timedelta, Code]:
    """Beyond what the plan allows there: when it warns, when it is critical, and as what."""
    team = plan.shipment.drivers is Drivers.TEAM
    warning = policy.stop_team_warning_min if team else policy.stop_warning_min
    critical = policy.stop_team_critical_min if team else policy.stop_critical_min
    code = None if planned else _mile(plan, policy, halt, team=team)
    if code is None:
        return minutes(warning), minutes(critical), Code.STANDING_UNPLANNED
    early = policy.mile_stop_team_min if team else policy.mile_stop_min
    return (
        minutes(min(early, warning)),
        minutes(min(policy.mile_stop_critical_min, critical)),
        code,
    )


def _mile(plan: Plan, policy: Policy, halt: Halt, *, team: bool) -> Code | None:
    """Whether it is on the first or the last mile of the trip."""
    first_km = policy.first_mile_team_km if team else policy.first_mile_km
    if _near(plan.origin, halt, first_km):
        return Code.STANDING_FIRST_MILE
    return Code.STANDING_LAST_MILE if _near(plan.goal, halt, policy.last_mile_km) else None


def _near(place: tuple[float, float] | None, halt: Halt, km: float) -> bool:
    return place is not None and metres_between(*place, halt.lat, halt.lon) <= km * 1_000


def _at_the_border(plan: Plan, halt: Halt) -> bool:
    """In the planned crossing, between its zones too, or in the queue before them."""
    return plan.border is not None and plan.border.holds(halt.lat, halt.lon)


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
        elif (place := plan.place(zone)) and place.kind is ZoneKind.CHECKPOINT_MILITARY:
            allowed = max(allowed, minutes(policy.checkpoint_stop_min))
    return allowed
