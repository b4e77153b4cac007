"""Which fix to believe: a truck cannot have been everywhere that a receiver says.

A fix is held against the last believed one, over the time that has truly passed. So the present is
taken anew by itself when the truck could have come there: after a gap, on a train or a ferry, with
a lock that was sent to another truck. That a second fix agrees with an impossible one proves
nothing: a broken receiver and a spoofer agree with themselves. It counts in two cases only, where
it is the believed one that has less to show:
- that one stands alone: two against one, when the first fix of all was the wrong one;
- the plan has the truck at the new place, and had it at none of the believed ones before.
And a receiver may jump where time allows it. So the fix before a doubtful step is kept for a while
(`Receiver.home`): one that goes on from there proves that the step was the jump.

What no distance accuses is held to the receiver's own word (`domain.own_word`), to the cell it is
connected to, and to the positions it told before (`domain.replayed`).

Of a fix whose time is not its own (`Reading.clock`: the receipt, or doubted) no speed accuses: what
was stored for hours comes within a second. There one fix is still no proof, and two are.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from geofences.placement import Placement
from tracker.domain.doubt import Doubt, Fault, Way, implied_kmh
from tracker.domain.geo import metres_between
from tracker.domain.homing import came_home, clock_fell_back, unchecked, with_home
from tracker.domain.own_word import Gap, OwnWord, between, compared, sustained
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.receiver import Receiver
from tracker.domain.replayed import Trail, followed
from tracker.domain.state import Lane


class Belief(Struct, frozen=True, kw_only=True, gc=False):
    """What to make of a fix. doubt: None if it is believed. accuses: the doubt is to be told.
    anew: believed against the last one, so that nothing from there leads here. The rest as in the
    lane; of the receiver None: unchanged.
    """

    doubt: Doubt | None = None
    accuses: bool = True
    anew: bool = False
    agreed: int = 0
    agreeing: int = 0
    vouched: bool = False
    receiver: Receiver | None = None


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
    way = None if last is None else _way(lane, last, fix, received_at, policy)
    doubt = _doubt(last, fix, way, policy)
    stood = lane.standing and lane.straying is None
    starts = doubt is None and stood and way is not None and _starts(way, policy)
    if starts and not _drives_off(lane, fix, policy):
        doubt = Doubt(fix=fix, fault=Fault.SPEED, way=way, last=last)
    if doubt is not None and last is not None and clock_fell_back(last, fix, received_at, policy):
        doubt = None
    if doubt is None and placement is not None and placement.cell_m is not None:
        doubt = _far_from_cell(fix, way, placement.cell_m, policy)
    if doubt is None:
        return _likely(lane, fix, way, placement, plan, policy, dated=dated)
    if last is None:
        vouched = _vouches(placement, plan)
        return Belief(vouched=True, agreed=1) if vouched else Belief(doubt=doubt)
    if dated and came_home(lane, fix, doubt, policy):
        return _at_home(lane, fix)
    agreeing = _agreeing(lane, fix, policy)
    twins = _twins(lane, fix, doubt, policy) if dated else 0
    if doubt.fault is Fault.ZERO or doubt.fault is Fault.CELL:
        agreeing = 0
    elif agreeing >= policy.confirm_fixes or (twins and not lane.vouched):
        vouched = not lane.vouched and _vouches(placement, plan)
        alone = lane.agreed < policy.confirm_fixes and not lane.vouched and not twins
        if vouched or alone or not dated:
            return Belief(
                anew=True,
                agreed=policy.confirm_fixes if dated else 0,
                vouched=vouched,
                receiver=replace(
                    lane.receiver,
                    word=OwnWord(since=fix, borne=lane.receiver.word.borne),
                    twin=last if twins else None,
                    twins=twins,
                    home=None if vouched or twins else last,
                    strays=0 if vouched or twins else agreeing,
                ),
            )
    if twins >= policy.twin_fixes:
        doubt = replace(doubt, fault=Fault.TWIN, times=twins, sustained=True)
    accuses = dated or doubt.fault is not Fault.SPEED
    far = doubt.jumped_m(policy) > policy.jump_most_m
    receiver = lane.receiver
    if far and doubt.fault in (Fault.SPEED, Fault.TWIN):
        receiver = replace(receiver, twin=fix, twins=twins)
    return Belief(doubt=doubt, accuses=accuses, agreeing=agreeing, receiver=receiver)


def _likely(
    lane: Lane,
    fix: Fix,
    way: Way | None,
    placement: Placement | None,
    plan: Plan | None,
    policy: Policy,
    *,
    dated: bool,
) -> Belief:
    """Of a fix where the truck can be: whether it is a receiver's honest word."""
    if not dated:
        return (
            Belief(agreed=1, vouched=_vouches(placement, plan))
            if _first(way, policy)
            else (Belief())
        )
    receiver = lane.receiver
    if fix.speed_kmh is not None:
        receiver, doubt = _own_word(lane, fix, fix.speed_kmh, way, policy)
        if doubt is not None and came_home(lane, fix, doubt, policy):
            return _at_home(lane, fix)
        if doubt is not None:
            accuses = doubt.sustained or (
                lane.suspect is not None and doubt.fault is not Fault.FROZEN
            )
            return Belief(
                doubt=doubt,
                accuses=accuses,
                agreed=lane.agreed,
                agreeing=lane.agreeing,
                vouched=lane.vouched,
                receiver=receiver,
            )
    twin = receiver.twin
    if twin is not None and fix.time - twin.time > minutes(policy.silence_parked_min):
        receiver = replace(receiver, twin=None, twins=0)
    if receiver.home is not None or lane.suspect is not None or unchecked(way, policy):
        receiver = with_home(lane, receiver, way, policy)
    if _first(way, policy):
        return Belief(agreed=1, vouched=_vouches(placement, plan), receiver=receiver)
    agreed = lane.agreed
    if agreed < policy.confirm_fixes:
        agreed += 1
    vouched = lane.vouched or _vouches(placement, plan)
    return Belief(agreed=agreed, vouched=vouched, receiver=receiver)


def _at_home(lane: Lane, fix: Fix) -> Belief:
    receiver = lane.receiver
    word = OwnWord(since=fix, borne=receiver.word.borne)
    return Belief(
        anew=True,
        agreed=1,
        vouched=lane.vouched,
        receiver=replace(receiver, word=word, home=None, strays=0),
    )


def _own_word(
    lane: Lane, fix: Fix, kmh: float, way: Way | None, policy: Policy
) -> tuple[Receiver, Doubt | None]:
    """What the receiver says of itself, for or against it. kmh: the speed that it tells."""
    receiver, last = lane.receiver, lane.fix
    word, trail = receiver.word, receiver.trail
    if last is not None and kmh > policy.moving_kmh:
        if fix.lat != last.lat or fix.lon != last.lon:
            trail = followed(trail, fix)
        elif kmh > policy.speed_alone_kmh:
            return receiver, Doubt(fix=fix, fault=Fault.FROZEN, way=way, last=last)
    elif word.began is None and way is not None and way.kmh <= policy.speed_alone_kmh:
        return receiver, None  # it says that it stands, and it does
    new, gap = compared(word, fix, policy, doubted=lane.suspect is not None)
    if new is not word or trail is not receiver.trail:
        receiver = Receiver(
            word=new,
            trail=trail,
            twin=receiver.twin,
            twins=receiver.twins,
            doubted=receiver.doubted,
            home=receiver.home,
            strays=receiver.strays,
        )
    if new.began is None and not trail.met:
        return receiver, None
    return receiver, _own_doubt(new, gap, trail, fix, way, last, policy)


def _first(way: Way | None, policy: Policy) -> bool:
    return way is None or _alone(way, policy)


def _own_doubt(
    word: OwnWord,
    gap: Gap | None,
    trail: Trail,
    fix: Fix,
    way: Way | None,
    last: Fix | None,
    policy: Policy,
) -> Doubt | None:
    """What the receiver says of itself against it."""
    if trail.met >= policy.replayed_fixes:
        return Doubt(
            fix=fix, fault=Fault.REPLAYED, way=way, times=trail.met, sustained=True, last=last
        )
    long = sustained(word, policy)
    if word.newest is None and not long:
        return None
    fault = Fault.COURSE if gap is not None and gap.by_course else Fault.OWN_SPEED
    return Doubt(
        fix=fix, fault=fault, way=way, gap=gap, sustained=long and gap is not None, last=last
    )


def _far_from_cell(fix: Fix, way: Way | None, beyond_m: float, policy: Policy) -> Doubt | None:
    if beyond_m <= policy.cell_beyond_m:
        return None
    return Doubt(fix=fix, fault=Fault.CELL, way=way, cell_m=beyond_m)


def _twins(lane: Lane, fix: Fix, doubt: Doubt, policy: Policy) -> int:
    """How often in a row the way that is not believed was come back to, after believed fixes."""
    twin, twins = lane.receiver.twin, lane.receiver.twins
    if doubt.fault is not Fault.SPEED or twin is None or doubt.way is None:
        return twins
    if lane.suspect is not None or fix.time <= twin.time:
        return twins
    if doubt.jumped_m(policy) <= policy.jump_most_m:
        return twins
    return twins + 1 if implied_kmh(twin, fix) <= policy.credible_kmh else 0


def is_useless(fix: Fix, policy: Policy) -> bool:
    """No position at all by what the receiver says of its own quality."""
    if fix.hdop is not None and fix.hdop >= policy.hdop_useless:
        return True
    return fix.satellites is not None and fix.satellites < policy.satellites_least


def starved(lane: Lane, fix: Fix, received_at: datetime, policy: Policy) -> Doubt | None:
    """What a fix without satellites is to be told of: that it moves. To repeat the last position
    so is a receiver's way of saying that it has none.
    """
    if lane.fix is None or fix.time <= lane.fix.time:
        return None
    way = _way(lane, lane.fix, fix, received_at, policy)
    if way.metres <= policy.jump_m:
        return None
    return Doubt(fix=fix, fault=Fault.SATELLITES, way=way, last=lane.fix)


def _way(lane: Lane, a: Fix, b: Fix, received_at: datetime, policy: Policy) -> Way:
    """From `a`, the lane's, to `b`, which cannot be later than it was received: a clock that is
    ahead gives nobody time, and takes none from who always runs ahead. Receipts may come in one
    burst: of such a clock the time that has passed is what it says itself, if that is longer.
    """
    until, since = b.time, lane.fix_latest or a.time
    if until > received_at:
        until = min(until, received_at + minutes(policy.clock_skew_min))
    seconds = max((until - since).total_seconds(), 1.0)
    if lane.ahead >= policy.clock_reports:
        seconds = max(seconds, (b.time - a.time).total_seconds())
    metres = metres_between(a.lat, a.lon, b.lat, b.lon)
    return Way(metres, seconds, metres / seconds * 3.6)


def _alone(way: Way, policy: Policy) -> bool:
    """After such a gap the fixes before it do not speak for this one: anybody could be anywhere."""
    return way.metres > policy.jump_m and way.seconds > policy.silence_parked_min * 60


def _starts(way: Way, policy: Policy) -> bool:
    """No truck that stood gets so far so soon."""
    fast = way.kmh > policy.from_rest_kmh and way.metres > policy.jump_m
    return fast and way.seconds <= policy.compare_most_s


def _drives_off(lane: Lane, fix: Fix, policy: Policy) -> bool:
    """The second fix away goes on from the first, as fast as the receiver itself says: the truck
    was gone before that was told. Two jumps of who stands go nowhere.
    """
    first, last = lane.suspect, lane.fix
    if first is None or last is None or fix.time <= first.time:
        return False
    gap = between(first, fix, policy)
    gone = metres_between(last.lat, last.lon, fix.lat, fix.lon)
    gone -= metres_between(last.lat, last.lon, first.lat, first.lon)
    if gone * 2 < gap.metres:
        return False
    if first.speed_kmh is None or fix.speed_kmh is None:
        return gap.metres > policy.jump_m and gap.kmh <= policy.credible_kmh
    drives = min(first.speed_kmh, fix.speed_kmh) > policy.speed_alone_kmh
    near = abs(gap.kmh - gap.told_kmh) <= policy.contrary_share * gap.told_kmh
    return drives and near and not gap.contrary


def _doubt(last: Fix | None, fix: Fix, way: Way | None, policy: Policy) -> Doubt | None:
    near_zero = abs(fix.lat) <= policy.zero_deg or abs(fix.lon) <= policy.zero_deg
    if near_zero and (zero := _zero(last, fix, policy)):
        return Doubt(fix=fix, fault=Fault.ZERO, coordinate=zero, way=way, last=last)
    if last is None or way is None or (way.kmh <= policy.credible_kmh and way.metres < FAR_M):
        return None
    fault, coordinate = _mistold(last, fix, way.metres)
    if fault is Fault.SPEED and way.kmh <= policy.credible_kmh:
        return None
    return Doubt(fix=fix, fault=fault, coordinate=coordinate, way=way, last=last)


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
