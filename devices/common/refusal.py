"""What a device says that cannot be: it costs that value, and nothing else.

A speed of -1, a battery of 101 %, half a position: each is kept in `Reading.extra["refused"]` by
its key, with its value and why, so that the seal's word beside it counts.
"""

from __future__ import annotations

import enum
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from devices.common.devicetime import leap
from devices.common.fields import MAX_DEPTH, ReadingError, alternatives, join, kept, value_fault

KEY = "refused"
Refused = dict[str, dict[str, Any]]
"""place of a key -> {"value": as it came, "why": in words}."""
S = TypeVar("S", bound=Struct)


def refuse(refused: Refused, place: str, value: object, why: str) -> None:
    """Note that the value at `place` is not used."""
    try:
        kept(value, place)
    except ReadingError:
        value = f"nested deeper than {MAX_DEPTH} levels"
    refused[place] = {"value": value, "why": why}


def with_refused(extra: dict[str, Any], refused: Refused) -> dict[str, Any]:
    """`extra`, which is changed, with what was refused, if anything was."""
    if not refused:
        return extra
    if KEY in extra:
        refuse(refused, KEY, extra[KEY], "the key is the tracker's own")
    extra[KEY] = refused
    return extra


def sift(kind: type[S], said: dict[str, Any], refused: Refused, place: str = "") -> S:
    """A `kind` of all in `said` that fits; what its types refuse goes to `refused`.

    Raises ReadingError where a key that `kind` requires is missing or refused.
    """
    return msgspec.convert(_fitting(kind, said, refused, place), kind)


def _fitting(
    kind: type[Struct], said: dict[str, Any], refused: Refused, place: str
) -> dict[str, Any]:
    fitting = dict(said)
    for field in msgspec.structs.fields(kind):
        key, here = field.encode_name, join(place, field.encode_name)
        if key not in said:
            if field.required:
                raise ReadingError(here, f"{here} is missing")
            continue
        fault = value_fault(field.type, said[key], here)
        if fault is None:
            continue
        value = _less(field.type, said[key], refused, here)
        if value is not None:
            fitting[key] = value
        elif field.required:
            raise fault
        else:
            del fitting[key]
            if here not in refused:
                refuse(refused, here, said[key], fault.reason)
    return fitting


def _less(kind: Any, value: Any, refused: Refused, place: str) -> Any:
    """The value as its type takes it, less what is wrong inside it; None where nothing is left."""
    for part in alternatives(kind):
        if isinstance(value, dict) and isinstance(part, type) and issubclass(part, Struct):
            try:
                return _fitting(part, value, refused, place)
            except ReadingError:
                return None
        if isinstance(value, list) and get_origin(part) is list:
            return _fitting_items(get_args(part)[0], value, refused, place)
        if isinstance(value, str) and (meant := _meant(part, value)) is not None:
            return meant
    return None


def _fitting_items(kind: Any, items: list[Any], refused: Refused, place: str) -> list[Any]:
    found = []
    for index, item in enumerate(items):
        here = f"{place}[{index}]"
        fault = value_fault(kind, item, here)
        meant = _meant(kind, item) if fault and isinstance(item, str) else item
        if fault and meant is None:
            refuse(refused, here, item, fault.reason)
        else:
            found.append(meant)
    return found


def _meant(kind: Any, text: str) -> object | None:
    """A word that differs in case and joints alone ("Cover-Opened"); a time with a second 60."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        word = text.strip().lower().replace("-", "_").replace(" ", "_")
        return word if word in {member.value for member in kind} else None
    moment = leap(text)
    return moment if moment is not None and value_fault(kind, moment, "") is None else None
