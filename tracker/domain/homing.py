"""The way back from a jump: what goes on from before it proves that it was one.

A receiver may jump where time allows it, after a sleep or twice to one place. So the fix before
such a step is kept for as many fixes as a jump may have.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.doubt import Doubt, Fault, Way, implied_kmh
from tracker.domain.geo import metres_between
from tracker.domain.own_word import between
from tracker.domain.policy import Policy, minutes
from tracker.domain.receiver import Receiver
from tracker.domain.state import Lane

HOMING = frozenset({Fault.SPEED, Fault.OWN_SPEED, Fault.COURSE})
"""What the first right fix after a jump is accused of, held against the wrong ones."""


def unchecked(way: Way | None, policy: Policy) -> bool:
    """So long a way, after so long, that no word of speed or course speaks for it."""
    return way is not None and way.metres > policy.jump_m and way.seconds > policy.compare_most_s


def with_home(lane: Lane, receiver: Receiver, way: Way | None, policy: Policy) -> Receiver:
    """It keeps the last fix before a doubtful step, for as many fixes as a jump may have."""
    if receiver.home is not None:
        strays = receiver.strays + 1
        kept = strays < policy.incredible_fixes
        return replace(receiver, home=receiver.home if kept else None, strays=strays if kept else 0)
    if way is None or way.metres <= policy.jump_m:
        return receiver
    return replace(receiver, home=lane.fix, strays=1)


def came_home(lane: Lane, fix: Fix, doubt: Doubt, policy: Policy) -> bool:
    """It goes on from the fix before the doubtful step, and not from the last one."""
    home, last = lane.receiver.home, lane.fix
    if home is None or last is None or doubt.fault not in HOMING:
        return False
    if implied_kmh(home, fix) > policy.credible_kmh:
        return False
    from_home = metres_between(home.lat, home.lon, fix.lat, fix.lon)
    if metres_between(last.lat, last.lon, fix.lat, fix.lon) <= policy.jump_m:
        return False
    if home.speed_kmh is None or fix.speed_kmh is None:
        return from_home <= policy.jump_m
    seconds = (fix.time - home.time).total_seconds()
    if seconds > policy.compare_most_s * policy.incredible_fixes:
        return from_home <= policy.jump_m
    return not between(home, fix, policy).contrary


def clock_fell_back(last: Fix, fix: Fix, received_at: datetime, policy: Policy) -> bool:
    """It was received long after its own time, and by its receipt the way is as long as the speeds
    say: its clock was set back, and the truck drove on.
    """
    if received_at - fix.time <= minutes(policy.clock_skew_min):
        return False
    if last.speed_kmh is None or fix.speed_kmh is None:
        return False
    told = (last.speed_kmh + fix.speed_kmh) / 2
    if min(last.speed_kmh, fix.speed_kmh) <= policy.speed_alone_kmh:
        return False
    seconds = (received_at - last.time).total_seconds()
    kmh = metres_between(last.lat, last.lon, fix.lat, fix.lon) / seconds * 3.6
    return abs(kmh - told) <= policy.contrary_share * told
