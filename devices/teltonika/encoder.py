"""Teltonika packets out of typed values: what a device sends, for simulators and tests."""

from __future__ import annotations

from struct import Struct

import msgspec

from devices.teltonika.records import CODECS, Codec
from devices.teltonika.wire import tcp_packet

CODEC_8, CODEC_8_EXTENDED, CODEC_16 = 0x08, 0x8E, 0x10

_POINT = Struct(">QBiihHBH")
_COUNT = {1: Struct(">B"), 2: Struct(">H")}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One AVL record as a device has it.

    time_ms: Unix milliseconds, UTC; lat and lon in 1e-7 degrees; altitude m; course degrees; speed
    km/h. one, two, four, eight: id -> value of as many bytes, unsigned; variable: id -> bytes, for
    Codec 8 Extended. generation: for Codec 16.
    """

    time_ms: int
    lat: int = 0
    lon: int = 0
    altitude: int = 0
    course: int = 0
    satellites: int = 0
    speed: int = 0
    priority: int = 0
    event: int = 0
    generation: int = 0
    one: dict[int, int] = {}
    two: dict[int, int] = {}
    four: dict[int, int] = {}
    eight: dict[int, int] = {}
    variable: dict[int, bytes] = {}


def login(imei: str) -> bytes:
    """What a device says first over TCP."""
    return len(imei).to_bytes(2, "big") + imei.encode("ascii")


def data(records: list[Record], codec: int = CODEC_8_EXTENDED) -> bytes:
    """1 to 255 records, from the codec to the second count.

    Raises struct.error or OverflowError when a value does not fit its field, ValueError when the
    codec has no field for one.
    """
    count = len(records).to_bytes(1, "big")
    body = b"".join(_record(record, CODECS[codec]) for record in records)
    return bytes((codec,)) + count + body + count


def packet(records: list[Record], codec: int = CODEC_8_EXTENDED) -> bytes:
    """An AVL packet as it is sent over TCP; raises as `data`."""
    return tcp_packet(data(records, codec))


def _record(record: Record, codec: Codec) -> bytes:
    if record.variable and not codec.variable:
        raise ValueError(f"{codec.name} has no elements of variable length")
    if record.generation and not codec.generation:
        raise ValueError(f"{codec.name} does not say how a record was generated")
    width = _COUNT[codec.width]
    event = _COUNT[1 if codec.name == "Codec 8" else 2]
    fixed = (record.one, record.two, record.four, record.eight)
    parts = [
        _POINT.pack(
            record.time_ms,
            record.priority,
            record.lon,
            record.lat,
            record.altitude,
            record.course,
            record.satellites,
            record.speed,
        ),
        event.pack(record.event),
        bytes((record.generation,)) if codec.generation else b"",
        width.pack(sum(map(len, fixed)) + len(record.variable)),
    ]
    for elements, item in zip(fixed, codec.items, strict=True):
        parts.append(width.pack(len(elements)))
        parts += [item.pack(id_, value) for id_, value in elements.items()]
    if codec.variable:
        parts.append(width.pack(len(record.variable)))
        for id_, value in record.variable.items():
            parts += [width.pack(id_), width.pack(len(value)), value]
    return b"".join(parts)
