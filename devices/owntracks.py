"""OwnTracks, as its apps publish it: topic `owntracks/<user>/<device>`, JSON.

The device is "<user>/<device>". `_type: "location"` is a reading, and so is a `transition` (the
phone has entered or left a region), which apps publish on `owntracks/<user>/<device>/event`. A last
will (`lwt`), `waypoint`, `waypoints`, `status` and what else apps tell of themselves say nothing of
where the phone is now, and are passed over. An `encrypted` message, and any type that is not known,
is rejected by name. Keys, as published by OwnTracks:

    tst      Unix seconds, UTC, of 2005 or later: the fix's time, and taken for the event's
    lat, lon degrees, WGS 84; both or neither; neither, or 0,0, is no fix
    acc      m
    vel      km/h
    cog      degrees from true north
    alt      m
    batt     percent

A negative acc, vel, cog or batt is the app's word for "not known". Such values, and all other keys
(tid, t, vac, conn, topic, created_at, and event, desc, rid, wtst of a transition), are kept in
`Reading.extra` under their own names, a transition also as `type`.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, ValidationError

from devices.common import jsonexplain
from devices.common.clocks import Told, settle
from devices.common.fields import (
    Latitude,
    Longitude,
    Number,
    ReadingError,
    kept,
    show,
    utc,
)
from devices.common.frames import Field
from devices.common.jsonpayload import decode_each, parse, wrong_topic
from devices.common.refusal import Refused, refuse, sift, with_refused
from devices.reading import Decoded, Fix, NoFix, NoFixReason, Passed, Reading

FILTERS: tuple[str, ...] = ("owntracks/+/+", "owntracks/+/+/event")
DIALECT = "owntracks"
MEDIA = "application/json"
PASSED = {
    "lwt": "a last will",
    "waypoint": "a region that is watched",
    "waypoints": "the regions that are watched",
    "status": "the app's state",
    "card": "a name and a picture",
    "steps": "steps walked",
    "beacon": "a beacon in sight",
    "configuration": "the app's configuration",
    "dump": "the app's configuration",
    "cmd": "a command to the app",
    "request": "a question of the app",
}
"""_type -> what it is, of messages without a position of the phone."""
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
    "_type": ("", "location and transition are readings"),
    "tst": ("event_time", "Unix seconds"),
    "lat": ("position.lat", "degrees"),
    "lon": ("position.lon", "degrees"),
    "acc": ("position.accuracy_m", "m"),
    "vel": ("position.speed_kmh", "km/h"),
    "cog": ("position.course_deg", "degrees"),
    "alt": ("position.altitude_m", "m"),
    "batt": ("battery_pct", "percent"),
}


def decode(topic: str, payload: bytes, received_at: datetime) -> Decoded:
    """The one reading of a message with a position, or what else it is."""
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
    name = r"[^\x00-\x1f\x7f/+#]{1,64}"
    match = re.fullmatch(rf"owntracks/({name}/{name})(?:/event)?", topic)
    return match[1] if match else None


def _read(said: dict[str, Any], device: str, received_at: datetime) -> Reading | Passed:
    kind = said.get("_type")
    if isinstance(kind, str) and kind in PASSED:
        return Passed(topic=f"owntracks/{device}", dialect=DIALECT, kind=PASSED[kind])
    if kind not in ("location", "transition"):
        shown = show(kind) if "_type" in said else "missing"
        raise ReadingError(
            "_type", f'_type is {shown}, expected "location": this message is no reading'
        )
    refused: Refused = {}
    try:
        location = msgspec.convert(said, _Location)
    except ValidationError:
        location = sift(_Location, said, refused)
    told = settle(utc(location.tst), received_at)
    extra = _extra(said, refused)
    if kind == "transition":
        extra["type"] = kind
    battery = _known("batt", location.batt, extra)
    position = _position(location, told, extra, refused)
    extra |= told.notes
    return Reading(
        device=device,
        dialect=DIALECT,
        event_time=told.time,
        received_at=received_at,
        position=position,
        battery_pct=battery,
        clock=told.clock,
        extra=with_refused(extra, refused),
    )


def _extra(said: dict[str, Any], refused: Refused) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    for key in said.keys() - _KEYS:
        try:
            extra[key] = kept(said[key], key)
        except ReadingError as fault:
            refuse(refused, key, said[key], fault.reason)
    return extra


def _position(
    location: _Location, told: Told, extra: dict[str, Any], refused: Refused
) -> Fix | NoFix:
    accuracy = _known("acc", location.acc, extra)
    speed = _known("vel", location.vel, extra)
    course = _known("cog", location.cog, extra)
    lat, lon, reason = location.lat, location.lon, None
    if lat is None or lon is None:
        _half(lat, lon, refused)
        reason = NoFixReason.INVALID if refused.keys() & {"lat", "lon"} else NoFixReason.ABSENT
    elif lat == 0 == lon:
        reason = NoFixReason.ZERO
    elif told.lost:
        reason = NoFixReason.CLOCK_UNSET
    if lat is None or lon is None or reason is not None:
        unused = {"acc": accuracy, "cog": course, "alt": location.alt}
        if reason is NoFixReason.CLOCK_UNSET:
            unused |= {"lat": lat, "lon": lon}
        extra.update({key: value for key, value in unused.items() if value is not None})
        return NoFix(reason=reason or NoFixReason.ABSENT, speed_kmh=speed)
    return Fix(
        lat=lat,
        lon=lon,
        time=told.time,
        accuracy_m=accuracy,
        speed_kmh=speed,
        course_deg=course,
        altitude_m=location.alt,
    )


def _half(lat: float | None, lon: float | None, refused: Refused) -> None:
    """Half a position is none: the half that is there is refused."""
    for key, value, lacking in (("lat", lat, "lon"), ("lon", lon, "lat")):
        if value is not None:
            refuse(refused, key, value, f"without {lacking}, expected both lat and lon or neither")


def _known(key: str, value: float | None, extra: dict[str, Any]) -> float | None:
    """The value, unless it is negative: then it is kept among the extras and not used."""
    if value is None or value >= 0:
        return value
    extra[key] = value
    return None
