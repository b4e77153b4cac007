"""flespi: what its gateway makes of any tracker, on `flespi/message/gw/devices/<id>`, in JSON.

One object, or an array of at most 1,000. The number in the topic is flespi's own; the device is
`ident` (an IMEI or serial, what the lock is called elsewhere too) where that is 1 to 64 of
`A-Z a-z 0-9 . _ -`, and else the topic's. Keys, as flespi publishes them (flespi.com/protocols):

    timestamp           Unix seconds, UTC: the event's. server.timestamp is flespi's receipt: extra
    position.latitude, .longitude   degrees; position.valid false: no fix
    position.speed      km/h;  .direction  degrees;  .altitude  m;  .satellites;  .hdop
    position.timestamp  Unix seconds: the fix's, where it is older than the event; or
    position.fix.age    seconds before the event
    message.buffered.status         buffered
    battery.level       percent
    event.seqnum        seq
    gsm.mcc, .mnc, .lac, .cellid    cell. gsm.signal.level is a percentage, which cell.rssi cannot
                        say (20 % would pass for -73 dBm): extra
    gsm.jamming.event, .event.trigger   jamming
    lock.status         seal.condition: true sealed, false open
    back.cap.open.alarm true: seal.events cover_opened
    back.cap.closed.status   true: cover_closed, unless the alarm says otherwise
    battery.low.alarm   true: low_battery

`alarm.event` says that a message was sent for an alarm, not for which: it stays in extra, like
every other key and every flag that raised nothing. No other key is taken for a lock's: what a
device type calls its rope is not published.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from devices.common import jsonexplain
from devices.common.clocks import Told, settle
from devices.common.fields import SET_FROM, ReadingError
from devices.common.frames import Field
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.common.vendorjson import PositionKeys, Said, number, position
from devices.reading import (
    Cell,
    Clock,
    Decoded,
    Fix,
    Reading,
    SealCondition,
    SealEvent,
    SealReport,
)

FILTERS: tuple[str, ...] = ("flespi/message/gw/devices/+",)
DIALECT = "flespi"
MEDIA = "application/json"
MAX_ITEMS = 1000

POSITION = PositionKeys(
    lat="position.latitude",
    lon="position.longitude",
    speed="position.speed",
    course="position.direction",
    altitude="position.altitude",
    satellites="position.satellites",
    hdop="position.hdop",
)
JAMMING = ("gsm.jamming.event", "gsm.jamming.event.trigger")
NAMES: jsonexplain.Names = {
    "ident": ("device", ""),
    "timestamp": ("event_time", "Unix seconds"),
    POSITION.lat: ("position.lat", "degrees"),
    POSITION.lon: ("position.lon", "degrees"),
    POSITION.speed: ("position.speed_kmh", "km/h"),
    POSITION.course: ("position.course_deg", "degrees"),
    POSITION.altitude: ("position.altitude_m", "m"),
    POSITION.satellites: ("position.satellites", ""),
    POSITION.hdop: ("position.hdop", ""),
    "position.valid": ("position", "false: no fix"),
    "position.timestamp": ("position.time", "Unix seconds"),
    "position.fix.age": ("position.time", "seconds before the event"),
    "message.buffered.status": ("buffered", ""),
    "battery.level": ("battery_pct", "percent"),
    "event.seqnum": ("seq", ""),
    "gsm.mcc": ("cell.mcc", ""),
    "gsm.mnc": ("cell.mnc", ""),
    "gsm.lac": ("cell.lac", ""),
    "gsm.cellid": ("cell.cid", ""),
    **dict.fromkeys(JAMMING, ("jamming", "")),
    "lock.status": ("seal.condition", "true sealed, false open"),
    "back.cap.open.alarm": ("seal.events", "true: cover_opened"),
    "back.cap.closed.status": ("seal.events", "true: cover_closed"),
    "battery.low.alarm": ("seal.events", "true: low_battery"),
}

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SECONDS = "Unix seconds"
_LATEST = datetime.max.replace(tzinfo=UTC).timestamp() - 1


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of one message in the order of their event times, then what was rejected."""
    device = _device(topic)
    if device is None:
        expected = "flespi/message/gw/devices/<id>"
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=expected)
    return decode_each(
        _read, topic, payload, received_at, device=device, dialect=DIALECT, max_items=MAX_ITEMS
    )


def explain(payload: bytes) -> list[Field]:
    """Every key of every message; never raises."""
    return jsonexplain.explain(payload, NAMES)


def device_of(payload: bytes) -> str | None:
    """Whom the message, or the first of an array, names; None if nobody."""
    try:
        document = parse(payload)
    except ReadingError:
        return None
    first = document[0] if isinstance(document, list) and document else document
    return _ident(Said(first)) if isinstance(first, dict) else None


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = re.fullmatch(r"flespi/message/gw/devices/([A-Za-z0-9._-]{1,64})", topic)
    return match[1] if match else None


def _read(document: dict[str, Any], device: str, received_at: datetime) -> Reading:
    said = Said(document)
    ident = _ident(said)
    if ident is not None:
        said.drop("ident")
    buffered = said.state("message.buffered.status") is True
    fixed = _time(said, "position.timestamp")
    told = said.settled(
        "timestamp",
        _time(said, "timestamp"),
        received_at,
        form=_SECONDS,
        buffered=buffered,
        fixed=fixed,
    )
    of_fix = told._replace(lost=told.lost or (fixed is not None and fixed < SET_FROM))
    where = position(said, POSITION, of_fix, valid=said.flag("position.valid") is not False)
    if isinstance(where, Fix):
        said.raised("position.valid")
        where = replace(where, time=_fix_time(said, fixed, told, received_at))
    seal = _seal(said)
    said.stands(told, seal)
    jamming = [flag for key in JAMMING if (flag := said.state(key)) is not None]
    seq = said.whole("event.seqnum")
    return Reading(
        device=ident or device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=where,
        seal=seal,
        battery_pct=said.number("battery.level", 0, 100),
        jamming=any(jamming) if jamming else None,
        buffered=buffered,
        seq=seq,
        message_id=str(seq) if told.clock is Clock.RECEIPT and seq is not None else None,
        cell=_cell(said),
        clock=told.clock,
        extra=said.rest() | told.notes,
    )


def _ident(said: Said) -> str | None:
    ident = str(said.peek("ident") or "")
    return ident if _ID.fullmatch(ident) else None


def _time(said: Said, key: str) -> datetime | None:
    """Unix seconds, to the microsecond; None where they are none."""
    seconds = number(said.peek(key))
    if seconds is None or not 0 <= seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _fix_time(said: Said, fixed: datetime | None, told: Told, received_at: datetime) -> datetime:
    """When the position was found; the event's time where that is not said, or cannot be."""
    found = None if fixed is None else settle(fixed, received_at, buffered=True)
    if found is not None and found.clock is not Clock.RECEIPT:
        said.drop("position.timestamp")
        return found.time
    age = said.number("position.fix.age", 0, (told.time - SET_FROM).total_seconds())
    return told.time if age is None else told.time - timedelta(seconds=age)


def _cell(said: Said) -> Cell | None:
    cell = Cell(
        mcc=said.whole("gsm.mcc"),
        mnc=said.whole("gsm.mnc"),
        lac=said.whole("gsm.lac"),
        cid=said.whole("gsm.cellid"),
    )
    return None if cell == Cell() else cell


def _seal(said: Said) -> SealReport | None:
    status = said.state("lock.status")
    events: set[SealEvent] = set()
    keys = ("back.cap.open.alarm", "back.cap.closed.status", "battery.low.alarm")
    spoke = status is not None or any(said.flag(key) is not None for key in keys)
    if said.raised("back.cap.open.alarm"):
        events.add(SealEvent.COVER_OPENED)
    elif said.raised("back.cap.closed.status"):
        events.add(SealEvent.COVER_CLOSED)
    if said.raised("battery.low.alarm"):
        events.add(SealEvent.LOW_BATTERY)
    if not spoke:
        return None
    condition = None
    if status is not None:
        condition = SealCondition.SEALED if status else SealCondition.OPEN
    return SealReport(condition=condition, events=frozenset(events))
