"""Hours of the week in one zone: when somebody is on duty, when somebody may be woken.

Written as people write them: "07:00-19:00", "Mon-Fri 07:00-19:00", "Sat,Sun 22:00-06:00". A span
that ends no later than it begins goes on into the next day, and belongs to the day it begins on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_DAYS = tuple(range(7))
MINUTES_A_DAY = 24 * 60
_FORM = re.compile(r"(?:(?P<days>[A-Za-z,-]+)\s+)?(?P<start>\d\d?:\d\d)\s*-\s*(?P<end>\d\d?:\d\d)")


@dataclass(frozen=True, slots=True)
class DutyHours:
    """days: 0 is Monday. start, end: minutes since local midnight; equal: the whole day round."""

    days: tuple[int, ...] = ALL_DAYS
    start: int = 0
    end: int = MINUTES_A_DAY

    @classmethod
    def parse(cls, text: str) -> DutyHours:
        """Raises ValueError that says what is wrong with the text."""
        form = _FORM.fullmatch(text.strip())
        if form is None:
            raise ValueError(f"{text!r} is no span of hours")
        start, end = _minutes(form["start"]), _minutes(form["end"])
        if start == MINUTES_A_DAY:
            raise ValueError("a span begins at 23:59 at the latest")
        return cls(_days(form["days"]) if form["days"] else ALL_DAYS, start, end)

    def contains(self, at: datetime, zone: tzinfo) -> bool:
        """Whether `at` (aware) lies in the span, by the clocks of the zone."""
        local = at.astimezone(zone)
        minute, today = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and minute >= self.start) or (
            yesterday in self.days and minute < self.end
        )

    def next_start(self, at: datetime, zone: tzinfo) -> datetime:
        """The first beginning of the span after `at`, in UTC; `at` itself if it lies in it."""
        if self.contains(at, zone):
            return at
        midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for ahead in range(9):
            day = midnight + timedelta(days=ahead)  # by the calendar: the zone's clocks may change
            begins = day.replace(hour=self.start // 60, minute=self.start % 60).astimezone(UTC)
            if day.weekday() in self.days and begins > at:
                return begins
        raise ValueError("a span without days never begins")

    def __str__(self) -> str:
        days = "" if self.days == ALL_DAYS else ",".join(DAYS[day].title() for day in self.days)
        return f"{days} {_clock(self.start)}-{_clock(self.end)}".strip()


def _minutes(clock: str) -> int:
    hours, minutes = (int(part) for part in clock.split(":"))
    if minutes > 59 or hours * 60 + minutes > MINUTES_A_DAY:
        raise ValueError(f"{clock!r} is no time of day")
    return hours * 60 + minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(text: str) -> tuple[int, ...]:
    """ "Mon-Fri" or "Sat,Sun"; over the week's end too: "Fri-Mon"."""
    found = set[int]()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return tuple(sorted(found))


def _day(name: str) -> int:
    if name[:3] not in DAYS:
        raise ValueError(f"{name!r} is no day of the week: Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    return DAYS.index(name[:3])
