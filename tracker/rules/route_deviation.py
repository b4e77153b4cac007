"""Route deviation: further from the corridor's centre line than its half-width.

Two fixes in a row must show it (`confirm_fixes`), within their claimed accuracy. It is critical
beyond `deviation_critical_m` (again for two fixes) or after `deviation_critical_min`. Inside a zone
that the plan expects (a leg's end, a planned stop, the planned crossing) there is none.
It is over when two fixes in a row are back.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.policy import minutes, whole_minutes
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """out, far, back: fixes in a row off the corridor, far off it, on it again."""

    out: int = 0
    far: int = 0
    back: int = 0
    since: datetime | None = None
    lat: float | None = None
    lon: float | None = None


def on_reading(view: View, memory: Memory) -> Result:
    fix, placement, policy = view.moves.fix, view.placement, view.policy
    if fix is None or placement is None or placement.on_corridor is None:
        return memory, NOTHING
    if not view.off_route():
        return _back(view, memory)
    first = memory.since is None
    offset = placement.offset_m or 0.0
    memory = Memory(
        out=memory.out + 1,
        far=memory.far + 1 if offset > policy.deviation_critical_m else 0,
        since=fix.time if first else memory.since,
        lat=fix.lat if first else memory.lat,
        lon=fix.lon if first else memory.lon,
    )
    if memory.out < policy.confirm_fixes or memory.since is None:
        return memory, NOTHING
    long = fix.time - memory.since > minutes(policy.deviation_critical_min)
    critical = long or memory.far >= policy.confirm_fixes
    return memory, (
        Raised(
            kind=AlertKind.ROUTE_DEVIATION,
            at=memory.since,
            seen=fix.time,
            lat=memory.lat,
            lon=memory.lon,
            severity=Severity.CRITICAL if critical else Severity.WARNING,
            code=Code.OFF_CORRIDOR,
            facts={
                "offset_m": round(offset),
                "minutes": whole_minutes(fix.time - memory.since) if long else None,
            },
        ),
    )


def _back(view: View, memory: Memory) -> Result:
    if memory.since is None or view.moves.fix is None:
        return memory, NOTHING
    back = memory.back + 1
    if memory.out < view.policy.confirm_fixes:
        return Memory(), NOTHING
    if back < view.policy.confirm_fixes:
        return Memory(
            out=memory.out, since=memory.since, back=back, lat=memory.lat, lon=memory.lon
        ), NOTHING
    over: Outcome = Cleared(
        kind=AlertKind.ROUTE_DEVIATION, code=Code.BACK_ON_CORRIDOR, at=view.moves.fix.time
    )
    return Memory(), (over,)


RULE = Rule(name="route_deviation", memory=Memory, on_reading=on_reading)
