from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.audit.made import at, said, stated, told
from tracker.audit import seals
from tracker.audit.dossier import Use
from tracker.audit.inventory import Inventory, Issue
from tracker.audit.item import Status
from tracker.audit.ranges import MOST_AT_ONCE, runs, seal_range
from tracker.domain.errors import Refused, UsageError
from tracker.domain.policy import Policy

OPEN, CLOSED = Use(shipment="S1", closed=False), Use(shipment="S0", closed=True)


def box(first: str, last: str, seq: int = 0) -> Issue:
    entry = replace(said("seals_issued", 0, to="gate"), id=f"tracker:seals#{seq}")
    return Issue(seal_range(first, last), entry)


BOX = box("MX001", "MX010")
LOST = replace(said("seal_voided", 1, reason="lost"), id="tracker:seals#9")


# Ranges


@pytest.mark.parametrize(
    ("first", "last", "size", "ends"),
    [
        ("MX001", "MX010", 10, "MX010"),
        ("0001", "0001", 1, "0001"),
        ("A-9", None, 1, "A-9"),
        ("BOLT", None, 1, "BOLT"),
        ("X1A0099", "X1A0101", 3, "X1A0101"),
        ("9" * 21, None, 1, "9" * 21),
    ],
)
def test_a_range(first: str, last: str | None, size: int, ends: str) -> None:
    found = list(seal_range(first, last).numbers())
    assert (len(found), found[0], found[-1]) == (size, first, ends)


@pytest.mark.parametrize(
    ("first", "last", "what"),
    [
        ("MX001", "MY010", "more than their last digits"),
        ("MX1", "MX10", "more than their last digits"),
        ("MX10", "MX09", "comes before"),
        ("0000", "0009", "is no seal number"),
        ("MX 1", "MX 2", "is no seal number"),
        ("MX00001", "MX10001", "10001 numbers, more than 10000 at once"),
    ],
)
def test_what_is_no_range(first: str, last: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        seal_range(first, last)


def test_a_whole_box_of_the_most() -> None:
    assert seal_range("MX00001", "MX10000").size == MOST_AT_ONCE


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_the_same_numbers(values: set[int]) -> None:
    numbers = [f"MX{value:04d}" for value in values]
    found = runs(numbers)
    assert [one for run in found for one in run.numbers()] == sorted(numbers)
    assert all(a.last + 1 < b.first for a, b in itertools.pairwise(found))


# What may be


def test_nothing_is_issued_twice() -> None:
    inventory = Inventory((BOX,))
    inventory.may_issue(seal_range("MX011", "MX020"))
    inventory.may_issue(seal_range("MX0010"))  # another number: its zeros are not those
    with pytest.raises(Refused, match="MX008 to MX010 was issued before"):
        inventory.may_issue(seal_range("MX008", "MX012"))


@pytest.mark.parametrize(
    ("inventory", "what"),
    [
        (Inventory(), "MX001 was never issued"),
        (Inventory((BOX,), {"MX001": LOST}), "MX001 is void"),
        (Inventory((BOX,), used={"MX001": (OPEN,)}), "MX001 was used on S1"),
    ],
)
def test_only_what_is_on_hand_is_voided(inventory: Inventory, what: str) -> None:
    with pytest.raises(Refused, match=what):
        inventory.may_void("MX001")
    Inventory((BOX,)).may_void("MX001")


def test_every_seal_has_one_status() -> None:
    inventory = Inventory((BOX,), {"MX002": LOST}, {"MX001": (OPEN,)})
    items = {item.number: item for item in inventory.items()}
    assert [item.status for item in items.values()] == [Status.USED, Status.VOID] + 8 * [
        Status.ON_HAND
    ]
    assert (items["MX001"].shipment, items["MX002"].reason) == ("S1", "lost")
    assert {item.to for item in items.values()} == {"gate"}
    assert items["MX002"].entries == ("tracker:seals#0", "tracker:seals#9")


# What is found


def test_an_inventory_that_adds_up() -> None:
    inventory = Inventory((BOX,), {"MX002": LOST}, {"MX001": (OPEN,)})
    found = list(seals.equation(inventory))
    assert told(found) == []
    assert stated(found) == ["10 issued = 1 used + 1 void + 8 on hand"]
    assert list(seals.equation(Inventory())) == []


def test_an_inventory_in_which_seals_were_issued_twice() -> None:
    ((severity, what),) = told(seals.equation(Inventory((BOX, box("MX009", "MX011", 1)))))
    assert severity == "critical"
    assert what.startswith("13 issued, and only 11 seals")


def test_a_number_that_was_never_issued() -> None:
    used: dict[str, tuple[Use, ...]] = {"MX001": (OPEN,), "SAT77": (OPEN,)}
    assert told(seals.not_issued(Inventory((BOX,), used=used))) == [
        ("warning", "SAT77 was used on S1, and never issued")
    ]
    nothing_kept = list(seals.not_issued(Inventory(used=used)))
    assert told(nothing_kept) == []
    assert stated(nothing_kept) == ["2 seals were used, and no inventory is kept"]
    assert list(seals.not_issued(Inventory((BOX,), used={"MX001": (OPEN,)}))) == []


def test_a_number_that_could_never_be_issued() -> None:
    """What somebody recorded is not always what a seal can say."""
    ((severity, what),) = told(seals.not_issued(Inventory((BOX,), used={"no seal": (OPEN,)})))
    assert (severity, what) == ("warning", "no seal was used on S1, and never issued")


def test_a_number_on_two_shipments() -> None:
    other = Use(shipment="S2", closed=False)
    assert list(seals.used_twice(Inventory(used={"A1": (OPEN,)}))) == []
    assert told(seals.used_twice(Inventory(used={"A1": (CLOSED, OPEN)}))) == [
        ("critical", "A1 is on 2 shipments: S0 (closed), S1 (open)")
    ]
    assert told(seals.used_twice(Inventory(used={"A1": (OPEN, other)}))) == [
        ("critical", "A1 is on 2 shipments, open at once: S1 (open), S2 (open)")
    ]


def test_a_void_seal_on_a_trailer() -> None:
    void = {"MX002": LOST}
    assert list(seals.void_and_used(Inventory((BOX,), void))) == []
    assert told(seals.void_and_used(Inventory((BOX,), void, {"MX002": (OPEN,)}))) == [
        ("critical", "MX002 is void (lost), and was used on S1")
    ]
    assert told(seals.void_and_used(Inventory((), void))) == [
        ("critical", "MX002 is void, and was never issued")
    ]


def test_seals_that_lie_about() -> None:
    inventory = Inventory((BOX,), {"MX002": LOST}, {"MX001": (OPEN,), "MX005": (OPEN,)})
    policy, year = Policy(), timedelta(days=365)
    assert list(seals.on_hand(inventory, policy, at(0) + year)) == []
    ((severity, what),) = told(seals.on_hand(inventory, policy, at(1) + year))
    assert severity == "warning"
    assert what == "7 seals are on hand for 365.0 days with gate: MX003 to MX004, MX006 to MX010"
    gone = Inventory((box("A1", "A1"),), used={"A1": (OPEN,)})
    assert list(seals.on_hand(gone, policy, at(1) + 2 * year)) == []


def test_numbers_between_two_boxes_are_stated() -> None:
    inventory = Inventory((box("MX031", "MX040"), BOX, box("MX011", "MX020")))
    found = list(seals.gaps(inventory))
    assert told(found) == []
    assert [one.what for one in found] == [
        "10 numbers between issued ones were never issued: MX021 to MX030"
    ]
    assert list(seals.gaps(Inventory((BOX, box("AB001", "AB010"))))) == []
