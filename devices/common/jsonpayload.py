"""JSON payloads, strictly: what every JSON dialect needs before it looks at a single key.

The fast path is msgspec and two counts. msgspec keeps the last of two equal keys in silence; that
shows in the colons, of which a dropped pair takes at least one along: written again, a document
with a duplicate has fewer than its payload. An escaped colon (`\\u003a`) would blur the count, so
such payloads take the slow path, which is definitive. What msgspec refuses goes the slow way too:
to name the key at fault, and so that one bad object of an array leaves the others alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from devices.common.fields import ReadingError, join, show, wrong
from devices.reading import Reading, Rejected

MAX_BYTES = 1024 * 1024
"""Of one payload: 1 MiB."""

Read = Callable[[dict[str, Any], str, datetime], Reading]
"""Makes a Reading of (object, device, received_at), or raises ReadingError."""

_LONGEST_PLACE = 200

_parse = msgspec.json.Decoder().decode
_write = msgspec.json.Encoder().encode


def decode_each(
    read: Read,
    topic: str,
    payload: bytes,
    received_at: datetime,
    *,
    device: str,
    dialect: str,
    max_items: int = 1,
) -> list[Reading | Rejected]:
    """The readings of one object, or of an array of up to `max_items` where that is more than 1.

    Readings come in the order of their event times (then `seq`, then position), and after them
    what was rejected. Never raises, never returns an empty list.
    """

    def reject(fault: ReadingError, part: bytes = payload, place: str = "") -> Rejected:
        return Rejected(
            topic=topic,
            payload=part,
            reason=fault.reason,
            received_at=received_at,
            dialect=dialect,
            device=device,
            place=join(place, fault.place) if place and fault.place else place or fault.place,
        )

    parts: list[bytes] | None = None
    try:
        found = parse(payload)
        if max_items == 1 or type(found) is not list:
            return [read(_object(found), device, received_at)]
    except ReadingError as fault:
        parts = _split(payload) if max_items > 1 and len(payload) <= MAX_BYTES else None
        if parts is None:
            return [reject(fault)]
        found = parts
    if not 1 <= len(found) <= max_items:
        count = f"an array of {len(found)}, expected one of 1 to {max_items:,} objects"
        return [reject(ReadingError("", f"the payload is {count}"))]

    readings: list[Reading] = []
    rejects: list[Rejected] = []
    for index, item in enumerate(found):
        try:
            document = parse(item) if item.__class__ is bytes else item
            readings.append(read(_object(document), device, received_at))
        except ReadingError as fault:
            parts = parts or _split(payload) or [payload] * len(found)
            rejects.append(reject(fault, parts[index], f"[{index}]"))
    readings.sort(key=_order)
    return [*readings, *rejects]


def wrong_topic(
    topic: str, payload: bytes, received_at: datetime, *, dialect: str, expected: str
) -> list[Reading | Rejected]:
    """The one rejection of a message whose topic names no device of the dialect."""
    return [
        Rejected(
            topic=topic,
            payload=payload,
            reason=f"the topic is {show(topic)}, expected {expected}",
            received_at=received_at,
            dialect=dialect,
        )
    ]


def parse(payload: bytes) -> Any:
    """The document that a JSON payload holds, as dicts, lists and scalars.

    Raises ReadingError: longer than 1 MiB, not JSON, a number that is not finite, a key given
    twice, nested too deeply.
    """
    if len(payload) > MAX_BYTES:
        raise ReadingError(
            "", f"the payload has {len(payload):,} bytes, expected at most {MAX_BYTES:,}"
        )
    try:
        document = _parse(payload)
        colons = _write(document).count(b":")
    except (ValueError, RecursionError) as error:
        raise _oddity(payload) or ReadingError("", f"the payload is not JSON: {error}") from None
    if (colons != payload.count(b":") or b"\\u003" in payload) and (fault := _oddity(payload)):
        raise fault
    return document


def _object(document: Any) -> dict[str, Any]:
    if type(document) is dict:
        return document
    raise ReadingError("", f"this is {show(document)}, expected a JSON object")


def _order(reading: Reading) -> tuple[datetime, float]:
    return reading.event_time, float("-inf") if reading.seq is None else reading.seq


class _Object(dict[str, Any]):
    """A JSON object that remembers which key it was given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        twice = (key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        self.twice = next(twice, None) if len(self) < len(pairs) else None


def _oddity(payload: bytes) -> ReadingError | None:
    """What Python's parser shows and msgspec does not: the key given twice, or not finite."""
    try:
        return _odd(json.loads(payload.decode(), object_pairs_hook=_Object), "")
    except RecursionError:
        return ReadingError("", "the payload is nested too deeply")
    except ValueError:
        return None


def _odd(value: Any, place: str) -> ReadingError | None:
    if isinstance(value, float) and not abs(value) < float("inf"):
        return wrong(place or "the payload", value, "a finite number")
    if len(place) > _LONGEST_PLACE:  # else a deep and broad document would cost its square
        place = "..." + place[-_LONGEST_PLACE:]
    if isinstance(value, _Object):
        if value.twice is not None:
            here = join(place, value.twice)
            return ReadingError(here, f"{here} is given twice, expected each key once")
        inner = ((join(place, key), child) for key, child in value.items())
    elif isinstance(value, list):
        inner = ((f"{place}[{index}]", child) for index, child in enumerate(value))
    else:
        return None
    return next((fault for here, child in inner if (fault := _odd(child, here))), None)


def _split(payload: bytes) -> list[bytes] | None:
    """The bytes of each element of an array, however broken they are; None if it is no array.

    It only follows quotes and brackets, so it takes invalid UTF-8, NaN, bad syntax and any depth.
    """
    depth = start = 0
    parts: list[bytes] = []
    if payload.lstrip(_SPACE)[:1] != b"[":
        return None
    for token in _TOKEN.finditer(payload):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            start = start or token.end()
        elif mark in b"]}":
            depth -= 1
        if depth == 0 or (depth == 1 and mark == b","):
            parts.append(payload[start : token.start()].strip(_SPACE))
            start = token.end()
        if depth == 0:
            return parts if mark == b"]" and not payload[start:].strip(_SPACE) else None
    return None


_SPACE = b" \t\r\n"
_TOKEN = re.compile(
    rb"""
    " (?: [^"\\]++ | \\. )*+ (?: " | \\?\Z )   # a string; one that never ends is the last token
    | [\[\]{},]
    """,
    re.VERBOSE | re.DOTALL,
)
