"""One point of a recorded track, and how its parts are read from text or JSON.

Units as in the native dialect: degrees (WGS 84), km/h, metres, percent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

MILLISECONDS_FROM = 1e11
"""A Unix time above this is in milliseconds (as seconds it would lie in the year 5138)."""

RANGES = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "speed": (0.0, math.inf),
    "course": (0.0, 360.0),
    "altitude": (-math.inf, math.inf),
    "accuracy": (0.0, math.inf),
    "satellites": (0.0, math.inf),
    "hdop": (0.0, math.inf),
    "battery": (0.0, 100.0),
}
"""The native keys a track may fill, and what their values may be."""


@dataclass(frozen=True, slots=True)
class Point:
    """`body`: native JSON without its times. `vehicle`: whose point it is, if the file says so.

    received: when a server got it. A time before 1980 counts seconds from the recording's start.
    """

    time: datetime
    body: dict[str, Any]
    vehicle: str | None = None
    fix_time: datetime | None = None
    received: datetime | None = None

    @property
    def when(self) -> datetime:
        """When it became known: its receipt, or its own time if the file knows no receipt."""
        return self.received or self.time


@dataclass(frozen=True, slots=True)
class BadPoint:
    """A row that is no point: where (file and line or feature), and what is wrong with it."""

    where: str
    what: str


def moment(value: object, zone: tzinfo | None) -> datetime:
    """A time: RFC 3339, or Unix seconds or milliseconds, as text or number; in UTC.

    `zone` is for times that carry none. Raises ValueError, saying what is wrong.
    """
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return _from_iso(text, zone)
    if not math.isfinite(number):
        raise ValueError(f"time {text!r} is not a number")
    try:
        seconds = number / 1000.0 if abs(number) > MILLISECONDS_FROM else number
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise ValueError(f"time {text!r} is out of range") from None


def _from_iso(text: str, zone: tzinfo | None) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"time {text!r} is neither RFC 3339 nor Unix seconds") from None
    if found.tzinfo is None:
        if zone is None:
            raise ValueError(f"time {text!r} has no zone (--zone names the one meant)")
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def body(values: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """Native keys with their numbers; blank values are left out.

    Raises ValueError if a value is no number or out of range, or if one of lat and lon is missing.
    """
    out = {key: _number(key, value) for key, value in values if str(value).strip()}
    if ("lat" in out) != ("lon" in out):
        raise ValueError("a latitude and a longitude are needed, or neither")
    if "satellites" in out:
        out["satellites"] = int(out["satellites"])
    return out


def _number(key: str, value: object) -> float:
    low, high = RANGES[key]
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError(f"{key} {value!r} is not a number") from None
    if not low <= number <= high or math.isinf(number):
        raise ValueError(f"{key} {value} is out of range")
    return number
