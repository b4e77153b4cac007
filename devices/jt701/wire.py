"""How a JT701 speaks over TCP: `$` frames and `(...)` messages mixed, without any checksum.

A connection is that of the first id that it names: for want of a checksum, noise that happens to
have the form of a frame would invent a device.

Only its form tells a frame: `$`, an id of decimals and a length that fits; or `(`, an id of
decimals, a comma and so on to the first `)`, without another `(` before it (those inside are
escaped). What has neither form is passed over up to the next `$` or `(`.

Answers: to a long frame `(P35)`, from version 0x19 on `(P69,0,<serial>)`, as to P45 and WLNET; to
P22 the time, to P52 its own words, to U01 to U03 `(S39)`, to U06 `(S20)`; to all others none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from devices.common.frames import FrameError
from devices.common.jointech_point import SIZE
from devices.jt701 import wlnet
from devices.jt701.binary import HEADER, RECORD
from devices.jt701.brackets import NO_READING, SERIAL, command_of
from devices.wire import MAX_FRAME, Frame, Noise

MAX_ASCII = 1024
"""Bytes of one message in brackets; the longest that there is, an escaped WLNET, has under 200."""
ID_DIGITS = 10
"""Of an id in the binary forms; a shorter one in ASCII lacks its zeros."""

_DOLLAR, _OPEN, _CLOSE = b"$()"
_START = re.compile(rb"[$(]")
_ASCII = re.compile(rb"\((?:\d{1,20}(?:,[^()]{0,%d})?)?" % MAX_ASCII)
_LONG_MIN = SIZE + 1
_TOTAL_ACK = 0x19
"""The first protocol version that wants its serial in the answer."""
_LINE_ENDS = b"\r\n"


class Part(NamedTuple):
    """A stretch of bytes: a whole frame, or, with `fault`, something else and why."""

    start: int
    end: int
    fault: str


def split(data: bytes | bytearray, *, final: bool) -> tuple[list[Part], int]:
    """Frames and what lies between them, in order, and how many bytes that is.

    final: nothing will follow, so all bytes are told of; else an unfinished frame is left.
    """
    parts: list[Part] = []
    at, size, begun, why = 0, len(data), -1, ""
    while at < size:
        length, fault = _measure(data, at)
        if not fault and at + length > size:
            if not final:
                break
            fault = f"the frame ends after {size - at} bytes of at least {length}"
        if fault:
            if begun < 0:
                begun, why = at, fault
            found = _START.search(data, at + 1)
            at = found.start() if found else size
            continue
        if begun >= 0:
            parts.append(Part(begun, at, why))
            begun = -1
        parts.append(Part(at, at + length, ""))
        at += length
    if begun >= 0:
        parts.append(Part(begun, at, why))
    return parts, at


def _measure(data: bytes | bytearray, at: int) -> tuple[int, str]:
    """How long the frame at `at` is, at least; or why there is none."""
    if data[at] == _OPEN:
        return _measure_ascii(data, at)
    if data[at] != _DOLLAR:
        return 0, "a frame begins with $ or ("
    head = data[at : at + HEADER]
    if len(head) < HEADER:
        return HEADER, ""
    if not head[1:6].hex().isdigit():
        return 0, f"the id is {head[1:6].hex()}, expected ten decimals"
    length: int = head[8] or head[9]
    if head[8] == 0 and length < _LONG_MIN:
        return 0, f"the length is {length}, expected at least {_LONG_MIN}"
    if head[8]:
        length |= head[7] << 8
        if length % RECORD or length + HEADER > MAX_FRAME:
            return 0, f"the length is {length}, expected a multiple of {RECORD}"
    return length + HEADER, ""


def _measure_ascii(data: bytes | bytearray, at: int) -> tuple[int, str]:
    found = _ASCII.match(data, at)
    end = found.end() if found else at
    if end - at < MAX_ASCII:
        if end == len(data):
            return end - at + 1, ""
        if data[end] == _CLOSE and b"," in data[at:end]:
            return end - at + 1, ""
    return 0, "no message in brackets: expected (<id of decimals>,...) without ( inside"


def recognises(payload: bytes) -> bool:
    """Whether it begins as a lock's frame or message does."""
    return payload != b"" and _measure(payload, 0)[1] == ""


def is_filler(data: bytes) -> bool:
    """Line ends between frames are no noise."""
    return not data.strip(_LINE_ENDS)


def id_of(frame: bytes) -> str:
    """The id, of at least ten digits, so that all forms name a lock alike."""
    if frame[0] == _DOLLAR:
        return frame[1:6].hex()
    return frame[1 : frame.index(b",")].decode().zfill(ID_DIGITS)


class JT701Session:
    """One connection; see `devices.wire.Session`."""

    def __init__(self) -> None:
        self._left = bytearray()
        self._device = ""

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        self._left += data
        parts, used = split(self._left, final=False)
        found: list[Frame | Noise] = []
        for start, end, fault in parts:
            payload = bytes(self._left[start:end])
            if not fault:
                found.append(self._told(payload, now))
            elif not is_filler(payload):
                found.append(Noise(payload=payload, reason=fault))
        del self._left[:used]
        return found

    def refusal(self) -> bytes:
        """The protocol has no word for it."""
        return b""

    def _told(self, payload: bytes, now: datetime) -> Frame | Noise:
        device = id_of(payload)
        self._device = self._device or device
        if device == self._device:
            return _frame(payload, now)
        reason = f"the id is {device}, and this connection is {self._device}'s"
        return Noise(payload=payload, reason=reason)


def _frame(payload: bytes, now: datetime) -> Frame:
    device = id_of(payload)
    if payload[0] == _DOLLAR:
        return Frame(payload=payload, device=device, answer=_binary_answer(payload))
    command = command_of(payload)
    return Frame(
        payload=payload,
        device=device,
        answer=_ascii_answer(payload, command, now),
        publish=command not in NO_READING,
        reply_to=_serial_of(payload) if command == "WLNET answer" else None,
    )


def _serial_of(frame: bytes) -> int | None:
    """Of our command, which an answer repeats: `(id,1,<serial>,WLNET,8,...)`."""
    serial = frame.split(b",", 3)[2]
    return int(serial) if serial.isdigit() and len(serial) < 10 else None


def _binary_answer(frame: bytes) -> bytes:
    if frame[8]:
        return b""
    return b"(P35)" if frame[6] < _TOTAL_ACK else b"(P69,0,%d)" % frame[-1]


def _ascii_answer(frame: bytes, command: str, now: datetime) -> bytes:
    if command == "WLNET":
        try:
            serial = wlnet.binary(frame)[wlnet.SERIAL :][:1]
        except FrameError:
            return b""
        return b"(P69,0,%d)" % serial[0] if serial else b""
    fields = frame[1:-1].split(b",")
    if command == "P45":
        serial = fields[SERIAL] if len(fields) > SERIAL else b""
        return b"(P69,0,%s)" % serial if serial.isdigit() else b""
    if command == "P22":
        return now.astimezone(UTC).strftime("(P22,%d%m%y%H%M%S)").encode()
    if command == "P52" and fields[2:3] == [b"2"]:  # 3 would open it
        return b"(" + b",".join(fields[1:]) + b")"
    if command in ("U01", "U02", "U03"):
        return b"(S39)"
    return b"(S20)" if command == "U06" else b""
