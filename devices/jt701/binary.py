"""The two binary forms of a JT701, `$` first. Big-endian; the last byte is the serial.

Long (byte 8 is 0), of length + 10 bytes:

     0      "$"
     1-5    id             10 digits, decimals
     6      version        of the protocol: 0x16 and 0x17 JT701, 0x19 JT701D, 0x01 was seen
     7      kind           high nibble: type of the device; low: 1 live, 2 alarm, 3 blind, 4 sub-new
     8-9    length         of what follows, the serial included: 0x23, or 0x34 with all of it
    10-26   point          see `common/jointech_point`
    27-30   mileage        km
    31      satellites
    32-35   vehicle        the card of the vehicle it is bound to; 0 none
    36-37   status         bits, see `common/jointech_seal`
    38      battery        percent; FF charging
    39-40   cell           low half of its id
    41-42   lac
    43      rssi           99 none
    44      fence          0 none                       (from here on: 0x17 and 0x19)
    45      wake           low nibble: what woke it
    46      mnc_high       0F none
    47      reserved       b0 it is being charged (firmware V1.9.5)
    48-55   imei           15 digits and F, or 15 after a zero; 0F.. none
    56-57   cell_high
    58-59   mcc
    60      mnc

Another length is read as far as whole fields go; what is left over is kept as `rest`.

Short (byte 8 is not 0), of length + 10 bytes, for trackers without a seal:

     0      "$"
     1-5    id
     6      kind           high nibble: type of the records; low: as above
     7-8    length         27 a record
     9-     records        the point, and 10 bytes by their type
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from devices.common import jointech_point, jointech_seal
from devices.common.frames import FrameError
from devices.common.jointech_codes import BUFFERED, KINDS
from devices.jt701.layout import Layout
from devices.reading import Cell, Clock, Reading, SealReport

DIALECT = "jt701"
HEADER = 10
"""Bytes before the point of the long form, and what both forms add to their length."""
SHORT_HEADER = 9
RECORD = 27

TAIL = "mileage I, satellites B, vehicle I, status H, battery B, cell H, lac H, rssi B"
NEWER = "fence B, wake B, mnc_high B, reserved B, imei 8s, cell_high H, mcc H, mnc B"
LONG = Layout(f"{TAIL}, {NEWER}")
"""What is behind the point of the long form; older versions end with the first half."""
RECORDS = {
    1: Layout("satellites B, power B, flags B, altitude H, cell H, lac H, rssi B"),
    2: Layout("fuel_high B, states 4s, odometer I, fuel_low B"),
    3: Layout("fuels 10s"),
}
"""What is behind the point of the short form's records, by type; type 3 has bits, see `_type3`."""

_tail, _newer = Layout(TAIL).struct.unpack_from, Layout(NEWER).struct.unpack_from
_NONE = (None,) * 8
"""Of each half of the long form."""
TAIL_AT = HEADER + jointech_point.SIZE
_NEWER_AT = TAIL_AT + Layout(TAIL).size
_OLD_SIZE, _SIZE = _NEWER_AT + 1, TAIL_AT + LONG.size + 1
"""Of the two lengths that are usual."""
_BATTERY = tuple(float(percent) if percent <= 100 else None for percent in range(256))
CHARGING, NO_RSSI, NO_BYTE, NO_HALF, NO_IMEI = 0xFF, 99, 0x0F, 0x0F0F, b"\x0f" * 8
_NO_MCC = (NO_HALF, 0xFFFF)
_MAX_MCC, _MAX_CELL_HIGH = 999, 0x0FFF
"""Three digits (ITU E.212); a cell's id has 28 bits (3GPP TS 25.331)."""


class _Said(NamedTuple):
    """What a frame's constant bytes mean; shared, so `extra` is copied before it is filled."""

    seal: SealReport | None
    extra: dict[str, Any]
    buffered: bool
    by_cell: bool


@lru_cache(maxsize=4096)
def _said(version: int | None, kind: int, status: int | None, wake: int | None) -> _Said:
    sort = kind & 0x0F
    extra: dict[str, Any] = {"report": KINDS.get(sort, sort), "device_type": kind >> 4}
    if version is not None:
        extra["protocol"] = f"{version:02x}"
    seal = None
    if status is not None:
        seal, more = jointech_seal.status(status, None if wake is None else wake & 0x0F)
        extra |= more
    if wake is not None and wake >> 4:
        extra["wake_high"] = wake >> 4
    return _Said(seal, extra, sort in BUFFERED, extra.get("lbs", False))


def long(frame: bytes, device: str, received_at: datetime) -> Reading:
    """The reading of a long frame, at least as long as its point and serial. Raises FrameError."""
    size = len(frame)
    tail: tuple[Any, ...]
    newer: tuple[Any, ...] = _NONE
    rest = b""
    if size == _SIZE:
        tail, newer = _tail(frame, TAIL_AT), _newer(frame, _NEWER_AT)
    elif size == _OLD_SIZE:
        tail = _tail(frame, TAIL_AT)
    else:
        values, rest = LONG.partly(frame[TAIL_AT:-1])
        tail, newer = values[: len(_NONE)], values[len(_NONE) :]
    mileage, satellites, vehicle, status, battery, cid, lac, rssi = tail
    fence, wake, mnc_high, reserved, imei, cell_high, mcc, mnc = newer
    seal, constant, buffered, by_cell = _said(frame[6], frame[7], status, wake)
    extra = constant.copy()
    told, position = jointech_point.position(
        *(frame, HEADER, received_at, extra),
        satellites=satellites,
        by_cell=by_cell,
        buffered=buffered,
    )
    if told.lost:
        jointech_point.stands(told, seal, extra)
    if mileage is not None:
        extra["mileage_km"] = mileage
    if vehicle:
        extra["vehicle_card"] = f"{vehicle:010d}"
    if battery is not None and battery > 100:
        extra |= {"charging": True} if battery == CHARGING else {"battery": battery}
    if fence:
        extra["fence_id"] = fence
    if reserved:
        extra |= _more_status(reserved)
    if imei is not None and (number := _imei(imei)):
        extra["imei"] = number
    if mcc is not None and mcc > _MAX_MCC and mcc not in _NO_MCC:
        extra["mcc"] = mcc
    if rest:
        extra["rest"] = rest.hex()
    serial = frame[-1]
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=None if battery is None else _BATTERY[battery],
        buffered=buffered,
        seq=serial,
        message_id=str(serial) if told.clock is Clock.RECEIPT else None,
        clock=told.clock,
        cell=_cell(cid, lac, rssi, cell_high, mcc, mnc_high, mnc),
        extra=extra,
    )


def _more_status(byte: int) -> dict[str, Any]:
    """The second status of firmware V1.9.5: bit 0 it is being charged."""
    told: dict[str, Any] = {"charging": True} if byte & 1 else {}
    return told | ({"reserved": byte & ~1} if byte & ~1 else {})


@lru_cache(maxsize=16_384)
def _imei(raw: bytes) -> str:
    """15 digits, or what else stands there; "" for none. A digit too few is filled with F behind,
    or with 0 before.
    """
    text = raw.hex()
    if raw == NO_IMEI or not text.strip("0") or not text.strip("f"):
        return ""
    if text[:15].isdigit() and text[15] == "f":
        return text[:15]
    return text[1:] if text.isdigit() and text[0] == "0" else text


def _cell(
    cid: int | None,
    lac: int | None,
    rssi: int | None,
    high: int | None = None,
    mcc: int | None = None,
    mnc_high: int | None = None,
    mnc: int | None = None,
) -> Cell | None:
    """The serving cell; zeros, all ones and 0F0F are a modem's word for "none"."""
    if not mcc or mcc > _MAX_MCC:
        mcc = mnc = None
        high = None if high == NO_HALF else high
    elif mnc is not None and mnc_high and mnc_high != NO_BYTE:
        mnc |= mnc_high << 8
    if high and high <= _MAX_CELL_HIGH and cid is not None:
        cid |= high << 16
    elif cid in (0, 0xFFFF) and lac in (0, 0xFFFF):
        cid = lac = None
    if rssi == NO_RSSI:
        rssi = None
    if cid is lac is rssi is mcc is None:
        return None
    return Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=rssi)


def short(frame: bytes, device: str, received_at: datetime) -> Iterator[Reading | FrameError]:
    """Of each record of a short frame its reading, or what is wrong with it (place "record[2]...").

    All of them have the frame's one serial.
    """
    kind, serial = frame[6], frame[-1]
    for number in range((len(frame) - HEADER) // RECORD):
        at = SHORT_HEADER + number * RECORD
        extra = _said(None, kind, None, None).extra.copy()
        values = _record(kind >> 4, frame[at + jointech_point.SIZE : at + RECORD], extra)
        try:
            told, position = jointech_point.position(
                frame,
                at,
                received_at,
                extra,
                satellites=values.get("satellites"),
                altitude_m=values.get("altitude"),
                buffered=kind & 0x0F in BUFFERED,
            )
            jointech_point.stands(told, None, extra)
        except FrameError as fault:
            yield FrameError(f"record[{number}].{fault.place}", fault.reason)
            continue
        yield Reading(
            device=device,
            dialect=DIALECT,
            event_time=told.time,
            received_at=received_at,
            position=position,
            buffered=kind & 0x0F in BUFFERED,
            seq=serial,
            message_id=f"{serial}/{number}" if told.clock is Clock.RECEIPT else None,
            clock=told.clock,
            cell=_cell(values.get("cell"), values.get("lac"), values.get("rssi")),
            extra=extra,
        )


def _record(kind: int, raw: bytes, extra: dict[str, Any]) -> dict[str, Any]:
    """The values of a record's last 10 bytes; those without a place of their own go to `extra`."""
    if kind not in RECORDS:
        extra["rest"] = raw.hex()
        return {}
    layout = RECORDS[kind]
    values = dict(zip(layout.names, layout.struct.unpack(raw), strict=True))
    if kind == 1:
        extra |= {name: values[name] for name in ("power", "flags")}
        values["altitude"] = float(values["altitude"])
    elif kind == 2:
        extra["fuel"] = values["fuel_high"] << 8 | values["fuel_low"]
        extra["status"] = values["states"].hex()
        extra["mileage_km"] = values["odometer"]
    else:
        extra |= _type3(int.from_bytes(raw))
    return values


def _type3(bits: int) -> dict[str, Any]:
    """Three fuel levels of 12 bits, 20 bits of km, 24 bits of status."""
    return {
        "fuels": [bits >> 68 & 0xFFF, bits >> 56 & 0xFFF, bits >> 44 & 0xFFF],
        "mileage_km": bits >> 24 & 0xFFFFF,
        "status": f"{bits & 0xFFFFFF:06x}",
    }
