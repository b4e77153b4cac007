"""The body of a position (0200, and within 0201, 0500, 0704 and 0210) as a Reading.

     0  alarm   u32     `bits`
     4  status  u32     b1 fixed, b2 south, b3 west
     8  lat     u32     0.000001 degrees, 12 lon likewise
    16  alt i16 m | 18 speed u16 0.1 km/h | 20 course u16 degrees
    22  time    YYMMDDhhmmss, decimals, `clock`
    28  extensions, `tlv`

A Jointech lock is told by its extensions (D4, D5 of 2 bytes, FC, FD, FE, F9, 0B), unless they are
those of another maker's lock (HHD, A1L808), which may have D4 too. Of status bits alone nothing
follows: in the standard b20 and b21 are receivers, and others use b24 to b27 for what they like.

No fix: at 0,0; without the fix bit (for Jointech b1 or b18, by the maker's own rule) or out of
range, the position sent being kept in `extra`; with a clock that was never set, or a time that does
not exist. A Jointech position by cell (b6) is a fix as coarse as a cell.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any, NamedTuple

from devices.common.bcd import moment_ymd
from devices.common.clocks import Told, without
from devices.common.frames import FrameError
from devices.common.jointech_point import CELL_ACCURACY_M, stands
from devices.common.refusal import KEY as REFUSED
from devices.common.refusal import refuse
from devices.jtt808 import locks
from devices.jtt808.bits import Kind, Words, words
from devices.jtt808.clock import settle
from devices.jtt808.draft import Draft
from devices.reading import (
    Cell,
    Clock,
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
    local: bool = False


def kind_of(jointech: bool | None, otherwise: Kind, *, movement: bool = False) -> Kind:
    """Whose meaning the bits have. jointech: whether the extensions show one of theirs, None where
    they show nobody. movement: whether they name a model whose tamper bit is its movement.
    """
    if jointech and otherwise is not Kind.TAMPER:
        return Kind.JOINTECH
    return Kind.AOVX if movement else otherwise


def reading(
    body: bytes, at: int, draft: Draft, jointech: bool | None, context: Context, item: str = ""
) -> Reading:
    """The reading of the position at `at`, whose extensions `draft` holds.

    item: its place in a batch, where it has no serial of its own.
    Raises FrameError where it has neither a time that exists nor a word of the seal.
    """
    device, received_at, msg, serial, otherwise, buffered, local = context
    alarm, status, lat, lon, altitude, speed, course, raw_time = HEAD.unpack_from(body, at)
    kind = kind_of(jointech, otherwise, movement=draft.movement)
    said = words(alarm, status, kind)
    extra = said.extra | draft.extra
    events = said.seal.events if said.seal else frozenset()
    if draft.rope is not None:
        events |= locks.rope(draft, extra, jointech=kind is Kind.JOINTECH)
    told = _told(raw_time, received_at, kind is Kind.JOINTECH, buffered, extra, local=local)
    seal = _seal(said.seal, draft, events) if draft.speaks or events else said.seal
    if told.lost:
        stands(told, seal, extra)
    position: Fix | NoFix
    if course > MAX_COURSE:
        extra["course"], course = course, None
    if told.lost or not said.fixed or lat == 0 == lon or lat > MAX_LAT or lon > MAX_LON:
        position = _no_fix(said, draft, lat, lon, speed, told.lost, extra)
        extra |= {k: v for k, v in (("altitude", altitude), ("course", course)) if v}
    else:
        position = Fix(
            lat=-lat / DEGREE if said.south else lat / DEGREE,
            lon=-lon / DEGREE if said.west else lon / DEGREE,
            time=told.time,
            accuracy_m=CELL_ACCURACY_M if said.coarse else None,
            speed_kmh=speed / 10,
            course_deg=None if course is None else float(course),
            altitude_m=float(altitude),
            satellites=draft.satellites,
        )
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=draft.battery,
        buffered=buffered,
        seq=None if item else serial,
        message_id=f"{msg:04X}-{serial}{item}" if told.clock is Clock.RECEIPT else None,
        clock=told.clock,
        cell=cell_of(draft),
        extra=extra,
    )


def _told(
    raw: bytes,
    received_at: datetime,
    utc: bool,
    buffered: bool,
    extra: dict[str, Any],
    *,
    local: bool,
) -> Told:
    try:
        clock = moment_ymd(raw)
    except FrameError as fault:
        refuse(extra.setdefault(REFUSED, {}), "time", raw.hex(), fault.reason)
        told = without(raw.hex(), received_at)
        extra.update(told.notes)
        return told
    return settle(clock, received_at, utc, buffered, extra, local=local)


def _no_fix(
    said: Words,
    draft: Draft,
    lat: int,
    lon: int,
    speed: int,
    lost: bool,
    extra: dict[str, Any],
) -> NoFix:
    """0,0 needs not be kept; whatever else was sent does."""
    reason = NoFixReason.CLOCK_UNSET if lost else NoFixReason.INVALID
    if lat == 0 == lon:
        reason = NoFixReason.CLOCK_UNSET if lost else NoFixReason.ZERO
    else:
        extra["lat"] = -lat / DEGREE if said.south else lat / DEGREE
        extra["lon"] = -lon / DEGREE if said.west else lon / DEGREE
    for name, value, most in (("lat", lat, MAX_LAT), ("lon", lon, MAX_LON)):
        if value > most:
            why = f"{name} is {value / DEGREE}, expected degrees of at most {most // DEGREE}"
            refuse(extra.setdefault(REFUSED, {}), name, extra.pop(name), why)
    return NoFix(reason=reason, satellites=draft.satellites, speed_kmh=speed / 10)


def _seal(said: SealReport | None, draft: Draft, events: frozenset[SealEvent]) -> SealReport | None:
    """The bits and the extensions together.

    A lock that tells of an opening and is shut in the same frame was not shut all the time: then
    its condition is left open, so that the opening stands.
    """
    events |= draft.events
    condition = draft.condition or (said.condition if said else None)
    if condition is SealCondition.SEALED and SealEvent.OPENED in events:
        condition = None
    if condition is None and not events and draft.credential is None:
        return None
    return SealReport(condition=condition, events=events, credential=draft.credential)


def cell_of(draft: Draft) -> Cell | None:
    if draft.cell is not None:
        mcc, mnc, lac, cid = draft.cell
        return Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=draft.rssi)
    return None if draft.rssi is None else Cell(rssi=draft.rssi)
