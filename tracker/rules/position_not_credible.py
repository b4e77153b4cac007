"""Position not credible: fixes that are not believed, and on which state never moves.

A coordinate that is zero, a sign lost, two coordinates exchanged, more than `credible_kmh` over the
time since the last believed fix, a position from no satellites that is somewhere else, one far from
its serving cell, one that the receiver's own speed or course contradicts, an old track told again,
or two ways under one number (`domain.credibility`). One such fix is what receivers do, and two
jumps of `jump_most_m` agree now and then; `confirm_fixes` of the others, or `incredible_fixes`,
without as many credible ones in a row between are an incident.

Each further sign is told as a part of it, with its numbers. It warns, since a broken receiver and a
spoofer look alike; it is info where the receiver itself shows that it had no position (zero, no
satellites), and critical where two signs that know nothing of each other speak against a truck that
is under way and sealed. What is within `jump_m` of the last believed fix is a parked receiver's
jump. It is over when `confirm_fixes` in a row are credible.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.doubt import Doubt, Fault
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy
from tracker.domain.reception import cell_dbm
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import NEVER

KIND = AlertKind.POSITION_NOT_CREDIBLE
SOURCES: dict[str, str] = {
    Fault.SPEED: "motion",
    Fault.SIGN: "motion",
    Fault.SWAPPED: "motion",
    Fault.COURSE: "motion",
    Fault.OWN_SPEED: "motion",
    Fault.CELL: "network",
    Fault.REPLAYED: "memory",
    Code.SATELLITES_FEW: "reception",
    Code.ALTITUDE_JUMPED: "height",
}
"""Where a sign comes from: two of one source are no second opinion. Faults that are nobody's deceit
have none.
"""
JUMPS = frozenset({Fault.SPEED, Fault.COURSE, Fault.OWN_SPEED})
"""What one jump looks like."""
Sign = tuple[Code, dict[str, Fact]]


class Memory(Struct, frozen=True, kw_only=True):
    """bad: doubts without enough good fixes between, the first of them `first`; jumps: so many of
    those a driving receiver makes by itself; far: so many are neither that nor a lack of position,
    which receivers show themselves. good: credible fixes in a row, the first of them at
    `over`. told: an alert was raised; parts: its further signs; sources: where they come from;
    grave: it was told as critical.
    """

    bad: int = 0
    jumps: int = 0
    far: int = 0
    first: Doubt | None = None
    good: int = 0
    over: datetime | None = None
    told: bool = False
    parts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    grave: bool = False


def on_reading(view: View, memory: Memory) -> Result:
    doubt, fix = view.moves.doubt, view.moves.fix
    if doubt is None:
        return _good(view, memory, fix) if fix is not None and memory.bad else (memory, NOTHING)
    if _parked_jump(doubt, view.policy):
        return memory, NOTHING
    memory = _counted(memory, doubt, view.policy)
    if not (memory.told or _enough(memory, doubt, view.policy)):
        return memory, NOTHING
    return _raised(view, memory, doubt)


def _counted(memory: Memory, doubt: Doubt, policy: Policy) -> Memory:
    jump = _jump(doubt, policy)
    return replace(
        memory,
        bad=memory.bad + 1,
        jumps=memory.jumps + jump,
        far=memory.far + (not jump and not doubt.fault.receivers),
        first=memory.first or doubt,
        good=0,
        over=None,
    )


def _parked_jump(doubt: Doubt, policy: Policy) -> bool:
    way = doubt.way
    return doubt.fault is Fault.SPEED and way is not None and way.metres <= policy.jump_m


def _jump(doubt: Doubt, policy: Policy) -> bool:
    """A receiver jumps so while it drives."""
    if doubt.fault not in JUMPS or doubt.way is None:
        return False
    return doubt.jumped_m(policy) <= policy.jump_most_m


def _enough(memory: Memory, doubt: Doubt, policy: Policy) -> bool:
    if doubt.sustained or memory.bad >= policy.incredible_fixes:
        return True
    return memory.bad >= policy.confirm_fixes and (memory.far > 0 or not memory.jumps)


def _good(view: View, memory: Memory, fix: Fix) -> Result:
    over = memory.over or fix.time
    memory = replace(memory, good=memory.good + 1, over=over)
    if memory.good < view.policy.confirm_fixes:
        return memory, NOTHING
    if not memory.told:
        return Memory(), NOTHING
    ended = Cleared(
        kind=KIND,
        code=Code.POSITION_CREDIBLE,
        key=view.device or "",
        at=over,
    )
    return Memory(), (ended,)


def _raised(view: View, memory: Memory, doubt: Doubt) -> Result:
    first = memory.first or doubt
    parts, sources, signs = memory.parts, memory.sources, list[Sign]()
    for sign in _signs(view, doubt):
        if sign[0] not in parts:
            parts, signs = (*parts, sign[0]), [*signs, sign]
    told = (first.fault, doubt.fault, *(code for code, _ in signs))
    jammed = ("reception",) if view.lane.jammed else ()
    for source in (*(SOURCES.get(sign) for sign in told), *jammed):
        if source and source not in sources:
            sources = (*sources, source)
    begun, was = memory.told, memory
    memory = replace(memory, told=True, parts=parts, sources=sources)
    severity = _severity(view, memory, first, doubt)
    memory = replace(memory, grave=memory.grave or severity is Severity.CRITICAL)
    fresh = begun and (sources != was.sources or memory.grave is not was.grave)
    if not (begun and signs):  # what a further sign tells is evidence enough
        signs.insert(0, (Code.POSITION_NOT_CREDIBLE, _facts(doubt if fresh else first)))
    outcomes = tuple(
        Raised(
            kind=KIND,
            severity=severity,
            code=code,
            facts=facts,
            key=view.device or "",
            at=first.fix.time,
            seen=max(first.fix.time, doubt.fix.time),
            part=number > 0 or fresh or code is not Code.POSITION_NOT_CREDIBLE,
            **view.where(),
        )
        for number, (code, facts) in enumerate(signs)
    )
    return memory, outcomes


def _severity(view: View, memory: Memory, first: Doubt, newest: Doubt) -> Severity:
    if first.fault.receivers and newest.fault.receivers:
        return Severity.INFO
    sealed = view.seal.state is SealState.SEALED
    plan, lane = view.plan, view.lane
    under_way = plan is not None and lane.leg < len(plan.legs) and not lane.standing
    lasts = newest.sustained or memory.bad >= view.policy.incredible_fixes
    if len(memory.sources) > 1 and lasts and sealed and under_way:
        return Severity.CRITICAL
    return Severity.WARNING


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


def _signs(view: View, doubt: Doubt) -> Iterator[Sign]:
    """What else speaks against this fix, with the numbers."""
    gap, fix = doubt.gap, doubt.fix
    if doubt.fault is Fault.COURSE and gap is not None and gap.told_deg is not None:
        yield (
            Code.COURSE_AGAINST_MOVEMENT,
            {
                "told_deg": round(gap.told_deg) % 360,
                "moved_deg": round(gap.moved_deg) % 360,
                "metres": round(gap.metres),
                "seconds": round(gap.seconds),
            },
        )
    if doubt.fault is Fault.OWN_SPEED and gap is not None:
        yield (
            Code.SPEED_AGAINST_MOVEMENT,
            {
                "told_kmh": round(gap.told_kmh),
                "kmh": round(gap.kmh),
                "metres": round(gap.metres),
                "seconds": round(gap.seconds),
            },
        )
    if doubt.cell_m is not None:
        yield Code.FAR_FROM_CELL, {"metres": round(doubt.cell_m)}
    if doubt.fault is Fault.REPLAYED:
        yield Code.TRACK_REPLAYED, {"positions": doubt.times}
    if doubt.fault is Fault.TWIN and doubt.way is not None:
        yield Code.DEVICE_ID_TWICE, {"returns": doubt.times, "metres": round(doubt.way.metres)}
    yield from _reception(view, fix)
    last = doubt.last
    if last is None or last.altitude_m is None or fix.altitude_m is None:
        return
    if abs(fix.altitude_m - last.altitude_m) > view.policy.altitude_jump_m:
        yield (
            Code.ALTITUDE_JUMPED,
            {
                "before_m": round(last.altitude_m),
                "told_m": round(fix.altitude_m),
            },
        )


def _reception(view: View, fix: Fix) -> Iterator[Sign]:
    """Few satellites under a strong cell; a poor geometry of the satellites."""
    policy, dbm = view.policy, cell_dbm(view.reading)
    strong = dbm is not None and dbm >= policy.jamming_cell_dbm
    if strong and fix.satellites is not None and fix.satellites <= policy.jamming_satellites:
        yield Code.SATELLITES_FEW, {"satellites": fix.satellites, "cell_dbm": round(dbm or 0)}
    if fix.hdop is not None and fix.hdop >= policy.hdop_poor:
        yield Code.HDOP_POOR, {"hdop_tenths": round(fix.hdop * 10)}


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    """How fast it would have had to be, how its own word compares, and how often in a row."""
    doubt, policy = view.moves.doubt, view.policy
    if doubt is None:
        believed = view.moves.fix is not None
        return (Weighed(kind=KIND, measure="position_believed", value=believed),)
    after = _counted(memory, doubt, policy)
    told = [
        Weighed(kind=KIND, measure="fault", value=str(doubt.fault), speaks=True),
        Weighed(
            kind=KIND,
            measure="fixes_not_believed",
            value=after.bad,
            limit=policy.incredible_fixes if _jump(doubt, policy) else policy.confirm_fixes,
            unit="fixes",
            threshold="incredible_fixes" if _jump(doubt, policy) else "confirm_fixes",
            speaks=_enough(after, doubt, policy),
        ),
    ]
    if doubt.way is not None:
        if doubt.fault is Fault.SPEED:
            told.append(_against("implied_speed", doubt.way.kmh, "credible_kmh", "km/h", policy))
        told.append(_against("moved", doubt.way.metres, "jump_m", "m", policy))
    if doubt.cell_m is not None:
        told.append(_against("beyond_cell", doubt.cell_m, "cell_beyond_m", "m", policy))
    if doubt.gap is not None:
        told.append(Weighed(kind=KIND, measure="own_speed", value=round(doubt.gap.told_kmh, 1),
                            limit=round(doubt.gap.kmh, 1), unit="km/h",
                            speaks=doubt.gap.contrary))  # fmt: skip
    return tuple(told)


def _against(measure: str, value: float, threshold: str, unit: str, policy: Policy) -> Weighed:
    limit = float(getattr(policy, threshold))
    return Weighed(
        kind=KIND,
        measure=measure,
        value=round(value, 1),
        limit=limit,
        unit=unit,
        threshold=threshold,
        speaks=value > limit,
    )


RULE = Rule(
    name="position_not_credible", memory=Memory, on_reading=on_reading, wakes=NEVER, weighs=weighs
)
