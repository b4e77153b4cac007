"""Whole trips: what the intake and the desk record, and what an audit then says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.audit.made import stated, told
from tests.audit.trip import DOCUMENT, FIRST, LOCK, NAME, SECOND, play, said
from tests.support.office import GEOGRAPHY, START, Office, message
from tracker.audit.finding import AuditCheck, AuditFinding, faulty
from tracker.audit.shipment import audit_shipment
from tracker.domain.command import AcknowledgeAlert, CloseAlert, RecordSeal
from tracker.domain.errors import NotFound, Unreadable


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(Office(tmp_path, now=START)) as opened:
        yield opened


def audit(office: Office) -> list[AuditFinding]:
    return audit_shipment(office.journal, NAME, GEOGRAPHY, office.clock.now())


def grave(office: Office) -> set[tuple[AuditCheck, str]]:
    found = audit(office)
    ranks = [one.severity.rank for one in found]
    assert ranks == sorted(ranks, reverse=True), "the gravest first"
    return {(one.check, one.severity.value) for one in found if one.severity.rank}


def test_an_honest_delivered_trip_is_accounted_for(office: Office) -> None:
    play(office)
    found = audit(office)
    assert told(found) == []
    assert not faulty(found)
    assert any(f"{FIRST} was replaced by {SECOND}" in what for what in stated(found))
    assert any("100.0 %" in what for what in stated(found))
    ids = {row.id for row in office.journal.entries(scope=NAME)}
    assert {entry for one in found for entry in one.entries} <= ids


@pytest.mark.parametrize("until", [0, 5, 20, 47, 56, 80, 95])
def test_an_honest_trip_under_way_is_accounted_for_at_any_time(office: Office, until: int) -> None:
    play(office, until=until)
    assert grave(office) == set()


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (42, {(AuditCheck.OPENING, "critical"), (AuditCheck.ALERT, "warning")}),
        (52, {(AuditCheck.RESEAL, "critical"), (AuditCheck.NUMBER_RECORDED, "critical"),
              (AuditCheck.ALERT, "warning"), (AuditCheck.ALERT, "critical")}),
        (94, {(AuditCheck.CUSTODY_ACCEPTED, "critical"), (AuditCheck.CUSTODY_CHAIN, "warning")}),
    ],
    ids=["leave", "reseal", "acceptance"],
)  # fmt: skip
def test_what_nobody_declared(
    office: Office, missing: int, expected: set[tuple[AuditCheck, str]]
) -> None:
    play(office, declared={missing: None})
    found = grave(office)
    assert found >= {one for one in expected if one[0] is not AuditCheck.ALERT}
    assert {check for check, _ in found} <= {check for check, _ in expected}


def test_a_cut_and_its_sign_off(office: Office) -> None:
    def cut(minute: int) -> dict[str, Any] | None:
        body = said(minute)
        if minute == 70:
            body["seal"] = {"state": "cut", "event": "cut"}
        elif minute > 70:
            body["seal"] = {"state": "cut"}
        return body

    play(office, says=cut, until=80)
    assert {(AuditCheck.BREAK, "critical"), (AuditCheck.ALERT, "critical")} <= grave(office)
    now = office.clock.now()
    office.commands.submit(
        NAME,
        RecordSeal(
            at=now, by="guard", number="US3", incident=True, reason="inspected, complete",
            officer="guard 4", agency="acme", verified=True,
        ),
    )  # fmt: skip
    assert (AuditCheck.BREAK, "critical") not in grave(office)


def test_a_cut_that_only_the_backlog_tells(office: Office) -> None:
    """While nothing was heard the rope was cut and spliced; the newest word is "sealed"."""

    def hidden(minute: int) -> dict[str, Any] | None:
        return None if 15 < minute < 31 else said(minute)

    play(office, says=hidden, until=33)
    stored = [{**said(minute), "buffered": True} for minute in range(16, 31)]
    stored[5]["seal"] = {"state": "cut", "event": "cut"}
    office.hear(message(LOCK, *stored, at=office.clock.now()))
    assert (AuditCheck.BREAK, "critical") in grave(office)


def test_an_alert_is_accounted_for_once_somebody_closed_it(office: Office) -> None:
    play(office, declared={94: None}, until=95)
    office.tick(START + timedelta(minutes=130))
    assert (AuditCheck.ALERT, "warning") in grave(office)
    at = office.clock.now()
    for alert in office.journal.alerts(shipment=NAME):
        office.commands.submit_alert(alert.id, AcknowledgeAlert(at=at, by="ana", alert=alert.id))
        reason = CloseAlert(at=at, by="ana", alert=alert.id, reason="the dock had no one")
        office.commands.submit_alert(alert.id, reason)
    assert AuditCheck.ALERT not in {check for check, _ in grave(office)}


def test_a_gap_that_the_backlog_fills_and_one_that_nothing_fills(tmp_path: Path) -> None:
    def silent(minute: int) -> dict[str, Any] | None:
        return None if 15 < minute < 31 else said(minute)

    with closing(Office(tmp_path, now=START)) as office:
        play(office, says=silent, until=35)
        assert (AuditCheck.COVERAGE, "warning") in grave(office)
        stored = [{**said(minute), "buffered": True} for minute in range(16, 31)]
        office.hear(message(LOCK, *stored, at=office.clock.now()))
        assert AuditCheck.COVERAGE not in {check for check, _ in grave(office)}


def test_a_number_that_is_on_two_shipments(office: Office) -> None:
    play(office)
    other = {**DOCUMENT, "id": "S2", "devices": [{"id": "L2"}], "zones": [], "legs": [],
             "seals": [{"number": FIRST}], "planned_stops": []}  # fmt: skip
    office.open(other)
    ((check, severity),) = grave(office)
    assert (check, severity) == (AuditCheck.NUMBER_ELSEWHERE, "critical")


def test_a_shipment_that_is_not_there(office: Office) -> None:
    with pytest.raises(NotFound, match="S9"):
        audit_shipment(office.journal, "S9", GEOGRAPHY, START)


def test_an_entry_that_is_no_leaf_ends_the_audit(office: Office, tmp_path: Path) -> None:
    play(office, until=6)
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as raw, raw:
        raw.execute("UPDATE entries SET leaf = X'7B7D' WHERE id = ?", (f"{NAME}#1",))
    with pytest.raises(Unreadable, match=r".") as broken:
        audit(office)
    assert broken.value.where == f"entry {NAME}#1"
    assert "log verify" in broken.value.mend


def test_a_file_that_was_changed_behind_the_desk_s_back(office: Office, tmp_path: Path) -> None:
    play(office, until=6)
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as raw, raw:
        raw.execute(
            "UPDATE shipments SET document = REPLACE(CAST(document AS TEXT), ?, 'MX000999')",
            (FIRST,),
        )
        raw.execute("UPDATE shipments SET document = CAST(document AS BLOB)")
    assert (AuditCheck.RECORD_BEGUN, "critical") in grave(office)
