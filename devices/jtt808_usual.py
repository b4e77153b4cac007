"""The short way to a position (0200) as it mostly comes: whole, alone, with a fix, and with
extensions that are plain numbers.

The header and the position are one Struct. So are the extensions: the ids and lengths of one report
are nearly always those of the last one of its size, so that layout is tried first; one that differs
is walked, and remembered. Whatever is otherwise, in the frame, the extensions or what they say, is
left to `alone`, and then to the search for frames, with which both agree in every reading.
"""

from __future__ import annotations

import struct
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from devices.bcd import moment_ymd
from devices.fields import SET_FROM
from devices.frames import FrameError
from devices.jt701_point import CELL_ACCURACY_M
from devices.jtt808_bits import Kind, Words, words
from devices.jtt808_clock import settle
from devices.jtt808_draft import Draft
from devices.jtt808_frame import LONGEST_BODY, device_of, parse, unescape, xor
from devices.jtt808_location import (
    DEGREE,
    DIALECT,
    HEAD,
    MAX_COURSE,
    MAX_LAT,
    MAX_LON,
    Context,
    kind_of,
    reading,
)
from devices.jtt808_messages import POSITION
from devices.jtt808_tlv import READERS, read
from devices.reading import Cell, Fix, Reading

MAX_BATTERY = 100
"""Percent; more is no percentage (FF: it is being charged)."""
_START = struct.Struct(">HH6sH" + HEAD.format.removeprefix(">"))
_EDGES = 13
"""Bytes of a frame between its delimiters that are no body: the header and the checksum."""
_CELL = struct.Struct(">HBIH")
_RSSI, _SATELLITES, _BATTERY, _SERVING = 0x30, 0x31, 0xD4, 0xFD
_SHAPES = {1: "B", 2: "H", 4: "I"}
_FIELDS = {_RSSI: 1, _SATELLITES: 1, _BATTERY: 1, _SERVING: _CELL.size}
"""id -> its length, of what has a field of its own in a Reading."""
_EXTRAS: dict[int, tuple[str, int, tuple[int, ...]]] = {
    0x01: ("odometer_km", 10, (4,)),
    0xD5: ("battery_v", 100, (2,)),
    0xF9: ("protocol_version", 0, (1, 2)),
    0xFC: ("fence_id", 0, (1, 2, 4)),
    0xFE: ("mileage_km", 0, (4,)),
}
"""id -> its name in `extra`, what its number is divided by (0: it stays as it is), its lengths."""
_BY_JOINTECH = frozenset({_BATTERY, 0xD5, 0xF9, 0xFC, _SERVING, 0xFE})


class _Layout(NamedTuple):
    """The extensions of one report: what `unpack` gives is id and length (as one number), value,
    id and length, value, ... A place is that of the value among these, 0 where there is none.
    """

    fields: struct.Struct
    heads: tuple[int, ...]
    extras: tuple[tuple[str, int, int], ...]
    rssi: int
    satellites: int
    battery: int
    cell: int
    jointech: bool


_last: dict[int, _Layout] = {}
"""Size of the extensions -> the layout that was last seen of it."""


def position(payload: bytes, device: str, number: str, received_at: datetime) -> Reading | None:
    """The reading of a payload that begins and ends as one frame, or None.

    number: the device's id as frames have it.
    """
    data = unescape(payload)
    length = len(data) - _EDGES
    if not HEAD.size <= length <= LONGEST_BODY:
        return None
    msg, attr, id_raw, serial, alarm, status, lat, lon, altitude, speed, course, clock = (
        _START.unpack_from(data)
    )
    # an attr that is only a length: not encrypted, not in parts, not of the 2019 edition
    if msg != POSITION or attr != length or xor(data):
        return None
    extensions = data[_START.size : -1]
    layout = _last.get(len(extensions))
    values = layout.fields.unpack(extensions) if layout else ()
    if layout is None or values[::2] != layout.heads:
        layout = _layout(_heads(extensions))
        if layout is None:
            return None
        _last[len(extensions)] = layout
        values = layout.fields.unpack(extensions)

    utc, said = _words(alarm, status, layout.jointech)
    battery = values[layout.battery] if layout.battery else None
    if (
        not said.fixed
        or lat == 0 == lon
        or lat > MAX_LAT
        or lon > MAX_LON
        or course > MAX_COURSE
        or (battery is not None and battery > MAX_BATTERY)
    ):
        return None
    extra = said.extra.copy()
    for name, divisor, at in layout.extras:
        extra[name] = values[at] / divisor if divisor else values[at]
    try:
        if device_of(id_raw) != number:
            return None
        written = moment_ymd(clock)
        if written < SET_FROM:
            return None
        moment = settle(written, received_at, utc, False, extra)
    except FrameError:
        return None
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=moment,
        received_at=received_at,
        position=Fix(
            lat=-lat / DEGREE if said.south else lat / DEGREE,
            lon=-lon / DEGREE if said.west else lon / DEGREE,
            time=moment,
            accuracy_m=CELL_ACCURACY_M if said.coarse else None,
            speed_kmh=speed / 10,
            course_deg=float(course),
            altitude_m=float(altitude),
            satellites=values[layout.satellites] if layout.satellites else None,
        ),
        seal=said.seal,
        battery_pct=None if battery is None else float(battery),
        seq=serial,
        cell=_cell(
            values[layout.cell] if layout.cell else b"",
            values[layout.rssi] if layout.rssi else None,
        ),
        extra=extra,
    )


def alone(payload: bytes, device: str, number: str, received_at: datetime) -> Reading | None:
    """As `position`, with any extensions and fix: it has no search for frames and parts to do."""
    try:
        message = parse(payload)
        body = message.body
        if message.total or message.device != number or len(body) < HEAD.size:
            return None
        draft = Draft()
        read(body, HEAD.size, draft, len(body), READERS)
        otherwise = Kind.STANDARD if message.version is None else Kind.EDITION_2019
        context = Context(device, received_at, POSITION, message.serial, otherwise)
        return reading(body, 0, draft, draft.by_jointech, context)
    except FrameError:
        return None


@lru_cache(maxsize=16_384)
def _words(alarm: int, status: int, jointech: bool) -> tuple[bool, Words]:
    """Whether a Jointech lock speaks, and what its bits say (to look an enum up costs more)."""
    kind = kind_of(status, jointech or None, Kind.STANDARD)
    return kind is Kind.JOINTECH, words(alarm, status, kind)


def _heads(extensions: bytes) -> tuple[int, ...] | None:
    """Id and length of each, as one number; None where they are more than the usual ones together,
    or the last one is cut off.
    """
    heads: list[int] = []
    at, size = 0, len(extensions)
    while at < size - 1 and len(heads) <= len(_FIELDS) + len(_EXTRAS):
        heads.append(extensions[at] << 8 | extensions[at + 1])
        at += 2 + extensions[at + 1]
    return tuple(heads) if at == size else None


@lru_cache(maxsize=1024)
def _layout(heads: tuple[int, ...] | None) -> _Layout | None:
    """None where one is not among the usual ones, or there twice."""
    if heads is None:
        return None
    form, extras, places = ">", [], dict.fromkeys(_FIELDS, 0)
    tags = [head >> 8 for head in heads]
    for index, (tag, head) in enumerate(zip(tags, heads, strict=True)):
        length, at = head & 0xFF, 2 * index + 1
        if tags.count(tag) > 1:
            return None
        if tag in _FIELDS and length == _FIELDS[tag]:
            places[tag] = at
        elif tag in _EXTRAS and length in _EXTRAS[tag][2]:
            extras.append((*_EXTRAS[tag][:2], at))
        else:
            return None
        form += "H" + _SHAPES.get(length, f"{length}s")
    return _Layout(
        fields=struct.Struct(form),
        heads=heads,
        extras=tuple(extras),
        rssi=places[_RSSI],
        satellites=places[_SATELLITES],
        battery=places[_BATTERY],
        cell=places[_SERVING],
        jointech=not _BY_JOINTECH.isdisjoint(tags),
    )


@lru_cache(maxsize=16_384)
def _cell(raw: bytes, rssi: int | None) -> Cell | None:
    """raw: the extension of the serving cell, or none. rssi: the byte, or None."""
    if rssi is not None and rssi > 127:
        rssi -= 256
    if raw:
        mcc, mnc, cid, lac = _CELL.unpack(raw)
        return Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=rssi)
    return None if rssi is None else Cell(rssi=rssi)
