"""Devices' clocks as they turn out in use: how far off one is, and what that makes of its times.

The decoders doubt a single time (`devices.common.clocks`); here is what only several show. A clock
set to local time is the same whole number of half hours off in every live report.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from devices.common.clocks import AHEAD, plausible
from devices.common.fields import rfc3339
from devices.reading import Clock, Fix, Reading
from tracker.domain.policy import Policy, minutes

HALF_HOUR = timedelta(minutes=30)
FURTHEST = timedelta(hours=14)
"""No zone is further from UTC (Kiribati)."""
HOUR = timedelta(hours=1)
SPREAD = timedelta(seconds=30)
"""Live reports of one clock differ by their time on the line, which is seconds."""


def shown(reading: Reading) -> datetime | None:
    """What the device's clock showed; None if it showed nothing that can be used."""
    said = reading.extra.get("device_time")
    if said is None:
        return None if reading.clock is Clock.RECEIPT else reading.event_time
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def zone_of(offset: timedelta, policy: Policy) -> int | None:
    """The whole half hours, in minutes, that a clock so far ahead is set to; None for none.

    It may run off besides, as any clock does: from an hour on by as much as is believed of one
    (`AHEAD`), for no line is late by hours and always the same; below that by `clock_skew_min`.
    """
    halves = round(offset / HALF_HOUR)
    zone = abs(halves) * HALF_HOUR
    besides = AHEAD if zone >= HOUR else minutes(policy.clock_skew_min)
    near = abs(offset - halves * HALF_HOUR) <= besides
    return halves * 30 if halves and near and abs(halves * HALF_HOUR) <= FURTHEST else None


def retimed(reading: Reading, ahead_min: int) -> Reading:
    """The same, of a clock that is known to run so many minutes ahead of UTC (behind: negative).

    As it is, where that cannot be: the clock may have been put right since.
    """
    told, ahead = shown(reading), timedelta(minutes=ahead_min)
    if told is None or reading.clock not in (Clock.DEVICE, Clock.RECEIPT):
        return reading
    moment = told - ahead
    right_again = ahead_min > 0 and reading.clock is Clock.DEVICE and not reading.buffered
    if right_again or not plausible(moment, reading.received_at):
        return reading
    position = reading.position
    if isinstance(position, Fix):
        with_it = position.time == reading.event_time
        position = replace(position, time=moment if with_it else position.time - ahead)
    return replace(
        reading,
        event_time=moment,
        position=position,
        clock=Clock.OFFSET,
        extra={**reading.extra, "device_time": rfc3339(told)},
    )


def undated(reading: Reading) -> bool:
    """When it was is not known: its clock cannot be used, and it was stored before it was sent."""
    return reading.clock is Clock.DOUBTED or (reading.clock is Clock.RECEIPT and reading.buffered)
