"""JSON as makers write it: numbers that are strings, flags that are 0 and 1, local times.

Strict is who says it, and no more: a lock's alarm is not thrown away for a signal strength of
"n/a", a latitude of 270 or a clock in words. What cannot be taken is left as it came, a position or
a time with the reason too (`Said.refused`). `Said.rest` is all that was not taken, so nothing is
lost and nothing is twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from devices.common.clocks import Told, settle, without
from devices.common.devicetime import written
from devices.common.fields import ReadingError, kept, wrong
from devices.common.refusal import Refused, refuse, with_refused
from devices.reading import Fix, NoFix, NoFixReason, SealReport

COUNT_MAX = 2**63 - 1
"""Of a whole number, as in the native dialect."""
AMOUNT_MAX = 1e15
"""Of any other number: beyond it a float no longer tells whole numbers apart."""

_DECIMAL = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII)


class Said:
    """One object, key by key. null and "" are as good as absent."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._left = dict(said)
        self.refused: Refused = {}
        self._untimed: ReadingError | None = None

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
        """Every key that was not taken, unchanged, and what was refused."""
        extra: dict[str, Any] = {}
        for key, value in self._left.items():
            try:
                extra[key] = kept(value, key)
            except ReadingError as fault:
                refuse(self.refused, key, value, fault.reason)
        return with_refused(extra, self.refused)

    def refuse(self, key: str, why: str) -> None:
        """Take a key whose value cannot be used, and say why."""
        refuse(self.refused, key, self._left.pop(key, None), why)

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

    def moment(
        self,
        key: str,
        received_at: datetime,
        *,
        buffered: bool = False,
        fixed: datetime | None = None,
    ) -> Told:
        """The best time for the event; the key is taken. Written as "2026-03-01 11:59:58" or in
        RFC 3339; see `clocks.settle` for the rest.
        """
        value = self.peek(key)
        moment = written(value) if isinstance(value, str) else None
        return self.settled(key, moment, received_at, buffered=buffered, fixed=fixed, form=_FORM)

    def settled(
        self,
        key: str,
        moment: datetime | None,
        received_at: datetime,
        *,
        form: str,
        buffered: bool = False,
        fixed: datetime | None = None,
    ) -> Told:
        """As `moment`, of what was read at `key` (None: no time). form: what it should be."""
        if moment is not None:
            self.drop(key)
            return settle(moment, received_at, buffered=buffered, fixed=fixed)
        value = self.peek(key)
        self._untimed = (
            ReadingError(key, f"{key} is missing, expected {form}")
            if value is None
            else wrong(key, value, form)
        )
        if value is not None:
            self.refuse(key, self._untimed.reason)
        return without(value if isinstance(value, str | int | float) else None, received_at, fixed)

    def stands(self, told: Told, seal: SealReport | None) -> None:
        """Raises ReadingError where it has neither a time nor a word of the seal."""
        if told.lost and seal is None and self._untimed is not None:
            raise self._untimed


_FORM = 'a time as "2026-03-01 11:59:58" or RFC 3339'


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


def position(said: Said, keys: PositionKeys, told: Told, *, valid: bool = True) -> Fix | NoFix:
    """The position at that time, its keys taken; without a fix they are left, but for 0,0 itself.

    valid: False if the device itself says that it is none.
    """
    lat, lon = _degrees(said, keys.lat, 90), _degrees(said, keys.lon, 180)
    if (lat is None) is not (lon is None):
        lacking, there = (keys.lat, keys.lon) if lat is None else (keys.lon, keys.lat)
        if lacking not in said.refused:
            said.refuse(there, f"{lacking} is missing, expected {keys.lat} and {keys.lon}")
    speed = said.number(keys.speed, 0)
    satellites = said.whole(keys.satellites)
    hdop = said.number(keys.hdop, 0)
    reason = _no_fix(said, keys, lat, lon, lost=told.lost, valid=valid)
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
        time=told.time,
        speed_kmh=speed,
        course_deg=said.number(keys.course, 0, 360),
        altitude_m=said.number(keys.altitude),
        satellites=satellites,
        hdop=hdop,
    )


def _no_fix(
    said: Said,
    keys: PositionKeys,
    lat: float | None,
    lon: float | None,
    *,
    lost: bool,
    valid: bool,
) -> NoFixReason | None:
    if keys.lat in said.refused or keys.lon in said.refused:
        return NoFixReason.INVALID
    if lat is None or lon is None:
        return NoFixReason.ABSENT
    if lost:
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
        said.refuse(key, wrong(key, value, f"degrees from -{limit} to {limit}").reason)
        return None
    return float(degrees)
