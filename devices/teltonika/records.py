"""The AVL records in a Teltonika packet: taken apart, and made Readings.

`devices/teltonika.py` draws them. First all records of a packet are taken apart: only a packet in
which everything fits has records. Then each is a Reading, less what in it cannot be.
"""

from __future__ import annotations

from datetime import datetime
from struct import Struct
from typing import Any, NamedTuple

from devices.common.frames import FrameError
from devices.common.refusal import Refused, refuse
from devices.reading import Reading
from devices.teltonika.build import BACKLOG_MS, build, told_of
from devices.teltonika.elements import read
from devices.teltonika.packets import Packet

LAT_MOST, LON_MOST = 900_000_000, 1_800_000_000  # in 1e-7 degrees
POINT = ">QBiihHBH"  # time ms, priority, lon, lat, altitude, course, satellites, speed


class Codec(NamedTuple):
    """How wide a codec writes its fields.

    head: a record up to the count of its 1-byte elements, and that count. items: id and value, for
    values of 1, 2, 4 and 8 bytes. width: bytes of a count. generation: whether a record says how
    it was generated. variable: whether elements of any length follow.
    """

    name: str
    head: Struct
    items: tuple[Struct, Struct, Struct, Struct]
    width: int
    generation: bool
    variable: bool


def _items(id_: str) -> tuple[Struct, Struct, Struct, Struct]:
    one, two, four, eight = (Struct(f">{id_}{value}") for value in "BHIQ")
    return one, two, four, eight


CODECS = {
    0x08: Codec("Codec 8", Struct(POINT + "BBB"), _items("B"), 1, False, False),
    0x8E: Codec("Codec 8 Extended", Struct(POINT + "HHH"), _items("H"), 2, False, True),
    0x10: Codec("Codec 16", Struct(POINT + "HBBB"), _items("H"), 1, True, False),
}
TEXT_CODECS = {0x0C: "Codec 12", 0x0D: "Codec 13", 0x0E: "Codec 14"}
"""The text of commands and of their answers: no reading."""
GH3000 = 0x07


class Record(NamedTuple):
    """payload[start:end], taken apart. total: how many elements it says it has; coordinates in
    1e-7 degrees; generation is None but in Codec 16.
    """

    start: int
    end: int
    time_ms: int
    priority: int
    lon: int
    lat: int
    altitude: int
    course: int
    satellites: int
    speed: int
    event: int
    generation: int | None
    total: int
    io: list[tuple[int, int]]
    variable: list[tuple[int, bytes]]


def codec_of(payload: bytes, packet: Packet) -> Codec:
    """Raises FrameError when its codec has no AVL records, or none that are known."""
    number = payload[packet.body]
    codec = CODECS.get(number)
    if codec is not None:
        return codec
    if number in TEXT_CODECS:
        raise FrameError("", f"a command's text ({TEXT_CODECS[number]}): it carries no reading")
    known = "08, 8E or 10"
    if number == GH3000:
        raise FrameError("codec", f"the codec is 07 (GH3000), expected {known}: it is not spoken")
    raise FrameError("codec", f"the codec is {number:02X}, expected {known}")


def records(payload: bytes, packet: Packet) -> list[Record]:
    """The records of a sound packet. Raises FrameError unless they fill it exactly."""
    codec = codec_of(payload, packet)
    count, limit = payload[packet.body + 1], packet.stop - 1
    if count == 0:
        raise FrameError("count", "the packet has 0 records, expected at least 1")
    at = packet.body + 2
    found: list[Record] = []
    for index in range(count):
        try:
            record = take(payload, at, limit, codec)
        except Short:
            raise FrameError(
                "count",
                f"record {index + 1} goes past the end of its packet, expected {count} within it",
            ) from None
        found.append(record)
        at = record.end
    if at != limit:
        raise FrameError(
            "length", f"{limit - at} bytes are left over after the last record, expected none"
        )
    return found


class Short(Exception):
    """A record that its packet has no room for."""


def take(payload: bytes, start: int, limit: int, codec: Codec) -> Record:
    """The record at `start`, which must end by `limit`. Raises Short."""
    end = start + codec.head.size
    if end > limit:
        raise Short
    head = codec.head.unpack_from(payload, start)
    count, width = head[-1], codec.width
    io: list[tuple[int, int]] = []
    at = end
    for item in codec.items:
        if at > end:  # behind a count; the first one is in the head
            if at > limit:
                raise Short
            count = payload[end] if width == 1 else payload[end] << 8 | payload[end + 1]
        if count:
            end = at + count * item.size
            if end > limit:
                raise Short
            io += item.iter_unpack(payload[at:end])
        else:
            end = at
        at = end + width
    variable: list[tuple[int, bytes]] = []
    if codec.variable:
        end = _variable(payload, end, limit, variable)
    generation = head[9] if codec.generation else None
    return Record._make((start, end, *head[:9], generation, head[-2], io, variable))


def _variable(payload: bytes, at: int, limit: int, found: list[tuple[int, bytes]]) -> int:
    """The elements of any length, after all others, whose count is at `at`; where they end."""
    count = int.from_bytes(payload[at : at + 2], "big")
    at += 2
    if at > limit:
        raise Short
    for _ in range(count):
        end = at + 4 + int.from_bytes(payload[at + 2 : at + 4], "big")
        if end > limit:
            raise Short
        found.append((int.from_bytes(payload[at : at + 2], "big"), payload[at + 4 : end]))
        at = end
    return at


def reading(
    record: Record, *, device: str, dialect: str, received_at: datetime, newest_ms: int
) -> Reading:
    """The Reading that a record is. newest_ms: the time of the newest record of its packet."""
    refused: Refused = {}
    lat, lon = record.lat / 1e7, record.lon / 1e7
    if not -LAT_MOST <= record.lat <= LAT_MOST:
        refuse(refused, "lat", lat, f"lat is {lat}, expected degrees from -90 to 90")
    if not -LON_MOST <= record.lon <= LON_MOST:
        refuse(refused, "lon", lon, f"lon is {lon}, expected degrees from -180 to 180")
    extra: dict[str, Any] = {"priority": record.priority, "event": record.event}
    if record.generation is not None:
        extra["generation"] = record.generation
    elements = read(_by_id(record, refused), record.variable, extra)
    buffered = record.time_ms < newest_ms - BACKLOG_MS
    return build(
        device=device,
        dialect=dialect,
        received_at=received_at,
        told=told_of(record.time_ms, received_at, buffered=buffered),
        lat=None if "lat" in refused else lat,
        lon=None if "lon" in refused else lon,
        altitude=record.altitude,
        course=record.course,
        satellites=record.satellites,
        speed=record.speed,
        elements=elements,
        extra=extra,
        refused=refused,
        buffered=buffered,
    )


def _by_id(record: Record, refused: Refused) -> dict[int, int]:
    """Values by id. One that is there twice counts as its least: of a magnet, the door is open."""
    io, variable = dict(record.io), record.variable
    there = len(record.io) + len(variable)
    if record.total != there:
        why = f"the total says {record.total} elements, expected the {there} that are there"
        refuse(refused, "total", record.total, why)
    ids = len(io) if not variable else len(io.keys() | {id_ for id_, _ in variable})
    if ids < there:
        _twice(record, io, refused)
    return io


def _twice(record: Record, io: dict[int, int], refused: Refused) -> None:
    every: dict[int, list[Any]] = {}
    for id_, value in (*record.io, *((id_, data.hex()) for id_, data in record.variable)):
        every.setdefault(id_, []).append(value)
    for id_, values in every.items():
        if len(values) > 1:
            refuse(refused, f"io{id_}", values, "it is given twice, expected each id once")
            numbers = [value for value in values if isinstance(value, int)]
            if numbers:
                io[id_] = min(numbers)
