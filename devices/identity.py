"""Which readings are the same one: at least once in, exactly once in effect.

A broker delivers again, a gateway packs a reading into another batch, a seal sends live what it
sends again from its buffer: all of that is the same reading, and takes effect once. So its
identity is what it says (and which device says it), not how it came: the receipt, the dialect and
`buffered` stay out. And it is everything it says: one that differs in any content is another
reading, even under the same `id`, time or `seq`, so none is suppressed by using an identity again.

One exception: where the receipt stands in for the event's time, it says nothing of the reading.
What is one then is told by what the device itself counted (its clock, however wrong, its `seq`, its
id); a reading without any of these is one by itself: nothing could tell it from the next like it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from devices import native
from devices.common.jsonpayload import parse
from devices.reading import Clock, Reading

DIGEST_BYTES = 16
"""Of SHA-256: two among 10^12 readings agree by chance with a probability of 10^-15."""

_RECEIPT = Clock.RECEIPT  # Python 3.11 is slow to look it up
_write = msgspec.json.Encoder(order="sorted").encode


def body(reading: Reading) -> bytes:
    """What the reading says, in native JSON with sorted keys: the same words, the same bytes."""
    if not reading.extra:
        return native.canonical(reading)
    said = native.encode(reading)
    said.pop("buffered", None)
    return _write(said)


def digest(reading: Reading, body: bytes) -> bytes:
    """The identity, 16 bytes: SHA-256 over the device's id in UTF-8, a zero byte, the body (without
    its times, where they are the receipt and something else counts).
    """
    if reading.clock is _RECEIPT:
        body = _without_receipt(body)
    said = reading.device.encode() + b"\0" + body
    return hashlib.sha256(said).digest()[:DIGEST_BYTES]


def _without_receipt(body: bytes) -> bytes:
    said = parse(body)
    counted = any(key in said for key in ("device_time", "seq", "id"))
    if native.EVENT_CLOCK not in said or not counted:  # or stored before there was that key
        return body
    return _write({key: value for key, value in said.items() if key != "time"})


def from_body(
    device: str, body: bytes, received_at: datetime, buffered: bool, dialect: str
) -> Reading:
    """The reading whose `body` this is, exactly as it was.

    Raises ValueError when the bytes are no body.
    """
    reading = native.read(parse(body), device, received_at, accepted=True)
    return msgspec.structs.replace(reading, buffered=buffered, dialect=dialect)
