"""What Jointech's SDK says beside positions: lock events, a JT709's alarms, sub-locks.

    P45       DateTime, Event (1 card, 2 illegal card, 3 a vehicle is bound, 4 static password,
              5 locked by itself, 6 dynamic password, 7 Bluetooth), Status (of passwords: 0 wrong,
              1 opened, 3 refused outside its fence), UnlockFenceID, RFIDNo, PsdErrorTimes, Index,
              Mileage and a position. The SDK's of 2021 leaves the sign off a western Longitude.
    JT709     Alarm: 1 overspeed, 2 low battery, 3 back cover open, 4 entered fence, 5 left fence;
              LockEvent {Type, CardNo, Password, UnLockStatus (1 opened, 0 not), FenceId}, its types
              as in `common/jointech_codes`: extra.lock_event, extra.unlock_fence_id. Told by
              Voltage, Altitude, ProtocolVersion, FenceId or LockEvent, which a JT701 has not.
    WLNET5    SensorID, DateTime (when it happened), SensorType, Event, LockTimes, Power, Voltage
              and the position of the lock that passes it on. A device of its own, "<lock>/<id>".
              Its LockStatus and LockRope are one and the same bit there, and kept only.

A password is never kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.common import jointech_seal
from devices.common.fields import ReadingError, show
from devices.common.jointech_codes import CARD, CARD_REFUSED, REFUSED, WITH_RESULT
from devices.common.jointech_status import BITS
from devices.common.vendorjson import PositionKeys, Said, number, position
from devices.reading import (
    Clock,
    Credential,
    CredentialKind,
    Reading,
    SealEvent,
    SealReport,
)

DIALECT = "jointech_json"
POSITION = PositionKeys("Latitude", "Longitude", "Speed", "Direction", "Altitude", "GpsSignal")

NO_ALARM = -1
ALARMS = {
    1: BITS[SealEvent.CUT],
    2: BITS[SealEvent.VIBRATION],
    3: BITS["long_unlocked"],
    4: BITS[SealEvent.WRONG_PASSWORD],
    5: BITS[SealEvent.WRONG_CARD],
    6: BITS[SealEvent.LOW_BATTERY],
    7: BITS[SealEvent.COVER_OPENED],
    8: BITS[SealEvent.MOTOR_STUCK],
    9: BITS["fence_entered"],
    10: BITS["fence_left"],
}
"""Alarm of a JT701 -> its bit in the status word. One is told at a time."""
ALARMS_JT709 = {
    2: BITS[SealEvent.LOW_BATTERY],
    3: BITS[SealEvent.COVER_OPENED],
    4: BITS["fence_entered"],
    5: BITS["fence_left"],
}
"""The same of a JT709; 1, overspeed, is nothing of the seal and stays as it came."""
_OF_JT709 = ("Voltage", "Altitude", "ProtocolVersion", "FenceId", "LockEvent")
_OF_JT701 = ("ProtocolType", "AlarmArea", "IMEI")

_OPENED, _REFUSED = 98, jointech_seal.OUTSIDE_FENCE
_RESULTS = {0: 0, 1: _OPENED, 3: _REFUSED}
"""Status of a P45 -> the `unlock` of the lock's own frame."""
_PASSWORDS = (4, 6)

_TYPES = "expected 4, 5 or 6"
_NEWER_BITS = {0: 7, 1: 8, 3: 6, 17: 2, 18: 4, 19: 5, 20: 9, 21: 10}
"""Event of a sub-lock of type 5 or 6 -> its bit; of type 4 they are the same."""


def is_jt709(said: Said) -> bool:
    """Whether only a JT709 has these keys."""
    return any(key in said for key in _OF_JT709) and not any(key in said for key in _OF_JT701)


def lock_event(said: Said, device: str, received_at: datetime) -> Reading:
    """The reading of a lock event (P45). Raises ReadingError."""
    told = said.moment("DateTime", received_at)
    notes = told.notes
    located = number(said.peek("LocationType"))
    where = position(said, POSITION, told, valid=located != 0)
    seal = _of_event(said, notes)
    said.stands(told, seal)
    seq = said.whole("Index")
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=where,
        seal=seal,
        seq=seq,
        message_id=str(seq) if told.clock is Clock.RECEIPT and seq is not None else None,
        clock=told.clock,
        extra=said.rest() | notes,
    )


def _of_event(said: Said, notes: dict[str, Any]) -> SealReport | None:
    source = number(said.peek("Event"))
    if source not in jointech_seal.SOURCES or source is None:
        known = ", ".join(map(str, jointech_seal.SOURCES))
        said.refuse("Event", f"Event is {show(said.peek('Event'))}, expected one of {known}")
        return None
    said.drop("Event")
    notes["source"] = jointech_seal.SOURCES[int(source)]
    unlock, right = _OPENED, None
    if source in _PASSWORDS:
        status = said.whole("Status")
        unlock, right = _RESULTS.get(-1 if status is None else status, -1), status != 0
    shown = said.peek("RFIDNo")
    card = str(shown) if isinstance(shown, str | int) else ""
    seal = jointech_seal.lock_event(int(source), unlock, card if card.strip("0 ") else None, right)
    if seal is not None and seal.credential is not None and seal.credential.id:
        said.drop("RFIDNo")
    return seal


def with_event(said: Said, found: SealReport, notes: dict[str, Any]) -> SealReport:
    """The report of a JT709 with the lock event in it, if there is one."""
    event = said.peek("LockEvent")
    if not isinstance(event, dict):
        return found
    said.drop("LockEvent")
    told = Said(event)
    told.drop("Password")
    kind = told.whole("Type", 0, 255)
    accepted: bool | None = None
    if kind in WITH_RESULT or kind == CARD:
        accepted = told.state("UnLockStatus")
    elif kind in REFUSED or kind in CARD_REFUSED:
        accepted = False
    shown: Credential | None = None
    if kind in WITH_RESULT or kind in REFUSED:
        shown = Credential(kind=CredentialKind.PASSWORD)
    elif kind == CARD or kind in CARD_REFUSED:
        shown = Credential(kind=CredentialKind.RFID, id=told.text("CardNo"))
    if kind is not None:
        notes["lock_event"] = f"{kind:02X}"
    if (fence := told.whole("FenceId", 1)) is not None:
        notes["unlock_fence_id"] = fence
    if rest := told.rest():
        notes["LockEvent"] = rest
    if accepted is None:
        return replace(found, credential=shown)
    result = SealEvent.OPENED if accepted else SealEvent.UNLOCK_REFUSED
    return replace(found, events=found.events | {result}, credential=shown)


def sublock(said: Said, device: str, received_at: datetime) -> Reading:
    """The reading of a sub-lock or sensor (WLNET5). Raises ReadingError."""
    fixed = said.moment("GpsTime", received_at)
    valid = number(said.peek("LocationType")) != 0
    where = position(said, POSITION, fixed, valid=valid)
    told = fixed
    if "DateTime" in said:
        found = fixed.time if fixed.clock is Clock.DEVICE else None
        told = said.moment("DateTime", received_at, fixed=found)
    notes = told.notes
    sensor = said.text("SensorID")
    if sensor is None:
        raise ReadingError("SensorID", f"SensorID is {show(said.peek('SensorID'))}, expected an id")
    kind, event = said.whole("SensorType"), number(said.peek("Event"))
    seal = _of_sublock(said, kind, event, notes)
    said.stands(told, seal)
    seq, percent = said.whole("Index"), said.number("Power", 0, 100)
    if kind is not None:
        notes["sensor_type"] = kind
    return Reading(
        device=f"{device}/{sensor}",
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=where,
        seal=seal,
        battery_pct=percent,
        seq=seq,
        message_id=str(seq) if told.clock is Clock.RECEIPT and seq is not None else None,
        clock=told.clock,
        extra=said.rest() | notes,
    )


def _of_sublock(
    said: Said, kind: int | None, event: float | None, notes: dict[str, Any]
) -> SealReport | None:
    code = -1 if event is None or event != int(event) else int(event)
    if kind is None and "SensorType" in said and "LockTimes" in said:
        said.refuse("SensorType", f"it is none; as a lock's, for LockTimes, {_TYPES}")
        kind = 5 if code in _NEWER_BITS.keys() - set(range(16)) else 4
    if kind not in (4, 5, 6):
        return None
    bit = _NEWER_BITS.get(code, -1) if kind > 4 else code
    word = 1 << bit if 0 <= bit < 16 else 0
    if word:
        said.drop("Event")
    report, flags = jointech_seal.sublock(kind, word, said.whole("LockTimes"))
    notes |= flags
    return report
