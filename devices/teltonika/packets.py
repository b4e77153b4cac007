"""Teltonika's packets: where each begins and ends in a payload, and whether its frame is sound.

`devices/teltonika.py` draws them. Nothing here looks into a record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from struct import Struct

import msgspec

from devices.common.frames import FrameError
from devices.teltonika.crc import crc16

PREAMBLE = bytes(4)
PING = 0xFF
HEAD = 8
"""Bytes of preamble and length."""
TAIL = 4
"""Bytes of the CRC, of which two are always zero."""
SHORTEST = 3
"""Bytes of data at least: codec and the two counts."""
LONGEST_IMEI = 20
"""Digits. An IMEI has 15, 16 with its version; longer is no IMEI, and no UDP packet is so short."""
UDP = Struct(">HHBBH")
"""Length (of all that follows it), packet id, type, AVL packet id, length of the IMEI."""


class Kind(enum.StrEnum):
    """TCP: an AVL packet or a command's text, with preamble and CRC."""

    TCP = "TCP packet"
    UDP = "UDP packet"
    LOGIN = "login"
    PING = "ping"
    NOISE = "noise"


class Packet(msgspec.Struct, frozen=True):
    """payload[start:end]. body, stop: its data, from the codec to the second count, both included.

    fault: why it is not sound. imei: who says so, where the packet names it.
    """

    kind: Kind
    start: int
    end: int
    body: int = 0
    stop: int = 0
    imei: str | None = None
    fault: FrameError | None = None


def packets(payload: bytes) -> Iterator[Packet]:
    """All of a payload, packet by packet; what is none runs to the end of it, as NOISE."""
    at = 0
    while at < len(payload):
        packet = packet_at(payload, at)
        yield packet
        at = packet.end


def packet_at(payload: bytes, at: int) -> Packet:
    """The packet that begins at `at`, which is within `payload`. Never raises."""
    if payload[at] == PING:
        return Packet(Kind.PING, at, at + 1)
    if payload[at : at + 4] == PREAMBLE:
        return _tcp(payload, at)
    size = int.from_bytes(payload[at : at + 2], "big")
    if at + 2 > len(payload) or not size:
        return _noise(payload, at)
    if size <= LONGEST_IMEI:
        return _login(payload, at, size)
    return _udp(payload, at, size)


def recognises(payload: bytes) -> bool:
    """Whether it begins as a packet or a login does; a ping is one byte, and tells nothing."""
    packet = packet_at(payload, 0) if payload else None
    return packet is not None and packet.kind not in (Kind.NOISE, Kind.PING)


def _tcp(payload: bytes, at: int) -> Packet:
    there = len(payload) - at
    if there < HEAD:
        return _cut(Kind.TCP, payload, at, f"its head has {HEAD}")
    size = int.from_bytes(payload[at + 4 : at + HEAD], "big")
    if size < SHORTEST:
        short = FrameError("length", f"the data length is {size}, expected at least {SHORTEST}")
        return Packet(Kind.TCP, at, len(payload), fault=short)
    end = at + HEAD + size + TAIL
    if end > len(payload):
        return _cut(Kind.TCP, payload, at, f"its length says {HEAD + size + TAIL:,}")
    body, stop = at + HEAD, end - TAIL
    said = int.from_bytes(payload[stop:end], "big")
    found = crc16(payload[body:stop])
    fault: FrameError | None = None
    if said != found:
        fault = FrameError("crc", f"the CRC is {said:08X}, expected {found:08X} of these bytes")
    elif payload[body + 1] != payload[stop - 1]:
        fault = counts_differ(payload, body, stop)
    return Packet(Kind.TCP, at, end, body, stop, fault=fault)


def counts_differ(payload: bytes, body: int, stop: int) -> FrameError:
    return FrameError(
        "count",
        f"the count after the records is {payload[stop - 1]}, "
        f"expected {payload[body + 1]}, the one before them",
    )


def _login(payload: bytes, at: int, size: int) -> Packet:
    end = at + 2 + size
    imei = payload[at + 2 : end]
    if not imei.isdigit():
        return _noise(payload, at)
    if end > len(payload):
        return _cut(Kind.LOGIN, payload, at, f"its length says {2 + size}")
    return Packet(Kind.LOGIN, at, end, imei=imei.decode())


def _udp(payload: bytes, at: int, size: int) -> Packet:
    """A packet over UDP has no checksum but UDP's own."""
    if at + UDP.size >= len(payload):
        return _noise(payload, at)
    _, _, _, _, imei_size = UDP.unpack_from(payload, at)
    body = at + UDP.size + imei_size
    imei = payload[at + UDP.size : body]
    if not 0 < imei_size <= LONGEST_IMEI or not imei.isdigit():
        return _noise(payload, at)
    end = at + 2 + size
    if end > len(payload):
        return _cut(Kind.UDP, payload, at, f"its length says {2 + size:,}")
    fault: FrameError | None = None
    if end < body + SHORTEST:
        fault = FrameError("length", f"the packet's length is {size}, expected more than its IMEI")
    elif payload[body + 1] != payload[end - 1]:
        fault = counts_differ(payload, body, end)
    return Packet(Kind.UDP, at, end, body, end, imei.decode(), fault)


def _cut(kind: Kind, payload: bytes, at: int, expected: str) -> Packet:
    there = len(payload) - at
    fault = FrameError("", f"the {kind} is cut off: {expected} bytes, {there:,} are there")
    return Packet(kind, at, len(payload), fault=fault)


def _noise(payload: bytes, at: int) -> Packet:
    start = payload[at : at + 8].hex(" ").upper()
    fault = FrameError(
        "", f"it begins with {start}, expected 00000000, an IMEI after its length, or a UDP header"
    )
    return Packet(Kind.NOISE, at, len(payload), fault=fault)
