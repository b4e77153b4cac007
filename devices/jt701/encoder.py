"""Frames as a JT701D writes them: what the decoder reads back as it was, for simulated locks."""

from __future__ import annotations

from datetime import UTC, datetime

from devices.common.jointech_point import KMH_PER_KNOT
from devices.common.jointech_seal import STATUS
from devices.jt701.binary import CHARGING, LONG, NO_BYTE, NO_RSSI
from devices.reading import Cell, SealEvent

LIVE, ALARM, BACKLOG, SUB_NEW = 1, 2, 3, 4
"""Kinds of report."""
VERSION = 0x19
DEVICE_TYPE = 1
_UNITS = 600_000
"""Ten-thousandths of a minute in a degree."""
_BITS = {what: bit for bit, what in STATUS.items()}


def status_word(*whats: SealEvent | str) -> int:
    """Of alarms and levels: `status_word("rope_in", "motor_locked", SealEvent.VIBRATION)`."""
    return sum(1 << _BITS[what] for what in set(whats))


def long_frame(
    device: str,
    time: datetime,
    lat: float,
    lon: float,
    *,
    serial: int,
    status: int,
    kind: int = LIVE,
    fix: bool = True,
    speed_kmh: float = 0.0,
    course_deg: float = 0.0,
    mileage_km: int = 0,
    satellites: int = 0,
    battery_pct: int | None = None,
    cell: Cell | None = None,
    fence: int = 0,
    wake: int = 1,
    imei: str = "",
    vehicle: int = 0,
) -> bytes:
    """A long frame of version 0x19.

    device: up to 10 digits. lat, lon: degrees, to 1/600,000. speed_kmh: to the knot, of which there
    are 255 at most. course_deg: to 2 degrees. battery_pct: None is charging. imei: 15 digits or "".
    """
    cell = cell or Cell()
    flags = (1 if fix else 0) | (2 if lat >= 0 else 0) | (4 if lon >= 0 else 0) | 8
    point = f"{time.astimezone(UTC):%d%m%y%H%M%S}{_degrees(lat, 2)}{_degrees(lon, 3)}{flags:x}"
    cid, mnc = cell.cid or 0, cell.mnc or 0
    values = LONG.struct.pack(
        *(mileage_km, satellites, vehicle, status),
        *(CHARGING if battery_pct is None else battery_pct, cid & 0xFFFF, cell.lac or 0),
        *(NO_RSSI if cell.rssi is None else cell.rssi, fence, wake),
        *(mnc >> 8 or NO_BYTE, 0, bytes.fromhex(f"0{imei}" if imei else "0f" * 8)),
        *(cid >> 16, cell.mcc or 0, mnc & 0xFF),
    )
    body = bytes.fromhex(point) + bytes([round(speed_kmh / KMH_PER_KNOT), round(course_deg / 2)])
    body += values + bytes([serial & 0xFF])
    head = bytes([VERSION, DEVICE_TYPE << 4 | kind]) + len(body).to_bytes(2)
    return b"$" + bytes.fromhex(device.zfill(10)) + head + body


def _degrees(value: float, width: int) -> str:
    whole, minutes = divmod(round(abs(value) * _UNITS), _UNITS)
    return f"{whole:0{width}d}{minutes:06d}"


def lock_event(
    device: str,
    time: datetime,
    lat: float,
    lon: float,
    *,
    serial: int,
    source: int,
    unlock: int,
    card: str = "0000000000",
    password_right: bool = False,
    wrong_passwords: int = 0,
    fix: bool = True,
    speed_kmh: float = 0.0,
    course_deg: float = 0.0,
) -> bytes:
    """A P45; the codes of `source` and `unlock` are those of `jointech_seal`."""
    fields = (
        *(device, "P45", f"{time.astimezone(UTC):%d%m%y,%H%M%S}"),
        *(f"{abs(lat):.6f}", "N" if lat >= 0 else "S"),
        *(f"{abs(lon):.6f}", "E" if lon >= 0 else "W"),
        *("A" if fix else "V", f"{speed_kmh:.0f}", f"{course_deg:.0f}", source, unlock, card),
        *(int(password_right), wrong_passwords, serial),
    )
    return f"({','.join(map(str, fields))})".encode()
