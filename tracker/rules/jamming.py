"""Jamming: the device says so, or its satellites collapse while the cell stays strong.

81 % of truck robberies in Mexico in H1 2024 used a jammer (tvazteca.com), so it is critical. The
device's own word counts at once. The collapse (`jamming_satellites`, `jamming_cell_dbm`), whatever
the device says of it, is what a roof and a tunnel look like too: it counts if it spans
`jamming_reports` of the device's intervals and lasts `jamming_collapse_min` under way,
`jamming_parked_min` at rest; with a listed dead zone there so much longer; never where roofs stand
or the plan has the truck stand. It is over when the device says so or has a fix again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.reception import collapse_min
from tracker.domain.state import Lane
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """Since when it is jammed; None if it is not."""

    since: datetime | None = None


def on_reading(view: View, memory: Memory) -> Result:
    key = view.device or ""
    if view.lane.jammed:
        since = memory.since or view.at
        return Memory(since=since), (
            Raised(
                kind=AlertKind.JAMMING,
                severity=Severity.CRITICAL,
                code=_code(view),
                key=key,
                at=since,
                seen=view.at,
                **view.where(),
            ),
        )
    if memory.since is not None:
        return Memory(), (
            Cleared(kind=AlertKind.JAMMING, code=Code.RECEPTION_BACK, key=key, at=view.at),
        )
    return memory, NOTHING


def _code(view: View) -> Code:
    if view.reading is not None and view.reading.jamming:
        return Code.JAMMING_REPORTED
    if view.lane.starved:
        return Code.SATELLITES_COLLAPSED
    return Code.STILL_JAMMED


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    policy, lane, reading = view.policy, view.lane, view.reading
    if reading is not None and reading.jamming:
        return (_weighed("device_reports_jamming", True, speaks=True),)
    if view.before is not None and view.before.jammed:
        return (_weighed("reception_back", not lane.jammed, speaks=lane.jammed),)
    if lane.starved_since is None:
        return (_weighed("satellites_collapsed", False),)
    count = Weighed(
        kind=AlertKind.JAMMING,
        measure="intervals_without_satellites",
        value=lane.starved - 1,
        limit=policy.jamming_reports,
        unit="intervals",
        threshold="jamming_reports",
        speaks=lane.starved > policy.jamming_reports,
    )
    least = collapse_min(view.before or Lane(), view.plan, policy)
    if least is None:
        return count, _weighed("where_roofs_stand", True)
    lasted = view.at - lane.starved_since
    return count, Weighed(
        kind=AlertKind.JAMMING,
        measure="collapse_lasted",
        value=lasted.total_seconds() / 60,
        limit=least,
        unit="min",
        speaks=lasted >= timedelta(minutes=least),
    )


def _weighed(measure: str, value: bool, *, speaks: bool = False) -> Weighed:
    return Weighed(kind=AlertKind.JAMMING, measure=measure, value=value, speaks=speaks)


RULE = Rule(
    name="jamming", memory=Memory, on_reading=on_reading, wakes=Sign.RECEPTION, weighs=weighs
)
