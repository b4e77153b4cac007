"""A Reading of what a Teltonika record says, whether it came in a codec or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devices.common.clocks import AHEAD, FILED, Told, plausible, settle
from devices.common.refusal import Refused, with_refused
from devices.reading import Clock, Fix, NoFix, NoFixReason, Reading
from devices.teltonika.elements import Elements

BACKLOG_MS = 5 * 60 * 1000
"""A record that is more than 5 minutes older than the newest of its packet was stored and sent
later: devices on the move send at least every few minutes unless the network is gone. A priority
says nothing of it. `buffered` is no part of a reading's identity."""
COURSE_MOST = 360

_PLACES = {"lat", "lon", "state.reported.latlng"}
_END_MS = 253_402_300_799_000  # the last second that a datetime has


def build(
    *,
    device: str,
    dialect: str,
    received_at: datetime,
    told: Told,
    lat: float | None,
    lon: float | None,
    altitude: float | None,
    course: float | None,
    satellites: int | None,
    speed: float | None,
    elements: Elements,
    extra: dict[str, Any],
    refused: Refused,
    buffered: bool = False,
) -> Reading:
    """told: see `told_of`; lat and lon (both or neither) and course in degrees, altitude in m,
    speed in km/h. Adds to `extra` what the Reading has no place for.
    """
    event_time = told.time
    extra |= told.notes
    reason = no_fix(told, lat, lon, satellites, refused)
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
        buffered=buffered and not told.lost,
        cell=elements.cell,
        clock=told.clock,
        extra=with_refused(extra, refused),
    )


def no_fix(
    told: Told, lat: float | None, lon: float | None, satellites: int | None, refused: Refused
) -> NoFixReason | None:
    """Why there is no fix, or None: no satellite means that the position is an old one."""
    if told.lost:
        return NoFixReason.CLOCK_UNSET
    if satellites == 0 or refused.keys() & _PLACES:
        return NoFixReason.INVALID
    if lat is None or lon is None:
        return NoFixReason.ABSENT
    return NoFixReason.ZERO if lat == 0 == lon else None


def told_of(time_ms: int, received_at: datetime, *, buffered: bool = False) -> Told:
    """The best time for what a device dates so, in Unix milliseconds."""
    time = datetime.fromtimestamp(min(time_ms, _END_MS) / 1000, UTC)
    if plausible(time, received_at):
        return Told(time, Clock.DEVICE, {}, False)
    return settle(time, received_at, buffered=buffered)


def latest_ms(received_at: datetime) -> int:
    """The latest time that is believed, in Unix milliseconds."""
    return _END_MS if received_at >= FILED else int((received_at + AHEAD).timestamp() * 1000)
