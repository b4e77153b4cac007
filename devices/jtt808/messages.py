"""What the messages are, and which of them hold positions, where.

    0200  a position                         0201, 0500  u16 the serial answered, a position
    0704  u16 count, u8 kind (1: backlog), items of u16 length and a position
    0210  items of u8 length and a position  5501, 5502  `jt705`
    0701, 0702, 0900  `carried`

A message in parts: each part is a frame of its own, with total and index in its header; the bodies
joined are the message's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from devices.common.frames import FrameError
from devices.jtt808.frame import Message
from devices.jtt808.location import HEAD
from devices.jtt808.stream import Piece

POSITION, BATCH, BATCH_SHORT = 0x0200, 0x0704, 0x0210
WITH_SERIAL = frozenset({0x0201, 0x0500})
JT705 = frozenset({0x5501, 0x5502})
CARRIED = frozenset({0x0701, 0x0702, 0x0900})
"""What it passes on: `carried`."""
WITH_READINGS = frozenset({POSITION, BATCH, BATCH_SHORT, *WITH_SERIAL, *JT705, *CARRIED})
WITH_SEQ = frozenset({POSITION, *WITH_SERIAL, *JT705, *CARRIED})
"""Messages that are one reading, whose `seq` is then their serial."""
BACKLOG = 1
MAX_ITEMS = 1000
TAMPER_MODELS = ("G-360P", "G-508P")
"""Their alarm bits 0, 1 and 4 are of the seal (`bits.Kind.TAMPER`)."""
REGISTER = 0x0100

NAMES = {
    0x0001: "an answer to a command",
    0x0002: "a heartbeat",
    0x0003: "a logout",
    0x0004: "a question for the time",
    0x0100: "a registration",
    0x0102: "an authentication",
    0x0104: "its parameters",
    0x0107: "its properties",
    0x0109: "a question for the time",
    0x0200: "a position",
    0x0201: "a position that was asked for",
    0x0210: "a batch of positions",
    0x0302: "an answer to a question",
    0x0500: "an answer to a command for the vehicle, with a position",
    0x0701: "a waybill",
    0x0702: "a driver's card",
    0x0704: "a batch of positions",
    0x0900: "data of what hangs on it",
    0x5501: "a report",
    0x5502: "a stored report",
}


def name_of(msg: int) -> str:
    return NAMES.get(msg, f"a message {msg:04X}")


class Whole(NamedTuple):
    """A message, its parts joined. first: the place of its first part in the payload."""

    head: Message
    body: bytes
    parts: tuple[Piece, ...]
    first: int


class Item(NamedTuple):
    """A position within a body; fault where it is none. place: "" for the message itself."""

    place: str
    start: int
    end: int
    fault: FrameError | None = None


REPEATED = 0


class Lone(NamedTuple):
    """A part that is no message; `present` parts of it are there (`REPEATED`: it came again)."""

    place: int
    piece: Piece
    present: int


class Parts:
    """The parts of one message in parts, as they come."""

    def __init__(self) -> None:
        self.pieces: dict[int, tuple[int, Piece]] = {}
        self.size = 0

    def add(self, place: int, piece: Piece) -> list[Lone]:
        """Takes one part; gives back those that it supersedes.

        A part that comes again as it was is a repetition; one that differs is of a new message.
        """
        message = piece.message
        if message is None:
            return []
        old: list[Lone] = []
        before = self.pieces.get(message.index)
        same = before and before[1].message
        if before and same and same.body == message.body:
            old = [Lone(*before, REPEATED)]
            self.size -= len(before[1].raw)
        elif before:
            old = self.give_up()
        self.pieces[message.index] = (place, piece)
        self.size += len(piece.raw)
        return old

    def give_up(self) -> list[Lone]:
        """All that is held, which is then no message."""
        held, self.pieces, self.size = self.pieces, {}, 0
        return [Lone(*one, len(held)) for one in held.values()]

    def whole(self) -> Whole | None:
        """The message, once all of its parts are there."""
        first = next(iter(self.pieces.values()), None)
        if first is None or not first[1].message or len(self.pieces) < first[1].message.total:
            return None
        ordered = [self.pieces[index] for index in sorted(self.pieces)]
        heads = [piece.message for _, piece in ordered if piece.message]
        body = b"".join(head.body for head in heads)
        pieces = tuple(piece for _, piece in ordered)
        return Whole(heads[0], body, pieces, min(place for place, _ in ordered))


def gather(pieces: Iterable[tuple[int, Piece]]) -> Iterator[Whole | Lone]:
    """The messages of a payload: each where its last part lies, and at the end what lacks parts.

    pieces: (place in the payload, frame that was understood).
    """
    waiting: dict[tuple[str, int, int], Parts] = {}
    for place, piece in pieces:
        message = piece.message
        if message is None:
            continue
        if not message.total:
            yield Whole(message, message.body, (piece,), place)
            continue
        key = message.device, message.msg, message.total
        parts = waiting.setdefault(key, Parts())
        yield from parts.add(place, piece)
        if (whole := parts.whole()) is not None:
            del waiting[key]
            yield whole
    for parts in waiting.values():
        yield from parts.give_up()


def missing(message: Message, present: int) -> FrameError:
    """Why a part is no message, of which `present` parts came."""
    if present == REPEATED:
        return FrameError("", f"part {message.index} of {message.total} came again")
    others = message.total - present
    lost = "the others are" if present == 1 < others else f"{others} more is"
    lost = f"{others} more are" if others > 1 and present > 1 else lost
    part = f"part {message.index} of {message.total} of {message.msg:04X}"
    return FrameError("", f"{part}, {lost} missing")


def items(msg: int, body: bytes) -> Iterator[Item]:
    """The positions that a body of a message of `WITH_READINGS` (JT705's apart) holds."""
    if msg not in (BATCH, BATCH_SHORT):
        start = 2 if msg in WITH_SERIAL else 0
        yield _item("", start, len(body), len(body))
        return
    at, width = (3, 2) if msg == BATCH else (0, 1)
    count = 0
    while at < len(body):
        if count == MAX_ITEMS:
            reason = f"more than {MAX_ITEMS:,} items in one batch: the rest is not looked at"
            yield Item(f"items[{count}]", at, len(body), FrameError("", reason))
            return
        start = at + width
        end = start + int.from_bytes(body[at:start])
        yield _item(f"items[{count}]", start, end, len(body))
        at, count = end, count + 1
    said = int.from_bytes(body[:2]) if msg == BATCH else count
    if msg == BATCH and len(body) < 3:
        yield Item("count", 0, len(body), FrameError("", "the batch ends before its first item"))
    elif said != count:
        yield Item("count", 0, len(body), FrameError("", f"it says {said} items, and has {count}"))
    elif not count:
        yield Item("", 0, len(body), FrameError("", "the batch is empty"))


def _item(place: str, start: int, end: int, size: int) -> Item:
    fault = None
    if end > size or start > size:
        fault = FrameError("", f"the item is cut off: {max(end - size, 1)} bytes are missing")
    elif end - start < HEAD.size:
        has = end - start
        fault = FrameError("", f"the position has {has} bytes, expected at least {HEAD.size}")
    return Item(place, min(start, size), min(end, size), fault)


def model_of(message: Message) -> str:
    """The model that a registration (0100) names; "" where it names none.

    province u16, city u16, then maker 5 and model 8 (2011), 20 (2013), or maker 11 and model 30
    (2019), and the device's own id of 7 (30), then the plate's colour u8 and the plate.
    """
    maker, model = (11, 30) if message.version is not None else (5, 20)
    text = message.body[4 + maker : 4 + maker + model]
    return text.split(b"\0")[0].decode("latin-1").strip()
