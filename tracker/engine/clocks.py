"""What a device's clock does to its timelines: when a reading is dated, and times set right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from devices.common.clocks import AHEAD
from devices.reading import Clock, Reading
from tracker.domain.clocks import undated
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import DeviceState, Lane

_DEVICE = Clock.DEVICE  # Python 3.11 is slow to look it up


def dated(reading: Reading, policy: Policy) -> datetime:
    """When it happened, for the record: by its clock, unless that is doubted or runs ahead. Nothing
    happens after it was received.
    """
    if reading.clock is _DEVICE and reading.event_time <= reading.received_at:
        return reading.event_time
    ahead = reading.event_time - reading.received_at > minutes(policy.clock_skew_min)
    return reading.received_at if ahead or undated(reading) else reading.event_time


def reclocked(known: DeviceState, reading: Reading, ahead_min: int) -> DeviceState | None:
    """The device with its timelines set right, if they were written by the clock whose offset has
    been learnt meanwhile; None if they are right. Else it would seem to have stood, or to have been
    silent, for as long as the clock was off.
    """
    live, ahead = known.live, timedelta(minutes=ahead_min)
    if reading.clock is not Clock.OFFSET or live.clock is not Clock.DEVICE or live.at is None:
        return None
    if abs(live.at - known.heard_at - ahead) > AHEAD:
        return None
    backlog, recent = known.backlog, known.recent
    return replace(
        known,
        live=_moved(live, -ahead),
        backlog=None if backlog is None else _moved(backlog, -ahead),
        recent=None if recent is None else _moved(recent, -ahead),
    )


def _moved(lane: Lane, by: timedelta) -> Lane:
    moved: Lane = _shifted(lane, by)
    return replace(moved, clock=Clock.OFFSET)


def _shifted(value: Any, by: timedelta) -> Any:
    """The same, all times in it so much later."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, Struct):
        changes = {
            name: new
            for name in value.__struct_fields__
            if (new := _shifted(old := getattr(value, name), by)) is not old
        }
        return replace(value, **changes) if changes else value
    if isinstance(value, dict):
        return {key: _shifted(one, by) for key, one in value.items()} if value else value
    if isinstance(value, (list, tuple)) and value:
        return type(value)(_shifted(one, by) for one in value)
    return value
