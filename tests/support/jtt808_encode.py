"""JT/T 808 frames that only tests send: JT705A's reports, registrations, messages in parts."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from devices.jtt808 import jt705
from devices.jtt808.encoder import tlvs, word
from devices.jtt808.frame import PLAIN, build


def password_event(kind: int, password: str, result: int | None) -> tuple[int, bytes]:
    """0B with a password of 6 characters; result None for the types that are refusals."""
    shown = password.encode().ljust(6)[:6]
    return 0x0B, bytes([kind]) + shown + (b"" if result is None else bytes([result]))


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
    product: int = jt705.PRODUCT
    statuses: frozenset[int] = frozenset()
    alarms: frozenset[int] = frozenset()
    tlvs: tuple[tuple[int, bytes], ...] = ()


def report(said: Report) -> bytes:
    flags = said.fixed | (said.lat >= 0) << 1 | (said.lon >= 0) << 2 | 8
    clock = f"{said.time.astimezone(UTC):%d%m%y%H%M%S}"
    text = f"{clock}{_minutes(said.lat, 2)}{_minutes(said.lon, 3)}{flags:x}"
    head = jt705.HEAD.pack(
        said.rssi,
        said.satellites,
        said.odometer_km,
        jt705.CHARGING[0] if said.battery_pct is None else said.battery_pct,
        said.cid,
        said.lac,
        said.product,
        word(said.statuses),
        word(said.alarms),
    )
    point = bytes.fromhex(text) + bytes([said.speed_kn, said.course_deg // 2])
    return point + head + tlvs(said.tlvs)


def registration(model: str, own_id: str, *, plate: str = "") -> bytes:
    """The body of a 0100, edition 2013."""
    names = b"MAKER" + model.encode().ljust(20, b"\0")[:20] + own_id.encode().ljust(7, b"\0")[:7]
    return bytes(4) + names + b"\0" + plate.encode()


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
