"""The 17 bytes that every binary form of a JT701 has: when and where.

     0-5   time    DDMMYYhhmmss, decimals, UTC
     6-9   lat     DDMMMMMM, decimals: degrees, and minutes to four places
    10-14  lon     DDDMMMMMM, decimals, then a nibble of flags: b0 fix, b1 north, b2 east, b3 is 1
    15     speed   knots, a plain byte (0x12 is 18 kn, 33.3 km/h: the maker's manual)
    16     course  degrees / 2

Longitude and flags share their last byte. With a clock that was never set (2004 or before), or a
time that does not exist, there is no fix, for nobody knows when it was. Without the fix flag, at
0,0 or with degrees that do not exist there is none either; the degrees sent are kept in `extra`, as
is a course beyond 360.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devices.common.bcd import moment_dmy
from devices.common.clocks import Told, plausible, settle, without
from devices.common.frames import FrameError
from devices.common.refusal import KEY as REFUSED
from devices.common.refusal import refuse
from devices.reading import Clock, Fix, NoFix, NoFixReason, SealReport

SIZE = 17
KMH_PER_KNOT = 1.852
CELL_ACCURACY_M = 35_000.0
"""Of a position by cell (LBS): as far as a GSM cell reaches (63 steps of timing advance, 3GPP TS
45.010). The maker gives no figure; so such a fix proves nothing nearer than that."""

SPEED_KMH = tuple(round(knots * KMH_PER_KNOT, 3) for knots in range(256))
COURSE_DEG = tuple(2.0 * byte for byte in range(256))
FULL_TURN = 360.0
_MINUTES = 600_000
"""Ten-thousandths of a minute in a degree."""
_MINUTE_DIGITS, _LON_DIGITS = 10**6, 10**9
_MAX_LAT, _MAX_LON = 90 * _MINUTES, 180 * _MINUTES
_FIX, _NORTH, _EAST = 1, 2, 4
_DEGREES = "expected DDMMMMMM to 90 and DDDMMMMMM to 180 degrees"


def position(
    raw: bytes,
    at: int,
    received_at: datetime,
    extra: dict[str, Any],
    *,
    satellites: int | None = None,
    altitude_m: float | None = None,
    by_cell: bool = False,
    buffered: bool = False,
) -> tuple[Told, Fix | NoFix]:
    """The event's time and the position of the point at `at`; what neither takes goes to `extra`.

    by_cell: the device says that the position is that of a cell. buffered: that it is a stored one.
    """
    told = when(raw[at : at + 6], received_at, extra, buffered=buffered)
    lat, lon = degrees(raw[at + 6 : at + 15])
    speed, course = SPEED_KMH[raw[at + 15]], COURSE_DEG[raw[at + 16]]
    if told.lost:
        reason = NoFixReason.CLOCK_UNSET
    elif lat == 0 == lon:
        reason = NoFixReason.ZERO
    elif not raw[at + 14] & _FIX:
        reason = NoFixReason.INVALID
    elif lat.__class__ is str or lon.__class__ is str:
        reason = NoFixReason.INVALID
        why = f"lat, lon are {lat}, {lon}, {_DEGREES}"
        for name, value in (("lat", lat), ("lon", lon)):
            refuse(extra.setdefault(REFUSED, {}), name, value, why)
    else:
        if course > FULL_TURN:
            extra["course"] = course
        return told, Fix(
            lat=lat,  # type: ignore[arg-type]  # text was refused above
            lon=lon,  # type: ignore[arg-type]
            time=told.time,
            accuracy_m=CELL_ACCURACY_M if by_cell else None,
            speed_kmh=speed,
            course_deg=course if course <= FULL_TURN else None,
            altitude_m=altitude_m,
            satellites=satellites,
        )
    if reason is not NoFixReason.ZERO and "lat" not in extra.get(REFUSED, ()):
        extra["lat"], extra["lon"] = lat, lon
    if course:
        extra["course"] = course
    if altitude_m:
        extra["altitude"] = altitude_m
    return told, NoFix(reason=reason, satellites=satellites, speed_kmh=speed)


def when(
    raw: bytes,
    received_at: datetime,
    extra: dict[str, Any],
    *,
    place: str = "time",
    buffered: bool = False,
    fixed: datetime | None = None,
) -> Told:
    """The best time for what the device dates so, DDMMYYhhmmss; what is noted goes to `extra`."""
    try:
        said = moment_dmy(raw, place)
    except FrameError as fault:
        refuse(extra.setdefault(REFUSED, {}), place, raw.hex(), fault.reason)
        told = without(raw.hex(), received_at, fixed)
    else:
        if plausible(said, received_at):
            return Told(said, Clock.DEVICE, {}, False)
        told = settle(said, received_at, buffered=buffered, fixed=fixed)
    extra.update(told.notes)
    return told


def stands(told: Told, seal: SealReport | None, extra: dict[str, Any], place: str = "time") -> None:
    """Raises FrameError where there is neither a time that exists nor a word of the seal."""
    if told.lost and seal is None and place in extra.get(REFUSED, ()):
        raise FrameError(place, extra[REFUSED][place]["why"])


def degrees(raw: bytes) -> tuple[float | str, float | str]:
    """Latitude and longitude of their 9 bytes; the digits as they were sent where they are none."""
    text = raw.hex()
    try:
        both = int(text[:17])
    except ValueError:
        return text[:8], text[8:17]
    lat, lon = both // _LON_DIGITS, both % _LON_DIGITS
    lat_minutes, lon_minutes = lat % _MINUTE_DIGITS, lon % _MINUTE_DIGITS
    lat = lat // _MINUTE_DIGITS * _MINUTES + lat_minutes
    lon = lon // _MINUTE_DIGITS * _MINUTES + lon_minutes
    if lat_minutes >= _MINUTES or lon_minutes >= _MINUTES or lat > _MAX_LAT or lon > _MAX_LON:
        return text[:8], text[8:17]
    flags = raw[8]
    return (
        lat / _MINUTES if flags & _NORTH else -lat / _MINUTES,
        lon / _MINUTES if flags & _EAST else -lon / _MINUTES,
    )
