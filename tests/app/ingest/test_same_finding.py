"""The same conclusion from the same evidence, reached twice within a batch, is one entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sealproof.merkle import leaf_hash
from tests.support.chain import assert_whole
from tests.support.office import Office, message, reading, trip
from tracker.domain.codes import Code
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted
from tracker.log import leaf
from tracker.rules import ORDER
from tracker.rules.base import Result, Rule, View


def twice(view: View, memory: Any) -> Result:
    """Two notes that differ in what no key is made of (who it was), with another between them."""
    notes = [
        Noted(
            type=FindingType.RULE_FAILED,
            code=Code.RULE_FAILED,
            at=view.at,
            actor=actor,
            facts={"rule": rule, "error": "none"},
        )
        for rule, actor in (("one", "ana"), ("another", "ana"), ("one", "eva"))
    ]
    return memory, tuple(notes)


@pytest.fixture
def stammering(office: Office) -> Office:
    office.open(trip())
    office.started(rules=(*ORDER, Rule(name="stammer", on_reading=twice)))
    return office


def told(office: Office) -> list[str]:
    entries = [leaf.parse(row.leaf) for row in office.journal.entries(scope="S1")]
    return [e["payload"]["facts"]["rule"] for e in entries if e["type"] == "rule_failed"]


def test_it_is_one_entry_and_the_chain_has_no_gap(stammering: Office) -> None:
    stammering.hear(message("L1", reading(0)), message("L1", reading(1)))
    assert told(stammering) == ["one", "another"] * 2
    assert_whole(stammering.journal)


def test_and_the_next_batch_goes_on_from_it(stammering: Office) -> None:
    for minute in range(3):
        stammering.hear(message("L1", reading(minute)))
    assert told(stammering) == ["one", "another"] * 3
    assert_whole(stammering.journal)
    (state,) = (s for s in stammering.journal.load().states if s.scope == "S1")
    entries = list(stammering.journal.entries(scope="S1"))
    kept = json.loads(state.body)
    assert kept["log_seq"] == len(entries)
    assert kept["log_prev"] == leaf_hash(entries[-1].leaf).hex()
