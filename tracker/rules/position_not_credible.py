"""Position not credible: fixes that are not believed, and on which state never moves.

A coordinate that is zero, a sign lost, two coordinates exchanged, more than `credible_kmh` over the
time since the last believed fix, or a position from no satellites that is somewhere else
(`domain.credibility`). One such fix is what receivers do; `confirm_fixes` of them without as many
credible ones in a row between are an incident. It warns, since a broken receiver and a spoofer look
alike; it is info where the receiver itself shows that it had no position (zero, no satellites).
What is within `jump_m` of the last believed fix is a parked receiver's jump. It is over when
`confirm_fixes` in a row are credible.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.credibility import Doubt, Fault
from tracker.domain.outcome import Cleared, Raised
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """bad: doubts without enough good fixes between, the first of them `first`; good: credible
    fixes in a row, the first of them at `over`. told: an alert was raised.
    """

    bad: int = 0
    first: Doubt | None = None
    good: int = 0
    over: datetime | None = None
    told: bool = False


def on_reading(view: View, memory: Memory) -> Result:
    doubt, fix = view.moves.doubt, view.moves.fix
    if doubt is None:
        return _good(view, memory, fix) if fix is not None and memory.bad else (memory, NOTHING)
    if doubt.fault is Fault.SPEED and doubt.way and doubt.way.metres <= view.policy.jump_m:
        return memory, NOTHING
    first = memory.first or doubt
    memory = replace(memory, bad=memory.bad + 1, first=first, good=0, over=None)
    if memory.bad < view.policy.confirm_fixes:
        return memory, NOTHING
    return replace(memory, told=True), (_raised(view, first, doubt),)


def _good(view: View, memory: Memory, fix: Fix) -> Result:
    over = memory.over or fix.time
    memory = replace(memory, good=memory.good + 1, over=over)
    if memory.good < view.policy.confirm_fixes:
        return memory, NOTHING
    if not memory.told:
        return Memory(), NOTHING
    ended = Cleared(
        kind=AlertKind.POSITION_NOT_CREDIBLE,
        code=Code.POSITION_CREDIBLE,
        key=view.device or "",
        at=over,
    )
    return Memory(), (ended,)


def _raised(view: View, first: Doubt, newest: Doubt) -> Raised:
    innocent = first.fault.receivers and newest.fault.receivers
    severity = Severity.INFO if innocent else Severity.WARNING
    return Raised(
        kind=AlertKind.POSITION_NOT_CREDIBLE,
        severity=severity,
        code=Code.POSITION_NOT_CREDIBLE,
        facts=_facts(first),
        key=view.device or "",
        at=first.fix.time,
        seen=max(first.fix.time, newest.fix.time),
        **view.where(),
    )


def _facts(doubt: Doubt) -> dict[str, Fact]:
    fix, way = doubt.fix, doubt.way
    return {
        "fault": str(doubt.fault),
        "coordinate": doubt.coordinate or None,
        "told_lat": f"{fix.lat:.6f}",
        "told_lon": f"{fix.lon:.6f}",
        "metres": round(way.metres) if way else None,
        "seconds": round(way.seconds) if way else None,
        "kmh": round(way.kmh) if way else None,
    }


RULE = Rule(name="position_not_credible", memory=Memory, on_reading=on_reading)
