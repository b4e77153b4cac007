"""Teltonika's own JSON over MQTT: topic `<up to 3 levels>/teltonika/<imei>/data`.

The IMEI in the topic is the device. The payload is one object, `{"state": {"reported": {...}}}`;
numbers may come as strings:

    ts      Unix milliseconds, UTC (2004 or before: the clock was not set)
    latlng  "lat,lon" in degrees, WGS 84
    alt     m
    ang     degrees from true north
    sat     satellites; 0: the position is the last known one, and not used
    sp      km/h
    pr      priority, kept as the extra `priority`
    evt     the element that caused it, kept as the extra `event`
    <id>    IO elements by their id, as in `elements` ("239" ignition, "182" HDOP in
            tenths, "249" jamming, ...)

Only `ts` is required. What a record says here and in a codec makes the same Reading, and so has the
same identity. Other keys are kept in `Reading.extra` under their own names, elements without a name
as "io<id>".
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, ValidationError

from devices.common import jsonexplain
from devices.common.fields import Amount, Count, Number, ReadingError, Text, complaint, kept, wrong
from devices.common.frames import Field, FrameError
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.reading import Reading, Rejected
from devices.teltonika.about import describe
from devices.teltonika.build import build
from devices.teltonika.elements import KNOWN, NAMES, read, unused

FILTERS: tuple[str, ...] = (
    "teltonika/+/data",
    "+/teltonika/+/data",
    "+/+/teltonika/+/data",
    "+/+/+/teltonika/+/data",
)
DIALECT = "teltonika_json"
_TOPIC = "<up to 3 levels>/teltonika/<imei>/data with an imei of 1 to 64 of A-Z a-z 0-9 . _ -"
_PLACE = "state.reported"
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_ID = re.compile(r"[1-9][0-9]{0,4}")
_DEGREES = r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*"
_LATLNG = re.compile(_DEGREES + "," + _DEGREES)
_LATLNG_EXPECTED = '"lat,lon" in degrees from -90 to 90 and -180 to 180'
_WIDEST = 2**64

Milliseconds = Annotated[int, Meta(ge=0, le=2**63 - 1, description="Unix milliseconds")]


class _Reported(Struct):
    ts: Milliseconds
    latlng: Text | None = None
    alt: Number | None = None
    ang: Amount | None = None
    sat: Count | None = None
    sp: Amount | None = None
    pr: Count | None = None
    evt: Count | None = None


class _State(Struct):
    reported: _Reported


class _Message(Struct):
    state: _State


_KEYS = frozenset(_Reported.__struct_fields__)
_NUMBERS = _KEYS - {"latlng"}
_EXTRA = f"extra.{_PLACE}."
_NAMES: jsonexplain.Names = {
    f"{_PLACE}.{key}": said
    for key, said in {
        "ts": ("event_time", "Unix milliseconds"),
        "latlng": ("position.lat, position.lon", "degrees"),
        "alt": ("position.altitude_m", "m"),
        "ang": ("position.course_deg", "degrees"),
        "sat": ("position.satellites", ""),
        "sp": ("position.speed_kmh", "km/h"),
        "pr": ("extra.priority", "0 low, 1 high, 2 panic"),
        "evt": ("extra.event", "by that element"),
    }.items()
}


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    """The one reading of a message, or its one rejection."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    return decode_each(_read, topic, payload, received_at, device=device, dialect=DIALECT)


def explain(payload: bytes) -> list[Field]:
    """Every key of the message, with its bytes; never raises."""
    try:
        left = unused(_io(parse(payload)["state"]["reported"], {}))
    except (ReadingError, LookupError, TypeError, AttributeError):
        left = frozenset()
    return [_element(field, left) for field in jsonexplain.explain(payload, _NAMES)]


def _element(field: Field, left: frozenset[int]) -> Field:
    """What is kept goes under its own name, without its place; IO elements have a meaning."""
    if not field.into.startswith(_EXTRA):
        return field
    key = field.into.removeprefix(_EXTRA)
    value = _number(field.meaning.strip('"'))
    if not _ID.fullmatch(key):
        return msgspec.structs.replace(field, into=f"extra.{key}")
    if not _is_known(int(key), value):
        return msgspec.structs.replace(field, into=f"extra.{NAMES[int(key)]}")
    about = describe(int(key), value, left)
    name = f"{field.name} {about.name}".strip()
    return msgspec.structs.replace(field, name=name, meaning=about.meaning, into=about.into)


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = re.fullmatch(r"(?:[^/]*/){0,3}teltonika/([A-Za-z0-9._-]{1,64})/data", topic)
    return match[1] if match else None


def _read(said: dict[str, Any], device: str, received_at: datetime) -> Reading:
    state = said.get("state")
    given = state.get("reported") if isinstance(state, dict) else None
    if not isinstance(state, dict) or not isinstance(given, dict):
        raise complaint(_Message, said)
    numbers = {key: _number(given[key]) if key in _NUMBERS else given[key] for key in given}
    try:
        reported = msgspec.convert(numbers, _Reported)
    except ValidationError:
        raise complaint(_Reported, numbers, _PLACE) from None
    extra: dict[str, Any] = {}
    if reported.pr is not None:
        extra["priority"] = reported.pr
    if reported.evt is not None:
        extra["event"] = reported.evt
    lat, lon = _position(reported.latlng)
    io = _io(given, extra)
    _keep(said, "", {"state"}, extra)
    _keep(state, "state.", {"reported"}, extra)
    try:
        return build(
            device=device,
            dialect=DIALECT,
            received_at=received_at,
            time_ms=reported.ts,
            lat=lat,
            lon=lon,
            altitude=reported.alt,
            course=reported.ang,
            satellites=reported.sat,
            speed=reported.sp,
            elements=read(io, [], extra),
            extra=extra,
        )
    except FrameError as fault:  # only its time can be at fault
        raise ReadingError(f"{_PLACE}.ts", f"{_PLACE}.ts: {fault.reason}") from None


def _number(value: Any) -> Any:
    """The number that a string writes; anything else as it is."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)


def _position(latlng: str | None) -> tuple[float | None, float | None]:
    if latlng is None:
        return None, None
    match = _LATLNG.fullmatch(latlng)
    if match is None:
        raise wrong(f"{_PLACE}.latlng", latlng, _LATLNG_EXPECTED)
    lat, lon = float(match[1]), float(match[2])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise wrong(f"{_PLACE}.latlng", latlng, _LATLNG_EXPECTED)
    return lat, lon


def _io(given: dict[str, Any], extra: dict[str, Any]) -> dict[int, int]:
    """The IO elements whose meaning is known; all other keys go to `extra`, as they came."""
    io: dict[int, int] = {}
    for key, value in given.items():
        if key in _KEYS:
            continue
        if not _ID.fullmatch(key):
            extra[key] = kept(value, key)
            continue
        id_, number = int(key), _number(value)
        if _is_known(id_, number):
            io[id_] = number
        else:
            extra[NAMES[id_]] = kept(value, key)
    return io


def _is_known(id_: int, value: Any) -> bool:
    return id_ in KNOWN and type(value) is int and 0 <= value < _WIDEST


def _keep(said: dict[str, Any], prefix: str, known: set[str], extra: dict[str, Any]) -> None:
    for key in said:
        if key not in known:
            extra[prefix + key] = kept(said[key], key)
