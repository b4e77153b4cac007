"""The leaf of the custody log: the exact bytes of one entry, and what is computed from them.

One JSON object in canonical form (RFC 8785), UTF-8, no floats; a reader must find the very same
bytes when writing it again. Its members:

    v            1, the version of this layout
    origin       the log's name
    id           "<scope>#<seq>"
    scope        the shipment's id, or "device:<id>" for a device without one
    seq          counts within the scope, from 0
    prev         hex of the leaf hash of the scope's previous entry; null for the first
    type         what kind of finding it is
    occurred_at  by the device's clock, or as its actor states it
    recorded_at  by the tracker's clock
    key          idempotency key, see `key`
    payload      {actor, detail, device, facts, lat, late, lon, zone}
    commitments  {}: salted commitments to personal data
    attachments  []: hashes of attached documents
    raw          the identity of the reading it rests on (`Finding.evidence`); null without one
    rules        version of the rules in force
    zones        version of the zones in force

Times are RFC 3339 in UTC with six digits of a second; lat and lon are strings with seven digits
(1 cm); an integer that a reader of JSON may not keep exact (beyond 2^53 - 1) is a string.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

import rfc8785
from msgspec import Struct

from tracker.domain.errors import TrackerError
from tracker.domain.finding import Fact, Finding

VERSION = 1
_MEMBERS = frozenset(
    {"v", "origin", "id", "scope", "seq", "prev", "type", "occurred_at", "recorded_at", "key"}
    | {"payload", "commitments", "attachments", "raw", "rules", "zones"}
)
_EXACT = 2**53 - 1


class LeafError(TrackerError):
    """These bytes are not a leaf that this log could have written."""


class Leaf(Struct, frozen=True, kw_only=True):
    """A leaf, and what has to be known of it to append it. `hash`: see `leaf_hash`."""

    id: str
    leaf: bytes
    scope: str
    seq: int
    key: str
    hash: bytes


def entry(
    finding: Finding,
    *,
    origin: str,
    seq: int,
    prev: bytes | None,
    rules_version: str,
    zones_version: str,
) -> Leaf:
    """The entry number `seq` of the finding's scope; `prev` is the hash of the one before it."""
    written = leaf(
        finding,
        origin=origin,
        seq=seq,
        prev=prev,
        rules_version=rules_version,
        zones_version=zones_version,
    )
    return Leaf(
        id=entry_id(finding.scope, seq),
        leaf=written,
        scope=finding.scope,
        seq=seq,
        key=key(finding),
        hash=leaf_hash(written),
    )


def leaf(
    finding: Finding,
    *,
    origin: str,
    seq: int,
    prev: bytes | None,
    rules_version: str,
    zones_version: str,
) -> bytes:
    """The bytes. Raises ValueError if a fact is a float, or a text is not Unicode."""
    return _canonical(
        {
            "v": VERSION,
            "origin": origin,
            "id": entry_id(finding.scope, seq),
            "scope": finding.scope,
            "seq": seq,
            "prev": None if prev is None else prev.hex(),
            "type": finding.type.value,
            "occurred_at": _time(finding.occurred_at),
            "recorded_at": _time(finding.recorded_at),
            "key": key(finding),
            "payload": _payload(finding),
            "commitments": {},
            "attachments": [],
            "raw": finding.evidence,
            "rules": rules_version,
            "zones": zones_version,
        }
    )


def entry_id(scope: str, seq: int) -> str:
    return f"{scope}#{seq}"


def key(finding: Finding) -> str:
    """The idempotency key: 16 bytes of SHA-256, hex, over what the finding says happened.

    The same conclusion from the same evidence, reached once more (after a crash, in a replay), has
    the same key, and the log takes a key only once. So whatever may differ between two runs stays
    out: when it was recorded, whether it came late, how it is worded, who is told of.
    """
    said = [
        finding.scope,
        finding.type.value,
        _time(finding.occurred_at),
        finding.device,
        finding.evidence,
        finding.zone,
        _facts(finding.facts),
    ]
    return hashlib.sha256(_canonical(said)).digest()[:16].hex()


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962: SHA-256 over 0x00 and the leaf, 32 bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def parse(leaf: bytes) -> dict[str, Any]:
    """The members of a leaf. Raises LeafError unless these are exactly the bytes that `leaf`
    would write: other spacing or order, a key given twice, a float, a member more or less.
    """
    try:
        members = json.loads(
            leaf.decode(),
            object_pairs_hook=_once_each,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
        canonical = _canonical(members)
    except (ValueError, RecursionError) as error:  # deep nesting is an attack, not a leaf
        raise LeafError(f"not a leaf: {error}") from error
    if canonical != leaf:
        raise LeafError("not a leaf: it is not in canonical form (RFC 8785)")
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise LeafError("not a leaf: it has not the members that a leaf has")
    if members["v"] != VERSION:
        raise LeafError(
            f"a leaf of version {members['v']}, and only version {VERSION} is known here",
            mend="use a newer seal-tracker",
        )
    return members


def _payload(finding: Finding) -> dict[str, Any]:
    return {
        "actor": finding.actor,
        "detail": finding.detail,
        "device": finding.device,
        "facts": _facts(finding.facts),
        "lat": _degrees(finding.lat),
        "late": finding.late,
        "lon": _degrees(finding.lon),
        "zone": finding.zone,
    }


def _facts(facts: dict[str, Fact]) -> dict[str, Fact]:
    return {name: _fact(name, value) for name, value in facts.items()}


def _fact(name: str, value: Fact) -> Fact:
    if isinstance(value, float):
        raise ValueError(f"the fact {name!r} is a float, which has no one written form")
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)
    return value


def _degrees(value: float | None) -> str | None:
    return None if value is None else f"{value:.7f}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _canonical(value: Any) -> bytes:
    return rfc8785.dumps(value)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is given twice")
    return members


def _no_float(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not an integer")
