"""The leaf of the custody log, strictly: exactly the bytes that the log writes, or an error.

Canonical JSON (RFC 8785) without floats: written again, a leaf is the very same bytes. A key given
twice, other spacing or order, an integer that JSON readers would round: all of that differs.
`tracker.log.leaf` documents the members.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from sealproof.errors import ProofError

VERSIONS = {
    1: frozenset(
        {"v", "origin", "id", "scope", "seq", "prev", "type", "occurred_at", "recorded_at", "key"}
        | {"payload", "commitments", "attachments", "raw", "rules", "zones"}
    ),
}
VERSIONS[2] = VERSIONS[1] | {"heard"}
VERSIONS[3] = VERSIONS[2]
"""Members by the version of the layout. 2 adds `heard`, which binds the telemetry."""
_PAYLOAD = frozenset({"actor", "device", "facts", "lat", "late", "lon", "zone"})
PAYLOADS = {1: _PAYLOAD | {"detail"}, 2: _PAYLOAD | {"detail"}, 3: _PAYLOAD | {"code"}}
"""The payload's. 3 has a code, of which words are made (`sealproof.wording`), for words."""
EXACT = 2**53 - 1
"""The greatest integer that every reader of JSON keeps exact."""
_FOUR_BYTES = 0xF0
"""The first byte of a character beyond U+FFFF in UTF-8: only such sort otherwise in UTF-16."""


def parse_leaf(raw: bytes) -> dict[str, Any]:
    """The members of a leaf. Raises ProofError unless these are bytes that the log could write."""
    try:
        members = _read(raw.decode())
        if canonical(members, plain=raw.isascii() or max(raw) < _FOUR_BYTES) != raw:
            raise ProofError("not a leaf: it is not in canonical form (RFC 8785)")
    except (ValueError, RecursionError) as error:  # deep nesting is an attack, not a leaf
        raise ProofError(f"not a leaf: {error}") from error
    if not isinstance(members, dict) or type(members.get("v")) is not int:
        raise ProofError("not a leaf: it has no version")
    version = members["v"]
    if version not in VERSIONS:
        raise ProofError(f"a leaf of version {version}, and only 1 to {max(VERSIONS)} are known")
    if members.keys() != VERSIONS[version]:
        raise ProofError("not a leaf: it has not the members that a leaf has")
    return members


def canonical(value: Any, *, plain: bool = False) -> bytes:
    """RFC 8785, for what holds no floats. plain: no key has characters beyond U+FFFF, so that
    the order of code points is that of UTF-16. Raises ValueError for text that is not Unicode.
    """
    return (_plain(value) if plain else _as_is(_ordered(value))).encode()


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def _no_float(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not an integer")


def _exact(literal: str) -> int:
    value = int(literal)
    if abs(value) > EXACT:
        raise ValueError("an integer beyond 2^53 - 1")
    return value


_read = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, parse_int=_exact).decode
_plain = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode
_as_is = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=False, check_circular=False
).encode
