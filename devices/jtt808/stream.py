"""Bytes of a JT/T 808 line cut into frames, text and noise; the same for a payload and a stream.

Between frames stands text, `(id,1,001,BASE,2,TIME)`, and on bad lines anything. Some firmware lets
one delimiter end a frame and begin the next. A byte that looks like a delimiter and is none costs
at most the bytes up to the next: whatever is no frame is looked through again from there.
"""

from __future__ import annotations

import re

from msgspec import Struct

from devices.common.frames import FrameError
from devices.jtt808.frame import LONGEST, ODD, PLAIN, Message, parse

MAX_PIECES = 1000
"""Frames of one payload that are looked at; as many as there may be readings in native JSON."""
_TEXT = re.compile(rb"\(([^()\x00-\x1f\x7e-\xff]{1,126})\)")
_TEXT_SO_FAR = re.compile(rb"\([^()\x00-\x1f\x7e-\xff]{0,126}")
_EDGE = re.compile(rb"[\x7e\xe7(]")
_HEADS = frozenset([*range(10), 0x55])
"""The first byte of any message that a device sends; a line feed is none."""

_NO_FRAME = FrameError("", "these bytes are no frame")
_TOO_MANY = FrameError(
    "", f"more than {MAX_PIECES:,} frames in one payload: the rest is not looked at"
)
_CUT_OFF = FrameError("", "the frame is cut off: the delimiter at its end is missing")


class Piece(Struct, frozen=True):
    """`data[start:end]`: a frame that was understood or not, a text, or (neither) noise.

    raw: as it came; a frame that shares its first delimiter with the one before has that too.
    """

    start: int
    end: int
    raw: bytes
    message: Message | None = None
    fault: FrameError | None = None
    text: bytes | None = None


class Splitter:
    """Cuts what comes in whatever portions. Between calls it holds less than `LONGEST` bytes."""

    def __init__(self, *, final: bool = False) -> None:
        """final: all there is comes in one portion, so that nothing is waited for."""
        self._held = b""
        self._final = final
        self._edge = 0  # the delimiter that ended the last piece, 0 if that was no frame
        self._only = 0  # a line has one delimiter: that of its first good frame

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that are complete; offsets count from the first byte not given out before."""
        data = self._held + data
        pieces: list[Piece] = []
        at = noise = 0  # where the next piece begins, and the noise before it
        while at < len(data):
            piece = self._next(data, at)
            if piece is None:
                break
            if self._final and len(pieces) >= MAX_PIECES:
                pieces.append(_noise(data, noise, len(data), _TOO_MANY))
                return pieces
            at = piece.end
            framed = piece.fault is not _NO_FRAME and piece.text is None
            self._edge = piece.raw[-1] if framed else 0
            if piece.fault is _NO_FRAME:  # noise after noise is one noise
                continue
            if noise < piece.start:
                pieces.append(_noise(data, noise, piece.start))
            pieces.append(piece)
            noise = at
            if piece.message is not None and not self._final:
                self._only = piece.message.delimiter
        if noise < at:
            pieces.append(_noise(data, noise, at))
        self._held = data[at:]
        return pieces

    def _next(self, data: bytes, at: int) -> Piece | None:
        """The piece that begins at `at`; None when more is to come before that can be told."""
        first = data[at]
        if first in (PLAIN, ODD) and self._only in (0, first):
            return self._framed(data, at, first)
        if first == 0x28 and (text := _TEXT.match(data, at)):
            return Piece(at, text.end(), text[0], text=text[1])
        if first == 0x28 and not self._final and _TEXT_SO_FAR.fullmatch(data, at):
            return None
        if self._edge and first in _HEADS:
            end = data.find(self._edge, at, at + LONGEST)
            if end < 0 and not self._final and len(data) - at < LONGEST:
                return None
            shared = bytes([self._edge]) + data[at : end + 1]
            if end > 0 and (message := _good(shared)):
                return Piece(at, end + 1, shared, message)
        edge = _EDGE.search(data, at + 1)
        return _noise(data, at, edge.start() if edge else len(data))

    def _framed(self, data: bytes, at: int, delimiter: int) -> Piece | None:
        end = data.find(delimiter, at + 1, at + LONGEST)
        if end == at + 1:
            return _noise(data, at, end)
        if end < 0 and len(data) - at >= LONGEST:
            return _noise(data, at, at + 1)
        if end < 0 and not self._final:
            return None
        if end < 0 and delimiter == ODD and PLAIN in data[at:]:  # E7 is a likely byte of others
            return _noise(data, at, at + 1)
        if end < 0:
            return _noise(data, at, len(data), _CUT_OFF)
        raw = data[at : end + 1]
        try:
            return Piece(at, end + 1, raw, parse(raw))
        except FrameError as fault:
            if delimiter == ODD and PLAIN in raw:
                return _noise(data, at, at + 1)
            return Piece(at, end + 1, raw, fault=fault)


def _good(raw: bytes) -> Message | None:
    try:
        return parse(raw)
    except FrameError:
        return None


def _noise(data: bytes, start: int, end: int, why: FrameError = _NO_FRAME) -> Piece:
    return Piece(start, end, data[start:end], fault=why)


def split(payload: bytes) -> list[Piece]:
    """All pieces of a payload, in order and without a gap."""
    return Splitter(final=True).feed(payload)
