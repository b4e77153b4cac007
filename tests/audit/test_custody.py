from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import NUMBER, dossier, said, stated, told
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import custody

LEGS = [{"custodian": "acme"}, {"custodian": "rio"}]


def offer(minute: float, giver: str = "acme", taker: str = "rio", **more: Any) -> CustodyEntry:
    return said("custody_offered", minute, from_=giver, to=taker, number=NUMBER, **more)


def accept(minute: float, giver: str = "acme", taker: str = "rio", **more: Any) -> CustodyEntry:
    return said("custody_accepted", minute, from_=giver, to=taker, number=NUMBER, **more)


WHOLE = (offer(10), accept(12), offer(50, "rio", "gulf"), accept(51, "rio", "gulf"))


def test_from_hand_to_hand_to_the_consignee() -> None:
    found = dossier(*WHOLE, legs=LEGS, closed=55)
    assert [list(check(found)) for check in custody.CHECKS] == [[], []]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"now": 39}, []),
        ({"now": 41}, [("warning", "rio has not accepted custody from acme for 31 min")]),
        ({"closed": 20}, [("critical", "rio never accepted custody from acme")]),
    ],
)
def test_an_offer_without_acceptance(
    more: dict[str, float], expected: list[tuple[str, str]]
) -> None:
    found = dossier(offer(10), now=more.get("now", 60), closed=more.get("closed"))
    assert told(custody.accepted(found)) == expected


def test_an_offer_that_another_replaced() -> None:
    found = dossier(offer(10), offer(15, taker="gulf"), accept(16, taker="gulf"))
    assert told(custody.accepted(found)) == [
        ("warning", "rio never accepted custody from acme, who then offered it to gulf")
    ]
    again = dossier(offer(10), offer(15), accept(16))
    assert told(custody.accepted(again)) == [], "the same offer, made once more"


def test_acceptance_by_somebody_else() -> None:
    assert told(custody.accepted(dossier(offer(10), accept(12, taker="gulf")))) == [
        ("critical", "gulf accepted custody from acme, and it was offered to rio")
    ]
    assert told(custody.accepted(dossier(accept(12)))) == [
        ("critical", "rio accepted custody from acme, and nobody had offered it")
    ]


def test_acceptance_that_came_late() -> None:
    assert told(custody.accepted(dossier(offer(10), accept(40)))) == []
    assert told(custody.accepted(dossier(offer(10), accept(41)))) == [
        ("warning", "rio accepted custody from acme only 31 min after the offer")
    ]


def test_one_person_for_both_parties_is_stated() -> None:
    both = dossier(offer(10, actor="ana"), accept(12, actor="ana"))
    found = list(custody.accepted(both))
    assert told(found) == []
    assert stated(found) == ["one and the same declared for acme and for rio: ana"]
    two = dossier(offer(10, actor="ana"), accept(12, actor="rosa"))
    assert list(custody.accepted(two)) == []
    erased = dossier(offer(10), accept(12))
    assert list(custody.accepted(erased)) == [], "names that were erased are not compared"


def test_custody_from_somebody_who_did_not_have_it() -> None:
    found = dossier(offer(10), accept(12), offer(20, "acme", "gulf"), accept(21, "acme", "gulf"))
    assert told(custody.chain(found)) == [
        ("critical", "gulf took custody from acme, while rio had it")
    ]


def test_custody_that_never_came_to_the_consignee() -> None:
    assert told(custody.chain(dossier(*WHOLE[:2], legs=LEGS, closed=55))) == [
        (
            "warning",
            "at the close custody was rio's: it never passed to gulf, the consignee",
        )
    ]
    assert told(custody.chain(dossier(*WHOLE[:2], legs=LEGS))) == [], "the trip goes on"


def test_a_leg_whose_custodian_never_took_custody() -> None:
    found = dossier(offer(10, taker="gulf"), accept(12, taker="gulf"), legs=LEGS, closed=55)
    assert told(custody.chain(found)) == [
        ("warning", "rio was to have custody on its leg, and never accepted it")
    ]


def test_without_declared_custodians_there_is_no_chain() -> None:
    assert list(custody.chain(dossier(custodians=[], closed=5))) == []
    taken = dossier(offer(1), accept(2), custodians=[], closed=5)
    assert list(custody.chain(taken)) == [], "nobody is said to have had it first"
    carriers = [{"id": "acme", "role": "carrier"}]
    assert list(custody.chain(dossier(custodians=carriers, closed=5))) == [], "no consignee"
