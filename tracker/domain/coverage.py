"""Where a device is not to be heard, or its satellites not to be had: listed dead zones, roofs.

A passage of ten minutes leaves one fix in a dead zone, or none. So not only what is confirmed
counts: what one fix has seen, and what the way comes to before the next word is due.
"""

from __future__ import annotations

import math

from devices.reading import Fix
from geofences.kinds import ZoneKind
from tracker.domain.geo import metres_between
from tracker.domain.plan import Place, Plan, Rest
from tracker.domain.policy import Policy
from tracker.domain.rhythm import FIRST_S
from tracker.domain.state import Lane
from tracker.domain.stretch import Stretch

ROOFED = frozenset(
    {
        ZoneKind.PLANT,
        ZoneKind.YARD,
        ZoneKind.CONSIGNEE,
        ZoneKind.CUSTOMS_COMPOUND,
        ZoneKind.BRIDGE,
        ZoneKind.CBP_PRIMARY,
        ZoneKind.CBP_SECONDARY,
        ZoneKind.STATE_INSPECTION,
    }
)
"""Roofs stand there: halls, inspection lanes, toll plazas of bridges."""


def under_way(lane: Lane, policy: Policy) -> bool:
    """It moves, and its newest fix does not say that it has come to rest: a lock falls asleep
    sooner than two fixes show that the truck stands.
    """
    if not lane.moving or lane.fix is None:
        return lane.moving
    speed = lane.fix.speed_kmh
    return speed is None or speed > policy.moving_kmh


def seen(lane: Lane, plan: Plan) -> tuple[Place, ...]:
    """The zones it is in, those that one fix has shown too."""
    if not lane.zones and not lane.arriving:
        return ()
    return plan.places((*lane.zones, *lane.arriving))


def roofed(lane: Lane, plan: Plan | None) -> bool:
    """Seen last where roofs stand; or never seen at all, on a trip that begins in such a place."""
    if plan is None:
        return False
    if lane.fix is None and lane.leg == 0 and not lane.moving:
        return plan.loading is not None
    return any(place.kind in ROOFED for place in seen(lane, plan))


def sheltered(lane: Lane, plan: Plan | None, policy: Policy) -> bool:
    """Roofed, or where the plan has it stand: at a stop, in the crossing or its queue."""
    if plan is None:
        return False
    if roofed(lane, plan) or any(plan.expects(place.id) for place in seen(lane, plan)):
        return True
    fix = lane.fix
    return fix is not None and plan.border is not None and plan.border.holds(fix.lat, fix.lon)


def rest_ahead(lane: Lane, plan: Plan, policy: Policy) -> str | None:
    """The zone of the planned stop, or of the end of its leg, that lies ahead of its newest fix, no
    further than it comes before its next word is due: it may have come to stand there, fallen
    asleep or driven under a roof, before it was heard again.
    """
    fix = lane.fix
    if fix is None:
        return None
    kmh = max(fix.speed_kmh or 0.0, policy.road_kmh)
    reach_m = kmh / 3.6 * max(lane.pace_s, FIRST_S)
    for zone, lat, lon in rests(lane, plan):
        if metres_between(fix.lat, fix.lon, lat, lon) <= reach_m and _is_ahead(fix, (lat, lon)):
            return zone
    return None


def rests(lane: Lane, plan: Plan) -> tuple[Rest, ...]:
    """The end of the leg that it is on, and the planned stops."""
    middle = plan.ends[lane.leg] if lane.leg < len(plan.ends) else None
    zone = plan.legs[lane.leg].to_zone if middle is not None else None
    if zone is None or middle is None:
        return plan.rests
    return ((zone, *middle), *plan.rests)


def _is_ahead(fix: Fix, place: tuple[float, float]) -> bool:
    """Not behind it, by the course that it says."""
    if fix.course_deg is None:
        return True
    course = math.radians(fix.course_deg)
    north, east = place[0] - fix.lat, (place[1] - fix.lon) * math.cos(math.radians(fix.lat))
    return north * math.cos(course) + east * math.sin(course) >= 0


def explained_min(lane: Lane, plan: Plan, policy: Policy) -> float:
    """Minutes for which a listed dead zone explains that nothing is heard after the lane's newest
    fix: one that it is in, or that its way comes to before its next words are due. 0: none does.
    """
    dead = [p.usual_minutes or 0.0 for p in seen(lane, plan) if p.kind is ZoneKind.DEAD_ZONE]
    return max([*dead, *(_reached_min(lane, ahead, policy) for ahead in _ahead(lane, plan))],
               default=0.0)  # fmt: skip


def _ahead(lane: Lane, plan: Plan) -> tuple[Stretch, ...]:
    return plan.legs[lane.leg].dead if lane.leg < len(plan.legs) else ()


def _reached_min(lane: Lane, ahead: Stretch, policy: Policy) -> float:
    """The way there and the usual minutes within; 0 if it is too far for the next words to be
    missing because of it.
    """
    fix = lane.fix
    if fix is None:
        return 0.0
    left = ahead.left(fix.lat, fix.lon)
    if left is None:
        return 0.0
    kmh = max(fix.speed_kmh or 0.0, policy.road_kmh)
    way_min = left / 1_000 / kmh * 60
    due_min = max(lane.pace_s, FIRST_S) / 60 * policy.dead_zone_reports + policy.receipt_lag_min
    return way_min + ahead.usual_minutes if way_min <= due_min else 0.0
