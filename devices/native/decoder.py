"""One payload of the native dialect decoded; `devices/native/__init__.py` has its keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import ValidationError

from devices.common import jsonexplain
from devices.common.fields import (
    ReadingError,
    clock_unset,
    complaint,
    instant,
    join,
    kept,
    no_fix_reason,
    show,
    utc,
)
from devices.common.frames import Field
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.native import keys as keys
from devices.reading import (
    Cell,
    Credential,
    Fix,
    NoFix,
    NoFixReason,
    Reading,
    Rejected,
    SealReport,
)

FILTERS: tuple[str, ...] = ("seals/v1/+/telemetry",)
DIALECT = "native"
MAX_ITEMS = 1000
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TOPIC = "seals/v1/<device>/telemetry with a device of 1 to 64 of A-Z a-z 0-9 . _ -"


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    """The readings of one message in the order of their event times, then what was rejected."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    return decode_each(
        read, topic, payload, received_at, device=device, dialect=DIALECT, max_items=MAX_ITEMS
    )


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
    """The reading that one object in native keys is. Raises ReadingError.

    accepted: it is what a reading that was accepted says. Its times were judged by its dialect when
    it came, and are not judged again: makers' frames may be older than what is taken here, and a
    sensor's event more than a day older than the fix that it is sent with.
    """
    try:
        message = msgspec.convert(said, keys.Message)
    except ValidationError:
        raise complaint(keys.Message, said) from None
    for key in ("device", "device_id"):
        claimed = getattr(message, key)
        if claimed is not None and claimed != device:
            raise ReadingError(
                key, f"{key} is {show(claimed)}, expected {show(device)}, the topic's"
            )
    event_time = utc(message.time) if accepted else instant(message.time, received_at, "time")
    position = _position(message, event_time, received_at, accepted)
    seal = message.seal
    cell = message.cell
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=event_time,
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
        extra=_extra(said, message, type(position) is Fix),
    )


def _position(
    message: keys.Message, event_time: datetime, received_at: datetime, accepted: bool
) -> Fix | NoFix:
    reason = no_fix_reason(message.lat, message.lon)
    fix_time = event_time
    if message.no_fix is not None:
        reason = message.no_fix
    elif reason is None and message.fix_time is not None:
        if accepted:
            fix_time = utc(message.fix_time)
        elif clock_unset(message.fix_time):
            reason = NoFixReason.CLOCK_UNSET
        else:
            fix_time = instant(message.fix_time, received_at, "fix_time")
    if reason is not None:
        return NoFix(
            reason=reason,
            satellites=message.satellites,
            hdop=message.hdop,
            speed_kmh=message.speed,
        )
    return Fix(
        lat=message.lat,  # type: ignore[arg-type]  # no_fix_reason saw to it
        lon=message.lon,  # type: ignore[arg-type]
        time=fix_time,
        accuracy_m=message.accuracy,
        speed_kmh=message.speed,
        course_deg=message.course,
        altitude_m=message.altitude,
        satellites=message.satellites,
        hdop=message.hdop,
    )


def _seal(seal: keys.Seal) -> SealReport:
    events = frozenset(seal.events or ())
    return SealReport(
        condition=seal.state,
        number=seal.number,
        events=events if seal.event is None else events | {seal.event},
        credential=Credential(kind=seal.credential.kind, id=seal.credential.id)
        if seal.credential
        else None,
        lock_count=seal.lock_count,
    )


def _extra(said: dict[str, Any], message: keys.Message, has_fix: bool) -> dict[str, Any]:
    """What the Reading has no field for, by key ("seal.door" where it stood inside `seal`)."""
    extra: dict[str, Any] = {}

    def keep(name: str, value: object) -> None:
        if name in extra:
            place = join("", name)
            raise ReadingError(place, f"{place} is given twice: here and under another name")
        extra[name] = kept(value, name)

    if not said.keys() <= keys.KEYS:
        for key, value in said.items():
            if key not in keys.KEYS:
                keep(key[1:] if key[:1] == "~" and keys.has_native_name(key) else key, value)
    if message.seal:
        _extra_of("seal", said["seal"], keep)
        if message.seal.credential:
            _extra_of("seal.credential", said["seal"]["credential"], keep)
    if message.cell:
        _extra_of("cell", said["cell"], keep)
    if not has_fix:
        # 0,0 is told by the reason alone, and so need not be kept
        zero = message.no_fix is None and message.lat == 0 == message.lon
        for key in keys.FIX_KEYS[2:] if zero else keys.FIX_KEYS:
            if said.get(key) is not None:
                keep(key, said[key])
    return extra


def _extra_of(place: str, said: dict[str, Any], keep: Callable[[str, object], None]) -> None:
    known = keys.INNER_KEYS[place]
    for key, value in said.items():
        if key not in known:
            keep(f"{place}.{key}", value)
