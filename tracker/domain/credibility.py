"""Which fix to believe: a truck cannot have been everywhere that a receiver says.

A fix is held against the last believed one, over the time that has truly passed. So the present is
taken anew by itself when the truck could have come there: after a gap, on a train or a ferry, with
a lock that was sent to another truck. That a second fix agrees with an impossible one proves
nothing: a broken receiver and a spoofer agree with themselves. It counts in two cases only, where
it is the believed one that has less to show:
- that one stands alone: two against one, when the first fix of all was the wrong one;
- the plan has the truck at the new place, and had it at none of the believed ones before.

Of a fix whose time is not its own (`Reading.clock`: the receipt, or doubted) no speed accuses: what
was stored for hours comes within a second. There one fix is still no proof, and two are.
"""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct

from devices.reading import Fix
from geofences.placement import Placement
from tracker.domain.geo import metres_between
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Lane


class Fault(enum.StrEnum):
    """What is wrong with a fix that is not believed."""

    ZERO = "zero"
    """A coordinate is zero: the receiver did not have it."""
    SIGN = "sign"
    """With the other sign of a coordinate it is where the truck can be."""
    SWAPPED = "swapped"
    """With latitude and longitude exchanged it is where the truck can be."""
    SATELLITES = "satellites"
    """It comes from no satellites, and yet says that the truck is somewhere else."""
    SPEED = "speed"
    """No truck gets there in that time."""

    @property
    def receivers(self) -> bool:
        """The receiver itself shows that it had no position: nobody deceives by that."""
        return self in (Fault.ZERO, Fault.SATELLITES)


class Way(Struct, frozen=True, gc=False):
    """From the last believed fix: how far, in what time, and how fast that is on average."""

    metres: float
    seconds: float
    kmh: float


class Doubt(Struct, frozen=True, kw_only=True):
    """Why `fix` is not believed. coordinate: the faulty one, "lat", "lon" or both; "" for none.
    way: None where there is no believed fix before it.
    """

    fix: Fix
    fault: Fault
    coordinate: str = ""
    way: Way | None = None


class Belief(Struct, frozen=True, kw_only=True, gc=False):
    """What to make of a fix. doubt: None if it is believed. accuses: the doubt is to be told.
    anew: believed against the last one, so that nothing from there leads here. agreed, agreeing,
    vouched: as in the lane.
    """

    doubt: Doubt | None = None
    accuses: bool = True
    anew: bool = False
    agreed: int = 0
    agreeing: int = 0
    vouched: bool = False


NEIGHBOUR_DEG = 1.0
"""Who was this near to a zero meridian or the equator may be on it: some 100 km, an hour's way."""
FARTHER = 10.0
"""A coordinate is told wrongly if told rightly it is so many times nearer; and the truth is no
nearer than `FAR_M`, where a degree of rounding could do as much."""
FAR_M = 500_000.0


def judged(
    lane: Lane,
    fix: Fix,
    received_at: datetime,
    placement: Placement | None,
    plan: Plan | None,
    policy: Policy,
    *,
    dated: bool = True,
) -> Belief:
    """Whether to believe a fix that is newer than the last one. dated: its time is its own."""
    last = lane.fix
    way = None if last is None else _way(last, fix, received_at, policy)
    doubt = _doubt(last, fix, way, policy)
    if doubt is None:
        if way is None or _alone(way, policy):
            return Belief(agreed=1, vouched=_vouches(placement, plan))
        if not dated:
            return Belief()
        agreed = min(lane.agreed + 1, policy.confirm_fixes)
        return Belief(agreed=agreed, vouched=lane.vouched or _vouches(placement, plan))
    if last is None:
        vouched = _vouches(placement, plan)
        return Belief(vouched=True, agreed=1) if vouched else Belief(doubt=doubt)
    agreeing = _agreeing(lane, fix, policy)
    if doubt.fault is Fault.ZERO:
        agreeing = 0
    elif agreeing >= policy.confirm_fixes:
        vouched = not lane.vouched and _vouches(placement, plan)
        alone = lane.agreed < policy.confirm_fixes and not lane.vouched
        if vouched or alone or not dated:
            return Belief(anew=True, agreed=policy.confirm_fixes if dated else 0, vouched=vouched)
    accuses = dated or doubt.fault is not Fault.SPEED
    return Belief(doubt=doubt, accuses=accuses, agreeing=agreeing)


def starved(lane: Lane, fix: Fix, received_at: datetime, policy: Policy) -> Doubt | None:
    """What a fix without satellites is to be told of: that it moves. To repeat the last position
    so is a receiver's way of saying that it has none.
    """
    if lane.fix is None or fix.time <= lane.fix.time:
        return None
    way = _way(lane.fix, fix, received_at, policy)
    if way.metres <= policy.jump_m:
        return None
    return Doubt(fix=fix, fault=Fault.SATELLITES, way=way)


def implied_kmh(a: Fix, b: Fix) -> float:
    """Mean speed from `a` to the later `b`; a second is the least that a clock resolves."""
    seconds = max((b.time - a.time).total_seconds(), 1.0)
    return metres_between(a.lat, a.lon, b.lat, b.lon) / seconds * 3.6


def _way(a: Fix, b: Fix, received_at: datetime, policy: Policy) -> Way:
    """From `a` to `b`, which cannot be later than it was received: a clock that is ahead gives
    nobody time.
    """
    until = b.time
    if until > received_at:
        until = min(until, received_at + minutes(policy.clock_skew_min))
    seconds = max((until - a.time).total_seconds(), 1.0)
    metres = metres_between(a.lat, a.lon, b.lat, b.lon)
    return Way(metres, seconds, metres / seconds * 3.6)


def _alone(way: Way, policy: Policy) -> bool:
    """After such a gap the fixes before it do not speak for this one: anybody could be anywhere."""
    return way.metres > policy.jump_m and way.seconds > policy.silence_parked_min * 60


def _doubt(last: Fix | None, fix: Fix, way: Way | None, policy: Policy) -> Doubt | None:
    near_zero = abs(fix.lat) <= policy.zero_deg or abs(fix.lon) <= policy.zero_deg
    if near_zero and (zero := _zero(last, fix, policy)):
        return Doubt(fix=fix, fault=Fault.ZERO, coordinate=zero, way=way)
    if last is None or way is None or (way.kmh <= policy.credible_kmh and way.metres < FAR_M):
        return None
    fault, coordinate = _mistold(last, fix, way.metres)
    if fault is Fault.SPEED and way.kmh <= policy.credible_kmh:
        return None
    return Doubt(fix=fix, fault=fault, coordinate=coordinate, way=way)


def _zero(last: Fix | None, fix: Fix, policy: Policy) -> str:
    """The coordinates that are zero, and were not near it before."""
    found = []
    if abs(fix.lat) <= policy.zero_deg and not (last and abs(last.lat) <= NEIGHBOUR_DEG):
        found.append("lat")
    if abs(fix.lon) <= policy.zero_deg and not (last and abs(last.lon) <= NEIGHBOUR_DEG):
        found.append("lon")
    return ",".join(found)


def _mistold(last: Fix, fix: Fix, metres: float) -> tuple[Fault, str]:
    if metres < FAR_M:
        return Fault.SPEED, ""
    told = (
        (Fault.SIGN, "lat", -fix.lat, fix.lon),
        (Fault.SIGN, "lon", fix.lat, -fix.lon),
        (Fault.SIGN, "lat,lon", -fix.lat, -fix.lon),
        (Fault.SWAPPED, "lat,lon", fix.lon, fix.lat),
    )
    for fault, coordinate, lat, lon in told:
        if metres_between(last.lat, last.lon, lat, lon) * FARTHER < metres:
            return fault, coordinate
    return Fault.SPEED, ""


def _agreeing(lane: Lane, fix: Fix, policy: Policy) -> int:
    """How many fixes in a row agree with each other against the believed one, this one included.
    One that is no newer than the last of them says nothing more.
    """
    suspect = lane.suspect
    if suspect is None:
        return 1
    if fix.time <= suspect.time:
        return lane.agreeing
    return max(lane.agreeing, 1) + 1 if implied_kmh(suspect, fix) <= policy.credible_kmh else 1


def _vouches(placement: Placement | None, plan: Plan | None) -> bool:
    """The plan has the truck there: on its corridor, or in a zone that it is to be in."""
    if placement is None or plan is None:
        return False
    return placement.on_corridor is True or any(plan.expects(zone) for zone in placement.zones)
