"""One point of a recorded track, and how its parts are read from text or JSON.

Units as in the native dialect: degrees (WGS 84), km/h, metres, percent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from tracker.simulation.track_times import Way

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
POSITION = ("lat", "lon")

UNITS: dict[str, dict[str, float]] = {
    "speed": {
        **dict.fromkeys(("km/h", "kmh", "kph", "km/hr"), 1.0),
        **dict.fromkeys(("kn", "kt", "kts", "knots", "nudos"), 1.852),
        **dict.fromkeys(("mph", "mi/h", "millas/h"), 1.609344),
        **dict.fromkeys(("m/s", "mps", "ms"), 3.6),
    },
    "altitude": {"m": 1.0, "mts": 1.0, "ft": 0.3048},
    "accuracy": {"m": 1.0, "mts": 1.0, "ft": 0.3048},
    "course": {"°": 1.0, "deg": 1.0},
    "battery": {"%": 1.0},
    "lat": {"°": 1.0},
    "lon": {"°": 1.0},
}
"""What may stand behind a number, and what it is in the native unit."""
_WITH_UNIT = re.compile(r"([-+]?[\d.,]+(?:[eE][-+]?\d+)?)\s*([^\d\s.,]*)")


@dataclass(frozen=True, slots=True)
class Options:
    """How a track is to be read. zone: of times that carry none. times: how they are written; None:
    seen from them. encoding: of its text; None: seen from its bytes."""

    zone: tzinfo | None = None
    times: Way | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """`body`: native JSON without its times. `vehicle`: whose point it is, if the file says so.

    received: when a server got it. A time before 1980 counts seconds from the recording's start.
    aside: why values beside the position were not taken, {key: what is wrong}.
    """

    time: datetime
    body: dict[str, Any]
    vehicle: str | None = None
    fix_time: datetime | None = None
    received: datetime | None = None
    aside: tuple[tuple[str, str], ...] = ()

    @property
    def when(self) -> datetime:
        """When it became known: its receipt, or its own time if the file knows no receipt."""
        return self.received or self.time


@dataclass(frozen=True, slots=True)
class BadPoint:
    """A row that is no point: where (file and line or feature), and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Note:
    """What was guessed of a file, or read otherwise than it says."""

    text: str


Read = Point | BadPoint | Note
"""What readers find, in the file's order."""


def body(
    values: Iterable[tuple[str, object]], factors: dict[str, float] | None = None
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """Native keys with their numbers, blank values left out; and what was left aside, with why: a
    side value that cannot be costs itself, not the position. `factors` turn a key's number into
    the native unit, where its value names none.

    Raises ValueError if a coordinate is no number or out of range, or one of them is missing.
    """
    out: dict[str, Any] = {}
    aside = []
    for key, value in values:
        if not str(value).strip():
            continue
        try:
            out[key] = _number(key, value, (factors or {}).get(key, 1.0))
        except ValueError as error:
            if key in POSITION:
                raise
            aside.append((key, str(error)))
    if ("lat" in out) != ("lon" in out):
        raise ValueError("a latitude and a longitude are needed, or neither")
    return out, tuple(aside)


def _number(key: str, value: object, factor: float) -> float | int:
    low, high = RANGES[key]
    text = str(value).strip()
    number = _plain(text)
    match = None if number is not None else _WITH_UNIT.fullmatch(text)
    if match is not None:
        number = _plain(match[1])
        factor = UNITS.get(key, {}).get(match[2].lower(), math.nan)
    if number is None or math.isnan(factor):
        raise ValueError(f"{key} {value!r} is not a number")
    if not low <= number <= high or math.isinf(number):
        raise ValueError(f"{key} {value} is out of range")
    if key == "satellites":
        if not float(number).is_integer():
            raise ValueError(f"{key} {value} is no whole number")
        return int(number)
    return round(number * factor, 3) if key == "speed" else number * factor


def _plain(text: str) -> float | None:
    """A number, with a decimal comma too; None if it is none."""
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None
