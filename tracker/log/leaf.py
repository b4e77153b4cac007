"""The leaf of the custody log: the exact bytes of one entry, and what is computed from them.

One JSON object in canonical form (RFC 8785), UTF-8, no floats; a reader must find the very same
bytes when writing it again (`sealproof.leaves`, which outsiders use too). Its members:

    v            3, the version of this layout
    origin       the log's name
    id           "<scope>#<seq>"
    scope        the shipment's id, "device:<id>" for a device without one, or "tracker:<subject>"
    seq          counts within the scope, from 0
    prev         hex of the leaf hash of the scope's previous entry; null for the first
    type         what kind of finding it is
    occurred_at  by the device's clock, or as its actor states it
    recorded_at  by the tracker's clock
    key          idempotency key, see `key`
    heard        {count, digest}: how many readings of the scope were stored when this was recorded,
                 and hex of the running hash over them (`sealproof.readings`)
    payload      {actor, code, device, facts, lat, late, lon, zone}: what it says is the code with
                 its facts (`tracker.domain.codes`); no words, but what people wrote (a reason)
    commitments  {place in the leaf: hex of HMAC-SHA-256(salt, value)}: whatever names a person is
                 null in the payload, and committed to here; salt and value are kept apart, and can
                 be erased without touching the log
    attachments  []: hashes of attached documents
    raw          the identity of the reading it rests on (`Finding.evidence`); null without one
    rules        version of the rules in force
    zones        version of the zones in force

Times are RFC 3339 in UTC with six digits of a second; lat and lon are strings with seven digits
(1 cm); an integer that a reader of JSON may not keep exact (beyond 2^53 - 1) is a string.
Older logs hold version 2, whose payload has `detail`, words, for `code`; and version 1, which
besides has no `heard` and names people in the payload.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import rfc8785
from msgspec import Struct

from sealproof import leaves
from sealproof.commitments import commitment
from sealproof.errors import ProofError
from sealproof.merkle import leaf_hash
from tracker.domain.codes import Fact
from tracker.domain.errors import TrackerError
from tracker.domain.finding import PERSONAL_FACTS, SYSTEM_ACTOR, Finding

VERSION = 3
SALT_BYTES = 32


class LeafError(TrackerError):
    """These bytes are not a leaf that this log could have written."""


class SaltedValue(Struct, frozen=True):
    """What a commitment hides: `value` is what stands at `place` of the leaf."""

    place: str
    salt: bytes
    value: str


class Chain(Struct, frozen=True, kw_only=True):
    """Where a scope's entries stand: the next `seq`, the last leaf's hash, the telemetry so far.

    heard: how many readings; heard_digest: hex of the running hash over them, None before the
    first.
    """

    seq: int = 0
    prev: bytes | None = None
    heard: int = 0
    heard_digest: str | None = None


class Leaf(Struct, frozen=True, kw_only=True):
    """A leaf, and what has to be known of it to append it. `hash`: see `leaf_hash`."""

    id: str
    leaf: bytes
    scope: str
    seq: int
    key: str
    hash: bytes
    secrets: tuple[SaltedValue, ...] = ()


def entry(
    finding: Finding,
    *,
    origin: str,
    chain: Chain,
    rules_version: str,
    zones_version: str,
    salt: Callable[[], bytes],
) -> Leaf:
    """The next entry of the finding's scope. `salt` gives 32 fresh random bytes at each call.

    Raises ValueError if a fact is a float, or a text is not Unicode.
    """
    secrets = tuple(
        SaltedValue(place, salt(), value) for place, value in finding.personal().items()
    )
    found = key(finding)
    written = _canonical(
        {
            "v": VERSION,
            "origin": origin,
            "id": entry_id(finding.scope, chain.seq),
            "scope": finding.scope,
            "seq": chain.seq,
            "prev": None if chain.prev is None else chain.prev.hex(),
            "type": finding.type.value,
            "occurred_at": _time(finding.occurred_at),
            "recorded_at": _time(finding.recorded_at),
            "key": found,
            "heard": {"count": chain.heard, "digest": chain.heard_digest},
            "payload": _payload(finding),
            "commitments": {one.place: commitment(one.salt, one.value) for one in secrets},
            "attachments": [],
            "raw": finding.evidence,
            "rules": rules_version,
            "zones": zones_version,
        }
    )
    return Leaf(
        id=entry_id(finding.scope, chain.seq),
        leaf=written,
        scope=finding.scope,
        seq=chain.seq,
        key=found,
        hash=leaf_hash(written),
        secrets=secrets,
    )


def entry_id(scope: str, seq: int) -> str:
    return f"{scope}#{seq}"


def key(finding: Finding) -> str:
    """The idempotency key: 16 bytes of SHA-256, hex, over what the finding says happened.

    The same conclusion from the same evidence, reached once more (after a crash, in a replay), has
    the same key, and the log takes a key only once. So whatever may differ between two runs stays
    out: when it was recorded, whether it came late, where the truck was by then. Code and facts
    are in it, for they follow from the evidence alone. Who did it stays out: names are few, and a
    hash over one could be guessed.
    """
    said = [
        finding.scope,
        finding.type.value,
        finding.code.value,
        _time(finding.occurred_at),
        finding.device,
        finding.evidence,
        finding.zone,
        _facts(finding.facts),
    ]
    return hashlib.sha256(_canonical(said)).digest()[:16].hex()


def parse(leaf: bytes) -> dict[str, Any]:
    """The members of a leaf. Raises LeafError unless these are exactly the bytes that the log
    would write: other spacing or order, a key given twice, a float, a member more or less.
    """
    try:
        return leaves.parse_leaf(leaf)
    except ProofError as error:
        raise LeafError(str(error)) from error


def _payload(finding: Finding) -> dict[str, Any]:
    return {
        "actor": finding.actor if finding.actor == SYSTEM_ACTOR else None,
        "code": finding.code.value,
        "device": finding.device,
        "facts": _facts(finding.facts),
        "lat": _degrees(finding.lat),
        "late": finding.late,
        "lon": _degrees(finding.lon),
        "zone": finding.zone,
    }


def _facts(facts: dict[str, Fact]) -> dict[str, Fact]:
    return {
        name: None if name in PERSONAL_FACTS else _fact(name, value)
        for name, value in facts.items()
    }


def _fact(name: str, value: Fact) -> Fact:
    if isinstance(value, float):
        raise ValueError(f"the fact {name!r} is a float, which has no one written form")
    if isinstance(value, int) and abs(value) > leaves.EXACT:
        return str(value)
    return value


def _degrees(value: float | None) -> str | None:
    return None if value is None else f"{value:.7f}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _canonical(value: Any) -> bytes:
    return rfc8785.dumps(value)
