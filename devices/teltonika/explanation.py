"""Every byte of a Teltonika payload, field by field: what it is, and where it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from devices.common.clocks import FILED
from devices.common.fields import rfc3339
from devices.common.frames import Field
from devices.common.refusal import Refused
from devices.reading import NoFixReason
from devices.teltonika.about import describe
from devices.teltonika.build import COURSE_MOST, no_fix, told_of
from devices.teltonika.crc import crc16
from devices.teltonika.elements import unused
from devices.teltonika.packets import TAIL, Kind, Packet, packets
from devices.teltonika.records import (
    CODECS,
    GH3000,
    LAT_MOST,
    LON_MOST,
    TEXT_CODECS,
    Codec,
    Record,
    Short,
    take,
)

PRIORITIES = ("low", "high", "panic")
GENERATIONS = (
    *("on exit", "on entrance", "on both", "reserved"),
    *("hysteresis", "on change", "eventual", "periodical"),
)
TEXT_KINDS = {0x05: "a command", 0x06: "an answer", 0x11: "a refusal"}
_YEAR_10000_MS = 253_402_300_800_000


def explain(payload: bytes) -> list[Field]:
    """The fields of all packets, in order, without gap or overlap; never raises."""
    sheet = Sheet(payload)
    for packet in packets(payload):
        with contextlib.suppress(Cut):
            _packet(sheet, packet)
        sheet.rest("not explained", packet.fault.reason if packet.fault else "", packet.end)
    return sheet.fields


class Cut(Exception):
    """A field that goes past the end of what holds it."""


class Sheet:
    """Fields as they are taken from the payload, one behind the other."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.fields: list[Field] = []
        self.at = 0
        self.record = 0
        self.records = 0

    def take(
        self, limit: int, name: str, size: int, meaning: str | Callable[[int], str], into: str = ""
    ) -> int:
        """The next `size` bytes as one field; gives its number. Raises Cut past `limit`."""
        end = self.at + size
        if end > limit:
            raise Cut
        raw = self.payload[self.at : end]
        number = int.from_bytes(raw, "big")
        said = meaning if isinstance(meaning, str) else meaning(number)
        said = said if said.isprintable() else ascii(said)[1:-1]
        self.fields.append(
            Field(name=name, offset=self.at, raw=raw, meaning=said, into=into, record=self.record)
        )
        self.at = end
        return number

    def rest(self, name: str, meaning: str, end: int) -> None:
        """What is left up to `end`, if anything is."""
        if self.at < end:
            self.take(end, name, end - self.at, meaning)


def _packet(sheet: Sheet, packet: Packet) -> None:
    end = packet.end
    if packet.kind is Kind.PING:
        sheet.take(end, "ping", 1, "the connection is alive")
    elif packet.kind is Kind.NOISE:
        sheet.rest("noise", packet.fault.reason if packet.fault else "", end)
    elif packet.kind is Kind.LOGIN:
        size = sheet.take(end, "IMEI length", 2, lambda n: f"{n} bytes")
        sheet.take(end, "IMEI", size, packet.imei or "", "device")
    elif packet.kind is Kind.TCP:
        sheet.take(end, "preamble", 4, "a packet begins")
        sheet.take(end, "data length", 4, lambda n: f"{n:,} bytes from codec to second count")
        _data(sheet, packet.stop or end, whole=packet.stop > 0)
        found = crc16(sheet.payload[packet.body : packet.stop])
        sheet.take(
            end,
            "CRC",
            TAIL,
            lambda n: "CRC-16/IBM of the data: " + ("right" if n == found else f"not {found:08X}"),
        )
    else:
        _udp(sheet, packet)


def _udp(sheet: Sheet, packet: Packet) -> None:
    end = packet.end
    sheet.take(end, "length", 2, lambda n: f"{n:,} bytes follow")
    sheet.take(end, "packet id", 2, lambda n: f"{n:04X}")
    sheet.take(end, "type", 1, lambda n: f"{n} (not used)")
    sheet.take(end, "AVL packet id", 1, lambda n: f"{n:02X}")
    size = sheet.take(end, "IMEI length", 2, lambda n: f"{n} bytes")
    imei = sheet.payload[sheet.at : sheet.at + size].decode("ascii", "replace")
    sheet.take(end, "IMEI", size, imei, "device")
    _data(sheet, end, whole=packet.stop > 0)


def _data(sheet: Sheet, end: int, *, whole: bool) -> None:
    """From the codec to the second count. whole: the data ends at `end`, and is not cut off there.

    Raises Cut when it is.
    """
    number = sheet.take(end, "codec", 1, _codec)
    count = sheet.take(end, "count", 1, lambda n: f"records: {n}")
    limit = end - 1 if whole else end
    if number in CODECS:
        for _ in range(count):
            try:
                _record(sheet, limit, CODECS[number])
            except Cut:
                break
            sheet.records += 1
        sheet.record = 0
    elif number in TEXT_CODECS and whole:
        _text(sheet, limit, number)
    if not whole:
        raise Cut
    sheet.rest("not explained", "these bytes are no whole record", limit)
    sheet.take(end, "count again", 1, lambda n: f"records: {n}")


def _codec(number: int) -> str:
    if number in CODECS:
        return CODECS[number].name
    if number == GH3000:
        return "Codec 07 (GH3000), not spoken"
    return TEXT_CODECS.get(number, "an unknown codec")


def _text(sheet: Sheet, limit: int, number: int) -> None:
    try:
        sheet.take(limit, "type", 1, lambda n: TEXT_KINDS.get(n, "unknown"))
        size = sheet.take(limit, "size", 4, lambda n: f"{n:,} bytes")
        if number == 0x0D:
            sheet.take(limit, "time", 4, lambda n: rfc3339(datetime.fromtimestamp(n, UTC)))
            size -= 4
        elif number == 0x0E:
            sheet.take(limit, "IMEI", 8, lambda n: f"{n:016X}"[1:])
            size -= 8
        said = sheet.payload[sheet.at : sheet.at + max(size, 0)].decode("latin-1")
        sheet.take(limit, "text", max(size, 0), said)
    except Cut:
        return


def _record(sheet: Sheet, limit: int, codec: Codec) -> None:
    """One record. Its elements are explained in the light of all of them, where it is whole."""
    sheet.record = sheet.records
    try:
        record: Record | None = take(sheet.payload, sheet.at, limit, codec)
    except Short:
        record = None
    _point(sheet, limit, record)
    width, event = codec.width, 1 if codec.items[0].size == 2 else 2
    sheet.take(
        limit,
        "event id",
        event,
        lambda n: f"by element {n}" if n else "none: a regular record",
        "extra.event",
    )
    if codec.generation:
        sheet.take(limit, "generation", 1, _word(GENERATIONS), "extra.generation")
    sheet.take(limit, "elements", width, lambda n: f"{n} in all")
    left = unused(dict(record.io)) if record else frozenset()
    for item, size in zip(codec.items, (1, 2, 4, 8), strict=True):
        count = sheet.take(limit, f"{size}-byte elements", width, lambda n: f"{n}")
        for _ in range(count):
            _element(sheet, limit, item.size - size, size, left)
    if codec.variable:
        count = sheet.take(limit, "elements of any length", width, lambda n: f"{n}")
        for _ in range(count):
            _variable(sheet, limit)


def _reason(record: Record) -> NoFixReason | None:
    refused: Refused = {
        name: {} for name, value, most in _degrees_of(record) if not -most <= value <= most
    }
    told = told_of(record.time_ms, FILED)
    return no_fix(told, record.lat, record.lon, record.satellites, refused)


def _kept(record: Record | None, into: str) -> tuple[str, str]:
    """Where latitude and longitude go."""
    places = {"lat": f"{into}.lat", "lon": f"{into}.lon"}
    for name, value, most in _degrees_of(record) if record else ():
        if not -most <= value <= most:
            places[name] = "extra.refused"
    return places["lat"], places["lon"]


def _degrees_of(record: Record) -> tuple[tuple[str, int, int], ...]:
    return ("lat", record.lat, LAT_MOST), ("lon", record.lon, LON_MOST)


def _point(sheet: Sheet, limit: int, record: Record | None) -> None:
    reason = record and _reason(record)
    into = "position" if reason is None else "extra"
    unset = reason is NoFixReason.CLOCK_UNSET
    lat, lon = _kept(record, into)
    sheet.take(limit, "time", 8, _time, "extra.device_time" if unset else "event_time")
    sheet.take(limit, "priority", 1, _word(PRIORITIES), "extra.priority")
    sheet.take(limit, "longitude", 4, _degrees(180), lon)
    sheet.take(limit, "latitude", 4, _degrees(90), lat)
    altitude = "altitude_m" if reason is None else "altitude"
    sheet.take(limit, "altitude", 2, lambda n: f"{_signed(n, 16)} m", f"{into}.{altitude}")
    course = "course_deg" if reason is None else "course"
    if record and record.course > COURSE_MOST:
        into, course = "extra", "course"
    sheet.take(limit, "course", 2, lambda n: f"{n} degrees", f"{into}.{course}")
    sheet.take(
        limit,
        "satellites",
        1,
        lambda n: f"{n}" if n else "0: the position is not valid",
        "position.satellites",
    )
    sheet.take(limit, "speed", 2, lambda n: f"{n} km/h", "position.speed_kmh")


def _element(sheet: Sheet, limit: int, id_size: int, size: int, left: frozenset[int]) -> None:
    at = sheet.at
    id_ = int.from_bytes(sheet.payload[at : at + id_size], "big")
    value = int.from_bytes(sheet.payload[at + id_size : at + id_size + size], "big")
    about = describe(id_, value, left)
    name = f"IO {id_} {about.name}".strip()
    sheet.take(limit, name, id_size + size, about.meaning, about.into)


def _variable(sheet: Sheet, limit: int) -> None:
    head = sheet.payload[sheet.at : sheet.at + 4]
    id_, size = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:], "big")
    data = sheet.payload[sheet.at + 4 : sheet.at + 4 + size]
    about = describe(id_, data)
    sheet.take(limit, f"IO {id_} {about.name}".strip(), 4 + size, about.meaning, about.into)


def _word(words: tuple[str, ...]) -> Callable[[int], str]:
    return lambda number: words[number] if number < len(words) else str(number)


def _time(ms: int) -> str:
    if ms >= _YEAR_10000_MS:
        return f"{ms:,} ms: no time"
    return rfc3339(datetime.fromtimestamp(ms / 1000, UTC))


def _degrees(most: int) -> Callable[[int], str]:
    def meaning(number: int) -> str:
        degrees = _signed(number, 32) / 1e7
        return f"{degrees:.7f} degrees" + ("" if abs(degrees) <= most else ": out of range")

    return meaning


def _signed(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> (bits - 1) else number
