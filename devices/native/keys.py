"""The keys of the native dialect as types: what msgspec checks, and what a complaint says.

Their meaning stands in `devices/native.py`; an optional key may also be null.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from devices.common.fields import (
    Amount,
    Count,
    Course,
    Flag,
    Integer,
    Latitude,
    Longitude,
    Number,
    Percent,
    Text,
    Timestamp,
)
from devices.common.jsonexplain import Names
from devices.reading import Clock, CredentialKind, NoFixReason, SealCondition, SealEvent

SealNumber = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9](?:[A-Za-z0-9 -]{0,30}[A-Za-z0-9])?\Z",
        description="1 to 32 letters and digits, hyphens and blanks between them",
    ),
]
MessageId = Annotated[str, Meta(max_length=64, description="at most 64 characters")]


class Credential(Struct, omit_defaults=True):
    """Native `seal.credential`."""

    kind: CredentialKind
    id: Text | None = None


class Seal(Struct, omit_defaults=True):
    """Native `seal`."""

    state: SealCondition | None = None
    number: SealNumber | None = None
    event: SealEvent | None = None
    events: list[SealEvent] | None = None
    credential: Credential | None = None
    lock_count: Count | None = None


class Cell(Struct, omit_defaults=True):
    """Native `cell`."""

    mcc: Integer | None = None
    mnc: Integer | None = None
    lac: Integer | None = None
    cid: Integer | None = None
    rssi: Integer | None = None


class Message(Struct, omit_defaults=True):
    """One object of the native dialect. The order of its keys is the order they are written in."""

    time: Timestamp | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    accuracy: Amount | None = None
    speed: Amount | None = None
    course: Course | None = None
    altitude: Number | None = None
    satellites: Count | None = None
    hdop: Amount | None = None
    fix_time: Timestamp | None = None
    no_fix: NoFixReason | None = None
    seal: Seal | None = None
    battery: Percent | None = None
    jamming: Flag | None = None
    buffered: Flag | None = None
    seq: Integer | None = None
    id: MessageId | None = None
    cell: Cell | None = None
    event_clock: Clock | None = None
    device: Text | None = None
    device_id: Text | None = None


KEYS = frozenset(Message.__struct_fields__)
"""Of the whole object; any other is an extra."""
EVENT_CLOCK = "event_clock"
"""How the time was found; only of a reading whose clock is not believed."""
FIX_KEYS = ("lat", "lon", "accuracy", "course", "altitude", "fix_time")
"""What only a Fix has a field for."""
INNER_KEYS = {
    "seal": frozenset(Seal.__struct_fields__),
    "cell": frozenset(Cell.__struct_fields__),
    "seal.credential": frozenset(Credential.__struct_fields__),
}


def has_native_name(name: str) -> bool:
    """Whether a key, with or without "~" before it, means something in the native dialect."""
    return name.lstrip("~") in KEYS


INTO: Names = {
    "device": ("device", ""),
    "device_id": ("device", ""),
    "time": ("event_time", "the event's"),
    "lat": ("position.lat", "degrees"),
    "lon": ("position.lon", "degrees"),
    "accuracy": ("position.accuracy_m", "m"),
    "speed": ("position.speed_kmh", "km/h"),
    "course": ("position.course_deg", "degrees"),
    "altitude": ("position.altitude_m", "m"),
    "satellites": ("position.satellites", ""),
    "hdop": ("position.hdop", ""),
    "fix_time": ("position.time", "the fix's"),
    "no_fix": ("position.reason", "why the position does not count"),
    "seal.state": ("seal.condition", ""),
    "seal.number": ("seal.number", ""),
    "seal.event": ("seal.events", ""),
    "seal.events": ("seal.events", ""),
    "seal.credential.kind": ("seal.credential.kind", ""),
    "seal.credential.id": ("seal.credential.id", ""),
    "seal.lock_count": ("seal.lock_count", "times"),
    "battery": ("battery_pct", "percent"),
    "jamming": ("jamming", ""),
    "buffered": ("buffered", ""),
    EVENT_CLOCK: ("clock", "how the time was found"),
    "seq": ("seq", ""),
    "id": ("message_id", ""),
    **{f"cell.{key}": (f"cell.{key}", "") for key in ("mcc", "mnc", "lac", "cid", "rssi")},
}
"""Where each key goes in the Reading, for `explain`."""
