"""`tracker audit` and `tracker seals`, on a real database."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.audit.trip import FIRST, NAME, play
from tests.cli.conftest import SHIPMENT, Run
from tests.conftest import ROOT
from tests.support.chain import assert_whole
from tests.support.office import START, Office
from tracker.audit.finding import AuditCheck
from tracker.audit.inventory import issue_seals
from tracker.audit.ranges import seal_range
from tracker.domain.errors import Refused
from tracker.domain.state import SEALS_SCOPE
from tracker.log import document


@pytest.fixture
def delivered(started: Run, tmp_path: Path) -> Run:
    """With the database of an honest trip that was delivered."""
    with closing(Office(tmp_path, now=START)) as office:
        play(office)
    return started


def graver(documents: list[dict[str, Any]]) -> list[str]:
    return [one["check"] for one in documents if one["severity"] != "info"]


# Audits


def test_an_honest_trip_passes(delivered: Run) -> None:
    ran = delivered("audit", "shipment", NAME)
    assert "0 critical, 0 warning" in ran.err
    assert "tracker log verify" in ran.err
    assert f"{FIRST} was replaced by" in ran.out
    documents = delivered("audit", "shipment", NAME, "--json").documents
    assert documents
    assert graver(documents) == []


def test_what_is_unaccounted_for_is_told_with_its_entries_and_mend(
    started: Run, tmp_path: Path
) -> None:
    with closing(Office(tmp_path, now=START)) as office:
        play(office, declared={94: None})
    ran = started("--tz", "America/Monterrey", "audit", "shipment", NAME, code=1)
    lines = ran.out.splitlines()
    assert lines[0] == "critical  gulf never accepted custody from acme"
    assert lines[1].split() == [
        "2026-03-02", "07:33:00", "CST", "custody", "accepted", *lines[1].split()[-1:]
    ]  # fmt: skip
    assert lines[2].strip() == "-> get gulf's receipt with the seal number it read"
    documents = started("audit", "shipment", NAME, "--json", code=1).documents
    assert documents[0]["entries"] == [lines[1].split()[-1]]
    assert documents[0]["at"] == "2026-03-02T13:33:00Z"


def test_an_open_shipment_may_be_audited(opened: Run) -> None:
    documents = opened("audit", "shipment", "TRIP-1", "--json").documents
    assert [one["check"] for one in documents] == ["record_closed"]


def test_an_unknown_shipment_is_a_fault(opened: Run) -> None:
    assert "no shipment TRIP-9" in opened("audit", "shipment", "TRIP-9", code=2).err


def test_every_check_is_documented() -> None:
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    for check in AuditCheck:
        assert f"| `{check}` |" in text, check


# The inventory

REFUSED: list[tuple[list[str], int, str]] = [
    (["issue", "MX0012349", "MX0012351"], 1, "MX0012349 was issued before"),
    (["issue", "0000", "0009"], 2, "'0000' is no seal number"),
    (["issue", "A1", "A10"], 2, "differ in more than their last digits"),
    (["issue", "A00001", "A20000"], 2, "more than 10000 at once"),
    (["void", "MX0012345", "--reason", "x"], 1, "was used on TRIP-1"),
    (["void", "MX0012341", "--reason", "x"], 1, "MX0012341 is void"),
    (["void", "MX77", "--reason", "x"], 1, "MX77 was never issued"),
    (["void", "MX0012342", "--reason", " "], 1, "without a reason"),
    (["void", "MX0012342"], 2, "--reason"),
]


def numbers(run: Run, *arguments: str) -> dict[str, str]:
    listed = run("seals", "list", "--json", *arguments).documents
    return {one["number"]: one["status"] for one in listed}


def test_seals_are_issued_voided_and_used(opened: Run, tmp_path: Path) -> None:
    assert "no seals" in opened("seals", "list").out
    (found,) = opened(
        "seals", "issue", "MX0012340", "MX0012349", "--to", "gate", "--json"
    ).documents
    assert (found["type"], found["scope"]) == ("seals_issued", SEALS_SCOPE)
    assert found["facts"] == {
        "first": "MX0012340", "last": "MX0012349", "count": 10, "to": "gate",
    }  # fmt: skip
    opened("seals", "void", "MX0012341", "--reason", "broken", "--by", "rosa")
    listed = numbers(opened)
    assert len(listed) == 10
    assert (listed["MX0012345"], listed["MX0012341"]) == ("used", "void"), "TRIP-1 declares it"
    assert numbers(opened, "--status", "void") == {"MX0012341": "void"}
    assert len(numbers(opened, "--status", "on_hand")) == 8
    (inventory,) = opened("audit", "seals", "--json").documents
    assert inventory["what"] == "10 issued = 1 used + 1 void + 8 on hand"
    with closing(Office(tmp_path)) as office:
        assert assert_whole(office.journal) > 2
        row = list(office.journal.entries(scope=SEALS_SCOPE))[-1]
    assert row.disclosed == {"payload.actor": "rosa"}
    assert document.read(row.leaf).payload.facts == {"number": "MX0012341", "reason": "broken"}


def test_what_the_inventory_refuses(opened: Run) -> None:
    opened("seals", "issue", "MX0012340", "MX0012349")
    opened("seals", "void", "MX0012341", "--reason", "broken")
    before = numbers(opened)
    for arguments, code, what in REFUSED:
        assert what in opened("seals", *arguments, code=code).err
    assert numbers(opened) == before


def test_of_two_who_issue_the_same_seals_at_once_one_is_refused(
    started: Run, tmp_path: Path
) -> None:
    """The second looks at the inventory before the first commits, and again after."""
    with closing(Office(tmp_path)) as one, closing(Office(tmp_path)) as other:
        box = seal_range("MX1", "MX9")
        committed: list[Any] = []
        salted = one.commands.transactions.salt

        def meanwhile() -> bytes:
            """Called while the first makes its entry: after its look, before its commit."""
            if not committed:
                committed.append(True)
                issue_seals(other.commands, other.journal, box, by="rosa")
            return salted()

        one.commands.transactions.salt = meanwhile
        with pytest.raises(Refused, match="MX1 to MX9 was issued before"):
            issue_seals(one.commands, one.journal, box, by="ana")
    assert len(numbers(started)) == 9


def test_an_inventory_that_does_not_add_up(opened: Run) -> None:
    opened("seals", "issue", "MX0012340", "MX0012344")
    documents = opened("audit", "seals", "--json", code=1).documents
    assert graver(documents) == ["seal_not_issued"]
    opened("seals", "issue", "MX0012345")
    again = {**SHIPMENT, "id": "TRIP-2", "devices": [{"id": "SEAL-2"}], "seals": [
        {"number": "MX0012345"}]}  # fmt: skip
    opened("shipment", "open", "-", stdin=json.dumps(again))
    opened("shipment", "seal", "TRIP-1", "--number", "MX0012344")
    ran = opened("audit", "seals", code=1)
    assert "MX0012345 is on 2 shipments, open at once: TRIP-1 (open), TRIP-2 (open)" in ran.out


def test_a_shop_without_an_inventory_is_told_once(opened: Run) -> None:
    (found,) = opened("audit", "seals", "--json").documents
    assert (found["check"], found["severity"]) == ("seal_not_issued", "info")
