"""Which readings are the same one: at least once in, exactly once in effect.

A broker delivers again, a gateway packs a reading into another batch, a seal sends live what it
sends again from its buffer: all of that is the same reading, and takes effect once. So its
identity is what it says (and which device says it), not how it came: the receipt, the dialect and
`buffered` stay out. And it is everything it says: one that differs in any content is another
reading, even under the same `id`, time or `seq`, so none is suppressed by using an identity again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from devices import native
from devices.common.jsonpayload import parse
from devices.reading import Reading

DIGEST_BYTES = 16
"""Of SHA-256: two among 10^12 readings agree by chance with a probability of 10^-15."""

_write = msgspec.json.Encoder(order="sorted").encode


def body(reading: Reading) -> bytes:
    """What the reading says, in native JSON with sorted keys: the same words, the same bytes."""
    said = native.encode(reading)
    said.pop("buffered", None)
    return _write(said)


def digest(reading: Reading, body: bytes) -> bytes:
    """The identity, 16 bytes: SHA-256 over the device's id in UTF-8, a zero byte, the body."""
    said = reading.device.encode() + b"\0" + body
    return hashlib.sha256(said).digest()[:DIGEST_BYTES]


def from_body(
    device: str, body: bytes, received_at: datetime, buffered: bool, dialect: str
) -> Reading:
    """The reading whose `body` this is, exactly as it was.

    Raises ValueError when the bytes are no body.
    """
    reading = native.read(parse(body), device, received_at, accepted=True)
    return msgspec.structs.replace(reading, buffered=buffered, dialect=dialect)
