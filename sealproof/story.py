"""What a shipment's entries tell, in order of what a reader asks: seals, custody, alerts, gaps.

Derived from the entries alone (`telling`), so it is proved as they are. Personal values stand in it
where they were disclosed, else WITHHELD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

WITHHELD = "(withheld)"


@dataclass(frozen=True)
class StoryLine:
    """One entry for people. `by`: who declared it, "" if nobody did. late: it came from a device's
    store, after newer readings. place: "lat,lon" in degrees, "" without one. facts: what else it
    states, without what is not known.
    """

    entry: str
    occurred_at: datetime
    recorded_at: datetime
    type: str
    detail: str
    by: str
    zone: str
    device: str
    late: bool
    severity: str
    place: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SealChange:
    """A seal's state changed; `number` is the one in force after it, "" if none is known."""

    at: datetime
    device: str
    before: str
    after: str
    number: str
    zone: str
    detail: str
    entry: str


@dataclass(frozen=True)
class SealBreak:
    """The seal was not closed from `start` to `end` (None: to the last entry).

    paired: the number that closed it was recorded by a person. incident: as a signed-off one.
    """

    device: str
    state: str
    start: datetime
    end: datetime | None
    before: str
    after: str
    paired: bool
    incident: bool


@dataclass(frozen=True)
class HandoverTold:
    at: datetime
    accepted: bool
    giver: str
    taker: str
    number: str
    by: str
    zone: str


@dataclass(frozen=True)
class AlertLife:
    """One alert, with what people did about it."""

    id: str
    kind: str
    severity: str
    raised_at: datetime
    detail: str
    done: tuple[tuple[datetime, str, str, str], ...]
    """(when, what, by whom, note)"""

    @property
    def closed(self) -> bool:
        return any(what == "alert_closed" for _, what, _, _ in self.done)


@dataclass(frozen=True)
class CoverageGap:
    """Nothing was heard of the device from `start` to `end`."""

    device: str
    start: str
    end: datetime
    seconds: int


@dataclass(frozen=True)
class ShipmentStory:
    """All of it; times are UTC, in order of what happened, but for `timeline`: as recorded."""

    timeline: tuple[StoryLine, ...]
    seals: tuple[SealChange, ...]
    breaks: tuple[SealBreak, ...]
    handovers: tuple[HandoverTold, ...]
    alerts: tuple[AlertLife, ...]
    gaps: tuple[CoverageGap, ...]
    late: int
    counts: Mapping[str, int] = field(default_factory=dict)
