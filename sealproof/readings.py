"""How the custody log binds raw telemetry: a running hash over the readings of each scope.

    head 0      32 zero bytes
    head n+1    SHA-256(head n || record n)

in the order in which the journal stored them. Every custody entry of the scope states how many
there were and the head (`heard` in the leaf), so whoever has the entries and the readings can tell
whether any reading was changed, left out, added or moved.
"""

from __future__ import annotations

from hashlib import sha256

START = bytes(32)
"""The head before the first reading."""


def record(device: str, received_us: int, dialect: str, *, buffered: bool, body: bytes) -> bytes:
    """What is bound of one reading: who, when it was received (microseconds since 1970-01-01Z), in
    which language, whether from the device's store, and what it says (canonical native JSON).

    None of the parts can hold a zero byte, so no two readings have one record.
    """
    parts = (device.encode(), b"%d" % received_us, dialect.encode(), b"01"[buffered : buffered + 1])
    return b"\x00".join((*parts, body))


def extend(head: bytes, record: bytes) -> bytes:
    """The head after one more record, 32 bytes."""
    return sha256(head + record).digest()
