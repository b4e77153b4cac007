"""Values of tables as people mean them: numbers with decimal commas, lengths with units."""

from __future__ import annotations

import datetime
import re
from typing import Any

UNITS_M = {
    **dict.fromkeys(("m", "mt", "mts", "metros", "meters", "metres"), 1.0),
    **dict.fromkeys(("km", "kms", "kilometros"), 1_000.0),
    **dict.fromkeys(("ft", "pies", "feet"), 0.3048),
    **dict.fromkeys(("mi", "millas", "miles"), 1_609.344),
}
"""Metres in what a length, or the name of its column, ends in."""
_LENGTH = re.compile(r"([-+]?[\d.,]+)\s*([a-z]+)\.?", re.I)
_DECIMAL_COMMA = re.compile(r"^([-+]?\d*),(\d{1,2}|\d{4,})$")
"""A spreadsheet's number in Mexico and Spain. Three digits behind the comma could be thousands, so
such a text stays one."""


def as_number(value: Any) -> Any:
    """A text that is a number as that number; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        number = float(_DECIMAL_COMMA.sub(r"\1.\2", value.strip()))
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def number_text(number: float) -> str:
    """17 and 17.0 are both "17": a column of whole numbers with a gap comes as floats."""
    return str(int(number)) if float(number).is_integer() else str(number)


def plain_value(value: Any, kind: type[Any] | None = None) -> Any:
    """What JSON can hold of a table's value. Blank text, NaN and bytes are nothing.

    `kind` is bool or int for columns of such, which come as floats where some values are missing.
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if kind is not None and isinstance(value, bool | int | float):
        return kind(value)
    return value if isinstance(value, bool | int | float | list | dict) else None


def metres(value: Any, column: str) -> Any:
    """A length in metres, by the unit behind it ("0.5 km"), else by that in its column's plain
    name ("radiuskm"), else metres; what is no length is given back as it is."""
    match = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None and (unit := UNITS_M.get(match[2].lower())) is not None:
        number = as_number(match[1])
        return value if isinstance(number, str) else number * unit
    number = as_number(value)
    if not isinstance(number, int | float):
        return number
    return number * UNITS_M.get(unit_of(column), 1)


def unit_of(column: str) -> str:
    """The unit that a column's plain name ends in; "" for none, and for metres."""
    return next((unit for unit, many in UNITS_M.items() if many != 1 and column.endswith(unit)), "")
