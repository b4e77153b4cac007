"""JT/T 808 frames made of typed values, as the device would send them.

What goes in is what comes out of `jtt808.decode`; `jtt808_frame.build` adds what carries it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from devices import jtt808_jt705
from devices.jtt808_bits import FIXED, MOTOR_OPEN, ROPE_OUT, SOUTH, WEST
from devices.jtt808_frame import PLAIN, build
from devices.jtt808_location import HEAD

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
    status = _word(said.statuses) | said.fixed << FIXED
    status |= (said.lat < 0) << SOUTH | (said.lon < 0) << WEST
    local = said.time.astimezone(UTC) + timedelta(hours=said.zone_h)
    head = HEAD.pack(
        _word(said.alarms),
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
    """Status bits of a Jointech lock. wake: what woke it (`jt701_seal.WAKE`), 1 its timer."""
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


def password_event(kind: int, password: str, result: int | None) -> tuple[int, bytes]:
    """0B with a password of 6 characters; result None for the types that are refusals."""
    shown = password.encode().ljust(6)[:6]
    return 0x0B, bytes([kind]) + shown + (b"" if result is None else bytes([result]))


def card_event(kind: int, card: int, result: int | None) -> tuple[int, bytes]:
    """0B with a card."""
    return 0x0B, bytes([kind]) + card.to_bytes(4) + (b"" if result is None else bytes([result]))


def batch(bodies: Iterable[bytes], *, backlog: bool) -> bytes:
    """The body of a 0704."""
    held = list(bodies)
    items = b"".join(len(body).to_bytes(2) + body for body in held)
    return len(held).to_bytes(2) + bytes([backlog]) + items


class Report(Struct, frozen=True, kw_only=True):
    """The body of a 5501. speed_kn: knots. course_deg: even. lat, lon: to 0.0001 minutes.

    battery_pct None: charging.
    """

    time: datetime
    lat: float = 0.0
    lon: float = 0.0
    fixed: bool = True
    speed_kn: int = 0
    course_deg: int = 0
    rssi: int = 0
    satellites: int = 0
    odometer_km: int = 0
    battery_pct: int | None = None
    cid: int = 0
    lac: int = 0
    product: int = jtt808_jt705.PRODUCT
    statuses: frozenset[int] = frozenset()
    alarms: frozenset[int] = frozenset()
    tlvs: tuple[tuple[int, bytes], ...] = ()


def report(said: Report) -> bytes:
    flags = said.fixed | (said.lat >= 0) << 1 | (said.lon >= 0) << 2 | 8
    clock = f"{said.time.astimezone(UTC):%d%m%y%H%M%S}"
    text = f"{clock}{_minutes(said.lat, 2)}{_minutes(said.lon, 3)}{flags:x}"
    head = jtt808_jt705.HEAD.pack(
        said.rssi,
        said.satellites,
        said.odometer_km,
        jtt808_jt705.CHARGING[0] if said.battery_pct is None else said.battery_pct,
        said.cid,
        said.lac,
        said.product,
        _word(said.statuses),
        _word(said.alarms),
    )
    point = bytes.fromhex(text) + bytes([said.speed_kn, said.course_deg // 2])
    return point + head + tlvs(said.tlvs)


def registration(model: str, own_id: str, *, plate: str = "") -> bytes:
    """The body of a 0100, edition 2013."""
    names = b"MAKER" + model.encode().ljust(20, b"\0")[:20] + own_id.encode().ljust(7, b"\0")[:7]
    return bytes(4) + names + b"\0" + plate.encode()


def frame(device: str, serial: int, msg: int, body: bytes = b"", *, attr: int = 0) -> bytes:
    """One frame of the edition of 2011 or 2013. device: up to 12 digits."""
    return build(msg, bytes.fromhex(device.zfill(12)), serial, body, attr=attr)


def parts(device: str, serial: int, msg: int, body: bytes, size: int) -> list[bytes]:
    """The message in frames of `size` bytes of body each, with serials that count up."""
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    id_raw = bytes.fromhex(device.zfill(12))
    return [
        build(msg, id_raw, serial + k, chunk, delimiter=PLAIN, total=len(chunks), index=k + 1)
        for k, chunk in enumerate(chunks)
    ]


def _minutes(degrees: float, width: int) -> str:
    whole, minutes = divmod(round(abs(degrees) * 600_000), 600_000)
    return f"{whole:0{width}d}{minutes:06d}"


def _word(bits: Iterable[int]) -> int:
    return sum(1 << bit for bit in set(bits))
