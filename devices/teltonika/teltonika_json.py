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

Only `ts` is required, and not of a record that says something of a seal. What a record says here
and in a codec makes the same Reading, and so has the same identity. Other keys are kept in
`Reading.extra` under their own names, elements without a name as "io<id>".
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, ValidationError

from devices.common import jsonexplain
from devices.common.clocks import Told, without
from devices.common.fields import Amount, Count, Number, ReadingError, Text, complaint, kept, wrong
from devices.common.frames import Field
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.common.refusal import Refused, refuse, sift
from devices.reading import Decoded, Reading
from devices.teltonika.about import describe
from devices.teltonika.build import build, told_of
from devices.teltonika.elements import KNOWN, NAMES, Elements, read, unused

FILTERS: tuple[str, ...] = (
    "teltonika/+/data",
    "+/teltonika/+/data",
    "+/+/teltonika/+/data",
    "+/+/+/teltonika/+/data",
)
DIALECT = "teltonika_json"
MEDIA = "application/json"
_TOPIC = "<up to 3 levels>/teltonika/<imei>/data with an imei of 1 to 64 of A-Z a-z 0-9 . _ -"
_PLACE = "state.reported"
_NO_TIME = f"{_PLACE}.ts is missing, expected Unix milliseconds"
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_ID = re.compile(r"[1-9][0-9]{0,4}")
_DEGREES = r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*"
_LATLNG = re.compile(_DEGREES + "," + _DEGREES)
_LATLNG_EXPECTED = '"lat,lon" in degrees from -90 to 90 and -180 to 180'
_WIDEST = 2**64

Milliseconds = Annotated[int, Meta(ge=0, le=2**63 - 1, description="Unix milliseconds")]


class _Reported(Struct):
    ts: Milliseconds | None = None
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


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The one reading of a message, or its one rejection."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    return decode_each(_read, topic, payload, received_at, device=device, dialect=DIALECT)


def explain(payload: bytes) -> list[Field]:
    """Every key of the message, with its bytes; never raises."""
    try:
        left = unused(_io(parse(payload)["state"]["reported"], {}, {}))
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
    refused: Refused = {}
    try:
        reported = msgspec.convert(numbers, _Reported)
    except ValidationError:
        reported = sift(_Reported, numbers, refused, _PLACE)
    extra: dict[str, Any] = {}
    if reported.pr is not None:
        extra["priority"] = reported.pr
    if reported.evt is not None:
        extra["event"] = reported.evt
    lat, lon = _position(reported.latlng, refused)
    elements = read(_io(given, extra, refused), [], extra)
    _keep(said, "", {"state"}, extra, refused)
    _keep(state, "state.", {"reported"}, extra, refused)
    return build(
        device=device,
        dialect=DIALECT,
        received_at=received_at,
        told=_told(reported, elements, received_at, refused),
        lat=lat,
        lon=lon,
        altitude=reported.alt,
        course=reported.ang,
        satellites=reported.sat,
        speed=reported.sp,
        elements=elements,
        extra=extra,
        refused=refused,
    )


def _told(reported: _Reported, elements: Elements, received_at: datetime, refused: Refused) -> Told:
    """Raises ReadingError where there is neither a time nor a word of the seal."""
    if reported.ts is not None:
        return told_of(reported.ts, received_at)
    said = refused.get(f"{_PLACE}.ts", {"value": None, "why": _NO_TIME})
    if elements.seal is None:
        raise ReadingError(f"{_PLACE}.ts", said["why"])
    return without(said["value"], received_at)


def _number(value: Any) -> Any:
    """The number that a string writes; anything else as it is."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)


def _position(latlng: str | None, refused: Refused) -> tuple[float | None, float | None]:
    if latlng is None:
        return None, None
    match = _LATLNG.fullmatch(latlng)
    lat, lon = (float(match[1]), float(match[2])) if match else (91.0, 181.0)
    if -90 <= lat <= 90 and -180 <= lon <= 180:
        return lat, lon
    place = f"{_PLACE}.latlng"
    refuse(refused, place, latlng, wrong(place, latlng, _LATLNG_EXPECTED).reason)
    return None, None


def _io(given: dict[str, Any], extra: dict[str, Any], refused: Refused) -> dict[int, int]:
    """The IO elements whose meaning is known; all other keys go to `extra`, as they came."""
    io: dict[int, int] = {}
    others: dict[str, Any] = {}
    for key, value in given.items():
        if key in _KEYS:
            continue
        number = _number(value)
        if _ID.fullmatch(key) and _is_known(int(key), number):
            io[int(key)] = number
        else:
            others[key] = value
    _keep(others, "", set(), extra, refused)
    return io


def _is_known(id_: int, value: Any) -> bool:
    return id_ in KNOWN and type(value) is int and 0 <= value < _WIDEST


def _keep(
    said: dict[str, Any],
    prefix: str,
    known: set[str],
    extra: dict[str, Any],
    refused: Refused,
) -> None:
    for key in said.keys() - known:
        try:
            extra[NAMES[int(key)] if _ID.fullmatch(key) else prefix + key] = kept(said[key], key)
        except ReadingError as fault:
            refuse(refused, prefix + key, said[key], fault.reason)
