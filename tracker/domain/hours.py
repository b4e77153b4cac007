"""Hours of the day in which other thresholds hold: "22:00" to "05:00" by the clocks of one place.

The clocks on the wall decide, summer time and all. So on the night in which they are set back, what
lies in the hour that comes twice is met twice.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_DAYS = 2
"""So many days before and after a moment hold an edge of every period, however clocks are set."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begins` until `ends`, by the clocks of `timezone`; over midnight if `ends` is earlier.

    lanes, crossings, profiles: only of such shipments; empty: of all. changes: the thresholds then.
    """

    name: str
    begins: time
    ends: time
    timezone: str
    changes: Mapping[str, float] = field(default_factory=dict)
    lanes: tuple[str, ...] = ()
    crossings: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    def are_for(self, lane: str | None, crossing: str | None, profile: str) -> bool:
        return (
            (not self.lanes or lane in self.lanes)
            and (not self.crossings or crossing in self.crossings)
            and (not self.profiles or profile in self.profiles)
        )

    def hold(self, at: datetime) -> bool:
        """Whether `at` lies in them. Their first moment does, their last does not."""
        local = at.astimezone(ZoneInfo(self.timezone)).time()
        if self.begins < self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends

    def edges(self, at: datetime) -> list[datetime]:
        """The moments around `at` (UTC) between which they hold or not, in order: when their clocks
        show the begin or the end, and when those are set.
        """
        zone = ZoneInfo(self.timezone)
        day = at.astimezone(zone).date()
        found = set[datetime]()
        for number in range(-_DAYS, _DAYS + 1):
            try:
                date = day + timedelta(days=number)
                for edge in (self.begins, self.ends):
                    shown = datetime.combine(date, edge, zone)
                    found |= {shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)}
                found |= set(_set_between(self.timezone, datetime.combine(date, time(), UTC)))
            except OverflowError:  # at an end of the calendar
                continue
        return sorted(found)


@functools.lru_cache(maxsize=64)
def _set_between(timezone: str, begin: datetime) -> tuple[datetime, ...]:
    """When clocks there are set within the day (24 h) from `begin`, to the second. Kept: a day is
    asked for by every period and shipment.
    """
    return tuple(_settings(ZoneInfo(timezone), begin, begin + timedelta(days=1)))


def _settings(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    if begin.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        return
    if end - begin <= _SECOND:
        yield end
        return
    middle = begin + timedelta(seconds=(end - begin) // _SECOND // 2)
    yield from _settings(zone, begin, middle)
    yield from _settings(zone, middle, end)
