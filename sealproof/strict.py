"""JSON from a stranger: one written form, no floats, no depth that breaks a reader, known types."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from sealproof.errors import ProofError
from sealproof.leaves import EXACT, canonical

T = TypeVar("T")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def read_json(raw: bytes, what: str) -> Any:
    """The document that these bytes are, written in the one form of RFC 8785, without floats: a key
    once, no byte that says nothing. Raises ProofError that begins with `what` it should have been.
    """
    try:
        document = json.loads(raw, parse_float=_refuse, parse_constant=_refuse)
        if canonical(document) != raw:
            raise ProofError(f"{what} is not in canonical form (RFC 8785)")
    except (ValueError, RecursionError) as error:  # deep nesting is an attack, not a document
        if isinstance(error, ProofError):
            raise
        raise ProofError(f"{what}: {error}") from error
    return document


def members(value: Any, names: set[str], what: str) -> dict[str, Any]:
    """The object, which has exactly these members. Raises ProofError."""
    if not isinstance(value, dict) or value.keys() != names:
        raise ProofError(f"{what} has not the members {', '.join(sorted(names))}")
    return value


def typed(value: Any, kind: type[T], what: str) -> T:
    """The value, if it is of this very type (true is no number). Raises ProofError."""
    if type(value) is not kind:
        raise ProofError(f"{what} is not of the type {kind.__name__}")
    return value


def count(value: Any, what: str) -> int:
    """A number from 0 on, which every reader of JSON keeps exact. Raises ProofError."""
    number = typed(value, int, what)
    if not 0 <= number <= EXACT:
        raise ProofError(f"{what} is negative, or beyond 2^53 - 1")
    return number


def hex_bytes(value: Any, length: int, what: str) -> bytes:
    """Lower-case hex of so many bytes. Raises ProofError."""
    text = typed(value, str, what)
    if len(text) != 2 * length or not _HEX.fullmatch(text):
        raise ProofError(f"{what} is not {length} bytes in hex")
    return bytes.fromhex(text)


def moment(value: Any, what: str) -> datetime:
    """A time as leaves have it: RFC 3339, UTC, six digits of a second. Raises ProofError."""
    text = typed(value, str, what)
    if not _TIME.fullmatch(text):
        raise ProofError(f"{what} is not a time in UTC with six digits of a second")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ProofError(f"{what}: {error}") from error


def _refuse(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not an integer")
