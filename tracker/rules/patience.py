"""How long a device may say nothing: of itself, of its place, of its seal."""

from __future__ import annotations

from datetime import timedelta

from tracker.domain.coverage import explained_min, rest_ahead, roofed, sheltered, under_way
from tracker.domain.policy import minutes
from tracker.domain.state import Lane
from tracker.rules.base import View


def patience(
    view: View, lane: Lane, *, moving: bool | None = None, speaks: bool = False
) -> timedelta:
    """`silence_moving_min` or `silence_parked_min`; with a listed dead zone that explains it so
    much more. moving: where the reading itself tells it. Of a device that does not speak
    `silence_reports` of its own reports, if those take longer (at most `silence_moving_most_min`,
    `silence_parked_most_min`). Where a planned stop was near ahead it may stand by now.
    """
    plan, policy = view.plan, view.policy
    if moving is None and plan is not None:
        next_is_rest = not speaks and rest_ahead(lane, plan, policy) is not None
        if next_is_rest or sheltered(lane, plan, policy):
            moving = False
    limit = usual(view, lane, moving=moving, speaks=speaks)
    if plan is None:
        return limit
    explained = explained_min(lane, plan, policy)
    if not explained:
        return limit
    return limit + minutes(explained + policy.dead_zone_stop_min)  # it may stop in there


def usual(view: View, lane: Lane, *, moving: bool | None = None, speaks: bool = False) -> timedelta:
    """The same where no place explains anything; never longer. Under a roof, and in the planned
    crossing, a silence is a parked one's.
    """
    policy = view.policy
    if moving is None:
        moving = under_way(lane, policy) and not roofed(lane, view.plan)
    if moving:
        least, most, every = policy.silence_moving_min, policy.silence_moving_most_min, lane.pace_s
    else:
        least, most, every = policy.silence_parked_min, policy.silence_parked_most_min, lane.rest_s
    own = 0.0 if speaks else every / 60 * policy.silence_reports
    return minutes(least) if own <= least else timedelta(minutes=max(least, min(own, most)))
