from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import LOCK, NEW, NUMBER, dossier, said, state, told, word
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import numbers
from tracker.audit.dossier import HeardAt, Use

SEALED = state(2, "SEALED")
RESEAL = said("seal_recorded", 30, number=NEW, lock=LOCK)
OPENED, RESEALED = state(20, "OPEN_AUTHORISED"), state(31, "SEALED", NEW)


def test_numbers_that_were_declared_and_recorded_are_accounted_for() -> None:
    heard = [word(minute, number=NUMBER if minute < 31 else NEW) for minute in range(60)]
    found = dossier(SEALED, OPENED, RESEAL, RESEALED, heard=heard, closed=59, number=NEW)
    for check in numbers.CHECKS:
        assert list(check(found)) == [], check.__name__


@pytest.mark.parametrize("heard", [[], [word(2, number=NUMBER), word(31, number=NEW)]])
def test_a_number_that_nobody_recorded(heard: list[HeardAt]) -> None:
    """Whether the lock names it in its readings, or only the entries tell it."""
    found = dossier(SEALED, OPENED, RESEALED, heard=heard)
    ((severity, what),) = told(numbers.recorded(found))
    assert (severity, what) == (
        "critical",
        "L1 names SAT2, which nobody declared or recorded",
    )


def test_a_number_recorded_only_later() -> None:
    late = said("seal_recorded", 47, number=NEW, lock=LOCK)
    ((severity, what),) = told(numbers.recorded(dossier(SEALED, OPENED, RESEALED, late)))
    assert (severity, what) == ("warning", "L1 named SAT2, and it was recorded only 16 min later")
    in_time = said("seal_recorded", 46, number=NEW, lock=LOCK)
    assert told(numbers.recorded(dossier(SEALED, OPENED, RESEALED, in_time))) == []


def test_the_number_of_the_trip_before_is_not_of_this_one() -> None:
    """A lock that is still open names what it carried last."""
    heard = [word(0, number="OLD7"), word(2, number=NUMBER)]
    assert told(numbers.recorded(dossier(SEALED, heard=heard))) == []


def test_an_old_number_that_comes_back() -> None:
    heard = [word(2, number=NUMBER), word(31, number=NEW), word(40, number=NUMBER)]
    found = dossier(SEALED, OPENED, RESEAL, RESEALED, heard=heard)
    assert told(numbers.reused(found)) == [
        ("critical", "L1 names the old number MX1 again, after SAT2")
    ]


def test_a_record_that_the_lock_does_not_confirm() -> None:
    wrong = said("seal_recorded", 30, number="SAT3", lock=LOCK)
    heard = [word(2, number=NUMBER), word(40, number=NEW)]
    found = dossier(SEALED, OPENED, wrong, RESEALED, heard=heard)
    assert told(numbers.confirmed(found)) == [
        ("warning", "SAT3 was recorded for L1, which never named it")
    ]
    mute = dossier(SEALED, OPENED, wrong, RESEALED, heard=[word(2), word(40)])
    assert told(numbers.confirmed(mute)) == [], "a lock that names no number confirms none"
    not_yet = dossier(SEALED, wrong, heard=[word(2, number=NUMBER)])
    assert told(numbers.confirmed(not_yet)) == [], "nothing was heard of it since"


def handover(offered: str, accepted: str) -> tuple[CustodyEntry, CustodyEntry]:
    parties: dict[str, Any] = {"from_": "acme", "to": "rio"}
    return (
        said("custody_offered", 40, number=offered, **parties),
        said("custody_accepted", 42, number=accepted, **parties),
    )


@pytest.mark.parametrize("number", [NUMBER, NEW])
def test_both_parties_may_state_what_was_declared_or_waits_for_its_lock(number: str) -> None:
    found = dossier(SEALED, RESEAL, *handover(number, number))
    assert told(numbers.at_handover(found)) == []


def test_another_number_at_a_handover() -> None:
    found = dossier(SEALED, *handover("MX9", NUMBER))
    assert told(numbers.at_handover(found)) == [
        ("critical", "acme stated MX9, in force was MX1"),
        ("critical", "acme declared MX9, rio read MX1"),
    ]
    replaced = dossier(SEALED, OPENED, RESEAL, RESEALED, *handover(NUMBER, NUMBER))
    assert [what for _, what in told(numbers.at_handover(replaced))] == [
        "acme stated MX1, in force was SAT2",
        "rio stated MX1, in force was SAT2",
    ]


def test_a_bolt_seal_is_in_force_beside_the_lock_s() -> None:
    seals = [{"number": NUMBER, "device": LOCK}, {"number": "BOLT1"}]
    found = dossier(SEALED, *handover("BOLT1", "BOLT1"), seals=seals)
    assert told(numbers.at_handover(found)) == []


@pytest.mark.parametrize(
    ("read", "severity"), [(NUMBER, None), (None, "warning"), ("MX9", "critical")]
)
def test_the_consignee_s_reading(read: str | None, severity: str | None) -> None:
    found = [grave for grave, _ in told(numbers.at_close(dossier(SEALED, closed=50, number=read)))]
    assert found == ([severity] if severity else [])


def test_a_shipment_that_was_never_sealed_has_nothing_to_be_read() -> None:
    assert told(numbers.at_close(dossier(closed=5, number=None))) == []


def test_a_number_on_another_shipment() -> None:
    found = dossier(SEALED, elsewhere={NUMBER: (Use(shipment="S0", closed=True),)})
    ((severity, what),) = told(numbers.elsewhere(found))
    assert (severity, what) == ("critical", "MX1 stands on S0 (closed) too")
    (one,) = numbers.elsewhere(found)
    assert one.entries == ("S1#1",), "the first that names it"
