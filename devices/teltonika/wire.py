"""How Teltonika trackers talk over TCP and UDP, and what they can be told.

TCP: the device logs in with its IMEI and is told 01 (or 00: it may not); then it sends packets, and
is told of each how many records were taken, u32. It sends again what was not: so a packet that is
sound is taken whole, even if a record in it is rejected, and one that is not is answered with 0.
UDP: each packet names the IMEI; the answer is 0005, its packet id, 01, its AVL packet id, the count
(the packet id is echoed in the maker's examples). Commands' texts and pings get no answer.
"""

from __future__ import annotations

from datetime import datetime
from struct import Struct

from devices.common.frames import FrameError
from devices.teltonika.crc import crc16
from devices.teltonika.packets import (
    HEAD,
    LONGEST_IMEI,
    PING,
    PREAMBLE,
    SHORTEST,
    TAIL,
    UDP,
    Kind,
    Packet,
    packet_at,
    packets,
)
from devices.teltonika.records import CODECS, GH3000, TEXT_CODECS, records
from devices.wire import MAX_FRAME, Command, Frame, Noise, Session

ACCEPTED, REFUSED = b"\x01", b"\x00"
COMMANDS: tuple[Command, ...] = (
    Command(name="locate", about="asks for its position; it answers in words (getgps)"),
)

_TEXTS = {"locate": b"getgps"}
_KNOWN = frozenset({*CODECS, *TEXT_CODECS, GH3000, 0x0F})
"""Codecs by which a packet is known again behind bytes that were none."""
_REQUEST = 0x05
_UDP_ANSWER = Struct(">HHBBB")


def session() -> Session:
    return TeltonikaSession()


class TeltonikaSession:
    """One TCP connection; see `devices.wire.Session`."""

    def __init__(self) -> None:
        self._device: str | None = None
        self._buffer = bytearray()
        self._lost = False

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        """What these bytes complete. Bytes that begin no packet are skipped up to one that may."""
        self._buffer += data
        buffer, at, noise = self._buffer, 0, 0
        found: list[Frame | Noise] = []
        while at < len(buffer):
            size = _size(buffer, at, self._lost)
            if size == 0:
                at += 1
                self._lost = True
                continue
            if noise < at:
                found.append(_noise(buffer[noise:at]))
                noise = at
            if size is None or at + size > len(buffer):
                break
            found.append(self._frame(bytes(buffer[at : at + size])))
            at = noise = at + size
            self._lost = False
        if noise < at:
            found.append(_noise(buffer[noise:at]))
        del buffer[:at]
        return found

    def refusal(self) -> bytes:
        return REFUSED

    def _frame(self, payload: bytes) -> Frame | Noise:
        packet = packet_at(payload, 0)
        if packet.kind is Kind.LOGIN:
            self._device = packet.imei
            return Frame(payload=payload, device=self._device, answer=ACCEPTED, publish=False)
        if packet.kind is Kind.PING:
            return Frame(payload=payload, device=self._device, publish=False)
        if self._device is None:
            return Noise(payload=payload, reason="a packet before the login, expected an IMEI")
        if packet.fault is None and payload[packet.body] in TEXT_CODECS:
            return Frame(payload=payload, device=self._device, publish=False)
        answer = _taken(payload, packet).to_bytes(4, "big")
        return Frame(payload=payload, device=self._device, answer=answer)


def _size(buffer: bytearray, at: int, lost: bool) -> int | None:
    """Bytes of the packet that begins at `at`; None: too few are there to tell; 0: none does.

    lost: behind bytes that were no packet; there four zeros alone do not begin one, and FF is none.
    """
    there = len(buffer) - at
    if buffer[at] == PING and not lost:
        return 1
    if buffer[at]:
        return 0
    if there < 2:
        return None
    size = buffer[at + 1]
    if size == 0:
        return _tcp_size(buffer, at, there, lost)
    imei = buffer[at + 2 : at + 2 + size]
    return 2 + size if size <= LONGEST_IMEI and (not imei or imei.isdigit()) else 0


def _tcp_size(buffer: bytearray, at: int, there: int, lost: bool) -> int | None:
    if any(buffer[at : at + len(PREAMBLE)]):
        return 0
    if there <= HEAD:
        return None
    size = HEAD + int.from_bytes(buffer[at + 4 : at + HEAD], "big") + TAIL
    known = not lost or buffer[at + HEAD] in _KNOWN
    return size if known and HEAD + SHORTEST + TAIL <= size <= MAX_FRAME else 0


def _noise(part: bytearray) -> Noise:
    return Noise(payload=bytes(part), reason="the bytes begin no packet, expected 00000000 or FF")


def datagram(data: bytes, now: datetime) -> list[Frame | Noise]:
    """The packets of one datagram, each with its answer; never raises."""
    found: list[Frame | Noise] = []
    for packet in packets(data):
        part = data[packet.start : packet.end]
        if packet.kind is Kind.UDP and packet.stop:
            _, number, _, avl, _ = UDP.unpack_from(part)
            answer = _UDP_ANSWER.pack(5, number, 1, avl, _taken(data, packet))
            found.append(Frame(payload=part, device=packet.imei, answer=answer))
        elif packet.kind is Kind.PING:
            found.append(Frame(payload=part, device=None, publish=False))
        else:
            fault = packet.fault
            reason = fault.reason if fault else f"a {packet.kind}, expected a UDP packet"
            found.append(Noise(payload=part, reason=reason))
    return found


def _taken(payload: bytes, packet: Packet) -> int:
    """How many records are taken: all of a sound packet, else none."""
    try:
        return 0 if packet.fault else len(records(payload, packet))
    except FrameError:
        return 0


def command(device: str, name: str, arguments: dict[str, str], serial: int) -> bytes:
    """One of COMMANDS as a Codec 12 packet, for a device that is logged in over TCP.

    Codec 12 carries no serial: what the device answers names no command. Raises FrameError for a
    command that there is not, or arguments, of which none takes any.
    """
    text = _TEXTS.get(name)
    if text is None:
        known = ", ".join(_TEXTS)
        raise FrameError("command", f"{device} cannot be told {name!a}, expected one of {known}")
    if arguments:
        given = ", ".join(sorted(arguments))
        raise FrameError("arguments", f"{name} takes no arguments, and is given {given!a}")
    return text_packet(text)


def text_packet(text: bytes, codec: int = 0x0C, kind: int = _REQUEST) -> bytes:
    """A command's text in Codec 12. kind: 05 a request, 06 an answer."""
    data = bytes((codec, 1, kind)) + len(text).to_bytes(4, "big") + text + b"\x01"
    return tcp_packet(data)


def tcp_packet(data: bytes) -> bytes:
    """`data`, from the codec to the second count, with preamble, length and CRC."""
    return PREAMBLE + len(data).to_bytes(4, "big") + data + crc16(data).to_bytes(TAIL, "big")
