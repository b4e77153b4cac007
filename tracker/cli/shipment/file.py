"""A shipment's file, JSON or TOML, as the JSON text that commands take; and its schema."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from tracker.domain.errors import UsageError
from tracker.domain.shipment import Shipment

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


def read(name: str) -> tuple[bytes, str]:
    """The document in file `name` ("-": standard input) as JSON text, and the file's name in words.

    Raises UsageError if it cannot be read, or is neither JSON nor TOML; what it says is checked by
    whoever takes it.
    """
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        mend = "name a file that can be read, or - for standard input"
        raise UsageError(f"cannot be read: {error.strerror}", where=name, mend=mend) from error
    except UnicodeDecodeError as error:
        raise UsageError("not UTF-8 text", where=name, mend="save it as UTF-8") from error
    where = "standard input" if name == "-" else name
    if not text.strip():
        raise UsageError("it is empty", where=where, mend="docs/shipment.md shows a shipment")
    return msgspec.json.encode(_parse(text, where, toml=_is_toml(name, text))), where


def _is_toml(name: str, text: str) -> bool:
    suffix = Path(name).suffix.lower()
    if suffix in (".json", ".toml"):
        return suffix == ".toml"
    return not text.lstrip().startswith("{")


def _parse(text: str, where: str, *, toml: bool) -> Any:
    try:
        return tomllib.loads(text) if toml else _json(text, where)
    except RecursionError as error:
        raise UsageError("nested too deep", where=where, mend="see docs/shipment.md") from error
    except tomllib.TOMLDecodeError as error:
        mend = "see https://toml.io; a file of JSON is called .json"
        raise UsageError(f"not TOML: {error}", where=where, mend=mend) from error
    except msgspec.DecodeError as error:
        raise UsageError(
            f"not JSON: {_reason(text, str(error))}",
            where=where,
            mend="check brackets, quotes and commas there; a file of TOML is called .toml",
        ) from error


def _json(text: str, where: str) -> Any:
    """As msgspec reads it, but a key that stands twice is a fault: one of its values would go."""
    said = msgspec.json.decode(text)

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise UsageError(f"the key {key!r} stands twice", where=where, mend="keep one")
            seen.add(key)

    json.loads(text, object_pairs_hook=once)
    return said


def _reason(text: str, said: str) -> str:
    """msgspec's complaint, with line and column in place of the byte."""
    reason = said.removeprefix("JSON is malformed: ")
    what, found, byte = reason.partition(" (byte ")
    if not found:
        return f"{reason}: something is not closed"
    before = text.encode()[: int(byte.rstrip(")"))].decode(errors="ignore")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{what} (line {line}, column {column})"


def schema() -> dict[str, Any]:
    """The published JSON Schema of a shipment's file."""
    return {
        "$schema": SCHEMA_ID,
        "$id": "urn:seal-tracker:shipment:1",
        "title": "Shipment",
        **msgspec.json.schema(Shipment),
    }
