"""JT705A's own reports, 5501 and (without a fix) 5502.

     0  17 bytes, `jointech_point`: time in UTC, position, speed, course
    17  rssi | satellites | km u32 | battery % (AA or AB: charging) | cell u32 | lac u16
    30  product u8 | status u16 | alarm u16
    35  extensions: 0B as in 0200, 0C tilt 3 times i16, 10 what woke it, 02 altitude m, FC fence id

Product 3: status b5 blocked; alarm b0 overspeed, b1 low power, b2 vibration, b3 low battery,
b5 fence entered, b6 fence left. Bits of other products are kept by number, as is any unnamed one.
"""

from __future__ import annotations

import struct
from datetime import datetime

from devices.common import jointech_point
from devices.common.frames import FrameError
from devices.common.jointech_seal import WAKE
from devices.jtt808.draft import Draft
from devices.jtt808.location import DIALECT, cell_of
from devices.jtt808.locks import LOCK_EVENT, lock_event
from devices.jtt808.tlv import ANY, Known, by_length, read
from devices.reading import Reading, SealEvent, SealReport

HEAD = struct.Struct(">BBIBIHBHH")
SIZE = jointech_point.SIZE + HEAD.size
WITHOUT_FIX = 0x5502
CHARGING = (0xAA, 0xAB)
PRODUCT = 3
Table = dict[int, str | SealEvent]
STATUS: Table = {5: "blocked"}
ALARM: Table = {
    0: "overspeed",
    1: "low_power",
    2: SealEvent.VIBRATION,
    3: SealEvent.LOW_BATTERY,
    5: "fence_entered",
    6: "fence_left",
}
_FLAGS_AT, _FIX = 14, 1


def reading(msg: int, body: bytes, serial: int, device: str, received_at: datetime) -> Reading:
    """Raises FrameError: too short, or as `jointech_point.position` does."""
    if len(body) < SIZE:
        raise FrameError("", f"the report has {len(body)} bytes, expected at least {SIZE}")
    draft = Draft()
    read(body, SIZE, draft, len(body), READERS)
    battery = head(body, draft)
    point = bytearray(body[: jointech_point.SIZE])
    if msg == WITHOUT_FIX:
        point[_FLAGS_AT] &= ~_FIX
    extra = draft.extra
    extra["clock"] = "utc"
    moment, position = jointech_point.position(
        bytes(point),
        0,
        received_at,
        extra,
        satellites=draft.satellites,
        altitude_m=draft.altitude,
    )
    seal = None
    if draft.events or draft.credential is not None:
        seal = SealReport(events=draft.events, credential=draft.credential)
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=moment,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=battery,
        seq=serial,
        message_id=f"{msg:04X}-{serial}" if extra["clock"] == "unset" else None,
        cell=cell_of(draft),
        extra=extra,
    )


def head(body: bytes, draft: Draft) -> float | None:
    """What stands between point and extensions goes into `draft`; the battery in percent."""
    rssi, satellites, km, battery, cid, lac, product, status, alarm = HEAD.unpack_from(
        body, jointech_point.SIZE
    )
    draft.rssi, draft.satellites, draft.cell = rssi, satellites, (None, None, lac, cid)
    draft.extra["mileage_km"], draft.extra["product"] = km, product
    _bits(draft, "status", status, STATUS if product == PRODUCT else {})
    _bits(draft, "alarm", alarm, ALARM if product == PRODUCT else {})
    if battery <= 100:
        return float(battery)
    if battery in CHARGING:
        draft.extra["charging"] = True
    else:
        draft.extra["battery"] = battery
    return None


def _bits(draft: Draft, kind: str, word: int, table: Table) -> None:
    for bit in range(16):
        if word >> bit & 1:
            told = table.get(bit, f"{kind}_bit_{bit}")
            if isinstance(told, SealEvent):
                draft.happened(told)
            else:
                draft.extra[told] = True


def _tilt(draft: Draft, value: bytes) -> None:
    draft.extra["tilt"] = list(struct.unpack(">3h", value))


def _wake(draft: Draft, value: bytes) -> None:
    draft.extra["wake"] = WAKE.get(value[0], value[0])


def _altitude(draft: Draft, value: bytes) -> None:
    draft.altitude = float(int.from_bytes(value, signed=True))


def _fence(draft: Draft, value: bytes) -> None:
    draft.extra["fence_id"] = int.from_bytes(value)


NAMED: Known = {
    0x02: ("altitude", [2], _altitude),
    LOCK_EVENT: ("lock event", ANY, lock_event),
    0x0C: ("tilt", [6], _tilt),
    0x10: ("what woke it", [1], _wake),
    0xFC: ("fence id", range(1, 5), _fence),
}
READERS = by_length(NAMED)
