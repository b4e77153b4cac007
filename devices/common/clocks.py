"""When it happened, if the device's clock is right; and if it is not, the best time there is.

A clock that is wrong must not cost the seal's event, nor date it. What can be known without the
device's history: nothing is received before it happened; no live report is half a year old; GPS
receivers count weeks to 1,024 and begin anew; a clock that was never set starts from an epoch.

    device    the device's own time
    rollover  its time and as many times 1,024 weeks as bring it to the receipt
    fix       the time of its position, where it has none of its own that can be used
    receipt   the receipt: its own time is missing, was never set, lies ahead of the receipt or far
              behind it. What the clock said is the extra `device_time`, unless it said nothing
    doubted   its own time, though another is possible: stored by the device, and far behind
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from devices.common.fields import SET_FROM, rfc3339
from devices.reading import Clock

AHEAD = timedelta(minutes=10)
"""How far a clock may run ahead of the receipt and be believed: some drift, and ours may be behind.
The least step of a wrong zone (15 minutes) is more."""
BEHIND = timedelta(days=180)
"""A report that is older, and is not said to be a stored one, is of a clock that is wrong: a lock's
memory lasts for days, a journey too."""
ROLLOVER = timedelta(weeks=1024)
"""The GPS week has ten bits (IS-GPS-200, 20.3.3.3.1.1)."""
ROLLED_BACKLOG = timedelta(days=31)
"""How old a report of a receiver that has rolled over may be. It is one part in 230 of a rollover,
so a report that truly is so many years old is hardly ever taken for one."""
FILED = datetime.max.replace(tzinfo=UTC)
"""The receipt of what comes from a file: how old it is says nothing of its clock, so only one that
was never set is doubted."""


class Told(NamedTuple):
    """time: in UTC. notes: what goes to the extras beside it. lost: its age is not known, so that
    a position that came with it is not one of that time."""

    time: datetime
    clock: Clock
    notes: dict[str, Any]
    lost: bool


def settle(
    said: datetime,
    received_at: datetime,
    *,
    buffered: bool = False,
    fixed: datetime | None = None,
    set_from: datetime = SET_FROM,
) -> Told:
    """The best time for an event that the device's clock dates `said` (aware).

    buffered: the device says that it stored the report. fixed: the time of its position, where
    that is told apart. set_from: before it, the clock was never set.
    """
    if plausible(said, received_at):
        return Told(said.astimezone(UTC), Clock.DEVICE, {}, False)
    if (turned := _rolled_over(said, received_at, set_from)) is not None:
        return Told(turned, Clock.ROLLOVER, {"device_time": rfc3339(said)}, False)
    if said < set_from:
        notes = {"clock": "unset", "device_time": rfc3339(said)}
        return _instead(fixed, received_at, notes, lost=True)
    if received_at >= FILED:
        return Told(said.astimezone(UTC), Clock.DEVICE, {}, False)
    if buffered and said <= received_at:
        return Told(said.astimezone(UTC), Clock.DOUBTED, {}, False)
    return _instead(fixed, received_at, {"device_time": rfc3339(said)}, lost=False)


def without(words: object, received_at: datetime, fixed: datetime | None = None) -> Told:
    """The best time where the device's own is none. words: what stood there, None for nothing."""
    notes = {} if words is None else {"device_time": words}
    return _instead(fixed, received_at, notes, lost=True)


def plausible(said: datetime, received_at: datetime) -> bool:
    """Whether a live report may be of that time."""
    return -AHEAD <= received_at - said <= BEHIND


def _instead(
    fixed: datetime | None, received_at: datetime, notes: dict[str, Any], *, lost: bool
) -> Told:
    filed = received_at >= FILED and fixed is not None and fixed >= SET_FROM
    if fixed is not None and (filed or plausible(fixed, received_at)):
        return Told(fixed.astimezone(UTC), Clock.FIX, notes, False)
    return Told(received_at.astimezone(UTC), Clock.RECEIPT, notes, lost)


def turned(said: datetime, received_at: datetime) -> datetime | None:
    """`said` with the weeks that a receiver may have lost, or as it is; None if the clock was never
    set. For who must find out its zone first: a day more or less makes no difference.
    """
    if received_at < FILED and said < received_at:
        weeks = round((received_at - said) / ROLLOVER) * ROLLOVER
        if weeks and abs(received_at - said - weeks) <= ROLLED_BACKLOG + timedelta(days=1):
            return said + weeks
    return said if said >= SET_FROM else None


def _rolled_over(said: datetime, received_at: datetime, set_from: datetime) -> datetime | None:
    """None unless whole rollovers lead to the receipt: to the minute, if it may be an epoch."""
    if received_at >= FILED or said > received_at:
        return None
    weeks = (received_at + AHEAD - said) // ROLLOVER * ROLLOVER
    age = received_at - said - weeks
    most = AHEAD if said < set_from else ROLLED_BACKLOG
    return (said + weeks).astimezone(UTC) if weeks and age <= most else None
