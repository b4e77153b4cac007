"""Jamming: the device says so, or its satellites collapse while the cell stays strong.

81 % of truck robberies in Mexico in H1 2024 used a jammer (tvazteca.com), so it is critical. The
device's own word counts at once. The collapse (`jamming_satellites`, `jamming_cell_dbm`), whatever
the device says of it, is what a roof and a tunnel look like too: it counts if it spans
`jamming_reports` of the device's intervals and lasts `jamming_collapse_min` under way,
`jamming_parked_min` at rest; with a listed dead zone there so much longer; never where roofs stand
or the plan has the truck stand. It is over when the device says so or has a fix again.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.outcome import Cleared, Raised
from tracker.rules.base import NOTHING, Result, Rule, View


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


RULE = Rule(name="jamming", memory=Memory, on_reading=on_reading)
