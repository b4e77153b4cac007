"""JT/T 808 frames made of typed values, as the device would send them.

What goes in is what comes out of `jtt808.decode`; `frame.build` adds what carries it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from devices.jtt808.bits import FIXED, MOTOR_OPEN, ROPE_OUT, SOUTH, WEST
from devices.jtt808.frame import build
from devices.jtt808.location import HEAD

_DEGREE = 1_000_000
_WAKE_SHIFT = 24


class Position(Struct, frozen=True, kw_only=True):
    """The body of a 0200. time: aware. zone_h: hours that the device's clock is ahead of UTC.

    alarms, statuses: the numbers of further bits that are set. tlvs: (id, value).
    """

    time: datetime
    lat: float = 0.0
    lon: float = 0.0
    fixed: bool = True
    altitude_m: int = 0
    speed_kmh: float = 0.0
    course_deg: int = 0
    zone_h: int = 0
    alarms: frozenset[int] = frozenset()
    statuses: frozenset[int] = frozenset()
    tlvs: tuple[tuple[int, bytes], ...] = ()


def position(said: Position) -> bytes:
    """Latitude and longitude to 0.000001 degrees, speed to 0.1 km/h, time to the second."""
    status = word(said.statuses) | said.fixed << FIXED
    status |= (said.lat < 0) << SOUTH | (said.lon < 0) << WEST
    local = said.time.astimezone(UTC) + timedelta(hours=said.zone_h)
    head = HEAD.pack(
        word(said.alarms),
        status,
        round(abs(said.lat) * _DEGREE),
        round(abs(said.lon) * _DEGREE),
        said.altitude_m,
        round(said.speed_kmh * 10),
        said.course_deg,
        bytes.fromhex(f"{local:%y%m%d%H%M%S}"),
    )
    return head + tlvs(said.tlvs)


def tlvs(said: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([tag, len(value)]) + value for tag, value in said)


def lock_bits(*, rope_in: bool, motor_locked: bool, wake: int = 1) -> frozenset[int]:
    """Status bits of a Jointech lock. wake: what woke it (`jointech_seal.WAKE`), 1 its timer."""
    bits = {_WAKE_SHIFT + bit for bit in range(4) if wake >> bit & 1}
    if not rope_in:
        bits.add(ROPE_OUT)
    if not motor_locked:
        bits.add(MOTOR_OPEN)
    return frozenset(bits)


def battery(percent: int | None) -> tuple[int, bytes]:
    """D4; None: charging."""
    return 0xD4, bytes([0xFF if percent is None else percent])


def cell(mcc: int, mnc: int, lac: int, cid: int) -> tuple[int, bytes]:
    """FD."""
    return 0xFD, struct.pack(">HBIH", mcc, mnc, cid, lac)


def card_event(kind: int, card: int, result: int | None) -> tuple[int, bytes]:
    """0B with a card."""
    return 0x0B, bytes([kind]) + card.to_bytes(4) + (b"" if result is None else bytes([result]))


def batch(bodies: Iterable[bytes], *, backlog: bool) -> bytes:
    """The body of a 0704."""
    held = list(bodies)
    items = b"".join(len(body).to_bytes(2) + body for body in held)
    return len(held).to_bytes(2) + bytes([backlog]) + items


def frame(device: str, serial: int, msg: int, body: bytes = b"", *, attr: int = 0) -> bytes:
    """One frame of the edition of 2011 or 2013. device: up to 12 digits."""
    return build(msg, bytes.fromhex(device.zfill(12)), serial, body, attr=attr)


def word(bits: Iterable[int]) -> int:
    return sum(1 << bit for bit in set(bits))
