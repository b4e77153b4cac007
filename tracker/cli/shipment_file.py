"""A shipment's file, JSON or TOML, as the JSON text that the desk takes; and its schema."""

from __future__ import annotations

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

    Raises UsageError if it cannot be read, or is neither JSON nor TOML; what it says is the desk's
    to check.
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
    return msgspec.json.encode(_parse(text, where, toml=_is_toml(name, text))), where


def _is_toml(name: str, text: str) -> bool:
    suffix = Path(name).suffix.lower()
    if suffix in (".json", ".toml"):
        return suffix == ".toml"
    return not text.lstrip().startswith("{")


def _parse(text: str, where: str, *, toml: bool) -> Any:
    try:
        return tomllib.loads(text) if toml else msgspec.json.decode(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"not TOML: {error}", where=where, mend="see https://toml.io") from error
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise UsageError(
            f"not JSON: {reason}", where=where, mend="check brackets, quotes and commas there"
        ) from error


def schema() -> dict[str, Any]:
    """The published JSON Schema of a shipment's file."""
    return {
        "$schema": SCHEMA_ID,
        "$id": "urn:seal-tracker:shipment:1",
        "title": "Shipment",
        **msgspec.json.schema(Shipment),
    }
