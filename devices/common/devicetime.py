"""Times as devices write them in words, and what becomes of a clock that was never set.

A clock that was never set must not cost the seal's event: the reading then takes the time of its
receipt, has no fix (the position's age is not known), and what the clock said is kept.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from devices.common.bcd import NEVER
from devices.common.fields import rfc3339
from devices.common.frames import too_far_ahead, unset

_WRITTEN = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?"
    r" ?(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?(?:\[UTC\])?",
    re.ASCII,
)


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
    try:
        moment = datetime(year, month, day, hour, minute, int(found[6] or 0), tzinfo=UTC)
        if found[9]:
            offset = timedelta(hours=int(found[10]), minutes=int(found[11]))
            zone = timezone(offset if found[9] == "+" else -offset)
            moment = moment.replace(tzinfo=zone).astimezone(UTC)
        return moment + timedelta(microseconds=round(float(found[7] or 0) * 1e6))
    except (ValueError, OverflowError):
        return None


def event_time(moment: datetime, received_at: datetime) -> tuple[datetime, dict[str, Any]] | None:
    """When it happened, and what is to be noted among the extras: of a clock that was never set
    (2004 or before) the receipt, with `clock` "unset" and `device_time`. None for a time more than
    24 h after the receipt.
    """
    if unset(moment):
        return received_at.astimezone(UTC), {"clock": "unset", "device_time": rfc3339(moment)}
    return None if too_far_ahead(moment, received_at) else (moment, {})
