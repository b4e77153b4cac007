"""Jointech's SDK: what it makes of its padlocks' frames, in JSON.

A fleet's own server passes it on, on `jointech/<device>/data` or `frames/jointech_json/<device>`:
an object, or an array of at most 1,000; what the SDK's parser gives, {DeviceID, MsgType, DataBody,
ReplyMsg}, or the DataBody alone. Keys and codes as in the SDKs for JT701 and JT709
(com.jointech.sdk: LocationData, LockEvent, SensorData, AlarmTypeEnum, ParserUtil). Numbers may be
strings.

    DeviceID       the topic's, but for zeros before it (the SDK strips them)
    GpsTime        the event's and the fix's: RFC 3339, as Java writes it (no seconds at :00), or
                   "yyyy-MM-dd HH:mm:ss"; UTC where no zone is named. 2000-01-01 is a clock not set
    Latitude, Longitude   degrees
    LocationType   0 no fix, 1 by satellites, 2 by cells (LBS): a fix with accuracy 35 km, as in
                   the lock's own frames
    Speed          km/h;   Direction  degrees;   Altitude  m (JT709);   GpsSignal  satellites
    Mileage        km, extra.Mileage
    GSMSignal      cell.rssi;   MCC, MNC, LAC, CELLID  cell
    Battery        percent; 255 is charging: extra.charging
    LockStatus     0 locked, 1 open;   LockRope  0 rope in, 1 out:  seal.condition
    BackCover      1 closed, 0 open (JT701): extra.cover_closed
    Alarm          1 rope cut, 2 vibration, 3 unlocked too long, 4 five wrong passwords, 5 illegal
                   card, 6 low battery, 7 back cover open, 8 lock stuck, 9 entered area, 10 left it
                   (the last two: extra.fence_entered, fence_left; AlarmArea says which); -1 none.
                   A parser of 2021 writes the code of Awaken here as well; it cannot be told apart
    Awaken         what woke it, as in the JT701's frames: extra.wake; 3 cover, 4 rope are events
    Index          seq
    DataType       1 live, 2 alarm, 3 sent later, 4 of a sub-lock, sent later: buffered
    others         extra, under their own names (IMEI, AlarmArea, ProtocolType, DeviceType, ...)

A lock event (P45: DateTime, Event, Status, RFIDNo), a JT709 (alarms of its own) and a sub-lock
(WLNET5: SensorID) are told by their keys: `devices/jointech/events.py`.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from devices.common import jsonexplain
from devices.common.clocks import Told
from devices.common.fields import ReadingError, show
from devices.common.frames import Field
from devices.common.identifiers import same
from devices.common.jointech_codes import BUFFERED
from devices.common.jointech_point import CELL_ACCURACY_M
from devices.common.jointech_seal import WAKE
from devices.common.jointech_status import report
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.common.refusal import refuse
from devices.common.vendorjson import Said, number, position
from devices.jointech import events
from devices.jointech.events import POSITION
from devices.jointech.names import NAMES
from devices.reading import Cell, Clock, Decoded, Fix, NoFix, Reading, SealReport

FILTERS: tuple[str, ...] = ("frames/jointech_json/+", "jointech/+/data")
DIALECT = "jointech_json"
MEDIA = "application/json"
MAX_ITEMS = 1000
CHARGING = 255
RSSI = (-200, 98)
"""dBm or the GSM scale; 99 is unknown, and left as it came."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_TOPIC = re.compile(
    r"frames/jointech_json/([A-Za-z0-9._-]{1,64})|jointech/([A-Za-z0-9._-]{1,64})/data"
)


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of one message in the order of their event times, then what was rejected."""
    device = _device(topic)
    if device is None:
        expected = "jointech/<device>/data or frames/jointech_json/<device>"
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=expected)
    return decode_each(
        _read, topic, payload, received_at, device=device, dialect=DIALECT, max_items=MAX_ITEMS
    )


def explain(payload: bytes) -> list[Field]:
    """Every key of every message; never raises."""
    return [
        replace(field, into=field.into.replace("extra.DataBody.", "extra.", 1))
        for field in jsonexplain.explain(payload, NAMES)
    ]


def device_of(payload: bytes) -> str | None:
    """Whom the message, or the first of an array, names; None if nobody."""
    try:
        document = parse(payload)
    except ReadingError:
        return None
    first = document[0] if isinstance(document, list) and document else document
    claimed = Said(first).text("DeviceID") if isinstance(first, dict) else None
    return claimed if claimed and _ID.fullmatch(claimed) else None


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = _TOPIC.fullmatch(topic)
    return match[1] or match[2] if match else None


def _read(document: dict[str, Any], device: str, received_at: datetime) -> Reading:
    said = _unwrapped(document, device)
    if "SensorID" in said:
        return events.sublock(said, device, received_at)
    if "GpsTime" not in said and "Event" in said:
        return events.lock_event(said, device, received_at)
    buffered = number(said.peek("DataType")) in BUFFERED
    told = said.moment("GpsTime", received_at, buffered=buffered)
    notes = told.notes
    where = _position(said, told, notes)
    seal = _seal(said, notes)
    said.stands(told, seal)
    if said.whole("Battery", CHARGING, CHARGING):
        notes["charging"] = True
    seq = said.whole("Index")
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=where,
        seal=seal,
        battery_pct=said.number("Battery", 0, 100),
        buffered=buffered,
        seq=seq,
        message_id=str(seq) if told.clock is Clock.RECEIPT and seq is not None else None,
        clock=told.clock,
        cell=_cell(said),
        extra=said.rest() | notes,
    )


def _unwrapped(document: dict[str, Any], device: str) -> Said:
    """The DataBody with the keys around it. Raises ReadingError where it is another device's, or
    a message without a reading.
    """
    claimed = document.get("DeviceID")
    named = type(claimed) in (str, int)
    if named and not same(str(claimed), device):
        reason = f"DeviceID is {show(claimed)}, expected {show(device)}, the topic's"
        raise ReadingError("DeviceID", reason)
    around = {key: value for key, value in document.items() if key != "DataBody"}
    body = document.get("DataBody", {})
    if not isinstance(body, dict):
        kind = show(document.get("MsgType"))
        raise ReadingError(
            "DataBody", f"DataBody is {show(body)}: a message of type {kind} is no reading"
        )
    said = Said(around | body)
    for key in around.keys() & body.keys():
        refuse(said.refused, key, around[key], "it stands around DataBody too: that in it counts")
    if named:
        said.drop("DeviceID")
    return said


def _position(said: Said, told: Told, notes: dict[str, Any]) -> Fix | NoFix:
    kind = number(said.peek("LocationType"))
    where = position(said, POSITION, told, valid=kind != 0)
    if kind in (0, 1, 2):
        said.drop("LocationType")
    if kind != 2:
        return where
    notes["lbs"] = True
    return replace(where, accuracy_m=CELL_ACCURACY_M) if isinstance(where, Fix) else where


def _seal(said: Said, notes: dict[str, Any]) -> SealReport | None:
    keys = ("LockStatus", "LockRope", "BackCover", "Alarm", "Awaken", "LockEvent")
    if all(said.peek(key) is None for key in keys):
        return None
    newer = events.is_jt709(said)
    alarms = events.ALARMS_JT709 if newer else events.ALARMS
    code = number(said.peek("Alarm"))
    raised = [alarms[int(code)]] if code is not None and code in alarms else []
    wake = None if newer else said.whole("Awaken", 0, max(WAKE))
    if raised or code == events.NO_ALARM:
        said.drop("Alarm")
    locked, rope = said.state("LockStatus"), said.state("LockRope")
    levels = {
        "rope_in": None if rope is None else not rope,
        "motor_locked": None if locked is None else not locked,
        "cover_closed": None if newer else said.state("BackCover"),
    }
    found, extra = report(raised, levels, wake)
    notes |= extra
    return events.with_event(said, found, notes) if newer else found


def _cell(said: Said) -> Cell | None:
    """Zeros are a lock that knows no cell; a network's code of 0 is one, in a country."""
    mcc, lac, cid = (said.whole(key, 1) for key in ("MCC", "LAC", "CELLID"))
    mnc = None if mcc is None else said.whole("MNC")
    rssi = said.whole("GSMSignal", *RSSI)
    cell = Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=rssi)
    return None if cell == Cell() else cell
