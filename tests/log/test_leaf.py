"""The leaf's bytes: canonical, complete, and told apart from any that the log did not write."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sealproof.commitments import opens
from sealproof.merkle import leaf_hash
from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.log.leaf import Chain, Leaf, LeafError, key, parse
from tracker.log.leaf import entry as make

SALT = bytes(range(100, 132))
HEARD = hashlib.sha256(b"telemetry").hexdigest()
OPENED = Finding(
    type=FindingType.SEAL_STATE,
    scope="MTY-2025-0042",
    occurred_at=datetime(2025, 3, 1, 6, 0, 0, 7, tzinfo=UTC),
    recorded_at=datetime(2025, 3, 1, 6, 0, 4, tzinfo=UTC),
    device="JT701-00042",
    late=True,
    lat=27.5036,
    lon=-99.50756789,
    zone="world-trade-bridge",
    actor="CBP",
    code=Code.OPENED_WITH_LEAVE,
    evidence="00112233445566778899aabbccddeeff",
    facts={
        "to": "OPEN_AUTHORISED",
        "lock_count": 3,
        "verified": True,
        "officer": None,
        "reason": "José asked",
    },
)
EXPECTED = (
    '{"attachments":[],"commitments":{"payload.actor":"COMMITTED"},'
    '"heard":{"count":7,"digest":"HEARD"},"id":"MTY-2025-0042#1","key":"KEY",'
    '"occurred_at":"2025-03-01T06:00:00.000007Z","origin":"example.com/seals",'
    '"payload":{"actor":null,"code":"opened_with_leave","device":"JT701-00042",'
    '"facts":{"lock_count":3,"officer":null,"reason":"José asked","to":"OPEN_AUTHORISED",'
    '"verified":true},'
    '"lat":"27.5036000","late":true,"lon":"-99.5075679","zone":"world-trade-bridge"},'
    '"prev":"PREV","raw":"00112233445566778899aabbccddeeff",'
    '"recorded_at":"2025-03-01T06:00:04.000000Z","rules":"2025.1","scope":"MTY-2025-0042",'
    '"seq":1,"type":"seal_state","v":3,"zones":"ab12"}'
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
findings = st.builds(
    Finding,
    type=st.sampled_from(FindingType),
    scope=text,
    occurred_at=moments,
    recorded_at=moments,
    device=st.none() | text,
    late=st.booleans(),
    lat=st.none() | st.floats(-90, 90),
    lon=st.none() | st.floats(-180, 180),
    zone=st.none() | text,
    actor=st.none() | text,
    code=st.sampled_from(Code),
    evidence=st.none() | text,
    facts=st.dictionaries(text, st.none() | st.booleans() | st.integers() | text, max_size=4),
)


def entry(finding: Finding, seq: int = 0, prev: bytes | None = None) -> Leaf:
    return make(
        finding,
        origin="example.com/seals",
        chain=Chain(seq=seq, prev=prev, heard=7, heard_digest=HEARD),
        rules_version="2025.1",
        zones_version="ab12",
        salt=lambda: SALT,
    )


def test_the_bytes_are_these() -> None:
    prev = bytes(range(32))
    expected = EXPECTED.replace("KEY", key(OPENED)).replace("PREV", prev.hex())
    committed = hmac.new(SALT, b"CBP", hashlib.sha256).hexdigest()
    expected = expected.replace("HEARD", HEARD).replace("COMMITTED", committed)
    assert entry(OPENED, 1, prev).leaf == expected.encode()


def test_people_are_committed_to_and_not_named() -> None:
    facts = {"officer": "R. Luna", "agency": "ANAM"}
    made = entry(replace(OPENED, actor="ana@broker.mx", facts=facts))
    assert b"Luna" not in made.leaf
    assert b"ana@" not in made.leaf
    said = parse(made.leaf)
    assert said["payload"]["facts"] == {"officer": None, "agency": "ANAM"}
    assert {one.place: one.value for one in made.secrets} == {
        "payload.actor": "ana@broker.mx",
        "payload.facts.officer": "R. Luna",
    }
    for one in made.secrets:
        assert opens(one.salt, one.value, said["commitments"][one.place])
        assert not opens(bytes(32), one.value, said["commitments"][one.place])


def test_the_tracker_itself_is_nobody() -> None:
    made = entry(replace(OPENED, actor="tracker"))
    assert parse(made.leaf)["payload"]["actor"] == "tracker"
    assert made.secrets == ()


def test_the_key_says_nothing_of_people() -> None:
    luna, vega = ({"officer": name, "agency": "ANAM"} for name in ("R. Luna", "M. Vega"))
    assert key(replace(OPENED, facts=luna)) == key(replace(OPENED, facts=vega))


@given(findings, st.integers(0, 2**40), st.none() | st.binary(min_size=32, max_size=32))
def test_every_leaf_reads_back_as_what_it_says(
    finding: Finding, seq: int, prev: bytes | None
) -> None:
    said = parse(entry(finding, seq, prev).leaf)
    assert said["id"] == f"{finding.scope}#{seq}"
    assert (said["scope"], said["seq"], said["type"]) == (finding.scope, seq, finding.type)
    assert said["prev"] == (None if prev is None else prev.hex())
    assert datetime.fromisoformat(said["occurred_at"]) == finding.occurred_at
    assert datetime.fromisoformat(said["recorded_at"]) == finding.recorded_at
    assert said["raw"] == finding.evidence
    payload = said["payload"]
    assert said["heard"] == {"count": 7, "digest": HEARD}
    for name in ("code", "device", "late", "zone"):
        assert payload[name] == getattr(finding, name)
    for name in ("lat", "lon"):
        degrees = getattr(finding, name)
        assert (payload[name] is None) == (degrees is None)
        if degrees is not None:
            assert abs(float(payload[name]) - degrees) <= 0.5e-7 + 1e-12
    assert payload["facts"].keys() == finding.facts.keys()
    for name, fact in finding.facts.items():
        named = name == "officer"
        assert payload["facts"][name] in ((None,) if named else (fact, str(fact)))


def test_a_leaf_hash_is_that_of_rfc_6962() -> None:
    # The hash of the empty leaf, as RFC 6962 implementations publish it.
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()


def test_an_entry_links_to_the_one_before() -> None:
    first = entry(OPENED)
    second = entry(OPENED, 1, first.hash)
    assert parse(first.leaf)["prev"] is None
    assert parse(second.leaf)["prev"] == leaf_hash(first.leaf).hex() == first.hash.hex()
    assert (second.id, second.seq, second.scope) == ("MTY-2025-0042#1", 1, "MTY-2025-0042")
    assert second.key == parse(second.leaf)["key"] == key(OPENED)


# The idempotency key


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": OPENED.recorded_at + timedelta(days=1)},
        {"late": False},
        {"actor": "another"},
        {"lat": 1.0},
        {"facts": dict(reversed(OPENED.facts.items()))},
        {"occurred_at": OPENED.occurred_at.astimezone(timezone(timedelta(hours=-6)))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_key_of_the_same_conclusion_is_the_same(change: dict[str, Any]) -> None:
    assert key(replace(OPENED, **change)) == key(OPENED)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "MTY-2025-0043"},
        {"type": FindingType.ALERT_RAISED},
        {"code": Code.OPENED_LEAVE_OWED},
        {"occurred_at": OPENED.occurred_at + timedelta(microseconds=1)},
        {"device": "JT701-00043"},
        {"evidence": None},
        {"zone": "colombia"},
        {"facts": {**OPENED.facts, "lock_count": 4}},
        {"facts": {**OPENED.facts, "lock_count": "3"}},
    ],
    ids=str,
)
def test_the_key_of_another_conclusion_is_another(change: dict[str, Any]) -> None:
    assert key(replace(OPENED, **change)) != key(OPENED)
    assert len(key(OPENED)) == 32


# Strict reading

GOOD = entry(OPENED).leaf


def rewritten(**changes: Any) -> bytes:
    members = {**json.loads(GOOD), **changes}
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def older(version: int) -> dict[str, Any]:
    """GOOD as it was written then: with words; before version 2 without what was heard."""
    members = {**json.loads(GOOD), "v": version}
    members["payload"]["detail"] = "opened by José"
    del members["payload"]["code"]
    if version == 1:
        del members["heard"]
    return members


@pytest.mark.parametrize("version", [1, 2])
def test_a_leaf_of_an_older_layout_is_read(version: int) -> None:
    members = older(version)
    old = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert parse(old.encode()) == members


def test_the_rewriting_below_is_canonical_so_only_the_change_is_refused() -> None:
    assert parse(rewritten()) == parse(GOOD)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"\xef\xbb\xbf" + GOOD,
        GOOD + b"\n",
        GOOD[:-1],
        GOOD.replace(b'"seq":0', b'"seq": 0'),
        GOOD.replace(b'"seq":0', b'"seq":-0'),
        GOOD.replace(b'"seq":0', b'"seq":0.0'),
        GOOD.replace(b'"seq":0', b'"seq":0,"seq":0'),
        GOOD.replace(b'"seq":0', b'"seq":NaN'),
        GOOD.replace(b'"seq":0', b'"seq":9007199254740992'),
        GOOD.replace(b'"seq":0', b'"seq":' + b"9" * 5_000),
        GOOD.replace("José".encode(), b"Jos\\u00e9"),
        GOOD.replace("José".encode(), b"Jos\\ud800"),
        GOOD.replace(b'"verified":true', b'"verified":true,"verified":true'),
        b"[" * 100_000,
        b'{"a":' * 900 + b"0" + b"}" * 900,
        rewritten(more=1),
        rewritten(v=4),
        rewritten(v=1),
        json.dumps(json.loads(GOOD), separators=(",", ":")).encode(),
    ],
)
def test_any_other_bytes_are_refused(bad: bytes) -> None:
    assert bad != GOOD
    with pytest.raises(LeafError):
        parse(bad)


@given(st.data())
def test_a_changed_byte_is_refused_or_says_something_else(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    flipped = bytes([GOOD[at] ^ data.draw(st.integers(1, 255))])
    changed = GOOD[:at] + flipped + GOOD[at + 1 :]
    try:
        said = parse(changed)
    except LeafError:
        return
    assert said != parse(GOOD)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise_anything_else(garbage: bytes) -> None:
    with pytest.raises(LeafError):
        parse(garbage)


def test_a_float_among_the_facts_is_refused() -> None:
    floating: Any = {"metres": 1.5}
    with pytest.raises(ValueError, match="metres"):
        entry(replace(OPENED, facts=floating))
