"""How long a device may say nothing: of itself, of its place, of its seal."""

from __future__ import annotations

from datetime import timedelta

from geofences.kinds import ZoneKind
from tracker.domain.policy import minutes
from tracker.domain.state import Lane
from tracker.rules.base import View


def patience(view: View, lane: Lane, *, moving: bool | None = None) -> timedelta:
    """`silence_moving_min` or `silence_parked_min`; in a listed dead zone at least its
    `usual_minutes`. moving: where the reading itself tells it.
    """
    under_way = lane.moving if moving is None else moving
    limit = view.policy.silence_moving_min if under_way else view.policy.silence_parked_min
    if not lane.zones or view.plan is None:
        return minutes(limit)
    places = view.plan.places(tuple(lane.zones))
    dead = [place.usual_minutes or 0.0 for place in places if place.kind is ZoneKind.DEAD_ZONE]
    return minutes(max([limit, *dead]))
