"""The seal has another number or lock count than before, and words in between are still to come.

A burst may begin with its newest word: what it shows was perhaps a lawful opening and a reseal. So
where the serials say that words are missing, it is taken as resealed for `opening_evidence_min`.
Told of an opening in between, it stays so (`seal_opening` has judged that one, whatever it was);
otherwise it is critical then. Without serials, or with none missing, it is critical at once.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Outcome, Raised, SealUpdated
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View, concluded
from tracker.rules.openings import opens
from tracker.rules.seals import number_differs, own_time, renumbered, sealed_report, words_missing
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """What was taken over. since, at: own times of the last word before the missing ones, and of
    the one that shows the change, which is dated `dated`. due: receipt; None: nothing is held.
    recorded: by people, so that it is quiet whether or not the words in between come.
    """

    since: datetime | None = None
    at: datetime | None = None
    dated: datetime | None = None
    due: datetime | None = None
    number: str | None = None
    in_force: str | None = None
    had: int | None = None
    has: int | None = None
    recorded: bool = False


NOTHING_HELD = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    if report is None:
        return memory, NOTHING
    if view.late:
        return _late(view, memory, report)
    seal = view.seal
    if seal.state not in (SealState.SEALED, SealState.UNKNOWN) or sealed_report(view) is None:
        return memory, NOTHING
    number, count = _changed(seal, report)
    if (number is None and count is None) or not words_missing(view):
        return memory, NOTHING
    taken = _taken(view, seal, report)
    pending = _is_pending(seal, number)
    once = count is None or seal.lock_count is None or count == seal.lock_count + 1
    held = Memory(
        since=view.before.at if view.before else None,
        at=own_time(view),
        dated=view.at,
        due=view.now + minutes(view.policy.opening_evidence_min),
        number=number,
        in_force=seal.number if number else None,
        had=seal.lock_count if count is not None else None,
        has=count,
        recorded=pending and once,
    )
    if pending and not once:
        held = replace(held, number=None, in_force=None)
    return held, (SealUpdated(to=taken),)


def _changed(seal: SealRecord, report: SealReport) -> tuple[str | None, int | None]:
    """The number and the lock count, where they are known and another than before."""
    number, count = report.number, report.lock_count
    if number is not None and (seal.number is None or same(number, seal.number)):
        number = None
    if count is not None and (seal.lock_count is None or count == seal.lock_count):
        count = None
    return number, count


def _is_pending(seal: SealRecord, number: str | None) -> bool:
    pending = seal.pending_number
    return pending is not None and (number is None or same(pending, number))


def _taken(view: View, seal: SealRecord, report: SealReport) -> SealRecord:
    """The seal as resealed, in the state that it is in."""
    recorded = _is_pending(seal, report.number)
    due = None if recorded else view.at + minutes(view.policy.opening_record_min)
    count = seal.lock_count if report.lock_count is None else report.lock_count
    number = report.number or seal.pending_number
    taken = renumbered(seal, number, view.at, lock_count=count, record_due=due, told=report.number)
    return replace(taken, state=seal.state, since=seal.since)


def _late(view: View, memory: Memory, report: SealReport) -> Result:
    """A word from in between: of the opening, or of the same change."""
    if memory.due is None or memory.since is None or memory.at is None:
        return memory, NOTHING
    if not memory.since <= own_time(view) <= memory.at:
        return memory, NOTHING
    if opens(report):
        return NOTHING_HELD, NOTHING
    number, count = _changed(view.seal, report)
    number_fits = number is None or (memory.number is not None and same(number, memory.number))
    fits = (number or count) and number_fits and count in (None, memory.has)
    if not fits or view.seal.state not in (SealState.SEALED, SealState.UNKNOWN):
        return memory, NOTHING
    return memory, (SealUpdated(to=_taken(view, view.seal, report)),)


def on_tick(view: View, memory: Memory) -> Result:
    if memory.due is None or view.now < memory.due:
        return memory, NOTHING
    if memory.recorded:
        return NOTHING_HELD, NOTHING
    found: list[Outcome] = []
    at = memory.dated or view.at
    if memory.number is not None:
        differs = number_differs(view, memory.number, memory.in_force or "", at)
        found.append(replace(differs, code=Code.LOCK_CARRIES_OTHER_NUMBER))
    if memory.had is not None and memory.has is not None:
        found.append(
            Raised(
                kind=AlertKind.SEAL_CONTINUITY,
                severity=Severity.CRITICAL,
                code=Code.LOCK_COUNT_CHANGED,
                facts={"had": memory.had, "has": memory.has},
                at=at,
                key=f"{view.device}:locks",
                **view.where(),
            )
        )
    return NOTHING_HELD, tuple(found)


def deadline(view: View, memory: Memory) -> datetime | None:
    return memory.due


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    latest = now + minutes(policy.opening_evidence_min)
    return memory if memory.due is None else replace(memory, due=min(memory.due, latest))


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    codes = concluded(view, memory, RULE)
    number, continuity = AlertKind.SEAL_NUMBER, AlertKind.SEAL_CONTINUITY
    return (
        Weighed(
            kind=number,
            measure="number_overtaken",
            value=memory.number,
            limit=memory.in_force,
            speaks=number in codes,
        ),
        Weighed(
            kind=continuity,
            measure="lock_count",
            value=memory.has,
            limit=memory.had,
            speaks=continuity in codes,
        ),
    )


RULE = Rule(
    name="seal_overtaken",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
