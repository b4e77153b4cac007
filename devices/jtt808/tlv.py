"""The extensions of a position: id u8, length u8, value.

    01 km * 0.1 u32        30 rssi        31 satellites
    D4 battery %, FF charging             D5 0.01 V (longer: `locks`)
    FC fence id            FD mcc u16, mnc u8 (F9 is 7: u16), cell u32, lac u16
    FB container, ASCII    FE mileage u32 km      F9 protocol version      0B lock event
    DB reports u16         DC debug u32           F2 the model
    60 to 69   `hhd`           DA, E8, 33   `locks`

D4, D5 of 2 bytes, FC, FD, FE, F9 and 0B are Jointech's; beside FD or D5 so is DA of 3 bytes
(JT707). Any other, or one of another shape, is kept in `extra` by its id; so is what is left when
the last one is cut off ("tlv_rest").
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator

from devices.jtt808 import hhd
from devices.jtt808 import locks as locks
from devices.jtt808.draft import Draft

Reader = Callable[[Draft, bytes], None]
"""Puts a value of a length that it knows where it belongs; or keeps it, where it makes no sense."""
Known = dict[int, tuple[str, Iterable[int], Reader]]
"""id -> what it is, the lengths that it may have, its reader."""
Readers = dict[int, Reader]
"""id << 8 | length -> reader."""

CHARGING = 0xFF
ANY = range(256)
_CELL, _WIDE_CELL = struct.Struct(">HBIH"), struct.Struct(">HHIH")
_MODEL = re.compile(rb"[\x20-\x7e]+")
_MOVEMENT_MODELS = (b"AOVX_",)


def read(body: bytes, at: int, draft: Draft, end_at: int, readers: Readers) -> None:
    """All extensions from `at` to `end_at`."""
    find = readers.get
    while at + 2 <= end_at:
        tag, length = body[at], body[at + 1]
        start, end = at + 2, at + 2 + length
        if end > end_at:
            break
        reader = find(tag << 8 | length)
        if reader is None:
            draft.keep(tag, body[start:end])
        else:
            reader(draft, body[start:end])
        at = end
    if at < end_at:
        draft.extra["tlv_rest"] = body[at:end_at].hex()


def walk(body: bytes, at: int, end_at: int) -> Iterator[tuple[int, int]]:
    """Where each extension begins and ends; what is cut off comes last, and ends beyond."""
    while at < end_at:
        end = at + 2 + body[at + 1] if at + 2 <= end_at else end_at + 1
        yield at, end
        at = end


def by_length(known: Known) -> Readers:
    return {
        tag << 8 | length: reader
        for tag, (_, lengths, reader) in known.items()
        for length in lengths
    }


def _odometer(draft: Draft, value: bytes) -> None:
    draft.extra["odometer_km"] = int.from_bytes(value) / 10


def _rssi(draft: Draft, value: bytes) -> None:
    """Signed: some firmware sends dBm, some the GSM scale."""
    draft.rssi = value[0] - 256 if value[0] > 127 else value[0]


def _satellites(draft: Draft, value: bytes) -> None:
    draft.satellites = value[0]


def _battery(draft: Draft, value: bytes) -> None:
    draft.jointech = True
    percent = value[0]
    if percent <= 100:
        draft.battery = float(percent)
    elif percent == CHARGING:
        draft.extra["charging"] = True
    else:
        draft.keep(0xD4, value)


def _voltage(draft: Draft, value: bytes) -> None:
    if len(value) == 2:
        draft.jointech = draft.surely = True
        draft.extra["battery_v"] = int.from_bytes(value) / 100
    else:
        locks.a1_locks(draft, value)


def _cell(draft: Draft, value: bytes) -> None:
    draft.jointech = draft.surely = True
    form = _CELL if len(value) == _CELL.size else _WIDE_CELL
    mcc, mnc, cid, lac = form.unpack(value)
    draft.cell = (mcc, mnc, lac, cid)


def _model(draft: Draft, value: bytes) -> None:
    text = value.rstrip(b"\0 ")
    if not _MODEL.fullmatch(text):
        draft.keep(0xF2, value)
        return
    draft.extra["model"] = text.decode()
    draft.movement = text.startswith(_MOVEMENT_MODELS)


def _plain_number(name: str) -> Reader:
    def reader(draft: Draft, value: bytes) -> None:
        draft.extra[name] = int.from_bytes(value)

    return reader


def _jointech_number(name: str) -> Reader:
    def reader(draft: Draft, value: bytes) -> None:
        draft.jointech = True
        draft.extra[name] = int.from_bytes(value)

    return reader


def _container(draft: Draft, value: bytes) -> None:
    text = value.rstrip(b"\0 ")
    if text.isascii() and text.decode().isprintable():
        draft.extra["container"] = text.decode()
    else:
        draft.keep(0xFB, value)


def _lock_event(draft: Draft, value: bytes) -> None:
    draft.jointech = True
    locks.lock_event(draft, value)


def _centivolts(draft: Draft, value: bytes) -> None:
    draft.extra["battery_v"] = int.from_bytes(value) / 100


NAMED: Known = {
    0x01: ("odometer", [4], _odometer),
    locks.LOCK_EVENT: ("lock event", ANY, _lock_event),
    0x30: ("signal strength", [1], _rssi),
    0x31: ("satellites", [1], _satellites),
    0x33: ("status text (A1L808)", range(15, 256), locks.a1_text),
    0x60: ("event (HHD)", range(2, 256), hhd.event),
    0x61: ("lock and card (HHD)", [hhd.CARD_SIZE], hhd.card),
    0x62: ("lock and card (HHD)", [hhd.CARD_SIZE], hhd.card),
    0x63: ("locks (HHD)", range(11, 256, 11), hhd.locks),
    0x64: ("lock and card (HHD)", [hhd.CARD_SIZE], hhd.card),
    0x65: ("lock and card (HHD)", [hhd.CARD_SIZE], hhd.card),
    0x66: ("lock and card (HHD)", [hhd.CARD_SIZE], hhd.card),
    0x67: ("password that is set, not shown (HHD)", ANY, hhd.password),
    0x69: ("battery voltage (HHD)", [2], _centivolts),
    0xD4: ("battery", [1], _battery),
    0xD5: ("battery voltage, or locks (A1L808)", [2, *range(14, 256, 13)], _voltage),
    0xDA: ("rope (A1L808, JT707)", [1, 3], locks.told_rope),
    0xDB: ("reports (JT707)", [2], _plain_number("reports")),
    0xDC: ("debug word (JT707)", [4], _plain_number("debug")),
    0xE8: ("lock status (A1L808)", [3], locks.a1_status),
    0xF9: ("protocol version", [1, 2], _jointech_number("protocol_version")),
    0xFB: ("container number", ANY, _container),
    0xFC: ("fence id", range(1, 5), _jointech_number("fence_id")),
    0xF2: ("model", ANY, _model),
    0xFD: ("serving cell", [_CELL.size, _WIDE_CELL.size], _cell),
    0xFE: ("mileage", [4], _jointech_number("mileage_km")),
}
READERS = by_length(NAMED)
