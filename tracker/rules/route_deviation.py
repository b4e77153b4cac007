"""Route deviation: further from the corridor's centre line than its half-width.

Two fixes in a row must show it (`confirm_fixes`), within their claimed accuracy; one more if they
show the same spot though the truck says that it rolls, or stood on the route before: so a receiver
jumps and agrees with itself. It is critical further than
`deviation_critical_m` beyond the corridor's edge (again for two fixes), or after
`deviation_critical_min`: by its fixes, or, where it was last seen off the route and sleeps, by the
clock. Inside a zone that the plan expects (a leg's end, a planned stop, the planned crossing) there
is none. It is over when two fixes in a row are back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from geofences.placement import Placement
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """out, far, back: fixes in a row off the corridor, far off it, on it again.

    since: the first of those off it, at `lat`, `lon`; stood: until then the truck stood. sure: no
    jump looks like the later ones. last: the newest of them, `offset_m` from the centre line.
    critical: it was told so.
    """

    out: int = 0
    far: int = 0
    back: int = 0
    since: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    stood: bool = False
    sure: bool = False
    last: datetime | None = None
    offset_m: int = 0
    critical: bool = False


def on_reading(view: View, memory: Memory) -> Result:
    fix, placement, policy = view.moves.fix, view.placement, view.policy
    if fix is None or placement is None or placement.on_corridor is None:
        return memory, NOTHING
    if not view.off_route():
        return _back(view, memory)
    memory = _out(view, memory, fix, placement)
    if memory.out < _needed(memory, policy) or memory.since is None:
        return memory, NOTHING
    long = fix.time - memory.since > minutes(policy.deviation_critical_min)
    critical = long or memory.far >= policy.confirm_fixes
    return _told(memory, fix.time, critical=critical, lasted=fix.time - memory.since, long=long)


def beyond_m(view: View, placement: Placement) -> float:
    """Metres beyond the corridor's edge; below 0: within it."""
    offset = placement.offset_m or 0.0
    return offset - half_width_m(view)


def half_width_m(view: View) -> float:
    """Of the corridor that the reading was held against: the leg's own, or the policy's."""
    leg = view.before.leg if view.before else view.lane.leg
    legs = view.plan.legs if view.plan else ()
    own = legs[leg].half_width_m if leg < len(legs) else None
    return view.policy.corridor_half_width_m if own is None else own


def _out(view: View, memory: Memory, fix: Fix, placement: Placement) -> Memory:
    """With one more fix off the corridor."""
    policy = view.policy
    far = memory.far + 1 if beyond_m(view, placement) > policy.deviation_critical_m else 0
    offset = round(placement.offset_m or 0.0)
    if memory.since is None or memory.lat is None or memory.lon is None:
        return Memory(
            out=1,
            far=far,
            since=fix.time,
            lat=fix.lat,
            lon=fix.lon,
            stood=view.before is not None and view.before.standing,
            last=fix.time,
            offset_m=offset,
        )
    away = metres_between(memory.lat, memory.lon, fix.lat, fix.lon)
    rests = fix.speed_kmh is not None and fix.speed_kmh <= policy.moving_kmh and not memory.stood
    return replace(
        memory,
        out=memory.out + 1,
        far=far,
        back=0,
        sure=memory.sure or rests or away > policy.stop_radius_m,
        last=fix.time,
        offset_m=offset,
    )


def _needed(memory: Memory, policy: Policy) -> int:
    """Fixes off the corridor that prove it."""
    return policy.confirm_fixes if memory.sure else policy.confirm_fixes + 1


def _told(
    memory: Memory, seen: datetime, *, critical: bool, lasted: timedelta, long: bool
) -> Result:
    alert = Raised(
        kind=AlertKind.ROUTE_DEVIATION,
        at=memory.since or seen,
        seen=seen,
        lat=memory.lat,
        lon=memory.lon,
        severity=Severity.CRITICAL if critical else Severity.WARNING,
        code=Code.OFF_CORRIDOR,
        facts={
            "offset_m": memory.offset_m,
            "minutes": whole_minutes(lasted) if long else None,
        },
    )
    return replace(memory, critical=memory.critical or critical), (alert,)


def _back(view: View, memory: Memory) -> Result:
    if memory.since is None or view.moves.fix is None:
        return memory, NOTHING
    if memory.out < _needed(memory, view.policy) and not memory.critical:
        return Memory(), NOTHING
    back = memory.back + 1
    if back < view.policy.confirm_fixes:
        return replace(memory, far=0, back=back), NOTHING
    over: Outcome = Cleared(
        kind=AlertKind.ROUTE_DEVIATION, code=Code.BACK_ON_CORRIDOR, at=view.moves.fix.time
    )
    return Memory(), (over,)


def on_tick(view: View, memory: Memory) -> Result:
    """It sleeps, or is silent, off the route."""
    due = deadline(view, memory)
    if due is None or view.now < due or memory.since is None or memory.last is None:
        return memory, NOTHING
    lasted = view.now - memory.since
    return _told(memory, memory.last, critical=True, lasted=lasted, long=True)


def deadline(view: View, memory: Memory) -> datetime | None:
    """Of two fixes at one spot, the clock begins with the later: a third would have come."""
    if memory.since is None or memory.last is None or memory.critical or memory.back:
        return None
    if memory.out < view.policy.confirm_fixes or view.plan is None:
        return None
    since = memory.since if memory.out >= _needed(memory, view.policy) else memory.last
    return since + minutes(view.policy.deviation_critical_min)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, policy, placement, fix = (
        AlertKind.ROUTE_DEVIATION, view.policy, view.placement, view.moves.fix
    )  # fmt: skip
    if view.reading is None:
        return (_waited(view, memory),)
    if fix is None or placement is None or placement.on_corridor is None:
        return (Weighed(kind=kind, measure="held_against_corridor", value=False),)
    off, offset = view.off_route(), placement.offset_m
    if off:
        memory = _out(view, memory, fix, placement)
    needed = _needed(memory, policy)
    weighed = (
        Weighed(
            kind=kind,
            measure="offset",
            value=None if offset is None else round(offset),
            limit=half_width_m(view),
            unit="m",
            threshold="corridor_half_width_m",
            speaks=off,
        ),
        Weighed(
            kind=kind,
            measure="fixes_off_corridor",
            value=memory.out if off else 0,
            limit=needed,
            unit="fixes",
            threshold="confirm_fixes",
            speaks=off and memory.out >= needed,
        ),
    )
    if not off or memory.far < policy.confirm_fixes:
        return weighed
    beyond = Weighed(
        kind=kind,
        measure="beyond_edge",
        value=round(beyond_m(view, placement)),
        limit=policy.deviation_critical_m,
        unit="m",
        threshold="deviation_critical_m",
        speaks=True,
    )
    return (*weighed, beyond)


def _waited(view: View, memory: Memory) -> Weighed:
    """How long it has been off the route, by the clock."""
    due = deadline(view, memory)
    lasted = None if memory.since is None else (view.now - memory.since).total_seconds() / 60
    return Weighed(
        kind=AlertKind.ROUTE_DEVIATION,
        measure="off_for",
        value=None if lasted is None else round(lasted, 1),
        limit=view.policy.deviation_critical_min,
        unit="min",
        threshold="deviation_critical_min",
        speaks=due is not None and view.now >= due,
    )


RULE = Rule(
    name="route_deviation",
    memory=Memory,
    on_reading=on_reading,
    wakes=Sign.OFF,
    on_tick=on_tick,
    deadline=deadline,
    weighs=weighs,
)
