"""How far along its corridor a truck is, where the corridor meets itself or runs back along itself.

A position alone does not tell which stretch it is on, and the last progress decides for the one
that goes on from there (`geofences`). Close to where the road turns round that may be the wrong
one: unheard for a quarter of an hour, the truck has turned where its route does, and is taken to
have stayed short of it. Nothing tells until it drives on. So both are followed: if the truck falls
back where it was taken to be, and goes on where it may be as well, it is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geofences.placement import Placement
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import Fork, Lane


def progressed(
    lane: Lane, at: datetime, placement: Placement, plan: Plan, policy: Policy
) -> dict[str, Any]:
    """What changes in the lane with a fix that is held against its corridor."""
    taken = placement.progress_m
    if taken is None:
        return {}
    fork = None
    if placement.others and lane.progress_m is not None and lane.progress_at is not None:
        heading = plan.legs[lane.leg].heading if lane.leg < len(plan.legs) else 1
        reach_m = (at - lane.progress_at).total_seconds() * policy.apart_kmh / 3.6 + policy.jump_m
        fork = _followed(lane, taken, placement.others, heading or 1, reach_m)
        if fork is not None and _is_there(fork, taken, heading or 1, policy):
            taken, fork = fork.progress_m, None
    return {"progress_m": taken, "progress_at": at, "fork": fork}


def _followed(
    lane: Lane, taken: float, others: tuple[float, ...], heading: int, reach_m: float
) -> Fork | None:
    """Where it may be instead: further ahead, and no further than a truck may have come."""
    last = lane.progress_m if lane.fork is None else lane.fork.progress_m
    assert last is not None  # noqa: S101 - `progressed` has asked
    known = lane.fork is not None
    near = [
        other
        for other in others
        if (other - taken) * heading > 0
        and (abs(other - last) if known else (other - last) * heading) <= reach_m
    ]
    if not near:
        return None
    progress_m = min(near, key=lambda other: abs(other - last))
    if lane.fork is None:
        return Fork(progress_m=progress_m, start_m=progress_m, peak_m=taken)
    peak_m = max(lane.fork.peak_m * heading, taken * heading) * heading
    return Fork(progress_m=progress_m, start_m=lane.fork.start_m, peak_m=peak_m)


def _is_there(fork: Fork, taken: float, heading: int, policy: Policy) -> bool:
    """More than a parked receiver jumps."""
    fallen = (fork.peak_m - taken) * heading
    gone_on = (fork.progress_m - fork.start_m) * heading
    return fallen > policy.jump_m and gone_on > policy.jump_m
