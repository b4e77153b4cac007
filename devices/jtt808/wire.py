"""JT/T 808 over TCP: what is told to the device, and which of its frames carry readings.

    0100  8100: its serial u16, 0, an authentication code (the digits of its id)
    0004  8004: the time in UTC, YYMMDDhhmmss in decimals (2019 edition)
    0109  8109: the time in UTC, year u16, month, day, hour, minute, second u8
    5501, 5502  4401 if attr b15 asks for it: message u16, 0; its own serial is the byte 1
    0001, 0104, 0201, 0302, 0500  nothing: these answer a command, whose serial they begin with
    (id,1,001,BASE,2,TIME)  the same with the time in UTC, yyyyMMddHHmmss
    all others  8001: its serial u16, the message u16, 0

A message in parts is published when all are there, the frames one after the other in one payload,
and only then is each part answered, so that the device sends them again if we are gone by then. A
registration of a model whose bits mean other things goes before each of its payloads.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from devices.jtt808.frame import ANSWER_WANTED, Message, build
from devices.jtt808.messages import (
    JT705,
    REGISTER,
    TAMPER_MODELS,
    WITH_READINGS,
    Lone,
    Parts,
    Whole,
    missing,
    model_of,
)
from devices.jtt808.stream import Piece, Splitter
from devices.wire import MAX_FRAME, Frame, Noise, Session

ANSWERS = frozenset({0x0001, 0x0104, 0x0201, 0x0302, 0x0500})
_DONE, _FAILED, _UNKNOWN_DEVICE = 0, 1, 4
_BYTE_SERIAL = 1
_FIRST_BYTES = tuple(bytes([first]) for first in (0, 1, 2, 3, 5, 7, 8, 9, 0x55))
"""Of the numbers of what a device sends."""
_TEXT = re.compile(rb"([0-9A-Za-z]{1,20}),.*", re.DOTALL)
_TIME = re.compile(rb"[0-9A-Za-z]{1,20},\d+,\d+,BASE,2,TIME", re.IGNORECASE)


def session() -> Session:
    """For one connection."""
    return _Session()


def recognises(payload: bytes) -> bool:
    """Whether it begins as a device's frame does, delimiter and message."""
    return payload[:1] in (b"\x7e", b"\xe7") and payload[1:2] in _FIRST_BYTES


def asks_time(text: bytes) -> bool:
    """Whether a text is the question for the time."""
    return _TIME.fullmatch(text) is not None


class _Session:
    def __init__(self) -> None:
        self._splitter = Splitter()
        self._parts = Parts()
        self._last: Message | None = None
        self._registration = b""
        self._serial = -1

    def feed(self, data: bytes, now: datetime) -> list[Frame | Noise]:
        found: list[Frame | Noise] = []
        for piece in self._splitter.feed(data):
            if piece.message is not None:
                self._last = piece.message
                found += self._message(piece, piece.message, now)
            elif piece.text is not None:
                found.append(_text(piece.raw, piece.text, now))
            elif piece.fault is not None:
                found.append(Noise(payload=piece.raw, reason=piece.fault.reason))
        return found

    def refusal(self) -> bytes:
        """To a registration "no such device", to anything else "failed"."""
        if self._last is None:
            return b""
        serial = self._last.serial.to_bytes(2)
        if self._last.msg == REGISTER:
            return self._say(0x8100, self._last, serial + bytes([_UNKNOWN_DEVICE]))
        body = serial + self._last.msg.to_bytes(2) + bytes([_FAILED])
        return self._say(0x8001, self._last, body)

    def _message(self, piece: Piece, message: Message, now: datetime) -> list[Frame | Noise]:
        if message.msg == REGISTER:
            kept = model_of(message).startswith(TAMPER_MODELS)
            self._registration = piece.raw if kept else b""
        if message.msg not in WITH_READINGS or not message.total:
            whole = Whole(message, message.body, (piece,), 0)
            return [self._frame(whole, now)]
        found: list[Frame | Noise] = []
        before = next(iter(self._parts.pieces.values()), None)
        other = before and before[1].message
        key = message.device, message.msg, message.total
        if other and (other.device, other.msg, other.total) != key:
            found += map(_lone, self._parts.give_up())
        found += map(_lone, self._parts.add(0, piece))
        if self._parts.size > MAX_FRAME:
            return [*found, *map(_lone, self._parts.give_up())]
        joined = self._parts.whole()
        if joined is not None:
            self._parts = Parts()
            found.append(self._frame(joined, now))
        return found

    def _frame(self, whole: Whole, now: datetime) -> Frame:
        head = whole.head
        publish = head.msg in WITH_READINGS
        heads = [piece.message for piece in whole.parts if piece.message]
        answers = head.msg in ANSWERS and len(whole.body) >= 2
        return Frame(
            payload=(self._registration if publish else b"")
            + b"".join(piece.raw for piece in whole.parts),
            device=head.device,
            answer=b"".join(self._answer(message, now) for message in heads),
            publish=publish,
            reply_to=int.from_bytes(whole.body[:2]) if answers else None,
        )

    def _answer(self, message: Message, now: datetime) -> bytes:
        serial, msg = message.serial.to_bytes(2), message.msg.to_bytes(2)
        if message.msg in ANSWERS:
            return b""
        if message.msg in JT705:
            if not message.attr & ANSWER_WANTED:
                return b""
            return _build(0x4401, message, _BYTE_SERIAL, msg + bytes([_DONE]))
        if message.msg == REGISTER:
            code = message.device.encode()
            return self._say(0x8100, message, serial + bytes([_DONE]) + code)
        if message.msg == 0x0004:
            return self._say(0x8004, message, bytes.fromhex(f"{now.astimezone(UTC):%y%m%d%H%M%S}"))
        if message.msg == 0x0109:
            at = now.astimezone(UTC)
            clock = bytes([at.month, at.day, at.hour, at.minute, at.second])
            return self._say(0x8109, message, at.year.to_bytes(2) + clock)
        return self._say(0x8001, message, serial + msg + bytes([_DONE]))

    def _say(self, msg: int, to: Message, body: bytes) -> bytes:
        self._serial = (self._serial + 1) & 0xFFFF
        return _build(msg, to, self._serial, body)


def _build(msg: int, to: Message, serial: int, body: bytes) -> bytes:
    return build(msg, to.id_raw, serial, body, delimiter=to.delimiter, version=to.version)


def _lone(part: Lone) -> Noise:
    reason = missing(part.piece.message, part.present).reason if part.piece.message else ""
    return Noise(payload=part.piece.raw, reason=reason)


def _text(raw: bytes, text: bytes, now: datetime) -> Frame:
    """A text is published by nobody; the question for the time is answered."""
    said = _TEXT.fullmatch(text)
    device = (said[1].decode().lstrip("0") or "0") if said else None
    answer = b""
    if asks_time(text):
        answer = raw[: -len("TIME)")] + f"{now.astimezone(UTC):%Y%m%d%H%M%S})".encode()
    return Frame(payload=raw, device=device, answer=answer, publish=False)
