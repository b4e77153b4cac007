"""JT705A's own reports, 5501 and 5502.

     0  17 bytes, `jointech_point`: time in UTC, position, speed, course
    17  rssi | satellites | km u32 | battery % (AA or AB: charging) | cell u32 | lac u16
    30  product u8 | status u16 | alarm u16
    35  extensions: 0B as in 0200, 0C tilt 3 times i16, 10 what woke it, 02 altitude m, FC fence id,
        F4 network (2, 3 or 4 G), 0A mcc u16 and mnc u8 or u16

Product 3: status b1 low battery, b2 cover open, b4 motor unlocked, b5 unlock button, b11 Bluetooth
connected; alarm b0 overspeed, b1 low battery, b2 vibration, b3 deep sleep, b5 fence entered, b6
fence left, b7 wrong unlocking. Bits of other products are kept by number, as is any unnamed one.
5502 is called "blind", which is Jointech's word for what it stored: so it is buffered, and has a
fix if its flag says so.
"""

from __future__ import annotations

import struct
from datetime import datetime

from devices.common import jointech_point
from devices.common.frames import FrameError
from devices.jtt808.draft import Draft
from devices.jtt808.location import DIALECT, cell_of
from devices.jtt808.locks import LOCK_EVENT, lock_event
from devices.jtt808.tlv import ANY, Known, by_length, read
from devices.reading import Clock, Reading, SealCondition, SealEvent, SealReport

HEAD = struct.Struct(">BBIBIHBHH")
SIZE = jointech_point.SIZE + HEAD.size
STORED = 0x5502
CHARGING = (0xAA, 0xAB)
PRODUCT = 3
Table = dict[int, str | SealEvent]
STATUS: Table = {
    1: "battery_low",
    2: "cover_open",
    4: "motor_open",  # told as motor_locked
    5: "unlock_button",
    11: "bluetooth_connected",
}
_MOTOR_OPEN = 4
ALARM: Table = {
    0: "overspeed",
    1: SealEvent.LOW_BATTERY,
    2: SealEvent.VIBRATION,
    3: "deep_sleep",
    5: "fence_entered",
    6: "fence_left",
    7: SealEvent.UNLOCK_REFUSED,
}
WAKE = {
    0: "restart",
    1: "rtc",
    2: "vibration",
    3: "cover",
    5: "charging",
    6: "bluetooth",
    7: "unlock_button",
    8: "sms",
    0x0A: "vip_sms",
    0x0B: "rfid",
}
"""Not the JT701's."""


def reading(msg: int, body: bytes, serial: int, device: str, received_at: datetime) -> Reading:
    """Raises FrameError: too short, or neither a time that exists nor a word of the seal."""
    if len(body) < SIZE:
        raise FrameError("", f"the report has {len(body)} bytes, expected at least {SIZE}")
    draft = Draft()
    battery = head(body, draft)
    read(body, SIZE, draft, len(body), READERS)
    extra = draft.extra
    extra["clock"] = "utc"
    told, position = jointech_point.position(
        *(body, 0, received_at, extra),
        satellites=draft.satellites,
        altitude_m=draft.altitude,
        buffered=msg == STORED,
    )
    seal = _seal(draft)
    jointech_point.stands(told, seal, extra)
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=seal,
        battery_pct=battery,
        buffered=msg == STORED,
        seq=serial,
        message_id=f"{msg:04X}-{serial}" if told.clock is Clock.RECEIPT else None,
        clock=told.clock,
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
    if product == PRODUCT:
        unlocked = status >> _MOTOR_OPEN & 1
        draft.extra.pop(STATUS[_MOTOR_OPEN], None)
        draft.extra["motor_locked"] = not unlocked
        draft.condition = SealCondition.OPEN if unlocked else SealCondition.SEALED
    _bits(draft, "alarm", alarm, ALARM if product == PRODUCT else {})
    if battery <= 100:
        return float(battery)
    if battery in CHARGING:
        draft.extra["charging"] = True
    else:
        draft.extra["battery"] = battery
    return None


def _seal(draft: Draft) -> SealReport | None:
    """A lock that tells of an opening and is shut in the same report was not shut all the time."""
    condition = draft.condition
    if condition is SealCondition.SEALED and SealEvent.OPENED in draft.events:
        condition = None
    if not draft.speaks:
        return None
    return SealReport(condition=condition, events=draft.events, credential=draft.credential)


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


def _network(draft: Draft, value: bytes) -> None:
    draft.extra["network_g"] = value[0]


def _operator(draft: Draft, value: bytes) -> None:
    _, _, lac, cid = draft.cell or (None, None, 0, 0)
    draft.cell = int.from_bytes(value[:2]), int.from_bytes(value[2:]), lac, cid


def _fence(draft: Draft, value: bytes) -> None:
    draft.extra["fence_id"] = int.from_bytes(value)


NAMED: Known = {
    0x02: ("altitude", [2], _altitude),
    0x0A: ("operator", [3, 4], _operator),
    LOCK_EVENT: ("lock event", ANY, lock_event),
    0x0C: ("tilt", [6], _tilt),
    0x10: ("what woke it", [1], _wake),
    0xF4: ("network", [1], _network),
    0xFC: ("fence id", range(1, 5), _fence),
}
READERS = by_length(NAMED)
