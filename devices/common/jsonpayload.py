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

from devices.common.fields import ReadingError, join, show
from devices.reading import Decoded, Passed, Reading, Rejected

MAX_BYTES = 1024 * 1024
"""Of one payload: 1 MiB."""

Read = Callable[[dict[str, Any], str, datetime], Reading | Passed]
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
) -> Decoded:
    """The readings of one object, or of an array of up to `max_items` where that is more than 1.

    Readings come in the order of their event times (then `seq`, then position), and after them
    what was rejected, and what was passed over. Never raises, never returns an empty list.
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
    others: list[Rejected | Passed] = []
    for index, item in enumerate(found):
        try:
            document = parse(item) if item.__class__ is bytes else item
            told = read(_object(document), device, received_at)
        except ReadingError as fault:
            parts = parts or _split(payload) or [payload] * len(found)
            others.append(reject(fault, parts[index], f"[{index}]"))
        else:
            if isinstance(told, Reading):
                readings.append(told)
            else:
                others.append(told)
    readings.sort(key=by_time)
    return [*readings, *others]


def wrong_topic(
    topic: str, payload: bytes, received_at: datetime, *, dialect: str, expected: str
) -> Decoded:
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

    NaN, Infinity and numbers too large for a float, which JSON does not have but devices write,
    come out as text: no number then, at the cost of that one value. Bytes that are no UTF-8 count
    as Latin-1.
    Raises ReadingError: longer than 1 MiB, not JSON, a key given twice, nested too deeply.
    """
    if len(payload) > MAX_BYTES:
        raise ReadingError(
            "", f"the payload has {len(payload):,} bytes, expected at most {MAX_BYTES:,}"
        )
    try:
        document = _parse(payload)
        colons = _write(document).count(b":")
    except (ValueError, RecursionError) as error:
        return _in_full(payload, error)
    if colons != payload.count(b":") or b"\\u003" in payload:
        _in_full(payload, None)
    return document


def _object(document: Any) -> dict[str, Any]:
    if type(document) is dict:
        return document
    raise ReadingError("", f"this is {show(document)}, expected a JSON object")


def by_time(reading: Reading) -> tuple[datetime, float]:
    """The order of one payload's readings."""
    return reading.event_time, float("-inf") if reading.seq is None else reading.seq


class _Object(dict[str, Any]):
    """A JSON object that remembers which key it was given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        twice = (key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        self.twice = next(twice, None) if len(self) < len(pairs) else None


def _number(text: str) -> float | str:
    value = float(text)
    return value if abs(value) < float("inf") else text


def _in_full(payload: bytes, error: Exception | None) -> Any:
    """The document as Python's parser has it, which shows what msgspec does not: the key given
    twice, and what is dirt around sound words (a number that is none, a byte of another encoding,
    a control character or a mark at the beginning). error: what msgspec complained of, if it did.
    """
    try:
        document = json.loads(
            _text(payload),
            object_pairs_hook=_Object,
            parse_constant=str,
            parse_float=_number,
            strict=False,
        )
        if fault := _given_twice(document, ""):
            raise fault
        # half a surrogate, which is no character, becomes a question mark
        return _parse(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ReadingError("", "the payload is nested too deeply") from None
    except ReadingError:
        raise
    except ValueError:
        if error is None:  # a number of thousands of digits, which Python does not read
            return None
    raise ReadingError("", f"the payload is not JSON: {error}") from None


def _text(payload: bytes) -> str:
    try:
        return payload.rstrip(b"\0").decode("utf-8-sig")
    except UnicodeDecodeError:
        return payload.decode("latin-1")


def _given_twice(value: Any, place: str) -> ReadingError | None:
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
    return next((fault for here, child in inner if (fault := _given_twice(child, here))), None)


def _split(payload: bytes) -> list[bytes] | None:
    """The bytes of each element of an array, however broken they are; None if it is no array.

    It only follows quotes and brackets, so it takes invalid UTF-8, NaN, bad syntax and any depth.
    Of one that is cut off the last element is what is there of it.
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
    return [*parts, payload[start:].strip(_SPACE)] if parts else None


_SPACE = b" \t\r\n"
_TOKEN = re.compile(
    rb"""
    " (?: [^"\\]++ | \\. )*+ (?: " | \\?\Z )   # a string; one that never ends is the last token
    | [\[\]{},]
    """,
    re.VERBOSE | re.DOTALL,
)
