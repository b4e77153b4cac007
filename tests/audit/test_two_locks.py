"""Two locks, a bolt seal and a tracker: what is recorded of one speaks for no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import at, dossier, said, told
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import breaks, numbers
from tracker.audit.dossier import Dossier, HeardAt
from tracker.domain.policy import Policy

SEALS = [
    {"number": "A1", "device": "LA"},
    {"number": "B1", "device": "LB"},
    {"number": "BOLT1"},
]
DEVICES = [{"id": "LA"}, {"id": "LB"}, {"id": "T1", "role": "tracker"}]
INCIDENT: dict[str, Any] = {"incident": True, "reason": "inspected", "verified": True}


def state(lock: str, minute: float, to: str, number: str) -> CustodyEntry:
    return said("seal_state", minute, device=lock, to=to, number=number, written="opened")


def reseal(lock: str, number: str, minute: float = 30) -> CustodyEntry:
    hidden = ["payload.facts.officer"]
    facts: dict[str, Any] = {"agency": "SAT", "reason": "export", "lock": lock, "number": number}
    return said("seal_recorded", minute, hidden=hidden, **facts)


def both(*entries: CustodyEntry, heard: list[HeardAt] | None = None, **more: Any) -> Dossier:
    """Each lock is sealed, opened with leave at 20 and 21, and sealed again at 31 and 32."""
    trip = [
        state("LA", 2, "SEALED", "A1"),
        state("LB", 3, "SEALED", "B1"),
        state("LA", 20, "OPEN_AUTHORISED", "A1"),
        state("LB", 21, "OPEN_AUTHORISED", "B1"),
        *entries,
        state("LA", 31, "SEALED", "A2"),
        state("LB", 32, "SEALED", "B2"),
    ]
    return dossier(*trip, heard=heard or [], devices=DEVICES, seals=SEALS, **more)


def words(lock: str, *said_at: tuple[float, str]) -> list[HeardAt]:
    return [HeardAt(lock, at(minute), at(minute), number=number) for minute, number in said_at]


def test_each_lock_with_its_own_record() -> None:
    found = both(reseal("LA", "A2"), reseal("LB", "B2"), closed=60, number="B2")
    for check in (*numbers.CHECKS, breaks.paired):
        assert told(check(found)) == [], check.__name__


def test_the_record_of_one_is_not_the_other_s() -> None:
    found = both(reseal("LA", "A2"), reseal("LA", "B2"))
    ((_, named),) = told(numbers.recorded(found))
    assert named.startswith("LB names B2")
    ((_, resealed),) = told(breaks.paired(found))
    assert resealed.startswith("LB was opened and sealed again as B2; nobody recorded it")


def test_a_sign_off_of_one_is_not_the_other_s() -> None:
    signed = said("seal_recorded", 40, lock="LA", number="A3", **INCIDENT)
    cut = [state(lock, 35, "TAMPERED", "") for lock in ("LA", "LB")]
    found = told(breaks.paired(both(reseal("LA", "A2"), reseal("LB", "B2"), *cut, signed)))
    assert [what.split()[0] for _, what in found] == ["LB"]


def test_the_limit_is_each_lock_s() -> None:
    found = both(reseal("LA", "A2"), reseal("LB", "B2"), policy=Policy(reseal_limit=1))
    assert told(breaks.reseal_limit(found)) == []


def test_the_words_of_one_are_not_the_other_s() -> None:
    heard = [*words("LA", (3, "A1"), (33, "A2")), *words("LB", (4, "B1"), (34, "B2"))]
    found = both(reseal("LA", "A2"), reseal("LB", "B2"), heard=heard)
    for check in numbers.CHECKS:
        assert told(check(found)) == [], check.__name__
    swapped = [*words("LA", (3, "A1"), (33, "B2")), *words("LB", (4, "B1"), (34, "B2"))]
    found = both(reseal("LA", "A2"), reseal("LB", "B2"), heard=swapped)
    assert [what.split(",")[0] for _, what in told(numbers.recorded(found))] == ["LA names B2"]
    assert [what.split(",")[0] for _, what in told(numbers.confirmed(found))] == [
        "A2 was recorded for LA"
    ]


@pytest.mark.parametrize(
    ("number", "well"), [("A2", True), ("B2", True), ("BOLT1", True), ("A1", False)]
)
def test_any_seal_in_force_may_be_read_at_the_close(number: str, well: bool) -> None:
    found = both(reseal("LA", "A2"), reseal("LB", "B2"), closed=60, number=number)
    assert (told(numbers.at_close(found)) == []) is well


def test_a_bolt_seal_recorded_where_there_is_no_lock_is_in_force() -> None:
    bolt = said("seal_recorded", 5, number="BOLT2")
    devices = [{"id": "T1", "role": "tracker"}]
    found = dossier(bolt, devices=devices, seals=[], closed=60, number="BOLT2")
    assert told(numbers.at_close(found)) == []
    other = dossier(bolt, devices=devices, seals=[], closed=60, number="BOLT3")
    assert len(told(numbers.at_close(other))) == 1
