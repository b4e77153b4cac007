"""Devices apart: two devices of one shipment are more than `apart_m` from each other.

The trailer is separated from its tractor, or the lock is off its trailer. The two report at
different moments; a truck is elsewhere a minute later. So a fix of the one is held against those of
the other before and after it, and against how far a truck drives in between (`apart_kmh`, clocks
apart by `clock_skew_min`); the times of a clock that is off by more are put right by as much. One
that stands was where it stands all the while. `confirm_fixes` fixes of each must show it; one more
of a device that moves and shows the same spot twice, for so a receiver jumps. It is over when as
many fixes in a row show them together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.geo import metres_between
from tracker.domain.motion import UNDATED, point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Lane
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View

KEPT = 4
"""Fixes of each device that are kept: those of the other fall between them."""


class Pair(Struct, frozen=True, kw_only=True):
    """Two devices that were seen apart since `since`, `metres` from each other at the newest.

    fixes: of each, how many showed it; first, newest: the first and the newest of them. together:
    fixes in a row that showed them together again. told: an alert was raised.
    """

    since: datetime
    metres: float
    fixes: tuple[int, int] = (0, 0)
    first: tuple[Fix | None, Fix | None] = (None, None)
    newest: tuple[Fix | None, Fix | None] = (None, None)
    together: int = 0
    told: bool = False


class Timing(Struct, frozen=True):
    """What is known of a device's clock that is not right. behind_s: by so many seconds (less than
    0: it is ahead) its times are put right, if it is that `steadily`: so many readings in a row
    came that late. doubt_s: they may be wrong by so much more.
    """

    behind_s: float
    steadily: int = 0
    doubt_s: float = 0.0


RIGHT = Timing(0.0)


class Memory(Struct, frozen=True, kw_only=True):
    """fixes: of each device the newest believed ones, oldest first, their times put right. clocks:
    of those devices whose times differ from the receipts by more than clocks may. pairs:
    "device|device" -> how it stands between those that were seen apart.
    """

    fixes: dict[str, tuple[Fix, ...]] = {}
    clocks: dict[str, Timing] = {}
    pairs: dict[str, Pair] = {}


class Gap(Struct, frozen=True):
    """Of a fix and one of another device: metres between them, how many of these a truck may have
    driven between the two, and the seconds from the one to the other.
    """

    other: Fix
    metres: float
    allowed: float
    seconds: float

    @property
    def excess(self) -> float:
        return self.metres - self.allowed


def on_reading(view: View, memory: Memory) -> Result:
    device, fix = view.device, view.moves.fix
    if view.plan is None or device is None or fix is None or view.late or view.history:
        return memory, NOTHING
    if view.reading is None or view.reading.clock in UNDATED:
        return memory, NOTHING
    memory = _timed(view, memory, device, view.now - fix.time)
    if (behind_s := _corrects(view, memory.clocks.get(device, RIGHT))) != 0.0:
        fix = replace(fix, time=fix.time + timedelta(seconds=behind_s))
    own = memory.fixes.get(device, ())
    if own and fix.time <= own[-1].time:
        return memory, NOTHING
    others = {name: kept for name, kept in memory.fixes.items() if name in view.state.devices}
    memory = replace(memory, fixes={**others, device: (*own[1 - KEPT :], fix)})
    outcomes = list[Outcome]()
    for other, fixes in others.items():
        if other != device and fixes:
            memory, more = _held(view, memory, device, other, fix)
            outcomes += more
    return memory, tuple(outcomes)


def _timed(view: View, memory: Memory, device: str, off: timedelta) -> Memory:
    """With what this reading, received `off` after its own time, shows of the device's clock. What
    was timed otherwise is no longer held against anybody.
    """
    was = memory.clocks.get(device)
    if was is None and abs(off) <= minutes(view.policy.clock_skew_min):
        return memory
    now = _timing(view, was or RIGHT, off.total_seconds())
    clocks = {name: timing for name, timing in memory.clocks.items() if name != device}
    if now != RIGHT:
        clocks[device] = now
    fixes = memory.fixes
    was_s, now_s = (_corrects(view, timing) for timing in (was or RIGHT, now))
    if abs(was_s - now_s) > view.policy.clock_steady_s:
        fixes = {**fixes, device: ()}
    return replace(memory, fixes=fixes, clocks=clocks)


def _timing(view: View, was: Timing, late_s: float) -> Timing:
    """Nothing comes before it was sent, so what is ahead of its receipt shows a clock ahead; it is
    so until it is seen right. What comes late may be slow, and from a clock behind comes always so.
    """
    policy = view.policy
    skew_s = policy.clock_skew_min * 60
    if late_s < -skew_s:
        return Timing(min(was.behind_s, late_s))
    if was.behind_s < 0.0:
        return Timing(was.behind_s, doubt_s=-was.behind_s) if view.lane.ahead else RIGHT
    if view.reading is not None and view.reading.buffered:
        return was  # it was stored: that makes its clock neither better nor worse
    if late_s <= skew_s:
        return RIGHT
    if abs(late_s - was.behind_s) > policy.clock_steady_s:
        return Timing(late_s, 1, late_s)
    least, times = min(was.behind_s, late_s), min(was.steadily + 1, policy.clock_steady_reports)
    steady = times >= policy.clock_steady_reports
    return Timing(least, times, late_s - least if steady else late_s)


def _corrects(view: View, timing: Timing) -> float:
    """Seconds by which its times are put right."""
    known = timing.behind_s < 0.0 or timing.steadily >= view.policy.clock_steady_reports
    return timing.behind_s if known else 0.0


def _held(view: View, memory: Memory, device: str, other: str, fix: Fix) -> Result:
    """The new fix of `device` against what is known of `other`."""
    gap = widest(view, memory, device, other, fix)
    name, (a, _) = _name(device, other)
    pair = memory.pairs.get(name)
    if gap.excess > 0:
        side = 0 if device == a else 1
        pair, outcomes = _apart(view, pair, gap, fix, side, (device, other), name)
    elif pair is None:
        return memory, NOTHING
    else:
        pair, outcomes = _maybe_together(view, pair, gap, fix, name)
    pairs = {key: kept for key, kept in memory.pairs.items() if key != name}
    return replace(memory, pairs=pairs if pair is None else {**pairs, name: pair}), outcomes


def widest(view: View, memory: Memory, device: str, other: str, fix: Fix) -> Gap:
    """The comparison that speaks most for their being apart."""
    slow = sum(memory.clocks.get(name, RIGHT).doubt_s for name in (device, other))
    gaps = [_gap(view, device, other, fix, theirs, slow) for theirs in memory.fixes[other]]
    return max(gaps, key=lambda gap: gap.excess)


def _gap(view: View, device: str, other: str, fix: Fix, theirs: Fix, slow: float) -> Gap:
    policy = view.policy
    seconds = abs((fix.time - theirs.time).total_seconds())
    metres = metres_between(fix.lat, fix.lon, theirs.lat, theirs.lon)
    allowed = policy.apart_m + (fix.accuracy_m or 0.0) + (theirs.accuracy_m or 0.0)
    here, there = view.state.devices[device].live, view.state.devices[other].live
    if _stands(there, fix.time, policy) or _stands(here, theirs.time, policy):
        return Gap(theirs, metres, allowed, 0.0)
    driven = (seconds + policy.clock_skew_min * 60 + slow) * policy.apart_kmh / 3.6
    return Gap(theirs, metres, allowed + driven, seconds)


def _stands(lane: Lane, at: datetime, policy: Policy) -> bool:
    """It stood then where its newest fix is, whatever its clock is off by."""
    if not lane.standing or lane.halt is None or lane.fix is None or lane.straying is not None:
        return False
    slack = minutes(policy.clock_skew_min)
    if lane.fix_latest is not None:  # its clock is ahead: by its clock it was then
        at += lane.fix.time - lane.fix_latest + slack
    return lane.halt.since + slack <= at <= lane.fix.time - slack


def _apart(
    view: View, pair: Pair | None, gap: Gap, fix: Fix, side: int, who: tuple[str, str], name: str
) -> tuple[Pair | None, tuple[Outcome, ...]]:
    if pair is None:
        pair = Pair(since=min(fix.time, gap.other.time), metres=gap.metres)
    pair = _counted(_counted(pair, side, fix), 1 - side, gap.other)
    pair = replace(pair, metres=gap.metres, together=0)
    if not pair.told and not _confirmed(view, pair, name):
        return pair, NOTHING
    device, other = who
    alert = Raised(
        kind=AlertKind.DEVICES_APART,
        severity=Severity.CRITICAL,
        code=Code.DEVICES_APART,
        facts={
            "device": device,
            "other": other,
            "distance_m": round(gap.metres),
            "seconds_between": round(gap.seconds),
        },
        key=name,
        at=pair.since,
        seen=fix.time,
        **point(fix),
    )
    return replace(pair, told=True), (alert,)


def _counted(pair: Pair, side: int, fix: Fix) -> Pair:
    newest = pair.newest[side]
    if newest is not None and fix.time <= newest.time:
        return pair
    (a, b), (first_a, first_b), (newest_a, newest_b) = pair.fixes, pair.first, pair.newest
    first: tuple[Fix | None, Fix | None]
    latest: tuple[Fix | None, Fix | None]
    if side == 0:
        first, latest, counts = (first_a or fix, first_b), (fix, newest_b), (a + 1, b)
    else:
        first, latest, counts = (first_a, first_b or fix), (newest_a, fix), (a, b + 1)
    return replace(pair, fixes=counts, first=first, newest=latest)


def _confirmed(view: View, pair: Pair, name: str) -> bool:
    """Enough fixes of each, and of each more than a receiver's jumps that agree."""
    for side, device in enumerate(name.split(SEPARATOR)):
        first, newest, needed = pair.first[side], pair.newest[side], view.policy.confirm_fixes
        lane = view.state.devices[device].live
        if first is not None and newest is not None and not lane.standing:
            moved = metres_between(first.lat, first.lon, newest.lat, newest.lon)
            needed += moved <= view.policy.stop_radius_m
        if pair.fixes[side] < needed:
            return False
    return True


def _maybe_together(
    view: View, pair: Pair, gap: Gap, fix: Fix, name: str
) -> tuple[Pair | None, tuple[Outcome, ...]]:
    """A fix that does not show them apart shows them together only if it is near, or if they have
    come far nearer than they were; else it tells nothing, for the other's fix may be old.
    """
    policy = view.policy
    if gap.metres > policy.apart_m and gap.metres > pair.metres / 2:
        return pair, NOTHING
    if not pair.told:
        return None, NOTHING
    if pair.together + 1 < policy.confirm_fixes:
        return replace(pair, together=pair.together + 1), NOTHING
    over = Cleared(kind=AlertKind.DEVICES_APART, code=Code.DEVICES_TOGETHER, key=name, at=fix.time)
    return None, (over,)


SEPARATOR = "|"


def _name(device: str, other: str) -> tuple[str, tuple[str, str]]:
    a, b = sorted((device, other))
    return f"{a}{SEPARATOR}{b}", (a, b)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    after, outcomes = on_reading(view, memory)
    device, fix, kind = view.device, view.moves.fix, AlertKind.DEVICES_APART
    others = [name for name in memory.fixes if name != device and name in view.state.devices]
    if after is memory or device is None or fix is None or not others:
        return (Weighed(kind=kind, measure="compared", value=False),)
    gaps = {other: widest(view, after, device, other, fix) for other in others}
    other, gap = max(gaps.items(), key=lambda item: item[1].excess)
    pair = after.pairs.get(_name(device, other)[0])
    return (
        Weighed(
            kind=kind,
            measure="distance",
            value=round(gap.metres),
            limit=round(gap.allowed),
            unit="m",
            threshold="apart_m",
            about=other,
            speaks=gap.excess > 0,
        ),
        Weighed(
            kind=kind,
            measure="fixes_of_each",
            value=0 if pair is None else min(pair.fixes),
            limit=view.policy.confirm_fixes,
            unit="fixes",
            threshold="confirm_fixes",
            about=other,
            speaks=any(isinstance(one, Raised) for one in outcomes),
        ),
    )


RULE = Rule(
    name="devices_apart", memory=Memory, keeps="scope", on_reading=on_reading, weighs=weighs
)
