"""What a message is given of the place, the seal and the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from geofences import library
from tests.support.office import START, Office, message, reading, trip
from tracker.app.notify.situation import Situations
from tracker.app.planning import Geography
from tracker.domain.policy import Policy

GEOGRAPHY = Geography(library.load(), Policy())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    yield opened
    opened.close()


def test_the_seal_the_plan_and_where_it_was_and_is(office: Office) -> None:
    office.open(trip("S1", "L1"))
    for minute in range(3):
        said = reading(minute, north_km=minute, seal={"state": "sealed", "number": "MXL1"})
        office.hear(message("L1", said))
    cut = reading(3, north_km=3, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    office.hear(message("L1", cut))
    later = reading(8, north_km=9, seal={"state": "cut", "number": "MXL1"})
    office.hear(message("L1", later))
    alert = office.journal.alerts()[0]
    told = Situations(office.journal, GEOGRAPHY).of(alert)
    assert told.plan is not None
    assert told.plan.shipment.id == "S1"
    assert (told.seal, told.sealed) == ("MXL1", "TAMPERED")
    assert told.place is not None
    assert told.now_at is not None
    assert told.now_at.lat > told.place.lat == alert.lat
    assert told.seen_at == START + timedelta(minutes=8)
    assert told.place.near is not None
    assert told.place.near_m is not None
    assert told.place.near_m < 150_000


def test_the_plates_of_the_trucks_of_a_digest(office: Office) -> None:
    office.open(trip("S1", "L1"))
    office.open(trip("S2", "L2", vehicle={"plates": "12-AB-3C"}))
    for device in ("L1", "L2", "L9"):
        cut = reading(3, north_km=3, seal={"state": "cut", "number": "MXL1", "event": "cut"})
        office.hear(message(device, cut))
    alerts = office.journal.alerts()
    assert {one.shipment for one in alerts} == {"S1", "S2", None}
    assert Situations(office.journal, GEOGRAPHY).plates(alerts) == {"S2": "12-AB-3C"}


def test_of_a_device_without_a_shipment_there_is_no_plan(office: Office) -> None:
    cut = reading(3, north_km=3, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    office.hear(message("L9", cut))
    alert = office.journal.alerts()[0]
    told = Situations(office.journal, GEOGRAPHY).of(alert)
    assert told.plan is None
