"""Jointech JT600, JT701 and JT701D: electronic locks, binary and ASCII frames as they came off TCP.

Topic `frames/jt701/<id>`, raw bytes: one frame or several, of any form. Layouts: the binary forms
in jt701_binary, the messages in brackets in jt701_ascii, sensors and sub-locks in jt701_wlnet, what
bits and codes say of the seal in jt701_seal. The id is that of the topic, leading zeros aside.

Where the maker's manual differs from what is usually read: speed is a plain byte in knots (not
decimals), the speed of P45 is in km/h, and a lock event has its result beside its source.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from devices import jt701_usual
from devices.frames import MAX_BYTES, FrameError, rejected
from devices.jsonpayload import wrong_topic
from devices.jt701_ascii import NO_READING, command_of
from devices.jt701_binary import HEADER, long
from devices.jt701_explain import explain
from devices.jt701_point import SIZE
from devices.jt701_read import DOLLAR, order, read
from devices.jt701_wire import ID_DIGITS, JT701Session, Part, id_of, is_filler, split
from devices.reading import Reading, Rejected

__all__ = ["FILTERS", "decode", "explain", "session"]

FILTERS: tuple[str, ...] = ("frames/jt701/+",)
DIALECT = "jt701"
_TOPIC = "frames/jt701/<id> with an id of 1 to 20 digits"


def session() -> JT701Session:
    """What understands one TCP connection."""
    return JT701Session()


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    """The readings of all frames in the order of their events, then what was rejected.

    A message that carries no reading is rejected where it stands alone, else passed over.
    """
    named = _device(topic)
    if named is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    device, bare, coded = named
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
    if payload[:1] == b"(":
        event = jt701_usual.lock_event(payload, device, bare, received_at)
        if event is not None:
            return [event]
    return in_full(topic, payload, received_at, device)


def in_full(
    topic: str, payload: bytes, received_at: datetime, device: str
) -> list[Reading | Rejected]:
    """As `decode`, without the short ways of one long frame and of one lock event."""
    bare = device.lstrip("0")
    readings: list[Reading] = []
    rejects: list[Rejected] = []
    nothing = "the payload holds no frame"
    parts = _parts(payload)
    for index, (start, end, noise) in enumerate(parts):
        alone = len(parts) == 1
        frame = payload if end - start == len(payload) else payload[start:end]
        found: list[Reading | FrameError]
        try:
            if noise:
                raise FrameError("", noise)
            if id_of(frame).lstrip("0") != bare:
                raise FrameError("id", f"the id is {id_of(frame)}, expected {device}, the topic's")
            found = read(frame, device, received_at)
        except FrameError as fault:
            found = [fault]
        if not found:
            nothing = f"{NO_READING[command_of(frame)]}: it carries no reading"
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
        silent = FrameError("", nothing)
        return [rejected(topic, payload, silent, received_at, dialect=DIALECT, device=device)]
    if len(readings) > 1:
        readings.sort(key=order)
    return [*readings, *rejects]


@lru_cache(maxsize=16_384)
def _device(topic: str) -> tuple[str, str, bytes] | None:
    """The device that a topic names: as it does, without leading zeros, and as `$` frames do."""
    match = re.fullmatch(r"frames/jt701/([0-9]{1,20})", topic)
    if match is None:
        return None
    bare = match[1].lstrip("0")
    coded = bytes.fromhex(bare.zfill(ID_DIGITS)) if len(bare) <= ID_DIGITS else b""
    return match[1], bare, coded


def _parts(payload: bytes) -> list[Part]:
    """The frames and the noise of a payload, without the line ends between them."""
    size = len(payload)
    if size > MAX_BYTES:
        return [Part(0, size, f"the payload has {size:,} bytes, expected at most {MAX_BYTES:,}")]
    return [part for part in split(payload, final=True)[0] if not _is_filler(payload, part)]


def _is_filler(payload: bytes, part: Part) -> bool:
    return part.fault != "" and is_filler(payload[part.start : part.end])
