"""From one reading to the next: which fix to believe, which zones are entered, who stands still.

What real receivers do decides this (measured): parked devices wander 90 m, jump 200 m while
claiming 1.7 m, claim 9 km/h, and tracks hold single jumps of kilometres. So one fix never changes a
zone, a stop or a position that it contradicts, and who stands has not moved, whatever his receiver
says near there.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Clock, Fix, NoFix, Reading
from geofences.placement import Placement
from tracker.domain.credibility import Belief, judged, starved
from tracker.domain.doubt import Doubt
from tracker.domain.geo import metres_between
from tracker.domain.own_word import OwnWord
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.progress import progressed
from tracker.domain.receiver import Receiver
from tracker.domain.reception import reception
from tracker.domain.rhythm import intervals, rhythm, woken
from tracker.domain.state import Halt, Lane, Passage
from tracker.domain.visits import stays, visited

_DEVICE = Clock.DEVICE  # Python 3.11 is slow to look it up, and to hash it
UNDATED = frozenset({Clock.RECEIPT, Clock.DOUBTED})
"""Clocks whose readings tell nothing of how long ago a position was."""


class Moves(Struct, frozen=True, kw_only=True, gc=False):
    """What changed in a lane with one reading. `fix` is None unless it is new and believed.

    doubt: why it is not believed. at_rest: it is near where the truck halts already, and does not
    show that it rolls. entered, left: zone -> the fix that first showed it. passed: zones that the
    way ran through without a stay.
    """

    fix: Fix | None = None
    doubt: Doubt | None = None
    at_rest: bool = False
    entered: dict[str, Fix] = {}
    left: dict[str, Fix] = {}
    passed: tuple[Passage, ...] = ()


def advance(
    lane: Lane, reading: Reading, placement: Placement | None, plan: Plan | None, policy: Policy
) -> tuple[Lane, Moves]:
    """The lane after `reading`, and what that changed. The seal is the rules' business."""
    heard: dict[str, Any] = {"at": reading.event_time}
    if reading.seq is not None:
        heard["seq"] = reading.seq
    if lane.at is not None:
        seconds = (reading.event_time - lane.at).total_seconds()
        heard |= rhythm(lane, seconds, intervals(lane, reading))
    heard |= reception(lane, reading, plan, policy)
    fix = reading.position
    if isinstance(fix, NoFix) or (fix.hdop is not None and fix.hdop >= policy.hdop_useless):
        return replace(lane, **heard), Moves()
    if fix.satellites is not None and fix.satellites < policy.satellites_least:
        doubt = starved(lane, fix, reading.received_at, policy)
        if doubt is not None:
            heard["receiver"] = _doubting(lane.receiver)
        return replace(lane, **heard), Moves(doubt=doubt)
    if lane.fix is not None and fix.time <= lane.fix.time:
        back = lane.at is not None and reading.event_time < lane.at
        if not back or lane.fix.time <= reading.received_at + minutes(policy.clock_skew_min):
            return replace(lane, **heard), Moves()
        lane = _anew(lane)
    dated = reading.clock is _DEVICE or reading.clock not in UNDATED
    belief = judged(lane, fix, reading.received_at, placement, plan, policy, dated=dated)
    if belief.doubt is not None:
        if (
            belief.doubt.fault.place and lane.suspect is not None and fix.time <= lane.suspect.time
        ):  # told again
            return replace(lane, **heard), Moves()
        heard |= _unbelieved(lane, fix, belief.doubt, belief)
        return replace(lane, **heard), Moves(doubt=belief.doubt if belief.accuses else None)
    if belief.anew:
        lane = _anew(lane)
    latest = reading.received_at + minutes(policy.clock_skew_min)
    if lane.fix_latest is not None or fix.time > latest:
        heard["fix_latest"] = latest if fix.time > latest else None
    return _moved(lane, heard, fix, belief, placement, plan, policy)


def _unbelieved(lane: Lane, fix: Fix, doubt: Doubt, belief: Belief) -> dict[str, Any]:
    """What a lane keeps of a fix that is not believed."""
    kept: dict[str, Any] = {"receiver": _doubting(belief.receiver or lane.receiver)}
    if doubt.fault.place:
        kept |= {"suspect": fix, "agreeing": belief.agreeing}
    return kept


def _doubting(receiver: Receiver) -> Receiver:
    return replace(receiver, doubted=receiver.doubted + 1)


def _moved(
    lane: Lane,
    heard: dict[str, Any],
    fix: Fix,
    belief: Belief,
    placement: Placement | None,
    plan: Plan | None,
    policy: Policy,
) -> tuple[Lane, Moves]:
    """The lane with a fix that is believed."""
    on_route = placement is not None and placement.on_corridor is True
    halt, straying = _halted(lane, fix, on_route, policy)
    held = lane.halt is not None and halt.since == lane.halt.since
    here = straying is None and halt.since < fix.time
    stood = fix.time - halt.since >= minutes(policy.standing_min)
    standing = (held and lane.standing) or (here and stood)
    moving = not standing and _moving(lane, halt, straying, fix, policy)
    heard |= _now(lane, belief, halt, straying, standing=standing, moving=moving)
    if straying is fix and lane.standing and lane.at is not None and _rolls(halt, fix, policy):
        heard["wakes"] = woken(lane, (heard["at"] - lane.at).total_seconds())
    rolls = moving and _rolls(halt, fix, policy)
    at_rest = not rolls and (here or (standing and _near(halt, fix, policy)))
    if placement is None or plan is None:
        return replace(lane, fix=fix, **heard), Moves(fix=fix, at_rest=at_rest)
    moves = Moves(fix=fix, at_rest=at_rest)
    along = {}
    if placement.progress_m is not None:
        along = progressed(lane, fix.time, placement, plan, policy)
    if not stays(lane, placement, plan):
        kept, entered, left, passed = visited(
            replace(lane, **heard), fix, placement, plan, policy, rolls=rolls
        )
        heard |= kept
        moves = Moves(fix=fix, at_rest=at_rest, entered=entered, left=left, passed=passed)
    return replace(lane, fix=fix, **heard, **along), moves


def _now(
    lane: Lane, belief: Belief, halt: Halt, straying: Fix | None, *, standing: bool, moving: bool
) -> dict[str, Any]:
    """What a believed fix makes of these, as far as it changes them."""
    now: dict[str, Any] = {"halt": halt, "straying": straying}
    if belief.agreed != lane.agreed:
        now["agreed"] = belief.agreed
    if belief.vouched is not lane.vouched:
        now["vouched"] = belief.vouched
    if belief.receiver is not None and belief.receiver is not lane.receiver:
        now["receiver"] = belief.receiver
    if lane.suspect is not None or lane.agreeing:
        now |= {"suspect": None, "agreeing": 0}
    if standing is not lane.standing:
        now["standing"] = standing
    if moving is not lane.moving:
        now["moving"] = moving
    return now


def _anew(lane: Lane) -> Lane:
    """Without the fixes that nothing more follows from: of a clock that ran ahead (else none would
    count until it is caught up), or of another place.
    """
    return replace(
        lane,
        fix=None,
        agreed=0,
        suspect=None,
        agreeing=0,
        receiver=replace(lane.receiver, word=OwnWord(borne=lane.receiver.word.borne)),
        halt=None,
        straying=None,
        standing=False,
        arriving={},
        leaving={},
        passing=(),
    )


def _halted(lane: Lane, fix: Fix, on_route: bool, policy: Policy) -> tuple[Halt, Fix | None]:
    """Where the truck halts, and the first of the fixes away from there.

    Two fixes away in a row end the halt; that of a truck which stands only if they are further
    than a receiver jumps, or if it stays away (`shunted_min`): a receiver may jump twice, and a
    truck may only be shunted.
    """
    halt = lane.halt
    if halt is None:
        return _new(fix, on_route), None
    away = metres_between(halt.lat, halt.lon, fix.lat, fix.lon)
    if away <= policy.stop_radius_m:
        if lane.fix and lane.fix.time == halt.since and _came_to_rest(lane.fix, fix, policy):
            return _new(fix, on_route), None
        return _here(lane, halt, fix, on_route), None
    first = lane.straying
    if first is None:
        return halt, fix
    brief = fix.time - first.time < minutes(policy.shunted_min)
    if lane.standing and brief and not _gone(halt, first, away, policy):
        return halt, first
    near = metres_between(first.lat, first.lon, fix.lat, fix.lon) <= policy.stop_radius_m
    near = near and not _came_to_rest(first, fix, policy)
    return _new(first if near else fix, on_route), None


def _came_to_rest(last: Fix, fix: Fix, policy: Policy) -> bool:
    """The one before told that it rolled in: it stands from here on."""
    if last.speed_kmh is None or fix.speed_kmh is None:
        return False
    return last.speed_kmh > policy.speed_alone_kmh and fix.speed_kmh <= policy.moving_kmh


def _gone(halt: Halt, first: Fix, away: float, policy: Policy) -> bool:
    """Both are further than a receiver jumps; or the second is, by more than it wanders."""
    if away <= policy.jump_m:
        return False
    return away > policy.jump_m + policy.stop_radius_m or not _near(halt, first, policy)


def _new(fix: Fix, on_route: bool) -> Halt:
    return Halt(lat=fix.lat, lon=fix.lon, since=fix.time, on_route=on_route)


def _here(lane: Lane, halt: Halt, fix: Fix, on_route: bool) -> Halt:
    """The halt with one more fix near it. Once it stands, the mean of them is where."""
    on_route = on_route or halt.on_route
    if not lane.standing:
        return halt if on_route == halt.on_route else replace(halt, on_route=on_route)
    fixes = halt.fixes + 1
    turn = (fix.lon - halt.lon + 180.0) % 360.0 - 180.0
    return Halt(
        lat=halt.lat + (fix.lat - halt.lat) / fixes,
        lon=halt.lon + turn / fixes,
        since=halt.since,
        fixes=fixes,
        on_route=on_route,
    )


def _moving(lane: Lane, halt: Halt, straying: Fix | None, fix: Fix, policy: Policy) -> bool:
    """Whether the way bears out that it moves: a speed that one fix claims does not, for parked
    receivers claim 9 km/h often and 60 km/h now and then, and jump for kilometres.

    Two fixes away from where it halted do; and a way since then that is long enough for its time.
    Of a device that claims no speed and reports by the second, both are near each other: it is the
    way from halt to halt that tells.
    """
    last, claimed = lane.fix, fix.speed_kmh
    if last is None or (claimed is not None and claimed <= policy.moving_kmh):
        return False
    if fix.time <= halt.since:  # it has just left its last halt, by two fixes that disagree
        return _lately(last, fix, policy)
    if lane.moving:
        return _since_halt_kmh(halt, fix) > policy.moving_kmh
    if claimed is None:
        return _between_halts_kmh(lane.halt, halt) > policy.speed_alone_kmh
    if claimed <= policy.speed_alone_kmh:
        return False
    if straying is None:
        return _since_halt_kmh(halt, fix) > policy.speed_alone_kmh
    metres = metres_between(last.lat, last.lon, fix.lat, fix.lon)
    seconds = max((fix.time - last.time).total_seconds(), 1.0)
    return metres > policy.jump_m and metres / seconds * 3.6 > policy.speed_alone_kmh


def _lately(last: Fix, fix: Fix, policy: Policy) -> bool:
    """The way between two fixes bears out the speed that the second claims: they are near in time,
    or it is long enough for it, or the speed is more than parked receivers claim. Who crept on
    under a roof for 20 min may stand there since.
    """
    seconds = max((fix.time - last.time).total_seconds(), 1.0)
    if seconds <= policy.moving_known_min * 60 or fix.speed_kmh is None:
        return True
    if fix.speed_kmh > policy.speed_alone_kmh:
        return True
    metres = metres_between(last.lat, last.lon, fix.lat, fix.lon)
    return metres / seconds * 3.6 > policy.moving_kmh


def _rolls(halt: Halt, fix: Fix, policy: Policy) -> bool:
    """It moves faster than parked receivers seem to: that halt is a mere point on its way."""
    return _kmh(halt, fix) > policy.speed_alone_kmh


def _kmh(halt: Halt, fix: Fix) -> float:
    """As the device says; else on average since the halt."""
    return fix.speed_kmh if fix.speed_kmh is not None else _since_halt_kmh(halt, fix)


def _since_halt_kmh(halt: Halt, fix: Fix) -> float:
    seconds = max((fix.time - halt.since).total_seconds(), 1.0)
    return metres_between(halt.lat, halt.lon, fix.lat, fix.lon) / seconds * 3.6


def _between_halts_kmh(last: Halt | None, halt: Halt) -> float:
    """From the last halt to this one; 0 if it is the same."""
    if last is None or last.since >= halt.since:
        return 0.0
    seconds = max((halt.since - last.since).total_seconds(), 1.0)
    return metres_between(last.lat, last.lon, halt.lat, halt.lon) / seconds * 3.6


def _near(halt: Halt, fix: Fix, policy: Policy) -> bool:
    return metres_between(halt.lat, halt.lon, fix.lat, fix.lon) <= policy.jump_m


def point(fix: Fix | None) -> dict[str, Any]:
    """`lat` and `lon` as keyword arguments, if there is a position."""
    return {} if fix is None else {"lat": fix.lat, "lon": fix.lon}
