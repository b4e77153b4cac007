"""Times as devices write them in words.

Second 60 is the second after 59 (leap seconds; some receivers write it at any minute's end), and
24:00:00 is the midnight that ends the day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""What a time of zeros is taken for, which names no day: a clock that was never set."""
_WRITTEN = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?"
    r" ?(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?(?:\[UTC\])?",
    re.ASCII,
)

_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)\s*\Z", re.ASCII)


def written(text: str) -> datetime | None:
    """The time that "2026-03-01 11:59:58" is, in UTC; None if it is none that exists.

    With T or a blank, with or without seconds (Java leaves them out at :00) and their fraction.
    A zone counts; where there is none, the clock is in UTC. All zeros is a clock never set.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(found[part]) for part in range(1, 6))
    if year == month == day == 0:
        return NEVER
    second = int(found[6] or 0)
    over = timedelta(0)
    if second == 60:
        second, over = 59, timedelta(seconds=1)
    if hour == 24 and minute == second == 0 and not over:
        hour, over = 0, timedelta(days=1)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC) + over
        if found[9]:
            offset = timedelta(hours=int(found[10]), minutes=int(found[11]))
            zone = timezone(offset if found[9] == "+" else -offset)
            moment = moment.replace(tzinfo=zone).astimezone(UTC)
        return moment + timedelta(microseconds=round(float(found[7] or 0) * 1e6))
    except (ValueError, OverflowError):
        return None


def leap(text: str) -> datetime | None:
    """The time of RFC 3339 that a text with second 60, or hour 24, stands for; None for another.

    It must name its zone, as all times of RFC 3339 do.
    """
    zoned = _ZONE.search(text.upper())
    return written(text.upper()) if zoned else None
