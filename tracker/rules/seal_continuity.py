"""UNKNOWN -> SEALED: does what the seal sends prove that nothing happened in the silence?

It does if its own serials are unbroken (the backlog fills the gap within `backlog_grace_min`), the
rope is in and the lock count unchanged. A gap in the serials warns; a changed lock count is
critical, and so is reappearing off the route: its first fixes after the silence were off it (two),
by their own times and in whatever order they come. An opened seal is `seal_opening`'s.
Without serials, or if they began anew, or count more than readings, the silence stays unproven,
which the log says. Until the lock itself says that it is sealed, it stays UNKNOWN.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SHARED_SERIALS, SealCondition, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.clocks import undated
from tracker.domain.codes import Code
from tracker.domain.outcome import Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


class Watch(Struct, frozen=True, kw_only=True):
    """Whether it was off the route after its last word before the silence, at `since`.

    off: times of the fixes that were; on: of the first that was not. What was stored may come after
    that one and is older: it is waited for until `until` (receipt).
    """

    since: datetime
    until: datetime
    off: tuple[datetime, ...] = ()
    on: datetime | None = None


class Memory(Struct, frozen=True, kw_only=True):
    """After a reappearance. after, before: the serials around the gap; missing: how many are still
    owed, until `due`. shut: it has said since that it is sealed. watch: its fixes are being watched
    for the route.
    """

    after: int = 0
    before: int = 0
    missing: int = 0
    due: datetime | None = None
    shut: bool = False
    watch: Watch | None = None


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    if view.late:
        memory, strayed = _route(view, _filled(view, memory))
        return memory, (*strayed, *_recounted(view, report))
    found: list[Outcome] = []
    if view.seal.state is SealState.UNKNOWN and view.seal.unheard:
        return memory, NOTHING  # the device was heard all the time: see `seal_silence`
    if view.seal.state is SealState.UNKNOWN and memory.due is None:
        memory = _reappears(view, memory)
    memory, strayed = _route(view, memory)
    found += strayed
    if report is None or report.condition is not SealCondition.SEALED:
        return memory, tuple(found)
    seal = view.seal
    if seal.state in (SealState.SEALED, SealState.UNKNOWN):
        seal, counted = _lock_count(view, report)
        found += counted
    if seal.state is SealState.UNKNOWN and memory.missing == 0:
        found.append(_sealed(view, seal, _proof(memory)))
        memory = replace(memory, due=None)
    elif seal.state is SealState.UNKNOWN:
        memory = replace(memory, shut=True)
    return memory, tuple(found)


def _proof(memory: Memory) -> Code:
    if not memory.after or not memory.before:
        return Code.SERIALS_ABSENT
    if memory.after <= memory.before:
        return Code.SERIALS_BEGAN_ANEW
    return Code.SERIALS_UNBROKEN


def _reappears(view: View, memory: Memory) -> Memory:
    """First word after the silence: which serials does it owe?"""
    reading = view.reading
    counted = reading is not None and reading.dialect not in SHARED_SERIALS
    new = reading.seq if reading and counted else None
    old = view.before.seq if view.before and counted else None
    missing = max(new - old - 1, 0) if new is not None and old is not None else 0
    due = view.now + minutes(view.policy.backlog_grace_min)
    since = view.before.at if view.before else None
    return Memory(
        after=new or 0,
        before=old or 0,
        missing=missing,
        due=due,
        watch=Watch(since=since, until=due) if since is not None else None,
    )


def _filled(view: View, memory: Memory) -> Memory:
    seq = view.reading.seq if view.reading else None
    if seq is None or memory.missing == 0 or not memory.before < seq < memory.after:
        return memory
    due = view.now + minutes(view.policy.backlog_grace_min)  # it goes on to come
    return replace(memory, missing=memory.missing - 1, due=due)


def _route(view: View, memory: Memory) -> tuple[Memory, tuple[Outcome, ...]]:
    if memory.watch is None or view.moves.fix is None:
        return memory, NOTHING
    watch = _watched(view, memory.watch)
    if _strayed(watch) >= view.policy.confirm_fixes:
        return replace(memory, watch=None), (
            Raised(
                kind=AlertKind.SEAL_CONTINUITY,
                severity=Severity.CRITICAL,
                code=Code.REAPPEARED_OFF_ROUTE,
                at=view.at,
                key=view.device or "",
                **view.where(),
            ),
        )
    waits = watch.on is None or view.now < watch.until
    return replace(memory, watch=watch if waits else None), NOTHING


def _watched(view: View, watch: Watch) -> Watch:
    """With what this reading's own fix shows, if it is of after the silence began."""
    fix = view.moves.fix
    if fix is None or fix.time <= watch.since or fix.time in watch.off:
        return watch
    if view.off_route():
        return replace(watch, off=(*watch.off, fix.time))
    return replace(watch, on=fix.time if watch.on is None else min(watch.on, fix.time))


def _strayed(watch: Watch) -> int:
    """How many fixes were off the route before the first that was not."""
    return sum(watch.on is None or time < watch.on for time in watch.off)


def _recounted(view: View, report: SealReport | None) -> tuple[Outcome, ...]:
    """What the backlog's own lock counts prove."""
    if report is None or report.condition is not SealCondition.SEALED:
        return NOTHING
    if view.seal.state not in (SealState.SEALED, SealState.UNKNOWN):
        return NOTHING
    if _is_of_before(view, report):
        return NOTHING
    return tuple(_lock_count(view, report)[1])


def _is_of_before(view: View, report: SealReport) -> bool:
    """Of when it is, is not known, and it counts less: it was said before the seal was what it is.
    Counts only grow.
    """
    reading, had, has = view.reading, view.seal.lock_count, report.lock_count
    if reading is None or not undated(reading):
        return False
    return had is not None and has is not None and has < had


def _is_on_record(view: View, report: SealReport) -> bool:
    """Somebody has recorded the number that the lock tells now, for the first time: it was opened
    and sealed anew, and the words of that may be on their way.
    """
    pending, number = view.seal.pending_number, report.number
    return pending is not None and number is not None and same(pending, number)


def _lock_count(view: View, report: SealReport) -> tuple[SealRecord, list[Outcome]]:
    """The seal with the count it reports, and what a change of it proves."""
    had, has = view.seal.lock_count, report.lock_count
    if has is None or has == had or view.moves.doubt is not None:  # of another device of that id?
        return view.seal, []
    seal = replace(view.seal, lock_count=has)
    if had is None or (has < had and _began_anew(view)) or _is_on_record(view, report):
        return seal, [SealUpdated(to=seal)]
    return seal, [
        Raised(
            kind=AlertKind.SEAL_CONTINUITY,
            severity=Severity.CRITICAL,
            code=Code.LOCK_COUNT_CHANGED,
            facts={"had": had, "has": has},
            at=view.at,
            key=f"{view.device}:locks",
            **view.where(),
        ),
        SealUpdated(to=seal),
    ]


def _began_anew(view: View) -> bool:
    """Its counters have: the serials do not go on from before either."""
    reading, before = view.reading, view.before
    if reading is None or reading.seq is None or before is None or before.seq is None:
        return False
    return reading.seq < before.seq


def on_tick(view: View, memory: Memory) -> Result:
    if memory.due is None or view.seal.state is not SealState.UNKNOWN:
        return replace(memory, due=None) if memory.due else memory, NOTHING
    if memory.missing == 0 and memory.shut:
        filled = _sealed(view, view.seal, Code.SERIALS_FILLED)
        return replace(memory, due=None), (filled,)
    if memory.missing == 0 or view.now < memory.due:
        return memory, NOTHING
    gap = Raised(
        kind=AlertKind.SEAL_CONTINUITY,
        severity=Severity.WARNING,
        code=Code.SERIALS_MISSING,
        facts={"missing": memory.missing, "after": memory.before, "before": memory.after},
        at=memory.due,
        key=f"{view.device}:serials",
        **view.where(),
    )
    kept = Memory(watch=memory.watch)
    if not memory.shut:
        return kept, (gap,)
    return kept, (gap, _sealed(view, view.seal, Code.SERIALS_STILL_MISSING))


def deadline(view: View, memory: Memory) -> datetime | None:
    if memory.due is None:
        return None
    if memory.missing:
        return memory.due
    return view.now if memory.shut else None


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    latest = now + minutes(policy.backlog_grace_min)
    if memory.due is not None:
        memory = replace(memory, due=min(memory.due, latest))
    watch = memory.watch
    if watch is not None:
        memory = replace(memory, watch=replace(watch, until=min(watch.until, latest)))
    return memory


def _sealed(view: View, seal: SealRecord, code: Code) -> SealMoved:
    return SealMoved(
        to=replace(seal, state=SealState.SEALED, since=view.at),
        code=code,
        at=view.at,
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    """Any of the three speaks for itself: what is told of one that raised is what spoke."""
    kind, report = AlertKind.SEAL_CONTINUITY, view.reading.seal if view.reading else None
    had, has = view.seal.lock_count, report.lock_count if report else None
    counted = had is not None and has is not None and had != has
    strayed = _strayed(_watched(view, memory.watch)) if memory.watch else 0
    gap = memory.due is not None and memory.missing > 0
    return (
        Weighed(kind=kind, measure="lock_count", value=has, limit=had, speaks=counted),
        Weighed(
            kind=kind,
            measure="serials_missing",
            value=memory.missing,
            speaks=gap and memory.due is not None and view.now >= memory.due,
        ),
        Weighed(
            kind=kind,
            measure="reappeared_off_route",
            value=strayed,
            limit=view.policy.confirm_fixes,
            unit="fixes",
            threshold="confirm_fixes",
            speaks=strayed >= view.policy.confirm_fixes,
        ),
    )


RULE = Rule(
    name="seal_continuity",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
