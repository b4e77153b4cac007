"""Entries that a stranger made up: anything that a leaf may hold, and what no leaf may."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealproof import bundle_files as files
from sealproof import main
from sealproof.bundle import check_bundle
from sealproof.checkpoint import Checkpoint
from sealproof.errors import ProofError
from sealproof.grades import Grade
from sealproof.history import faults_in, read_entry
from sealproof.leaves import EXACT, canonical
from sealproof.merkle import leaf_hash
from sealproof.note import new_signer
from sealproof.trust import Trust
from tests.support.bundles import forged, packed
from tests.support.chest import ORIGIN
from tests.support.works import SHIPMENT, leaves

KEY = new_signer(ORIGIN)
LEAF: dict[str, Any] = json.loads(leaves(1)[0][0].leaf)


def bundle_of(leaf: bytes, shipment: str = SHIPMENT) -> bytes:
    """A log of one entry, made up by somebody with a key of his own."""
    head = Checkpoint(ORIGIN, 1, leaf_hash(leaf))
    contents = {
        files.ENTRIES: leaf + b"\n",
        files.PROOFS: canonical(
            {"size": 1, "inclusion": [{"index": 0, "path": []}], "consistency": []}
        ),
        "checkpoints/1.note": str(head.signed(KEY)).encode(),
    }
    manifest = {"format": files.FORMAT, "origin": ORIGIN, "shipment": shipment, "files": {}}
    contents[files.MANIFEST] = canonical(manifest)
    return forged(packed(contents), {})


def test_the_made_up_log_below_agrees_with_itself() -> None:
    found = check_bundle(io.BytesIO(bundle_of(canonical(LEAF))), Trust())
    assert found.verdict.grade is Grade.CONSISTENT


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | texts
    | st.sampled_from([0, 1, "", "00" * 32, "9999-12-31T23:59:59.999999Z", "SEALED", "TAMPERED"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
TYPES = [
    "seal_state", "seal_recorded", "custody_offered", "custody_accepted", "alert_raised",
    "alert_closed", "coverage_gap", "shipment_closed", "shipment_head", "shipment_opened",
]  # fmt: skip
FACTS = ["from", "to", "number", "incident", "alert", "kind", "severity", "seconds", "entries"]


@given(
    st.dictionaries(st.sampled_from([*LEAF]), values, max_size=3),
    st.dictionaries(st.sampled_from([*LEAF["payload"]]), values, max_size=3),
    st.dictionaries(st.sampled_from(FACTS), values),
    st.sampled_from(TYPES),
)
def test_whatever_entries_say_is_judged_and_told(
    members: dict[str, Any], payload: dict[str, Any], facts: dict[str, Any], kind: str
) -> None:
    made = {**LEAF, "type": kind}
    made["payload"] = {**LEAF["payload"], "facts": facts, **payload}
    made.update(members)
    found = check_bundle(io.BytesIO(bundle_of(canonical(made))), Trust())
    assert found.verdict.grade in (Grade.BROKEN, Grade.CONSISTENT)
    assert "\n".join(main._bundle_lines(found))
    assert json.dumps(main._bundle_json(found))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other#0"},
        {"seq": -1},
        {"seq": "0"},
        {"seq": True},
        {"prev": "00"},
        {"prev": "AB" * 32},
        {"type": None},
        {"recorded_at": "2026-03-02T12:00:00Z"},
        {"recorded_at": "2026-02-30T12:00:00.000000Z"},
        {"recorded_at": "2026-03-02T12:00:00.000000+00:00"},
        {"recorded_at": "0000-03-02T12:00:00.000000Z"},
        {"heard": {"count": 1, "digest": None}},
        {"heard": {"count": 0, "digest": "00" * 32}},
        {"heard": {"count": 1}},
        {"heard": None},
        {"payload": None},
        {"payload": {**LEAF["payload"], "late": 0}},
        {"payload": {**LEAF["payload"], "lat": 1}},
        {"payload": {**LEAF["payload"], "facts": []}},
        {"commitments": {"payload.detail": "00" * 32}},
        {"commitments": {"payload.actor": "00"}},
        {"commitments": {"nothing.here": "00" * 32}},
        {"commitments": {"": "00" * 32}},
        {"commitments": []},
        {"key": 1},
        {"origin": None},
    ],
    ids=str,
)
def test_what_no_entry_is_is_refused(change: dict[str, Any]) -> None:
    read_entry(0, canonical(LEAF))
    with pytest.raises(ProofError):
        read_entry(0, canonical({**LEAF, **change}))


def test_a_chain_and_its_faults() -> None:
    entries = [read_entry(n, leaf.leaf) for n, (leaf, _) in enumerate(leaves(5))]
    assert list(faults_in(entries, ORIGIN, SHIPMENT)) == []
    for wrong, what in (
        ([entries[0], *entries[2:]], "is missing"),
        ([entries[1], entries[0]], "is missing"),
        ([read_entry(7, leaves(1)[0][0].leaf), entries[1]], "stands in the log before"),
    ):
        assert what in str(next(faults_in(wrong, ORIGIN, SHIPMENT)))
    assert "not of another" in str(next(faults_in(entries, "another", SHIPMENT)))
    assert "not of another" in str(next(faults_in(entries, ORIGIN, "another")))
