"""The fleet's rows: who needs a person first, and that they follow the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.office import GEOGRAPHY, START, Office, message, reading, trip
from tracker.app.queries.fleet import Fleet, FleetRow, Need
from tracker.domain.command import AcknowledgeAlert, CloseShipment

SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "number": "MXL1", "event": "cut"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(GEOGRAPHY)


def row(office: Office, fleet: Fleet, id_: str = "S1") -> FleetRow:
    fleet.refresh(office.second_journal)
    return fleet.rows[id_]


def say(office: Office, minute: float, device: str = "L1", **more: Any) -> None:
    office.hear(message(device, reading(minute, **more)))


def test_one_that_has_said_nothing_waits(office: Office, fleet: Fleet) -> None:
    office.open(trip())
    assert row(office, fleet).need is Need.WAITING
    assert row(office, fleet).heard_at is None


def test_a_cut_needs_a_person_and_comes_first(office: Office, fleet: Fleet) -> None:
    office.open(trip())
    office.open(trip("S2", "L2"))
    say(office, 0, seal=SEALED)
    say(office, 0, "L2")
    say(office, 1, seal=CUT)
    found = row(office, fleet)
    assert found.need is Need.CRITICAL
    assert found.breached
    assert found.alerts[0].kind == "seal_tampered"
    first, _ = sorted(fleet.rows.values(), key=lambda one: one.order)
    assert first.id == "S1"


def test_of_two_cuts_the_one_to_which_nobody_sees_comes_first(office: Office, fleet: Fleet) -> None:
    for shipment, device in (("S1", "L1"), ("S2", "L2")):
        office.open(trip(shipment, device))
        seal = {"state": "sealed", "number": f"MX{device}"}
        say(office, 0, device, seal=seal)
        say(office, 1, device, seal={**seal, "state": "cut", "event": "cut"})
    alert = next(one for one in office.journal.alerts() if one.shipment == "S1")
    command = AcknowledgeAlert(at=office.clock.now(), by="ana", alert=alert.id)
    office.commands.submit_alert(alert.id, command)
    fleet.refresh(office.second_journal)
    ordered = sorted(fleet.rows.values(), key=lambda one: one.order)
    assert [one.id for one in ordered] == ["S2", "S1"]


def test_one_that_drives_is_under_way_and_one_that_stands_at_rest(
    office: Office, fleet: Fleet
) -> None:
    office.open(trip())
    for minute in range(4):
        say(office, minute, north_km=float(minute), speed=60.0)
    assert row(office, fleet).need is Need.UNDER_WAY
    for minute in range(4, 14):
        say(office, minute, north_km=3.0, speed=0.0)
    assert row(office, fleet).need is Need.AT_REST


def test_what_changes_is_told_once_and_what_is_closed_goes(office: Office, fleet: Fleet) -> None:
    office.open(trip())
    office.open(trip("S2", "L2"))
    assert {one.id for one in fleet.refresh(office.second_journal).rows} == {"S1", "S2"}
    assert not fleet.refresh(office.second_journal)
    say(office, 0, "L2")
    assert [one.id for one in fleet.refresh(office.second_journal).rows] == ["S2"]
    closing = CloseShipment(at=START + timedelta(minutes=1), by="ana", given_up=True, reason="r")
    office.commands.submit("S2", closing)
    assert fleet.refresh(office.second_journal).gone == ("S2",)
    assert set(fleet.rows) == {"S1"}


def test_a_restart_comes_to_the_same_rows(office: Office, fleet: Fleet) -> None:
    office.open(trip())
    for minute in range(6):
        say(office, minute, north_km=float(minute), speed=60.0, seal=SEALED)
        fleet.refresh(office.second_journal)
    again = Fleet(GEOGRAPHY)
    again.refresh(office.second_journal)
    assert again.rows == fleet.rows
