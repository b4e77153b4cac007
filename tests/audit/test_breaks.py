from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import LOCK, NEW, NUMBER, dossier, said, state, stated, told
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import breaks
from tracker.domain.alert import Severity
from tracker.domain.policy import Policy

SEALED = state(2, "SEALED")
LEAVE = {"places": "the compound", "agency": "SAT", "reason": "export"}
OPENED = state(20, "OPEN_AUTHORISED", code="opened_with_leave", **LEAVE)
RESEALED, RELEASED = state(31, "SEALED", NEW), state(50, "RELEASED", NEW)
CUT = state(20, "TAMPERED", code="rope_cut")
COMPLETE = {
    "agency": "SAT",
    "reason": "export",
    "verified": True,
    "hidden": ["payload.facts.officer"],
}


def reseal(minute: float = 30, number: str = NEW, **more: Any) -> CustodyEntry:
    return said("seal_recorded", minute, lock=LOCK, **{"number": number, **COMPLETE, **more})


def test_a_break_with_a_recorded_reseal_is_paired() -> None:
    found = list(breaks.paired(dossier(SEALED, OPENED, reseal(), RESEALED, RELEASED, closed=50)))
    assert told(found) == []
    (what,) = stated(found)
    assert "MX1 was replaced by SAT2, recorded with SAT: export" in what
    assert found[0].entries == ("S1#2", "S1#4", "S1#3")


def test_a_reseal_that_nobody_recorded() -> None:
    ((severity, what),) = told(breaks.paired(dossier(SEALED, OPENED, RESEALED)))
    assert severity == "critical"
    assert "sealed again as SAT2; nobody recorded it" in what
    nameless = dossier(SEALED, OPENED, state(31, "SEALED", NUMBER))
    assert "nobody knows what" in told(breaks.paired(nameless))[0][1]


@pytest.mark.parametrize(
    ("record", "severity", "what"),
    [
        (reseal(agency=""), "warning", "without agency"),
        (reseal(hidden=[], reason=""), "warning", "without officer, reason"),
        (reseal(47), "warning", "only 16 min after it was sealed"),
        (reseal(46), None, ""),
    ],
)
def test_a_reseal_recorded_badly(record: CustodyEntry, severity: str | None, what: str) -> None:
    found = told(breaks.paired(dossier(SEALED, OPENED, RESEALED, record)))
    assert [grave for grave, _ in found] == ([severity] if severity else [])
    assert all(words.endswith(what) for _, words in found)


def test_a_seal_that_was_put_on_again() -> None:
    again = state(31, "SEALED", NUMBER)
    found = told(breaks.paired(dossier(SEALED, OPENED, reseal(number=NUMBER), again)))
    assert found == [("critical", "the reseal of L1 as MX1 was recorded with the old number")]


def test_a_lock_that_names_no_number_is_sealed_as_it_was_recorded() -> None:
    """Its entry keeps the number from before; the record says the new one."""
    found = dossier(SEALED, OPENED, state(31, "SEALED", NUMBER), reseal(33))
    assert told(breaks.paired(found)) == []


def test_a_record_belongs_to_one_break() -> None:
    second = state(40, "OPEN_AUTHORISED", NEW, code="opened_leave_owed", places="CBP")
    found = dossier(SEALED, OPENED, reseal(), RESEALED, second, state(45, "SEALED", "US3"))
    ((severity, what),) = told(breaks.paired(found))
    assert severity == "critical"
    assert "US3" in what


@pytest.mark.parametrize("how", ["TAMPERED", "OPEN_UNAUTHORISED"])
def test_a_breach_needs_an_incident_signed_off(how: str) -> None:
    breach = state(20, how, code="opened_while_moving")
    ((severity, what),) = told(breaks.paired(dossier(SEALED, breach, RESEALED, reseal())))
    assert severity == "critical"
    assert what.endswith("no incident was signed off")
    signed = reseal(35, incident=True, reason="inspected, all there")
    found = list(breaks.paired(dossier(SEALED, breach, signed, RESEALED)))
    assert told(found) == []
    assert "signed off as an incident, sealed with SAT2: inspected, all there" in stated(found)[0]


def test_an_incident_signed_off_before_does_not_serve_a_later_breach() -> None:
    early = reseal(10, incident=True)
    assert told(breaks.paired(dossier(SEALED, early, CUT)))


def test_a_breach_that_the_backlog_tells_is_a_breach() -> None:
    """The present went from silence to sealed; the cut lies before both."""
    cut = state(20, "TAMPERED", late=True, code="rope_cut")
    found = dossier(SEALED, state(25, "UNKNOWN"), state(40, "SEALED"), cut, closed=50)
    assert [severity for severity, _ in told(breaks.paired(found))] == ["critical"]


def test_a_cut_while_it_was_open_with_leave_is_no_lawful_break() -> None:
    found = dossier(SEALED, OPENED, state(25, "TAMPERED", code="rope_cut"), RESEALED, reseal())
    ((severity, what),) = told(breaks.paired(found))
    assert (severity, what) == (
        "critical",
        "L1 was tampered with: the rope was cut; no incident was signed off",
    )


def test_opened_to_be_unloaded() -> None:
    ring = [[-100, 26], [-99, 26], [-99, 27], [-100, 26]]
    yard = {
        "type": "Feature",
        "id": "dock",
        "properties": {"kind": "consignee", "name": "Dock"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    trip: dict[str, Any] = {"zones": [yard], "legs": [{"to": "dock"}], "closed": 50}
    there = state(45, "OPEN_AUTHORISED", zone="S1/dock", code="opened_leave_owed", places="Dock")
    assert told(breaks.paired(dossier(SEALED, there, state(50, "RELEASED"), **trip))) == []
    away = state(45, "OPEN_AUTHORISED", zone="S1/other", code="opened_leave_owed", places=None)
    ((severity, what),) = told(breaks.paired(dossier(SEALED, away, state(50, "RELEASED"), **trip)))
    assert severity == "critical"
    assert "never sealed again" in what


def test_open_right_now_is_said() -> None:
    found = list(breaks.paired(dossier(SEALED, OPENED)))
    assert told(found) == []
    assert stated(found)[0].endswith("and is open")


def test_more_reseals_than_the_limit() -> None:
    twice = [SEALED, OPENED, RESEALED, state(40, "OPEN_AUTHORISED"), state(45, "SEALED", "US3")]
    assert told(breaks.reseal_limit(dossier(*twice))) == []
    strict = Policy(reseal_limit=1)
    assert told(breaks.reseal_limit(dossier(*twice, policy=strict))) == [
        ("warning", "L1 was sealed again 2 times, the limit is 1")
    ]


def test_sealed_and_verified() -> None:
    verified = said("seal_recorded", 1, number=NUMBER, lock=LOCK, verified=True)
    loaded = "2026-03-02T12:00:00Z"
    assert list(breaks.sealing(dossier(verified, SEALED, loaded_at=loaded))) == []


def test_sealed_long_after_loading() -> None:
    loaded = "2026-03-02T10:01:00Z"
    assert told(breaks.sealing(dossier(SEALED, loaded_at=loaded))) == [
        ("warning", "it was sealed 2.0 h after loading")
    ]


def test_delivered_and_never_sealed() -> None:
    assert told(breaks.sealing(dossier(closed=9))) == [
        ("critical", "it was delivered, and never sealed")
    ]
    assert told(breaks.sealing(dossier())) == [], "it may yet be"
    tracker = [{"id": "T1", "role": "tracker"}]
    unsealed = dossier(closed=9, devices=tracker, seals=[])
    assert list(breaks.sealing(unsealed)) == [], "a shipment that has no seal at all"
    bolt = dossier(closed=9, devices=tracker, seals=[{"number": "BOLT1"}])
    assert len(told(breaks.sealing(bolt))) == 1
    silent = dossier(closed=9, number=None)
    assert len(told(breaks.sealing(silent))) == 1, "delivered, it says, though nobody read a number"


WORDINGS = [
    "", "delivered", "Delivered at dock 4", "DELIVERED", "delivered ", "entregado en el andén 4",
    "given up", "given_up", "the order was cancelled", "cancelled", "se canceló", "returned empty",
    "broke down at the plant", "no cargo", "test", "closed by mistake", "never left", "-", "🚚",
    "it was given up before it was sealed",
]  # fmt: skip


@pytest.mark.parametrize("given_up", [False, True])
def test_whatever_the_reason_says_the_verdict_is_one(given_up: bool) -> None:
    """What counts is what was declared, not how somebody worded it."""
    found = [
        [
            (one.severity, one.at, one.entries)
            for one in breaks.sealing(
                dossier(closed=9, number=None, reason=reason, given_up=given_up)
            )
        ]
        for reason in WORDINGS
    ]
    severity = Severity.INFO if given_up else Severity.CRITICAL
    assert [[grave for grave, _, _ in one] for one in found] == [[severity]] * 20
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("reason", WORDINGS)
def test_of_an_old_record_no_words_say_that_it_was_given_up(reason: str) -> None:
    closing = said("shipment_closed", 9, number=None, entries=2, written=reason)
    assert told(breaks.sealing(dossier(closing))) == [
        ("critical", "it was delivered, and never sealed")
    ]


@pytest.mark.parametrize(
    "went",
    [
        said("zone_entered", 5, zone="bridge"),
        said("leg_completed", 5, zone="yard", leg=1),
        said("alert_raised", 5, kind="seal_unsealed_departure", severity="critical"),
    ],
    ids=lambda entry: entry.type,
)
def test_what_was_under_way_was_not_given_up(went: CustodyEntry) -> None:
    found = list(breaks.sealing(dossier(went, closed=9, number=None, given_up=True)))
    assert told(found) == [
        ("critical", "it was given up before it was sealed, and had been under way")
    ]
    assert found[0].entries == ("S1#2", "S1#1")


def test_what_never_left_the_plant_was_given_up() -> None:
    ring = [[-100, 26], [-99, 26], [-99, 27], [-100, 26]]
    plant = {
        "type": "Feature",
        "id": "plant",
        "properties": {"kind": "plant", "name": "Plant"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    trip: dict[str, Any] = {"zones": [plant], "legs": [{"from": "plant"}]}
    trip |= {"closed": 9, "number": None, "given_up": True}
    inside = said("zone_entered", 1, zone="S1/plant")
    assert told(breaks.sealing(dossier(inside, **trip))) == []
    assert told(breaks.sealing(dossier(inside, said("zone_left", 5, zone="S1/plant"), **trip)))


def test_that_nobody_verified_is_stated() -> None:
    plain = said("seal_recorded", 1, number=NUMBER, lock=LOCK, verified=False)
    found = list(breaks.sealing(dossier(plain, SEALED)))
    assert told(found) == []
    assert stated(found) == ["nobody recorded View, Verify, Tug, Twist of MX1"]
    assert stated(breaks.sealing(dossier(SEALED)))


def test_a_shipment_without_a_lock_is_sealed_when_somebody_records_it() -> None:
    tracker = [{"id": "T1", "role": "tracker"}]
    bolt = said("seal_recorded", 1, number="BOLT1", verified=True)
    found = dossier(bolt, devices=tracker, seals=[{"number": "BOLT1"}], closed=9, number="BOLT1")
    assert list(breaks.sealing(found)) == []
