"""OwnTracks, as its apps publish it: topic `owntracks/<user>/<device>`, JSON.

The device is "<user>/<device>". Only `_type: "location"` is a reading (a last will `lwt`, an
`encrypted` message and the rest are rejected by name). Keys, as published by OwnTracks:

    tst      Unix seconds, UTC, of 2005 or later: the fix's time, and taken for the event's
    lat, lon degrees, WGS 84; both or neither; neither, or 0,0, is no fix
    acc      m
    vel      km/h
    cog      degrees from true north
    alt      m
    batt     percent

A negative acc, vel, cog or batt is the app's word for "not known". Such values, and all other keys
(tid, t, vac, conn, topic, created_at, ...), are kept in `Reading.extra` under their own names.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, ValidationError

from devices.common import jsonexplain
from devices.common.fields import (
    SET_FROM,
    Latitude,
    Longitude,
    Number,
    ReadingError,
    complaint,
    instant,
    kept,
    no_fix_reason,
    show,
)
from devices.common.frames import Field
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.reading import Fix, NoFix, Reading, Rejected

FILTERS: tuple[str, ...] = ("owntracks/+/+",)
DIALECT = "owntracks"
_TOPIC = "owntracks/<user>/<device>, each of 1 to 64 printable characters"

Seconds = Annotated[float, Meta(description="Unix seconds")]
CourseOrUnknown = Annotated[float, Meta(le=360, description="degrees from 0 to 360")]
PercentOrUnknown = Annotated[float, Meta(le=100, description="percent from 0 to 100")]


class _Location(Struct):
    tst: Seconds
    lat: Latitude | None = None
    lon: Longitude | None = None
    acc: Number | None = None
    vel: Number | None = None
    cog: CourseOrUnknown | None = None
    alt: Number | None = None
    batt: PercentOrUnknown | None = None


_KEYS = frozenset({"_type", *_Location.__struct_fields__})
NAMES: jsonexplain.Names = {
    "_type": ("", "only location is a reading"),
    "tst": ("event_time", "Unix seconds"),
    "lat": ("position.lat", "degrees"),
    "lon": ("position.lon", "degrees"),
    "acc": ("position.accuracy_m", "m"),
    "vel": ("position.speed_kmh", "km/h"),
    "cog": ("position.course_deg", "degrees"),
    "alt": ("position.altitude_m", "m"),
    "batt": ("battery_pct", "percent"),
}


def decode(topic: str, payload: bytes, received_at: datetime) -> list[Reading | Rejected]:
    """The one reading of a location message, or the one rejection of any other."""
    device = _device(topic)
    if device is None:
        return wrong_topic(topic, payload, received_at, dialect=DIALECT, expected=_TOPIC)
    return decode_each(_read, topic, payload, received_at, device=device, dialect=DIALECT)


def explain(payload: bytes) -> list[Field]:
    """Every key of the message, with its bytes; never raises."""
    return jsonexplain.explain(payload, NAMES)


def device_of(payload: bytes) -> str | None:
    """Whom the message names in `topic`, as apps write it without MQTT; None if nobody."""
    try:
        said = parse(payload)
    except ReadingError:
        return None
    topic = said.get("topic") if isinstance(said, dict) else None
    return _device(topic) if isinstance(topic, str) else None


@lru_cache(maxsize=16_384)
def _device(topic: str) -> str | None:
    match = re.fullmatch(r"owntracks/([^\x00-\x1f\x7f/+#]{1,64}/[^\x00-\x1f\x7f/+#]{1,64})", topic)
    return match[1] if match else None


def _read(said: dict[str, Any], device: str, received_at: datetime) -> Reading:
    kind = said.get("_type")
    if kind != "location":
        shown = show(kind) if "_type" in said else "missing"
        raise ReadingError(
            "_type", f'_type is {shown}, expected "location": this message is no reading'
        )
    try:
        location = msgspec.convert(said, _Location)
    except ValidationError:
        raise complaint(_Location, said) from None
    event_time = instant(location.tst, received_at, "tst", SET_FROM)
    extra = {key: kept(said[key], key) for key in said if key not in _KEYS}
    battery = _known("batt", location.batt, extra)
    position = _position(location, event_time, extra)
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=event_time,
        received_at=received_at,
        position=position,
        battery_pct=battery,
        extra=extra,
    )


def _position(location: _Location, time: datetime, extra: dict[str, Any]) -> Fix | NoFix:
    accuracy = _known("acc", location.acc, extra)
    speed = _known("vel", location.vel, extra)
    course = _known("cog", location.cog, extra)
    reason = no_fix_reason(location.lat, location.lon)
    if reason is not None:
        unused = {"acc": accuracy, "cog": course, "alt": location.alt}
        extra.update({key: value for key, value in unused.items() if value is not None})
        return NoFix(reason=reason, speed_kmh=speed)
    return Fix(
        lat=location.lat,  # type: ignore[arg-type]  # no_fix_reason saw to it
        lon=location.lon,  # type: ignore[arg-type]
        time=time,
        accuracy_m=accuracy,
        speed_kmh=speed,
        course_deg=course,
        altitude_m=location.alt,
    )


def _known(key: str, value: float | None, extra: dict[str, Any]) -> float | None:
    """The value, unless it is negative: then it is kept among the extras and not used."""
    if value is None or value >= 0:
        return value
    extra[key] = value
    return None
