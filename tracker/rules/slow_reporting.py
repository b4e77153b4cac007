"""Slow reporting: under way the device reports more seldom than is asked (`report_every_min`).

TAPA TSR 2020 asks a report at least every 5 min of a moving truck. It warns once, after
`report_slow_reports` slow ones in a row; that many in time, and it is over. Only live reports
count, and only where no listed dead zone explains the wait; a wait as long as a silence is one.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.coverage import explained_min, under_way
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Lane
from tracker.domain.weighing import Weighed, lasted
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """slow: slow reports in a row; timely: others in a row since it was told."""

    slow: int = 0
    timely: int = 0
    told: bool = False


NONE = Memory()
KIND = AlertKind.SLOW_REPORTING


def on_reading(view: View, memory: Memory) -> Result:
    before, reading, policy = view.before, view.reading, view.policy
    if view.late or before is None or before.at is None or reading is None or reading.buffered:
        return memory, NOTHING
    waited = reading.event_time - before.at
    if waited <= limit(policy):
        return (memory, NOTHING) if memory is NONE or memory == NONE else _timely(view, memory)
    if not policy.report_every_min or not _counts(view, memory, waited):
        return memory, NOTHING
    memory = replace(memory, slow=memory.slow + 1, timely=0)
    if memory.told or memory.slow < policy.report_slow_reports:
        return memory, NOTHING
    return replace(memory, told=True), (
        Raised(
            kind=KIND,
            severity=Severity.WARNING,
            code=Code.REPORTS_SLOWLY,
            facts={
                "every_s": round(waited.total_seconds()),
                "asked_s": round(policy.report_every_min * 60),
            },
            key=view.device or "",
            at=view.at,
            **view.where(),
        ),
    )


def limit(policy: Policy) -> timedelta:
    """A report that takes longer is slow."""
    return minutes(policy.report_every_min * policy.report_slack)


def _counts(view: View, memory: Memory, waited: timedelta) -> bool:
    """It was under way all the time, and nothing explains that it was not heard."""
    before, plan = view.before, view.plan
    if before is None or plan is None or waited >= minutes(view.policy.silence_moving_most_min):
        return False
    ends = under_way(before, view.policy) and under_way(view.lane, view.policy)
    if not ends and not (memory.slow and _came_far(view, before)):
        return False
    return not explained_min(before, plan, view.policy)


def _came_far(view: View, before: Lane) -> bool:
    """Slow before, it is now met at a light, or in a jam; but the way from fix to fix is driven."""
    last, fix = before.fix, view.moves.fix
    if last is None or fix is None or fix.time <= last.time:
        return False
    way_m = metres_between(last.lat, last.lon, fix.lat, fix.lon)
    hours = (fix.time - last.time) / timedelta(hours=1)
    return way_m / 1_000 > view.policy.speed_alone_kmh * hours


def _timely(view: View, memory: Memory) -> Result:
    if not memory.told:
        return NONE, NOTHING
    memory = replace(memory, slow=0, timely=memory.timely + 1)
    if memory.timely < view.policy.report_slow_reports:
        return memory, NOTHING
    key = view.device or ""
    return NONE, (Cleared(kind=KIND, code=Code.REPORTS_AS_ASKED, key=key, at=view.at),)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    before, reading, policy = view.before, view.reading, view.policy
    live = not view.late and before is not None and before.at is not None
    if not live or before is None or before.at is None or reading is None or reading.buffered:
        return (Weighed(kind=KIND, measure="live_report", value=False),)
    if not policy.report_every_min:
        return (Weighed(kind=KIND, measure="asked_to_report", value=False),)
    waited, allowed = reading.event_time - before.at, limit(policy)
    wait = lasted(KIND, "waited", waited, allowed, speaks=waited > allowed)
    if waited <= allowed:
        return (wait,)
    drove = _counts(view, memory, waited)
    counts = Weighed(kind=KIND, measure="explained_or_at_rest", value=not drove, speaks=drove)
    slow = Weighed(
        kind=KIND,
        measure="slow_reports",
        value=memory.slow + 1,
        limit=policy.report_slow_reports,
        unit="reports",
        threshold="report_slow_reports",
        speaks=memory.slow + 1 >= policy.report_slow_reports,
    )
    told = Weighed(kind=KIND, measure="told_before", value=memory.told, speaks=not memory.told)
    return wait, counts, slow, told


RULE = Rule(
    name="slow_reporting", memory=Memory, on_reading=on_reading, wakes=Sign.GAP, weighs=weighs
)
