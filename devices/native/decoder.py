"""One payload of the native dialect decoded; `devices/native/__init__.py` has its keys."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import ValidationError

from devices.common import jsonexplain
from devices.common.clocks import AHEAD, Told, plausible, settle, without
from devices.common.fields import EARLIEST, ReadingError, show, utc
from devices.common.frames import Field
from devices.common.identifiers import same
from devices.common.jsonpayload import by_time, decode_each, parse, wrong_topic
from devices.common.refusal import Refused, refuse, sift
from devices.native import keys, plain
from devices.native.extras import Extras, is_plain
from devices.reading import (
    Cell,
    Clock,
    Credential,
    Decoded,
    Fix,
    NoFix,
    NoFixReason,
    Reading,
    SealEvent,
    SealReport,
)

FILTERS: tuple[str, ...] = ("seals/v1/+/telemetry",)
DIALECT = "native"
MEDIA = "application/json"
MESSAGE = keys.Message
MAX_ITEMS = 1000
_DEVICE = Clock.DEVICE  # Python 3.11 is slow to look it up
_BOTH = {"lat", "lon"}
_NONE = frozenset[SealEvent]()
_NO_TIME = "time is missing, expected an RFC 3339 time with its zone, or Unix seconds"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TOPIC = "seals/v1/<device>/telemetry with a device of 1 to 64 of A-Z a-z 0-9 . _ -"


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The readings of one message in the order of their event times, then what was rejected."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    if (found := _plain(payload, device, received_at)) is not None:
        return found
    return decode_each(
        read, topic, payload, received_at, device=device, dialect=DIALECT, max_items=MAX_ITEMS
    )


def _plain(payload: bytes, device: str, received_at: datetime) -> Decoded | None:
    """What a plain payload says; None of one that takes a second look."""
    messages = plain.messages(payload)
    if messages is None or not 1 <= len(messages) <= MAX_ITEMS:
        return None
    found: list[Reading] = []
    for message in messages:
        if message.device is not None or message.device_id is not None:
            return None
        refused: Refused = {}
        try:
            told = _told(message, received_at, refused)
        except ReadingError:
            return None
        position = _position(message, told, received_at, False, refused)
        if refused or told.notes or type(position) is NoFix:
            return None
        found.append(_reading(message, told, position, device, received_at, {}))
    if len(found) > 1:
        found.sort(key=by_time)
    return [*found]


def explain(payload: bytes) -> list[Field]:
    """Every key of every object, with its bytes; never raises."""
    return jsonexplain.explain(payload, keys.INTO)


def device_of(payload: bytes) -> str | None:
    """Whom the object, or the first of an array, names; None if nobody."""
    try:
        document = parse(payload)
    except ReadingError:
        return None
    first = document[0] if isinstance(document, list) and document else document
    names = [first.get(key) for key in ("device", "device_id")] if isinstance(first, dict) else []
    return next((name for name in names if isinstance(name, str) and _ID.fullmatch(name)), None)


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = re.fullmatch(r"seals/v1/([A-Za-z0-9._-]{1,64})/telemetry", topic)
    return match[1] if match else None


def read(
    said: dict[str, Any], device: str, received_at: datetime, *, accepted: bool = False
) -> Reading:
    """The reading that one object in native keys is. Raises ReadingError: it is another device's,
    or has neither a time nor a word of the seal.

    accepted: it is what a reading that was accepted says. Its times were judged by its dialect when
    it came, and are not judged again: makers' frames may be older than what is taken here, and a
    sensor's event more than a day older than the fix that it is sent with.
    """
    refused: Refused = {}
    try:
        message = msgspec.convert(said, keys.Message)
    except ValidationError:
        message = sift(keys.Message, said, refused)
    for key in ("device", "device_id"):
        claimed = getattr(message, key)
        if claimed is not None and not same(claimed, device):
            raise ReadingError(
                key, f"{key} is {show(claimed)}, expected {show(device)}, the topic's"
            )
    told = _accepted(message) if accepted else _told(message, received_at, refused)
    position = _position(message, told, received_at, accepted, refused)
    extra: dict[str, Any] = {}
    if refused or told.notes or type(position) is NoFix or not is_plain(said, message):
        extra = Extras(said, message, refused).all(told, type(position) is Fix)
    return _reading(message, told, position, device, received_at, extra)


def _reading(
    message: keys.Message,
    told: Told,
    position: Fix | NoFix,
    device: str,
    received_at: datetime,
    extra: dict[str, Any],
) -> Reading:
    seal, cell = message.seal, message.cell
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        seal=_seal(seal) if seal else None,
        battery_pct=message.battery,
        jamming=message.jamming,
        buffered=message.buffered is True,
        seq=message.seq,
        message_id=message.id,
        cell=Cell(mcc=cell.mcc, mnc=cell.mnc, lac=cell.lac, cid=cell.cid, rssi=cell.rssi)
        if cell
        else None,
        clock=told.clock,
        extra=extra,
    )


def _accepted(message: keys.Message) -> Told:
    if message.time is None:
        raise ReadingError("time", _NO_TIME)
    return Told(utc(message.time), message.event_clock or Clock.DEVICE, {}, False)


def _told(message: keys.Message, received_at: datetime, refused: Refused) -> Told:
    buffered = message.buffered is True
    if message.time is not None:
        moment = utc(message.time)
        vouched = message.event_clock is _DEVICE and moment - received_at <= AHEAD
        if vouched or plausible(moment, received_at):
            return Told(moment, message.event_clock or _DEVICE, {}, False)
    fixed = None if message.fix_time is None else utc(message.fix_time)
    if message.time is not None:
        return settle(
            utc(message.time), received_at, buffered=buffered, fixed=fixed, set_from=EARLIEST
        )
    said = refused.get("time", {"value": None, "why": _NO_TIME})
    told = without(said["value"], received_at, fixed)
    if told.lost and message.seal is None:
        raise ReadingError("time", said["why"])
    return told


def _position(
    message: keys.Message, told: Told, received_at: datetime, accepted: bool, refused: Refused
) -> Fix | NoFix:
    lat, lon = message.lat, message.lon
    reason = message.no_fix
    if lat is None or lon is None:
        if lat is not lon and not refused.keys() & _BOTH:
            missing = "lat" if lat is None else "lon"
            refuse(refused, missing, None, f"{missing} is missing, expected both or neither")
        if reason is None:
            reason = NoFixReason.INVALID if refused.keys() & _BOTH else NoFixReason.ABSENT
    elif lat == 0 == lon:
        reason = reason or NoFixReason.ZERO
    fix_time: datetime | None = told.time
    if reason is None and not accepted:
        fix_time = _fix_time(message, told, received_at, refused)
    elif message.fix_time is not None:
        fix_time = utc(message.fix_time)
    if lat is None or lon is None or reason is not None or fix_time is None:
        return NoFix(
            reason=reason or NoFixReason.CLOCK_UNSET,
            satellites=message.satellites,
            hdop=message.hdop,
            speed_kmh=message.speed,
        )
    return Fix(
        lat=lat,
        lon=lon,
        time=fix_time,
        accuracy_m=message.accuracy,
        speed_kmh=message.speed,
        course_deg=message.course,
        altitude_m=message.altitude,
        satellites=message.satellites,
        hdop=message.hdop,
    )


def _fix_time(
    message: keys.Message, told: Told, received_at: datetime, refused: Refused
) -> datetime | None:
    """When the position was found; None where that is not known."""
    if message.fix_time is None:
        return None if told.lost or "fix_time" in refused else told.time
    found = settle(utc(message.fix_time), received_at, buffered=True, set_from=EARLIEST)
    return None if found.clock is Clock.RECEIPT else found.time


def _seal(seal: keys.Seal) -> SealReport:
    events = frozenset(seal.events) if seal.events else _NONE
    return SealReport(
        condition=seal.state,
        number=seal.number,
        events=events if seal.event is None else events | {seal.event},
        credential=Credential(kind=seal.credential.kind, id=seal.credential.id)
        if seal.credential
        else None,
        lock_count=seal.lock_count,
    )
