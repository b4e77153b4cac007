"""Silence: no word from a device for longer than its situation explains.

`silence_moving_min` while moving, `silence_parked_min` parked; in a listed dead zone its
`usual_minutes`; after jamming `silence_after_jamming_min`, and then it is critical. A seal that is
silent is UNKNOWN: no data is never no event. Measured from the receipt of the last word of any
kind; ticks come only while the broker's queue is drained, so an outage of ours accuses no truck.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Cleared, Noted, Outcome, Raised, SealMoved
from tracker.domain.policy import minutes, whole_minutes
from tracker.domain.seal import SealState
from tracker.domain.state import Lane
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.patience import patience


class Memory(Struct, frozen=True, kw_only=True):
    silent: bool = False


def on_tick(view: View, memory: Memory) -> Result:
    due = deadline(view, memory)
    if due is None or view.now < due or view.known is None:
        return memory, NOTHING
    # Up to when it was due, not to when somebody looked: told again, it is the same.
    facts: dict[str, Fact] = {"minutes": whole_minutes(due - view.known.heard_at)}
    severity = Severity.CRITICAL if view.lane.jammed else Severity.WARNING
    if view.lane.jammed:
        code = Code.SILENT_AFTER_JAMMING
    elif view.lane.at is None:
        code = Code.NEVER_HEARD
    else:
        code = Code.SILENT_MOVING if view.lane.moving else Code.SILENT_PARKED
    found: list[Outcome] = [
        Raised(
            kind=AlertKind.SILENCE,
            severity=severity,
            code=code,
            facts=facts,
            key=view.device or "",
            at=due,
            **view.where(),
        )
    ]
    if view.seal.state is SealState.SEALED:
        silent = replace(view.seal, state=SealState.UNKNOWN, since=due, unheard=False)
        found.append(SealMoved(to=silent, code=code, facts=facts, at=due))
    return Memory(silent=True), tuple(found)


def on_reading(view: View, memory: Memory) -> Result:
    if view.retained:
        return memory, NOTHING
    found: list[Outcome] = []
    if memory.silent:
        found.append(
            Cleared(
                kind=AlertKind.SILENCE,
                code=Code.HEARD_AGAIN,
                key=view.device or "",
                at=view.now,
            )
        )
    if not view.late and view.before is not None and view.before.at is not None:
        gap = _gap(view, view.before.at)
        if gap > _limit(view, view.before):
            found.append(
                Noted(
                    type=FindingType.COVERAGE_GAP,
                    code=Code.COVERAGE_GAP,
                    at=view.at,
                    **view.where(),
                    facts={"from": view.before.at.isoformat(), "seconds": int(gap.total_seconds())},
                )
            )
    return Memory(), tuple(found)


def _gap(view: View, last: datetime) -> timedelta:
    """How long the device was silent: by its own clock, if that was found as it was before."""
    reading, before = view.reading, view.before
    assert reading is not None  # noqa: S101 - on_reading
    if before is not None and view.known is not None and reading.clock is not before.clock:
        return view.now - view.known.heard_at
    return reading.event_time - last


def deadline(view: View, memory: Memory) -> datetime | None:
    if memory.silent or view.known is None or view.plan is None:
        return None
    since = view.known.heard_at
    if view.lane.at is None and view.plan.legs and view.plan.legs[0].earliest is not None:
        since = max(since, view.plan.legs[0].earliest)
    return since + _limit(view, view.lane)


def _limit(view: View, lane: Lane) -> timedelta:
    if lane.jammed:
        return minutes(view.policy.silence_after_jamming_min)
    limit = patience(view, lane)
    if _arrived(view, lane):
        return max(limit, minutes(view.policy.silence_arrived_min))
    return limit


def _arrived(view: View, lane: Lane) -> bool:
    """All legs are complete, and it is where the last one ends: it waits to be unloaded."""
    plan = view.plan
    if plan is None or not plan.legs or lane.leg < len(plan.legs):
        return False
    return plan.destination in lane.zones


RULE = Rule(
    name="silence",
    memory=Memory,
    keeps="device",
    on_tick=on_tick,
    on_reading=on_reading,
    deadline=deadline,
)
