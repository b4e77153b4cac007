"""The body of a position (0200, and within 0201, 0500, 0704 and 0210) as a Reading.

     0  alarm   u32     `bits`
     4  status  u32     b1 fixed, b2 south, b3 west
     8  lat     u32     0.000001 degrees, 12 lon likewise
    16  alt i16 m | 18 speed u16 0.1 km/h | 20 course u16 degrees
    22  time    YYMMDDhhmmss, decimals, `clock`
    28  extensions, `tlv`

A Jointech lock is told by its extensions (D4, D5 of 2 bytes, FC, FD, FE, F9, 0B) or by what woke it
(status b24-27), unless the extensions are those of another maker's lock (HHD, A1L808), which may
have D4 too. Of status b20 and b21 alone nothing follows: in the standard they are receivers.

No fix: at 0,0; without the fix bit (for Jointech b1 or b18, by the maker's own rule), the position
sent being kept in `extra`; with a clock that was never set. A Jointech position by cell (b6) is a
fix as coarse as a cell.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any, NamedTuple

from devices.common.bcd import moment_ymd
from devices.common.fields import SET_FROM
from devices.common.frames import FrameError
from devices.common.jointech_point import CELL_ACCURACY_M
from devices.jtt808.bits import WAKE_BITS, Kind, Words, words
from devices.jtt808.clock import settle
from devices.jtt808.draft import Draft
from devices.reading import (
    Cell,
    Fix,
    NoFix,
    NoFixReason,
    Reading,
    SealCondition,
    SealEvent,
    SealReport,
)

DIALECT = "jtt808"
HEAD = struct.Struct(">IIIIhHH6s")
DEGREE = 1_000_000
MAX_LAT, MAX_LON, MAX_COURSE = 90 * DEGREE, 180 * DEGREE, 360


class Context(NamedTuple):
    """What a position cannot say of itself. otherwise: whose bits they are where nothing shows
    that a Jointech lock speaks. msg, serial: of the message that it came in.
    """

    device: str
    received_at: datetime
    msg: int
    serial: int
    otherwise: Kind = Kind.STANDARD
    buffered: bool = False


def kind_of(status: int, jointech: bool | None, otherwise: Kind) -> Kind:
    """Whose meaning the bits have. jointech: whether the extensions show one of theirs, None where
    they show nobody.
    """
    shown = status & WAKE_BITS if jointech is None else jointech
    return Kind.JOINTECH if shown and otherwise is not Kind.TAMPER else otherwise


def reading(
    body: bytes, at: int, draft: Draft, jointech: bool | None, context: Context, item: str = ""
) -> Reading:
    """The reading of the position at `at`, whose extensions `draft` holds.

    item: its place in a batch, where it has no serial of its own.
    Raises FrameError: no time that exists, one more than 24 h ahead, a fix out of range.
    """
    device, received_at, msg, serial, otherwise, buffered = context
    alarm, status, lat, lon, altitude, speed, course, raw_time = HEAD.unpack_from(body, at)
    kind = kind_of(status, jointech, otherwise)
    said = words(alarm, status, kind)
    extra = said.extra | draft.extra
    clock = moment_ymd(raw_time)
    moment = settle(clock, received_at, kind is Kind.JOINTECH, buffered, extra)
    unset = clock < SET_FROM
    position: Fix | NoFix
    if course > MAX_COURSE:
        extra["course"], course = course, None
    if unset or not said.fixed or lat == 0 == lon:
        position = _no_fix(said, draft, lat, lon, speed, unset, extra)
        extra |= {k: v for k, v in (("altitude", altitude), ("course", course)) if v}
    else:
        if lat > MAX_LAT or lon > MAX_LON:
            raise _out_of_range(lat, lon)
        position = Fix(
            lat=-lat / DEGREE if said.south else lat / DEGREE,
            lon=-lon / DEGREE if said.west else lon / DEGREE,
            time=moment,
            accuracy_m=CELL_ACCURACY_M if said.coarse else None,
            speed_kmh=speed / 10,
            course_deg=None if course is None else float(course),
            altitude_m=float(altitude),
            satellites=draft.satellites,
        )
    told = draft.events or draft.credential is not None or draft.condition is not None
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=moment,
        received_at=received_at,
        position=position,
        seal=_seal(said, draft) if told else said.seal,
        battery_pct=draft.battery,
        buffered=buffered,
        seq=None if item else serial,
        message_id=f"{msg:04X}-{serial}{item}" if unset else None,
        cell=cell_of(draft),
        extra=extra,
    )


def _no_fix(
    said: Words,
    draft: Draft,
    lat: int,
    lon: int,
    speed: int,
    unset: bool,
    extra: dict[str, Any],
) -> NoFix:
    """0,0 needs not be kept; whatever else was sent does."""
    reason = NoFixReason.CLOCK_UNSET if unset else NoFixReason.INVALID
    if lat == 0 == lon:
        reason = NoFixReason.CLOCK_UNSET if unset else NoFixReason.ZERO
    else:
        extra["lat"] = -lat / DEGREE if said.south else lat / DEGREE
        extra["lon"] = -lon / DEGREE if said.west else lon / DEGREE
    return NoFix(reason=reason, satellites=draft.satellites, speed_kmh=speed / 10)


def _seal(said: Words, draft: Draft) -> SealReport:
    """The bits and the extensions together.

    A lock that tells of an opening and is shut in the same frame was not shut all the time: then
    its condition is left open, so that the opening stands.
    """
    events = draft.events | said.seal.events if said.seal else draft.events
    condition = draft.condition or (said.seal.condition if said.seal else None)
    if condition is SealCondition.SEALED and SealEvent.OPENED in events:
        condition = None
    return SealReport(condition=condition, events=events, credential=draft.credential)


def cell_of(draft: Draft) -> Cell | None:
    if draft.cell is not None:
        mcc, mnc, lac, cid = draft.cell
        return Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=draft.rssi)
    return None if draft.rssi is None else Cell(rssi=draft.rssi)


def _out_of_range(lat: int, lon: int) -> FrameError:
    place, value, limit = ("lat", lat, 90) if lat > MAX_LAT else ("lon", lon, 180)
    return FrameError(place, f"{place} is {value / DEGREE}, expected degrees of at most {limit}")
