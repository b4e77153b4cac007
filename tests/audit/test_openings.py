from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import LOCK, dossier, said, state, told, word
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import openings

ZONE = {
    "type": "Feature",
    "id": "yard",
    "properties": {"kind": "customs_compound", "name": "Yard"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[-100, 26], [-99, 26], [-99, 27], [-100, 26]]],
    },
}
LEAVE = {
    "zone": "yard",
    "agency": "SAT",
    "reason": "export",
    "credential": "card-1",
    "from": "2026-03-02T12:10:00Z",
    "until": "2026-03-02T12:30:00Z",
}
SHOWN = [word(20, credential="card-1")]
ENTERED = said("zone_entered", 15, device=LOCK, zone="S1/yard")


def findings(
    *entries: CustodyEntry, minute: float = 20, zone: str | None = None, **more: Any
) -> list[tuple[str, str]]:
    trip: dict[str, Any] = {"zones": [ZONE], "authorisations": [LEAVE], "heard": SHOWN, **more}
    opening = state(minute, "OPEN_AUTHORISED", zone=zone)
    return told(openings.openings(dossier(state(2, "SEALED"), *entries, opening, **trip)))


@pytest.mark.parametrize(("entries", "zone"), [([ENTERED], None), ([], "S1/yard")])
def test_an_opening_with_leave(entries: list[CustodyEntry], zone: str | None) -> None:
    """Where it was is told by the opening itself, or by the zones entered before."""
    assert findings(*entries, zone=zone) == []


@pytest.mark.parametrize(
    "more",
    [
        {"zone": "S1/other"},
        {"zone": "S1/yard", "minute": 31},
        {"zone": "S1/yard", "heard": [word(20, credential="card-2")]},
        {"zone": "S1/yard", "heard": []},
        {"zone": "S1/yard", "authorisations": []},
    ],
    ids=["elsewhere", "too late", "another card", "no card", "no leave"],
)
def test_an_opening_that_no_leave_covers(more: dict[str, Any]) -> None:
    ((severity, what),) = findings(**more)
    assert severity == "critical"
    assert what.endswith("no leave for it is on record")


@pytest.mark.parametrize(
    ("window", "minute", "count"),
    [
        ({"from": None, "until": None}, 20, 0),
        ({"from": "2026-03-02T12:20:00Z", "until": "2026-03-02T12:20:00Z"}, 20, 0),
        ({"from": "2026-03-02T12:20:01Z", "until": None}, 20, 1),
        ({"from": None, "until": "2026-03-02T12:19:59Z"}, 20, 1),
    ],
)
def test_the_window_of_leave(window: dict[str, Any], minute: float, count: int) -> None:
    leave = [{**LEAVE, **window}]
    assert len(findings(zone="S1/yard", minute=minute, authorisations=leave)) == count


def test_the_card_is_the_one_shown_to_this_lock_then() -> None:
    others = [word(19, credential="card-1"), word(20, credential="card-1")._replace(device="L9")]
    assert len(findings(zone="S1/yard", heard=others)) == 1


def test_where_it_was_opened_is_told() -> None:
    ((_, what),) = findings(authorisations=[])
    assert "in no known zone" in what
    ((_, what),) = findings(ENTERED, zone="S1/other", authorisations=[])
    assert "in S1/other, S1/yard" in what


def test_a_zone_that_was_left_gives_no_leave() -> None:
    left = said("zone_left", 18, device=LOCK, zone="S1/yard")
    assert [severity for severity, _ in findings(ENTERED, left)] == ["critical"]
    other = said("zone_left", 18, device="T9", zone="S1/yard")
    assert findings(ENTERED, other) == [], "another device left it"


@pytest.mark.parametrize(("recorded", "count"), [(34, 0), (36, 1)])
def test_leave_recorded_after_the_opening(recorded: float, count: int) -> None:
    record = said("opening_authorised", recorded, agency="SAT")
    found = findings(record, zone="S1/yard")
    assert (
        found
        == [("warning", "the leave of SAT for the opening of L1 was recorded 16 min after it")][
            :count
        ]
    )


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"reason": ""}, "does not say why"),
        ({"credential": None}, "does not say who"),
        ({"credential": None, "reason": " "}, "does not say who or why"),
    ],
)
def test_leave_that_says_too_little(change: dict[str, Any], what: str) -> None:
    ((severity, words),) = findings(zone="S1/yard", authorisations=[{**LEAVE, **change}])
    assert severity == "warning"
    assert words.endswith(what)


def test_an_officer_whose_name_is_only_committed_to_is_somebody() -> None:
    leave = {**LEAVE, "credential": None}
    record = said("opening_authorised", 1, agency="SAT", hidden=["payload.facts.officer"])
    assert findings(record, zone="S1/yard", authorisations=[leave]) == []
