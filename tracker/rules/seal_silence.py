"""SEALED -> UNKNOWN: the device speaks, and has no word of its seal.

Its radio is off, its beacon was taken away, or it says "unknown": no data is never no event. It
warns after `silence_moving_min`, parked `silence_parked_min`, and `seal_unheard_reports` reports in
a row. Heard sealed again it is SEALED, though what happened meanwhile is unproven; found open, it
is `seal_opening`'s. Only locks are asked: a tracker need not know of a seal.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved
from tracker.domain.policy import whole_minutes
from tracker.domain.seal import SealState
from tracker.domain.weighing import Weighed, lasted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.patience import patience, usual
from tracker.rules.seals import sealed_report
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """since: the last word of the seal; None while there is one. reports: without one, since."""

    since: datetime | None = None
    reports: int = 0
    told: bool = False


HEARD = Memory()
KIND = AlertKind.SEAL_SILENT


def on_reading(view: View, memory: Memory) -> Result:
    if view.late or view.reading is None:
        return memory, NOTHING
    if speaks(view.reading.seal):
        return (memory, NOTHING) if memory.since is None else _heard(view, memory)
    if view.plan is None or view.seal.state not in (SealState.SEALED, SealState.FAULT):
        return memory, NOTHING
    if view.device not in view.plan.locks:
        return memory, NOTHING
    least = usual(view, view.lane, speaks=True)
    since = memory.since or _last_word(view, least)
    memory = replace(memory, since=since, reports=memory.reports + 1)
    if view.at - since < least or memory.reports < view.policy.seal_unheard_reports:
        return memory, NOTHING
    limit = patience(view, view.lane, speaks=True)  # costs more
    if view.at - since < limit:
        return memory, NOTHING
    return replace(memory, told=True), _unheard(view, since, since + limit)


def speaks(report: SealReport | None) -> bool:
    """Whether it says anything of the seal. A low battery is the device's own."""
    if report is None:
        return False
    if report.condition not in (None, SealCondition.UNKNOWN):
        return True
    return any(event is not SealEvent.LOW_BATTERY for event in report.events)


def _last_word(view: View, limit: timedelta) -> datetime:
    """The reading before, unless the device itself was silent in between."""
    last = view.before.at if view.before else None
    return last if last is not None and view.at - last < limit else view.at


def _unheard(view: View, since: datetime, due: datetime) -> tuple[Outcome, ...]:
    facts: dict[str, Fact] = {"minutes": whole_minutes(view.at - since)}
    unknown = replace(view.seal, state=SealState.UNKNOWN, since=due, unheard=True)
    return (
        Raised(
            kind=AlertKind.SEAL_SILENT,
            severity=Severity.WARNING,
            code=Code.SEAL_UNHEARD,
            facts=facts,
            key=view.device or "",
            at=due,
            **view.where(),
        ),
        SealMoved(to=unknown, code=Code.SEAL_UNHEARD, facts=facts, at=due),
    )


def _heard(view: View, memory: Memory) -> Result:
    found: list[Outcome] = []
    if view.seal.unheard and view.seal.state is SealState.UNKNOWN and sealed_report(view):
        sealed = replace(view.seal, state=SealState.SEALED, since=view.at, unheard=False)
        found.append(SealMoved(to=sealed, code=Code.SEAL_HEARD_AGAIN, at=view.at))
    if memory.told:
        key = view.device or ""
        found.append(
            Cleared(kind=AlertKind.SEAL_SILENT, code=Code.SEAL_HEARD_AGAIN, key=key, at=view.at)
        )
    return HEARD, tuple(found)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    reading, policy = view.reading, view.policy
    if view.late or reading is None or view.plan is None:
        return (Weighed(kind=KIND, measure="live_report", value=False),)
    if speaks(reading.seal):
        return (Weighed(kind=KIND, measure="speaks_of_its_seal", value=True),)
    if view.device not in view.plan.locks:
        return (Weighed(kind=KIND, measure="lock", value=False),)
    if view.seal.state not in (SealState.SEALED, SealState.FAULT):
        return (Weighed(kind=KIND, measure="seal", value=view.seal.state.value),)
    limit = patience(view, view.lane, speaks=True)
    gone = view.at - (memory.since or _last_word(view, usual(view, view.lane, speaks=True)))
    return (
        lasted(KIND, "seal_unheard", gone, limit, speaks=gone >= limit),
        Weighed(
            kind=KIND,
            measure="reports_without_seal",
            value=memory.reports + 1,
            limit=policy.seal_unheard_reports,
            unit="reports",
            threshold="seal_unheard_reports",
            speaks=memory.reports + 1 >= policy.seal_unheard_reports,
        ),
    )


RULE = Rule(
    name="seal_silence", memory=Memory, on_reading=on_reading, wakes=Sign.MUTE, weighs=weighs
)
