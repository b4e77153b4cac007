"""What the JSON dialects have in common, key by key: types with limits, times, complaints.

A dialect describes a message as a msgspec Struct made of these types. msgspec checks it in C; only
when it refuses does `complaint` look for the key at fault, and words it from the same types:
the limit and its description stand in one place.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
"""From when on a time in the native dialect is of a clock that was set."""
LAST_UNSET_YEAR = 2004
"""Makers' clocks that were never set start from 1970, 1980, 2000-01-01 or 2004. What a maker's own
frame dates later is a reading, however old: locks of 2010 are on the road, and in archives."""
SET_FROM = datetime(LAST_UNSET_YEAR + 1, 1, 1, tzinfo=UTC)
"""The first moment of a clock that was set, in every dialect but the native one."""
MAX_DEPTH = 32
"""Nesting allowed in what is merely kept: writing it again must never run out of stack."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
_SHOWN = 40

Latitude = Annotated[float, Meta(ge=-90, le=90, description="degrees from -90 to 90")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="degrees from -180 to 180")]
Course = Annotated[float, Meta(ge=0, le=360, description="degrees from 0 to 360")]
Percent = Annotated[float, Meta(ge=0, le=100, description="percent from 0 to 100")]
Number = Annotated[float, Meta(description="a number")]
Amount = Annotated[float, Meta(ge=0, description="a number of at least 0")]
Integer = Annotated[
    int, Meta(ge=-(2**63), le=2**63 - 1, description="a whole number of at most 64 bits")
]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1, description="a whole number of at least 0")]
Text = Annotated[str, Meta(description="a string")]
Flag = Annotated[bool, Meta(description="true or false")]
Timestamp = Annotated[
    Annotated[datetime, Meta(tz=True)] | float,
    Meta(description="an RFC 3339 time with its zone, or Unix seconds"),
]


class ReadingError(ValueError):
    """Why a payload, or one object of it, is no reading.

    `place` is the key at fault ("seal.number"), "" for the whole; `reason` is one sentence.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def join(place: str, key: str) -> str:
    """The place of `key` in the object at `place`: keys may be absurdly long, or unprintable."""
    key = key if len(key) <= _SHOWN else key[:_SHOWN] + "..."
    key = key if key.isprintable() else ascii(key)[1:-1]
    return f"{place}.{key}" if place else key


def wrong(place: str, value: object, expected: str) -> ReadingError:
    """The fault of a key whose value is not what was expected."""
    return ReadingError(place, f"{place} is {show(value)}, expected {expected}")


def show(value: object) -> str:
    """A value as the device wrote it, shortened to some 40 characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, float) and not abs(value) < float("inf"):  # msgspec writes null
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if isinstance(value, str) and len(value) > _SHOWN:
        return show(value[:_SHOWN]) + "..."
    text = msgspec.json.encode(value).decode()
    if not text.isprintable():  # a terminal would act on some
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if isinstance(value, str) or len(text) <= _SHOWN else text[:_SHOWN] + "..."


def complaint(kind: type[Struct], said: Mapping[str, Any], place: str = "") -> ReadingError:
    """What keeps `said` from being a `kind`: its first missing or wrong key."""
    for field in msgspec.structs.fields(kind):
        here = join(place, field.encode_name)
        if field.encode_name not in said:
            if field.required:
                return ReadingError(here, f"{here} is missing, expected {_expected(field.type)}")
        elif fault := value_fault(field.type, said[field.encode_name], here):
            return fault
    return ReadingError(
        place, f"{place or 'the object'} does not fit, for a reason that was not found"
    )


def value_fault(kind: Any, value: object, place: str) -> ReadingError | None:
    """What keeps the value from being a `kind`, None if nothing does."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        for part in alternatives(kind):
            if isinstance(value, dict) and isinstance(part, type) and issubclass(part, Struct):
                return complaint(part, value, place)
            if isinstance(value, list) and get_origin(part) is list:
                (item,) = get_args(part)
                for index, child in enumerate(value):
                    if fault := value_fault(item, child, f"{place}[{index}]"):
                        return fault
        return wrong(place, value, _expected(kind))
    return None


def alternatives(kind: Any) -> Iterator[Any]:
    """The alternatives of a union (all but None), or the type itself."""
    members = get_args(kind) if type(None) in get_args(kind) else (kind,)
    return (member for member in members if member is not type(None))


def _expected(kind: Any) -> str:
    part = next(alternatives(kind))
    for meta in getattr(part, "__metadata__", ()):
        return str(meta.description)
    if get_origin(part) is list:
        return "an array, each of it " + _expected(get_args(part)[0])
    if issubclass(part, enum.Enum):
        return "one of " + ", ".join(member.value for member in part)
    return "an object"


def utc(said: datetime | float) -> datetime:
    """The time that is written so, whenever that is.

    Times outside of 1970 to 9999 may come out as those limits: no clock is believed that says so.
    """
    if isinstance(said, datetime):
        try:
            return said if said.tzinfo is UTC else said.astimezone(UTC)
        except OverflowError:
            return _EPOCH if said < EARLIEST else _END
    seconds = said / 1000 if said > _MILLISECONDS_FROM else said
    return datetime.fromtimestamp(min(max(seconds, 0.0), 253_402_300_799.0), UTC)


def rfc3339(moment: datetime) -> str:
    """In UTC with "Z", and no more digits of a second than it takes: none, 3 or 6."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    if not moment.microsecond:
        return moment.isoformat()[:-6] + "Z"
    digits = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.isoformat(timespec=digits)[:-6] + "Z"


def kept(value: object, key: str) -> object:
    """The value of an unknown key, unchanged. Raises ReadingError when nested too deeply."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return value
    place = join("", key)
    raise ReadingError(place, f"{place} is nested too deeply, expected at most {MAX_DEPTH} levels")
