"""Turning back: a truck's way along its route falls again.

By more than `backtracking_m` it warns; it is critical by more than `turning_back_m`, or under seal
when it goes on back for `heading_home_min`, or is back where its leg began. Only fixes on the
corridor count, from the leg's beginning on, and no jump: the furthest point is one that two fixes
in a row have passed, and two in a row must be behind it, the later one further back. It is over
when two fixes in a row are as far as before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.plan import PlannedLeg
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign

OPEN_AGAIN = frozenset({SealState.UNASSIGNED, SealState.ARMED, SealState.RELEASED})
"""States of a seal that guards nothing."""


KINDS = (AlertKind.BACKTRACKING, AlertKind.TURNING_BACK)


class Memory(Struct, frozen=True, kw_only=True):
    """Metres along the corridor, in the direction of travel (`_Along`), of one leg.

    begun: the leg has begun. heading: 1 or -1 as the line runs or against it, 0: not known yet;
    first: then, where it was at first. last: the newest, before it `before`. peak: the furthest
    that two in a row have passed, at `peak_at`. behind: so many in a row are behind it, the first
    of them at `since`, `start`. falling_since: since then each was further back than the one
    before, `falls` in a row, from `top`. told: the alert that was raised.
    """

    leg: int = 0
    corridor: str | None = None
    begun: bool = False
    heading: int = 0
    first: float | None = None
    last: float | None = None
    last_at: datetime | None = None
    peak: float | None = None
    peak_at: datetime | None = None
    behind: int = 0
    since: datetime | None = None
    start: float | None = None
    falling_since: datetime | None = None
    top: float | None = None
    falls: int = 0
    back: int = 0
    told: AlertKind | None = None


def on_reading(view: View, memory: Memory) -> Result:
    placement, fix = view.placement, view.moves.fix
    if placement is None or fix is None or placement.corridor is None or view.plan is None:
        return memory, NOTHING
    if placement.progress_m is None and not view.moves.entered:
        return memory, NOTHING
    over: tuple[Outcome, ...] = ()
    index = view.before.leg if view.before else view.lane.leg  # that it was held against
    if index >= len(view.plan.legs):
        return memory, NOTHING
    leg = view.plan.legs[index]
    if (index, placement.corridor) != (memory.leg, memory.corridor):
        over = _over(memory, fix)
        memory = Memory(leg=index, corridor=placement.corridor, heading=leg.heading)
    memory = _begun(view, leg, memory)
    along_m = view.along_m()
    if memory.begun and along_m is not None and placement.on_corridor:
        memory, more = _measured(view, memory, fix, along_m)
        over = (*over, *more)
    if leg.from_zone in view.moves.entered:
        memory, more = _home(view, memory, fix)
        over = (*over, *more)
    return memory, over


def _begun(view: View, leg: PlannedLeg, memory: Memory) -> Memory:
    """A truck that comes for its load may come along the road that it will take."""
    if memory.begun:
        return memory
    at_start = leg.from_zone is None or memory.leg > 0 or leg.from_zone in view.lane.zones
    return replace(memory, begun=True) if at_start or under_seal(view) else memory


def under_seal(view: View) -> bool:
    """A lock of this shipment is closed, or should be."""
    if view.seal.state not in OPEN_AGAIN:
        return True
    return any(known.live.seal.state not in OPEN_AGAIN for known in view.state.devices.values())


def _measured(view: View, memory: Memory, fix: Fix, progress_m: float) -> Result:
    policy = view.policy
    if memory.heading == 0:
        memory = _learnt(memory, progress_m, policy)
        if memory.heading == 0:
            return memory, NOTHING
    along = progress_m * memory.heading
    memory = _followed(memory, along, fix, policy)
    fall = _fall(memory, along)
    if fall <= policy.backtracking_m:
        return _again(memory, fix, policy)
    first = memory.behind == 0
    memory = replace(
        memory,
        behind=memory.behind + 1,
        since=fix.time if first else memory.since,
        start=along if first else memory.start,
        back=0,
    )
    if not _confirmed(memory, along, fix, policy):
        return memory, NOTHING
    code = _grave(memory, fall, fix, policy, sealed=under_seal(view))
    return _told(memory, fall, fix, code)


def _learnt(memory: Memory, progress_m: float, policy: Policy) -> Memory:
    """A leg without places: the direction is the one that it takes."""
    if memory.first is None:
        return replace(memory, first=progress_m)
    gone = progress_m - memory.first
    if abs(gone) <= policy.backtracking_m:
        return memory
    return replace(memory, heading=1 if gone > 0 else -1)


def _followed(memory: Memory, along: float, fix: Fix, policy: Policy) -> Memory:
    """With this position: what two in a row have passed counts, and whether it falls again."""
    peak, peak_at, last = memory.peak, memory.peak_at, memory.last
    if last is not None and (peak is None or min(along, last) > peak):
        peak, peak_at = min(along, last), fix.time
    falling = last is not None and along < last - policy.jump_m
    top = last if memory.falling_since is None else memory.top
    falls = memory.falls + 1 if falling else 0
    if falls >= policy.confirm_fixes and top is not None and (peak is None or top > peak):
        peak, peak_at = top, memory.falling_since or memory.last_at  # whence it drives back
    return replace(
        memory,
        top=top if falling else None,
        falls=falls,
        last=along,
        last_at=fix.time,
        peak=peak,
        peak_at=peak_at,
        falling_since=(memory.falling_since or memory.last_at) if falling else None,
    )


def _fall(memory: Memory, along: float) -> float:
    return 0.0 if memory.peak is None else memory.peak - along


def _confirmed(memory: Memory, along: float, fix: Fix, policy: Policy) -> bool:
    """Not a receiver that jumped back, and may do so twice to the same spot."""
    if memory.falls >= policy.confirm_fixes:
        return True
    if memory.behind < policy.confirm_fixes or memory.start is None or memory.since is None:
        return False
    if memory.told is not None or memory.start - along > policy.jump_m:
        return True
    stayed = fix.time - memory.since >= minutes(policy.shunted_min)
    return stayed and memory.behind > policy.confirm_fixes


def _grave(memory: Memory, fall: float, fix: Fix, policy: Policy, *, sealed: bool) -> Code:
    """What it is by now; the gravest that it was stays."""
    if fall > policy.turning_back_m:
        return Code.TURNED_BACK
    if sealed and _heading_back(memory, fix) >= minutes(policy.heading_home_min):
        return Code.HEADING_HOME
    return Code.FELL_BACK


def _heading_back(memory: Memory, fix: Fix) -> timedelta:
    return timedelta(0) if memory.falling_since is None else fix.time - memory.falling_since


def _told(memory: Memory, fall: float, fix: Fix, code: Code) -> Result:
    grave = code is not Code.FELL_BACK or memory.told is AlertKind.TURNING_BACK
    kind = AlertKind.TURNING_BACK if grave else AlertKind.BACKTRACKING
    at = memory.peak_at or fix.time
    alert = Raised(
        kind=kind,
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        code=code,
        facts={"back_m": round(fall), "minutes": whole_minutes(fix.time - at)},
        at=at,
        seen=fix.time,
        takes=(f"{AlertKind.BACKTRACKING}:",) if grave else (),
        **point(fix),
    )
    return replace(memory, told=kind), (alert,)


def _home(view: View, memory: Memory, fix: Fix) -> Result:
    """It is where its leg began, sealed, and was under way."""
    fall = 0.0 if memory.last is None else _fall(memory, memory.last)
    if fall <= view.policy.home_m or not under_seal(view):
        return memory, NOTHING
    return _told(memory, fall, fix, Code.CAME_HOME)


def _again(memory: Memory, fix: Fix, policy: Policy) -> Result:
    if memory.told is None:
        return replace(memory, behind=0, since=None, start=None), NOTHING
    if memory.back + 1 < policy.confirm_fixes:
        return replace(memory, back=memory.back + 1), NOTHING
    blank = replace(memory, behind=0, since=None, start=None, back=0, told=None)
    return blank, _over(memory, fix)


def _over(memory: Memory, fix: Fix) -> tuple[Outcome, ...]:
    if memory.told is None:
        return NOTHING
    return tuple(Cleared(kind=kind, code=Code.ON_ITS_WAY_AGAIN, at=fix.time) for kind in KINDS)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    placement, policy = view.placement, view.policy
    after, outcomes = on_reading(view, memory)
    told = {one.kind: one.code for one in outcomes if isinstance(one, Raised)}
    home = told.get(AlertKind.TURNING_BACK) is Code.CAME_HOME
    measured = placement is not None and placement.progress_m is not None
    if not home and (not measured or after.last is None or after.last_at != _time(view)):
        return tuple(
            Weighed(kind=kind, measure="measured_on_corridor", value=False) for kind in KINDS
        )
    fall = _fall(after, after.last or 0.0)
    return tuple(
        weighed
        for kind in KINDS
        for weighed in (
            _fallen(kind, fall, "home_m" if home else "backtracking_m", policy),
            Weighed(
                kind=kind,
                measure="fixes_behind",
                value=after.behind,
                limit=policy.confirm_fixes,
                unit="fixes",
                threshold="confirm_fixes",
                speaks=bool(told),
            ),
            Weighed(
                kind=kind,
                measure="heading",
                value=str(told[kind]) if kind in told else _heading_for(view, after, fall),
                speaks=kind in told,
            ),
        )
    )


def _time(view: View) -> datetime | None:
    return None if view.moves.fix is None else view.moves.fix.time


def _fallen(kind: AlertKind, fall: float, threshold: str, policy: Policy) -> Weighed:
    limit: float = getattr(policy, threshold)
    return Weighed(
        kind=kind,
        measure="fallen_back",
        value=round(fall),
        limit=limit,
        unit="m",
        threshold=threshold,
        speaks=fall > limit,
    )


def _heading_for(view: View, memory: Memory, fall: float) -> str:
    """What it would be, if that were enough."""
    fix = view.moves.fix
    if fix is None:
        return Code.FELL_BACK.value
    return _grave(memory, fall, fix, view.policy, sealed=under_seal(view)).value


RULE = Rule(
    name="turning_back",
    memory=Memory,
    on_reading=on_reading,
    wakes=Sign.PROGRESS | Sign.VISITS,
    heeds=False,
    weighs=weighs,
)
