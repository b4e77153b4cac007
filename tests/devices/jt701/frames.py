"""The vectors of the Jointech locks, for the tests that ask more of them than what comes out."""

from __future__ import annotations

import tomllib
from typing import Any

from devices import catalogue

_FILE = catalogue.dialects()["jt701"].vectors
_document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = [
    {key: _document[key] for key in ("topic", "received_at")} | vector
    for vector in _document["vector"]
]


def payload_of(vector: dict[str, Any]) -> bytes:
    if "payload_hex" in vector:
        return bytes.fromhex(vector["payload_hex"])
    return str(vector["payload"]).encode()


PAYLOADS = [payload_of(vector) for vector in VECTORS]
