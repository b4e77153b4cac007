"""Where each byte of a message lies in the payload as it came."""

from __future__ import annotations

from devices.jtt808.frame import offsets, unescape
from devices.jtt808.messages import Whole
from devices.jtt808.stream import Piece


class Tape:
    """A body, and for each of its bytes where it begins and ends in the payload."""

    def __init__(self, payload: bytes, data: bytes, starts: list[int], ends: list[int]) -> None:
        self.payload, self.data, self.starts, self.ends = payload, data, starts, ends

    def cut(self, start: int, end: int) -> bytes:
        """The payload's bytes from one of the body to another, whatever lies between them."""
        if start >= end:
            start = min(start, len(self.starts) - 1)
            return self.payload[self.starts[start] : self.starts[start]] if self.starts else b""
        return self.payload[self.starts[start] : self.ends[end - 1]]

    def runs(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """As `cut`, in pieces: (offset, bytes) for each stretch without anything between."""
        found: list[tuple[int, bytes]] = []
        first, end = start, min(end, len(self.starts))
        for at in range(start, end):
            if at + 1 == end or self.ends[at] != self.starts[at + 1]:
                raw = self.payload[self.starts[first] : self.ends[at]]
                found.append((self.starts[first], raw))
                first = at + 1
        return found


def frame_tape(payload: bytes, piece: Piece) -> Tape:
    """All that lies between the delimiters of a frame, checksum included."""
    shift = piece.end - len(piece.raw)
    places = [shift + at for at in offsets(piece.raw)]
    return Tape(payload, unescape(piece.raw), places[:-1], places[1:])


def tape(payload: bytes, whole: Whole) -> Tape:
    """The body of a message, joined from its parts."""
    starts: list[int] = []
    ends: list[int] = []
    for piece in whole.parts:
        size = len(piece.message.body) if piece.message else 0
        frame = frame_tape(payload, piece)
        last = len(frame.data) - 1
        starts += frame.starts[last - size : last]
        ends += frame.ends[last - size : last]
    return Tape(payload, whole.body, starts, ends)
