"""A Reading of what a Teltonika record says, whether it came in a codec or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devices.common.fields import AHEAD, SET_FROM, rfc3339
from devices.common.frames import FrameError
from devices.reading import Fix, NoFix, NoFixReason, Reading
from devices.teltonika.elements import Elements

BACKLOG_MS = 5 * 60 * 1000
"""A record that is more than 5 minutes older than the newest of its packet was stored and sent
later: devices on the move send at least every few minutes unless the network is gone. A priority
says nothing of it. `buffered` is no part of a reading's identity."""
COURSE_MOST = 360

_SET_FROM_MS = int(SET_FROM.timestamp() * 1000)
_END_MS = 253_402_300_799_000  # the last second that a datetime has


def build(
    *,
    device: str,
    dialect: str,
    received_at: datetime,
    time_ms: int,
    lat: float | None,
    lon: float | None,
    altitude: float | None,
    course: float | None,
    satellites: int | None,
    speed: float | None,
    elements: Elements,
    extra: dict[str, Any],
    buffered: bool = False,
) -> Reading:
    """time_ms: Unix milliseconds, UTC; lat and lon (both or neither) and course in degrees,
    altitude in m, speed in km/h. Adds to `extra` what the Reading has no place for.

    Raises FrameError when the time is more than 24 h after the receipt.
    """
    reason = no_fix(time_ms, lat, lon, satellites)
    if reason is NoFixReason.CLOCK_UNSET:
        event_time = received_at.astimezone(UTC)
        extra["clock"] = "unset"
        extra["device_time"] = rfc3339(datetime.fromtimestamp(time_ms / 1000, UTC))
    else:
        event_time = moment(time_ms, received_at)
    if course is not None and course > COURSE_MOST:
        extra["course"], course = course, None
    position: Fix | NoFix
    if reason is None:
        position = Fix(
            lat=lat,  # type: ignore[arg-type]  # no_fix saw to it
            lon=lon,  # type: ignore[arg-type]
            time=event_time,
            speed_kmh=None if speed is None else float(speed),
            course_deg=None if course is None else float(course),
            altitude_m=None if altitude is None else float(altitude),
            satellites=satellites,
            hdop=elements.hdop,
        )
    else:
        unused = {"lat": lat, "lon": lon, "altitude": altitude, "course": course}
        extra.update({key: value for key, value in unused.items() if value is not None})
        position = NoFix(
            reason=reason,
            satellites=satellites,
            hdop=elements.hdop,
            speed_kmh=None if speed is None else float(speed),
        )
    return Reading(
        device=device,
        dialect=dialect,
        event_time=event_time,
        received_at=received_at,
        position=position,
        seal=elements.seal,
        battery_pct=elements.battery_pct,
        jamming=elements.jamming,
        buffered=buffered and reason is not NoFixReason.CLOCK_UNSET,
        cell=elements.cell,
        extra=extra,
    )


def no_fix(
    time_ms: int, lat: float | None, lon: float | None, satellites: int | None
) -> NoFixReason | None:
    """Why there is no fix, or None: no satellite means that the position is an old one."""
    if time_ms < _SET_FROM_MS:
        return NoFixReason.CLOCK_UNSET
    if satellites == 0:
        return NoFixReason.INVALID
    if lat is None or lon is None:
        return NoFixReason.ABSENT
    return NoFixReason.ZERO if lat == 0 == lon else None


def moment(time_ms: int, received_at: datetime) -> datetime:
    """A device's time, of 2005 or later. Raises FrameError when it is more than 24 h ahead."""
    time = datetime.fromtimestamp(min(time_ms, _END_MS) / 1000, UTC)
    if time > received_at and time - received_at > AHEAD:
        shown = rfc3339(time) if time_ms < _END_MS else f"{time_ms:,} ms"
        receipt = rfc3339(received_at)
        raise FrameError(
            "time", f"time is {shown}, expected at most 24 h after the receipt at {receipt}"
        )
    return time


def latest_ms(received_at: datetime) -> int:
    """The latest time that is believed, 24 h after the receipt, in Unix milliseconds."""
    return int((received_at + AHEAD).timestamp() * 1000)
