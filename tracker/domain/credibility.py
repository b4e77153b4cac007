"""Which fix to believe: a truck cannot have been everywhere that a receiver says.

A fix is held against the last believed one, over the time that has truly passed. So the present is
taken anew by itself when the truck could have come there: after a gap, on a train or a ferry, with
a lock that was sent to another truck. That a second fix agrees with an impossible one proves
nothing: a broken receiver and a spoofer agree with themselves. It counts in two cases only, where
it is the believed one that has less to show:
- that one stands alone: two against one, when the first fix of all was the wrong one;
- the plan has the truck at the new place, and had it at none of the believed ones before.

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
from tracker.domain.doubt import Doubt, Fault, Way
from tracker.domain.geo import metres_between
from tracker.domain.own_word import Gap, OwnWord, compared, sustained
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.replayed import Trail, followed
from tracker.domain.state import Lane


class Belief(Struct, frozen=True, kw_only=True, gc=False):
    """What to make of a fix. doubt: None if it is believed. accuses: the doubt is to be told.
    anew: believed against the last one, so that nothing from there leads here. The rest as in the
    lane; of word and trail None: unchanged.
    """

    doubt: Doubt | None = None
    accuses: bool = True
    anew: bool = False
    agreed: int = 0
    agreeing: int = 0
    vouched: bool = False
    word: OwnWord | None = None
    trail: Trail | None = None
    twin: Fix | None = None
    twins: int = 0


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
    if doubt is None and lane.standing and way is not None and _starts(way, policy):
        doubt = Doubt(fix=fix, fault=Fault.SPEED, way=way, last=last)
    if doubt is None and placement is not None and placement.cell_m is not None:
        doubt = _far_from_cell(fix, way, placement.cell_m, policy)
    if doubt is None:
        return _likely(lane, fix, way, placement, plan, policy, dated=dated)
    if last is None:
        vouched = _vouches(placement, plan)
        return Belief(vouched=True, agreed=1) if vouched else Belief(doubt=doubt)
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
                word=OwnWord(since=fix, borne=lane.word.borne),
                twin=last if twins else None,
                twins=twins,
            )
    if twins >= policy.twin_fixes:
        doubt = replace(doubt, fault=Fault.TWIN, times=twins, sustained=True)
    accuses = dated or doubt.fault is not Fault.SPEED
    far = doubt.way is not None and doubt.way.metres > policy.jump_most_m
    twin = fix if far and doubt.fault in (Fault.SPEED, Fault.TWIN) else lane.twin
    return Belief(doubt=doubt, accuses=accuses, agreeing=agreeing, twin=twin, twins=twins)


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
    word, trail, twin, last = None, None, lane.twin, lane.fix
    if fix.speed_kmh is not None:
        alone = policy.speed_alone_kmh
        moves = last is not None and (fix.lat != last.lat or fix.lon != last.lon)
        if last is not None and not moves and fix.speed_kmh > alone:
            return _kept(lane, Doubt(fix=fix, fault=Fault.FROZEN, way=way, last=last))
        if moves and fix.speed_kmh > policy.moving_kmh:
            trail = followed(lane.trail, fix)
        word, gap = compared(lane.word, fix, policy, doubted=lane.suspect is not None)
        doubt = _own_doubt(word, gap, trail or lane.trail, fix, way, last, policy)
        if doubt is not None:
            return _kept(
                lane, doubt, word, trail, accuses=doubt.sustained or lane.suspect is not None
            )
    if twin is not None and fix.time - twin.time > minutes(policy.silence_parked_min):
        twin = None
    twins = lane.twins if twin is not None else 0
    if _first(way, policy):
        vouched, agreed = _vouches(placement, plan), 1
    else:
        vouched = lane.vouched or _vouches(placement, plan)
        agreed = min(lane.agreed + 1, policy.confirm_fixes)
    return Belief(agreed=agreed, vouched=vouched, word=word, trail=trail, twin=twin, twins=twins)


def _first(way: Way | None, policy: Policy) -> bool:
    return way is None or _alone(way, policy)


def _kept(
    lane: Lane,
    doubt: Doubt,
    word: OwnWord | None = None,
    trail: Trail | None = None,
    *,
    accuses: bool = False,
) -> Belief:
    """Not believed, and the lane as it was."""
    return Belief(
        doubt=doubt,
        accuses=accuses,
        agreed=lane.agreed,
        agreeing=lane.agreeing,
        vouched=lane.vouched,
        word=word,
        trail=trail,
        twin=lane.twin,
        twins=lane.twins,
    )


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
    twin = lane.twin
    if doubt.fault is not Fault.SPEED or twin is None or doubt.way is None:
        return lane.twins
    if lane.suspect is not None or fix.time <= twin.time or doubt.way.metres <= policy.jump_most_m:
        return lane.twins
    return lane.twins + 1 if implied_kmh(twin, fix) <= policy.credible_kmh else 0


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


def implied_kmh(a: Fix, b: Fix) -> float:
    """Mean speed from `a` to the later `b`; a second is the least that a clock resolves."""
    seconds = max((b.time - a.time).total_seconds(), 1.0)
    return metres_between(a.lat, a.lon, b.lat, b.lon) / seconds * 3.6


def _way(lane: Lane, a: Fix, b: Fix, received_at: datetime, policy: Policy) -> Way:
    """From `a`, the lane's, to `b`, which cannot be later than it was received: a clock that is
    ahead gives nobody time, and takes none from who always runs ahead.
    """
    until, since = b.time, lane.fix_latest or a.time
    if until > received_at:
        until = min(until, received_at + minutes(policy.clock_skew_min))
    seconds = max((until - since).total_seconds(), 1.0)
    metres = metres_between(a.lat, a.lon, b.lat, b.lon)
    return Way(metres, seconds, metres / seconds * 3.6)


def _alone(way: Way, policy: Policy) -> bool:
    """After such a gap the fixes before it do not speak for this one: anybody could be anywhere."""
    return way.metres > policy.jump_m and way.seconds > policy.silence_parked_min * 60


def _starts(way: Way, policy: Policy) -> bool:
    """No truck that stood gets so far so soon."""
    fast = way.kmh > policy.from_rest_kmh and way.metres > policy.jump_m
    return fast and way.seconds <= policy.compare_most_s


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
