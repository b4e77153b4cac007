"""A bundle's readings, held against what the custody entries bind (see `readings`).

One JSON object a line, in the order in which the journal stored them:

    {"body": <native JSON as text>, "buffered": bool, "device": text, "dialect": text,
     "received_at_us": microseconds since 1970-01-01Z}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sealproof.errors import ProofError
from sealproof.history import HistoryEntry
from sealproof.readings import START, extend, record
from sealproof.strict import count, members, read_json, typed

_MEMBERS = {"body", "buffered", "device", "dialect", "received_at_us"}


def read_line(line: bytes) -> dict[str, Any]:
    """One reading. Raises ProofError."""
    reading = members(read_json(line, "a reading"), _MEMBERS, "a reading")
    for name in ("body", "device", "dialect"):
        if "\0" in typed(reading[name], str, name):
            raise ProofError(f"a reading's {name} holds a zero byte")
    typed(reading["buffered"], bool, "buffered")
    count(reading["received_at_us"], "received_at_us")
    return reading


def bytes_of(reading: dict[str, Any]) -> bytes:
    """What the running hash is over. Raises ProofError."""
    try:
        return record(
            reading["device"],
            reading["received_at_us"],
            reading["dialect"],
            buffered=reading["buffered"],
            body=reading["body"].encode(),
        )
    except UnicodeEncodeError as error:
        raise ProofError("a reading holds text that is not Unicode") from error


def check_readings(lines: Iterable[bytes], entries: Iterable[HistoryEntry]) -> int:
    """How many there are. Raises ProofError unless they are exactly those that the entries bind."""
    bound = {entry.heard.count: entry for entry in entries if entry.heard is not None}
    last, number, head = max(bound, default=0), 0, START
    for line in lines:
        if number == last:
            raise ProofError(f"there are more readings than the {last} that the entries bind")
        head, number = extend(head, bytes_of(read_line(line))), number + 1
        entry = bound.get(number)
        if entry is not None and entry.heard is not None and entry.heard.digest != head:
            raise ProofError(f"the first {number} readings are not those that {entry.id} binds")
    if number < last:
        raise ProofError(f"there are {number} readings, and the entries bind {last}")
    return number
