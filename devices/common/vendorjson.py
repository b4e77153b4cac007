"""JSON as makers write it: numbers that are strings, flags that are 0 and 1, local times.

Strict is what a reading stands on: its time, its position, who says it. Everything else is taken
where it can be, and otherwise left as it came: a lock's alarm is not thrown away for a signal
strength of "n/a". `Said.rest` is all that was not taken, so nothing is lost and nothing is twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from devices.common.devicetime import event_time, written
from devices.common.fields import ReadingError, kept, show, wrong
from devices.reading import Fix, NoFix, NoFixReason

COUNT_MAX = 2**63 - 1
"""Of a whole number, as in the native dialect."""
AMOUNT_MAX = 1e15
"""Of any other number: beyond it a float no longer tells whole numbers apart."""

_DECIMAL = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII)


class Said:
    """One object, key by key. null and "" are as good as absent."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._left = dict(said)

    def __contains__(self, key: str) -> bool:
        return key != "" and self._left.get(key) not in (None, "")

    def peek(self, key: str) -> Any:
        """The value as it came, None if absent; it stays among the rest."""
        return self._left[key] if key in self else None

    def drop(self, key: str) -> None:
        """Take a key whose value went into the reading."""
        self._left.pop(key, None)

    def put(self, key: str, value: object) -> None:
        """Say it otherwise."""
        self._left[key] = value

    def rest(self) -> dict[str, Any]:
        """Every key that was not taken, unchanged. Raises ReadingError when nested too deeply."""
        return {key: kept(value, key) for key, value in self._left.items()}

    def number(self, key: str, low: float = -AMOUNT_MAX, high: float = AMOUNT_MAX) -> float | None:
        """The number, taken; None (and left) where it is none or not within low to high."""
        value = number(self.peek(key))
        if value is None or not low <= value <= high:
            return None
        self.drop(key)
        return float(value)

    def whole(self, key: str, low: int = 0, high: int = COUNT_MAX) -> int | None:
        """The whole number, taken; None (and left) where it is none or not within low to high."""
        value = number(self.peek(key))
        if value is None or not low <= value <= high or value != int(value):
            return None
        self.drop(key)
        return int(value)

    def text(self, key: str) -> str | None:
        """The text, taken; a whole number counts as its digits. None (and left) for all else."""
        value = self.peek(key)
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            return None
        self.drop(key)
        return value.strip()

    def flag(self, key: str) -> bool | None:
        """true, 1 and "1" or false, 0 and "0"; None for all else. It is left."""
        value = self.peek(key)
        if isinstance(value, str):
            value = value.strip().lower()
        if value in (True, "1", "true"):
            return True
        return False if value in (False, "0", "false") else None

    def state(self, key: str) -> bool | None:
        """The flag, taken whichever it is."""
        flag = self.flag(key)
        if flag is not None:
            self.drop(key)
        return flag

    def raised(self, key: str) -> bool:
        """Whether the flag is set; taken if so."""
        if self.flag(key):
            self.drop(key)
            return True
        return False

    def moment(self, key: str, received_at: datetime) -> tuple[datetime, dict[str, Any]]:
        """The event's time, taken, and what is to be noted of the clock (see `devicetime`).

        Raises ReadingError where it is missing, no time, or too far ahead of receipt.
        """
        expected = 'a time as "2026-03-01 11:59:58" or RFC 3339'
        if key not in self:
            raise ReadingError(key, f"{key} is missing, expected {expected}")
        value = self.peek(key)
        moment = written(value) if isinstance(value, str) else None
        if moment is None:
            raise wrong(key, value, expected)
        settled = event_time(moment, received_at)
        if settled is None:
            raise ReadingError(
                key, f"{key} is {show(value)}, expected at most 24 h after the receipt"
            )
        self.drop(key)
        return settled


def number(value: object) -> float | None:
    """A number, or a string that is one; None for all else (true is no number)."""
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        return float(value) if "." in value else int(value)
    return None


class PositionKeys(NamedTuple):
    """How a maker calls what a position has; "" for what it does not send."""

    lat: str
    lon: str
    speed: str = ""
    course: str = ""
    altitude: str = ""
    satellites: str = ""
    hdop: str = ""


def position(
    said: Said,
    keys: PositionKeys,
    time: datetime,
    *,
    clock_unset: bool = False,
    valid: bool = True,
) -> Fix | NoFix:
    """The position at `time`, its keys taken; without a fix they are left, but for 0,0 itself.

    Raises ReadingError when latitude or longitude is wrong, or there without the other.
    """
    lat, lon = _degrees(said, keys.lat, 90), _degrees(said, keys.lon, 180)
    if (lat is None) is not (lon is None):
        missing = keys.lat if lat is None else keys.lon
        raise ReadingError(missing, f"{missing} is missing, expected {keys.lat} and {keys.lon}")
    speed = said.number(keys.speed, 0)
    satellites = said.whole(keys.satellites)
    hdop = said.number(keys.hdop, 0)
    reason = _no_fix(lat, lon, clock_unset, valid)
    if reason is NoFixReason.ZERO or reason is None:
        said.drop(keys.lat)
        said.drop(keys.lon)
    if lat is None or lon is None or reason is not None:
        return NoFix(
            reason=reason or NoFixReason.ABSENT, satellites=satellites, hdop=hdop, speed_kmh=speed
        )
    return Fix(
        lat=lat,
        lon=lon,
        time=time,
        speed_kmh=speed,
        course_deg=said.number(keys.course, 0, 360),
        altitude_m=said.number(keys.altitude),
        satellites=satellites,
        hdop=hdop,
    )


def _no_fix(
    lat: float | None, lon: float | None, clock_unset: bool, valid: bool
) -> NoFixReason | None:
    if lat is None:
        return NoFixReason.ABSENT
    if clock_unset:
        return NoFixReason.CLOCK_UNSET
    if lat == 0 == lon:
        return NoFixReason.ZERO
    return None if valid else NoFixReason.INVALID


def _degrees(said: Said, key: str, limit: int) -> float | None:
    value = said.peek(key)
    if value is None:
        return None
    degrees = number(value)
    if degrees is None or not -limit <= degrees <= limit:
        raise wrong(key, value, f"degrees from -{limit} to {limit}")
    return float(degrees)
