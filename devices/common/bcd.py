"""Binary-coded decimals: two digits a byte, as the binary dialects write ids, times and degrees."""

from __future__ import annotations

from datetime import UTC, datetime

from devices.common.devicetime import NEVER, written
from devices.common.frames import FrameError

_NO_DECIMAL = 10_000
"""Stands for a byte that is no two decimals: no part of a date may have it, so datetime refuses."""
_VALUE = [int(f"{byte:02x}") if f"{byte:02x}".isdigit() else _NO_DECIMAL for byte in range(256)]
_YEAR = [2000 + value for value in _VALUE]
_ZEROS = bytes(6)


def digits(raw: bytes, place: str = "") -> str:
    """The digits of `raw`, two a byte. Raises FrameError where a nibble is no decimal."""
    text = raw.hex()
    if text.isdigit() or not text:
        return text
    raise FrameError(place, f"{place or 'the number'} is {text}, expected decimal digits only")


def moment_dmy(raw: bytes, place: str = "time") -> datetime:
    """DDMMYYhhmmss, 6 bytes, of a clock in UTC and this century.

    Raises FrameError where it is not 6 bytes, not decimal or no day or hour that exists.
    """
    try:
        day, month, year, hour, minute, second = raw
        return datetime(
            _YEAR[year],
            _VALUE[month],
            _VALUE[day],
            _VALUE[hour],
            _VALUE[minute],
            _VALUE[second],
            0,
            UTC,
        )
    except ValueError:
        return _odd(raw, place, "DDMMYYhhmmss")


def moment_ymd(raw: bytes, place: str = "time") -> datetime:
    """YYMMDDhhmmss, 6 bytes; as `moment_dmy` otherwise."""
    try:
        year, month, day, hour, minute, second = raw
        return datetime(
            _YEAR[year],
            _VALUE[month],
            _VALUE[day],
            _VALUE[hour],
            _VALUE[minute],
            _VALUE[second],
            0,
            UTC,
        )
    except ValueError:
        return _odd(raw, place, "YYMMDDhhmmss")


def _odd(raw: bytes, place: str, form: str) -> datetime:
    """Of a date that does not exist. form: how it is written, YYMMDD first or DDMMYY."""
    if raw == _ZEROS:
        return NEVER
    day = raw[:3] if form.startswith("YY") else raw[2::-1]
    moment = written(f"20{day.hex('-')} {raw[3:].hex(':')}")
    if len(raw) == len(_ZEROS) and moment is not None:
        return moment
    raise FrameError(place, f"{place} is {raw.hex()}, expected a time written {form} in decimals")
