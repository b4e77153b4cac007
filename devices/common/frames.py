"""Frames: what the binary and ASCII dialects share.

A frame reaches MQTT as it came off the wire, on `frames/<dialect>/<device>`; one payload may hold
several, for a gateway publishes the parts of a subpackaged message together.

A module of a framed dialect has, besides FILTERS and `decode`:

    explain(payload: bytes) -> list[Field]    what every byte means; never raises
    device_of(payload: bytes) -> str | None   whom the payload itself names, for want of a topic
    recognises(payload: bytes) -> bool        whether it begins as its own frames do
    decode_local(...)                         as `decode`, without a guess at the clock's zone
    session() -> Session                      see `devices.wire`; if devices connect over TCP
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from devices.reading import Rejected

MAX_BYTES = 1024 * 1024
"""Of one payload: 1 MiB, as for JSON."""


class Field(Struct, frozen=True, kw_only=True):
    """One field of a frame, explained.

    offset: of its first byte in the payload as it came (before anything is unescaped).
    raw: its bytes as they came. meaning: its value in words, with the unit.
    into: where it went in the Reading ("position.lat", "seal.events", "extra.alarm"); "" if it
        only carries the frame (length, checksum). record: which of several readings, from 0.
    """

    name: str
    offset: int
    raw: bytes
    meaning: str
    into: str = ""
    record: int = 0


class FrameError(ValueError):
    """Why bytes are no frame, or a frame is no reading. `place` names the field at fault."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def device_in(topic: str) -> str:
    """The device that a topic `frames/<dialect>/<device>` names; "" if it names none."""
    parts = topic.split("/")
    return parts[2] if len(parts) == 3 and parts[0] == "frames" else ""


def rejected(
    topic: str,
    part: bytes,
    fault: FrameError,
    received_at: datetime,
    *,
    dialect: str,
    device: str | None,
    place: str = "",
) -> Rejected:
    """`part` of a payload, set aside. place: which frame or record it is, "[2]"."""
    where = f"{place}.{fault.place}" if place and fault.place else place or fault.place
    return Rejected(
        topic=topic,
        payload=part,
        reason=fault.reason,
        received_at=received_at,
        dialect=dialect,
        device=device,
        place=where,
    )
