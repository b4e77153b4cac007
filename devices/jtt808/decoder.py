"""One payload of JT/T 808 decoded: frames, messages, positions."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from devices.common.frames import MAX_BYTES, FrameError, rejected
from devices.common.identifiers import key_of
from devices.common.jsonpayload import wrong_topic
from devices.jtt808 import carried
from devices.jtt808.bits import Kind
from devices.jtt808.draft import Draft, together
from devices.jtt808.frame import LONGEST, PLAIN, parse
from devices.jtt808.jt705 import reading as jt705_reading
from devices.jtt808.location import DIALECT, HEAD, Context, reading
from devices.jtt808.messages import (
    BACKLOG,
    BATCH,
    CARRIED,
    JT705,
    NAMES,
    POSITION,
    REGISTER,
    REPEATED,
    TAMPER_MODELS,
    WITH_READINGS,
    Item,
    Whole,
    gather,
    items,
    missing,
    model_of,
    name_of,
)
from devices.jtt808.stream import Piece, split
from devices.jtt808.tape import Tape, tape
from devices.jtt808.tlv import READERS, read
from devices.jtt808.wire import asks_time
from devices.reading import Decoded, Passed, Reading, Rejected

FILTERS: tuple[str, ...] = ("frames/jtt808/+",)
STANDARD, EDITION_2019 = Kind.STANDARD, Kind.EDITION_2019
_A_POSITION = b"\x7e\x02\x00"
_TOPIC = "frames/jtt808/<device> with a device of 1 to 64 of A-Z a-z 0-9 . _ -"


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of all frames in the order of their event times, then what was rejected."""
    return _decode(topic, payload, received_at, local=False)


def decode_local(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """As `decode`, of a device whose clock's zone is known: no guess is made at it."""
    return _decode(topic, payload, received_at, local=True)


def _decode(topic: str, payload: bytes, received_at: datetime, *, local: bool) -> Decoded:
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    end = len(payload) - 1
    if payload[:3] == _A_POSITION and end < LONGEST and payload.find(PLAIN, 1) == end:
        found = _alone(payload, device, received_at, local)
        if found is not None:
            return [found]
    telling = _Telling(topic, payload, received_at, device, local=local)
    if not payload or len(payload) > MAX_BYTES:
        size = f"{len(payload):,} bytes, expected 1 to {MAX_BYTES:,}"
        telling.reject(FrameError("", f"the payload has {size}"), payload)
        return [*telling.rejects]
    telling.tell(split(payload))
    return telling.found()


def _alone(payload: bytes, device: str, received_at: datetime, local: bool) -> Reading | None:
    """The reading of what mostly comes, one whole frame with one position: there is nothing to
    look for, and no part to wait for. None where anything is wrong.
    """
    try:
        message = parse(payload)
        body = message.body
        if message.total or message.device != key_of(device) or len(body) < HEAD.size:
            return None
        draft = Draft()
        read(body, HEAD.size, draft, len(body), READERS)
        otherwise = STANDARD if message.version is None else EDITION_2019
        context = Context(device, received_at, POSITION, message.serial, otherwise, local=local)
        return reading(body, 0, draft, draft.by_jointech, context)
    except FrameError:
        return None


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = re.fullmatch(r"frames/jtt808/([A-Za-z0-9._-]{1,64})", topic)
    return match[1] if match else None


class _Telling:
    """One payload being decoded."""

    def __init__(
        self, topic: str, payload: bytes, received_at: datetime, device: str, *, local: bool
    ) -> None:
        self.local = local
        self.topic, self.payload, self.received_at = topic, payload, received_at
        self.device, self.number = device, key_of(device)
        self.kind = STANDARD
        self.readings: list[Reading] = []
        self.rejects: list[Rejected] = []
        self.passed: dict[str, None] = {}
        self.known = True
        self.tapes: dict[int, Tape] = {}

    def reject(self, fault: FrameError, part: bytes, place: str = "") -> None:
        self.rejects.append(
            rejected(
                self.topic,
                part,
                fault,
                self.received_at,
                dialect=DIALECT,
                device=self.device,
                place=place,
            )
        )

    def tell(self, pieces: list[Piece]) -> None:
        understood = [(k, piece) for k, piece in enumerate(pieces) if self.ours(k, piece)]
        for told in gather(understood):
            if isinstance(told, Whole):
                self.whole(told)
            elif told.piece.message and told.present != REPEATED:
                fault = missing(told.piece.message, told.present)
                self.reject(fault, told.piece.raw, f"[{told.place}]")

    def ours(self, place: int, piece: Piece) -> bool:
        """Whether it is a frame of this device; what is none is set aside, or passed over."""
        if piece.fault is not None:
            self.reject(piece.fault, piece.raw, f"[{place}]")
        elif piece.message is None:
            asked = piece.text is not None and asks_time(piece.text)
            self.passed["a question for the time" if asked else "a text"] = None
            self.known &= asked
        elif piece.message.device != self.number:
            said = f"id is {piece.message.device}, expected {self.number}, the topic's"
            self.reject(FrameError("id", said), piece.raw, f"[{place}]")
        else:
            return True
        return False

    def whole(self, whole: Whole) -> None:
        msg = whole.head.msg
        if msg == REGISTER and model_of(whole.head).startswith(TAMPER_MODELS):
            self.kind = Kind.TAMPER
        if msg not in WITH_READINGS:
            self.passed[name_of(msg)] = None
            self.known &= msg in NAMES
        elif msg in CARRIED:
            told = (msg, whole.body, whole.head.serial, self.device, self.received_at)
            self.readings.append(carried.reading(*told, local=self.local))
        elif msg in JT705:
            head = whole.head
            try:
                self.readings.append(
                    jt705_reading(msg, whole.body, head.serial, self.device, self.received_at)
                )
            except FrameError as fault:
                self.fault(whole, Item("", 0, len(whole.body), fault), fault)
        else:
            self.positions(whole)

    def positions(self, whole: Whole) -> None:
        """What one item of a batch shows of the maker holds for all of it."""
        head, body = whole.head, whole.body
        found: list[tuple[Item, Draft]] = []
        jointech: bool | None = None
        for item in items(head.msg, body):
            if item.fault:
                self.fault(whole, item, item.fault)
                continue
            draft = Draft()
            read(body, item.start + HEAD.size, draft, item.end, READERS)
            jointech = together(jointech, draft.by_jointech)
            found.append((item, draft))
        edition = STANDARD if head.version is None else EDITION_2019
        otherwise = self.kind if self.kind is Kind.TAMPER else edition
        buffered = head.msg == BATCH and body[2:3] == bytes([BACKLOG])
        context = Context(
            *(self.device, self.received_at, head.msg, head.serial, otherwise, buffered),
            local=self.local,
        )
        for item, draft in found:
            number = item.place.removeprefix("items")
            try:
                told = reading(body, item.start, draft, jointech, context, number)
            except FrameError as fault:
                self.fault(whole, item, fault)
            else:
                self.readings.append(told)

    def fault(self, whole: Whole, item: Item, fault: FrameError) -> None:
        place = f"[{whole.first}].{item.place}" if item.place else f"[{whole.first}]"
        if item.place.startswith("items"):
            if whole.first not in self.tapes:
                self.tapes[whole.first] = tape(self.payload, whole)
            part = self.tapes[whole.first].cut(item.start, item.end)
        else:
            part = whole.parts[0].raw if len(whole.parts) == 1 else self.payload
        self.reject(fault, part, place)

    def found(self) -> Decoded:
        kind = " and ".join(self.passed)
        if not self.readings and not self.rejects:
            if self.known:
                return [Passed(topic=self.topic, dialect=DIALECT, kind=kind)]
            self.reject(FrameError("", f"{kind}: not known, and no reading"), self.payload)
        if len(self.readings) > 1:
            self.readings.sort(key=_order)
        return [*self.readings, *self.rejects]


def _order(reading: Reading) -> tuple[datetime, int]:
    return reading.event_time, -1 if reading.seq is None else reading.seq
