"""One payload of a JT701 decoded, whatever frames it holds."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from devices.common.frames import MAX_BYTES, FrameError, rejected
from devices.common.identifiers import same
from devices.common.jointech_point import SIZE
from devices.common.jsonpayload import wrong_topic
from devices.jt701.binary import HEADER, long
from devices.jt701.brackets import NO_READING, command_of
from devices.jt701.messages import DOLLAR, order, read
from devices.jt701.wire import ID_DIGITS, JT701Session, Part, id_of, is_filler, split
from devices.reading import Decoded, Passed, Reading, Rejected

FILTERS: tuple[str, ...] = ("frames/jt701/+",)
DIALECT = "jt701"
_TOPIC = "frames/jt701/<id> with an id of 1 to 20 digits"


def session() -> JT701Session:
    """What understands one TCP connection."""
    return JT701Session()


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of all frames in the order of their events, then what was rejected.

    A message that carries no reading is passed over.
    """
    named = _device(topic)
    if named is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    device, coded = named
    size = len(payload)
    if (  # what mostly comes: one long frame, and nothing else
        HEADER + SIZE < size == payload[9] + HEADER
        and payload[8] == 0
        and payload[0] == DOLLAR
        and payload[1:6] == coded
    ):
        try:
            return [long(payload, device, received_at)]
        except FrameError as fault:
            return [rejected(topic, payload, fault, received_at, dialect=DIALECT, device=device)]
    readings: list[Reading] = []
    rejects: list[Rejected] = []
    passed = ""
    parts = _parts(payload)
    for index, (start, end, noise) in enumerate(parts):
        alone = len(parts) == 1
        frame = payload if end - start == len(payload) else payload[start:end]
        found: list[Reading | FrameError]
        try:
            if noise:
                raise FrameError("", noise)
            if not same(id_of(frame), device):
                raise FrameError("id", f"the id is {id_of(frame)}, expected {device}, the topic's")
            found = read(frame, device, received_at)
        except FrameError as fault:
            found = [fault]
        if not found:
            passed = NO_READING[command_of(frame)]
        for item in found:
            if isinstance(item, Reading):
                readings.append(item)
                continue
            rejects.append(
                rejected(
                    topic,
                    payload if alone else frame,
                    item,
                    received_at,
                    dialect=DIALECT,
                    device=device,
                    place="" if alone else f"[{index}]",
                )
            )
    if not readings and not rejects:
        if passed:
            return [Passed(topic=topic, dialect=DIALECT, kind=passed)]
        silent = FrameError("", "the payload holds no frame")
        return [rejected(topic, payload, silent, received_at, dialect=DIALECT, device=device)]
    if len(readings) > 1:
        readings.sort(key=order)
    return [*readings, *rejects]


@lru_cache(maxsize=16_384)
def _device(topic: str) -> tuple[str, bytes] | None:
    """The device that a topic names: as it does, without leading zeros, and as `$` frames do."""
    match = re.fullmatch(r"frames/jt701/([0-9]{1,20})", topic)
    if match is None:
        return None
    bare = match[1].lstrip("0")
    coded = bytes.fromhex(bare.zfill(ID_DIGITS)) if len(bare) <= ID_DIGITS else b""
    return match[1], coded


def _parts(payload: bytes) -> list[Part]:
    """The frames and the noise of a payload, without the line ends between them."""
    size = len(payload)
    if size > MAX_BYTES:
        return [Part(0, size, f"the payload has {size:,} bytes, expected at most {MAX_BYTES:,}")]
    return [part for part in split(payload, final=True)[0] if not _is_filler(payload, part)]


def _is_filler(payload: bytes, part: Part) -> bool:
    return part.fault != "" and is_filler(payload[part.start : part.end])
