"""Whose word is it? What was before the shipment is its device's own history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.office import START, Office, message, reading, trip
from tracker.domain.command import CloseShipment
from tracker.ports import Message

HOUR = 60.0
SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "event": "cut"}


def told(office: Office, minute: float, received: float = 1.0, **more: Any) -> Message:
    """Of `minute`, received at `received`: minutes after the opening."""
    said = message("L1", reading(minute, **more), at=START + timedelta(minutes=received))
    if office.clock.now() < said.received_at:
        office.clock.set(said.received_at)
    return said


def kinds(office: Office, shipment: str | None = "S1") -> list[str]:
    return [alert.kind for alert in office.journal.alerts() if alert.shipment == shipment]


def whose(office: Office) -> list[str | None]:
    return [stored.shipment for stored in office.journal.readings()]


@pytest.mark.parametrize(
    ("minute", "seal", "of_the_shipment"),
    [
        (-24 * HOUR, CUT | {"number": "OLD1"}, False),
        (-24 * HOUR, CUT, False),
        (-24 * HOUR, CUT | {"number": "MXL1"}, False),
        (-3 * HOUR, SEALED, False),
        (-40, CUT | {"number": "OLD1"}, False),
        (-40, CUT, False),
        (-40, {"state": "open", "event": "opened"}, False),
        (-40, CUT | {"number": "mx-l1"}, True),
        (-40, SEALED, True),
        (-40, SEALED | {"number": "OLD1"}, False),
        (-40, None, True),
        (-1, CUT, True),  # a slow clock: received live
        (0, CUT, True),
    ],
)
def test_a_word_from_before_the_opening(
    office: Office, minute: float, seal: dict[str, Any] | None, of_the_shipment: bool
) -> None:
    office.open(trip())
    office.hear(told(office, minute, 1.0, speed=0, **({"seal": seal} if seal else {})))
    office.hear(told(office, 2, 2, speed=0, seal=SEALED))
    assert whose(office) == ["S1" if of_the_shipment else None, "S1"]
    breach = of_the_shipment and seal is not None and "cut" in seal.values()
    assert ("seal_tampered" in kinds(office)) is breach
    assert not {"unplanned_stop", "silence"} & set(kinds(office))
    assert kinds(office, None) == [], "nor is the device unknown, or sealed without a shipment"


def test_a_broken_seal_of_before_is_noted_in_the_devices_own_record(office: Office) -> None:
    office.open(trip())
    office.hear(told(office, -90, speed=0, seal=CUT | {"number": "OLD1"}))
    (entry,) = office.journal.entries(scope="device:L1")
    assert (entry.type, b"OLD1" in entry.leaf) == ("device_seen", True)


def test_since_the_loading_that_is_declared_all_words_are_the_trips(office: Office) -> None:
    loaded = (START - timedelta(hours=5)).isoformat()
    office.open(trip(loaded_at=loaded))
    office.hear(told(office, -4 * HOUR, speed=0, seal=SEALED))
    office.hear(told(office, -3 * HOUR, speed=0, seal=CUT))
    assert whose(office) == ["S1", "S1"]
    assert "seal_tampered" in kinds(office)


def test_since_the_departure_that_is_declared_too(office: Office) -> None:
    office.open(trip(legs=[{"earliest": (START - timedelta(hours=5)).isoformat()}]))
    office.hear(told(office, -3 * HOUR, speed=0, seal=CUT))
    assert "seal_tampered" in kinds(office)


def test_between_two_shipments_it_is_nobodys(office: Office) -> None:
    office.open(trip("A"))
    office.hear(told(office, 1, 1, speed=0, seal=SEALED))
    office.clock.set(START + timedelta(hours=1))
    office.commands.submit("A", CloseShipment(at=office.clock.now(), by="x", number="MXL1"))
    office.clock.set(START + timedelta(hours=4))
    office.open(trip("B", seals=[{"number": "MX2", "device": "L1"}]))
    late = 5 * HOUR
    cut = CUT | {"number": "MXL1"}
    for minute in (1.5 * HOUR, 3.5 * HOUR):  # the second within the hour before the opening
        office.hear(told(office, minute, late, speed=0, buffered=True, seal=cut))
    office.hear(told(office, 0.5 * HOUR, late, speed=0, buffered=True, seal=SEALED))
    office.hear(told(office, late, late, speed=0, seal={"state": "sealed", "number": "MX2"}))
    assert sorted(map(str, whose(office))) == ["A", "A", "B", "None", "None"]
    assert kinds(office, "B") == []


def test_the_open_trips_own_backlog_is_its_evidence(office: Office) -> None:
    office.open(trip())
    office.hear(told(office, 1, 1, speed=0, seal=SEALED))
    office.hear(told(office, 2 * HOUR, 2 * HOUR, speed=0, seal=SEALED))
    office.hear(told(office, HOUR, 2 * HOUR, speed=0, buffered=True, seal=CUT))
    assert "seal_tampered" in kinds(office)


def test_a_device_that_retells_its_past_is_not_silent(office: Office) -> None:
    office.open(trip())
    for minute in range(1, 60, 2):
        office.hear(told(office, -24 * HOUR + minute, minute, speed=0))
    assert kinds(office) == []


def test_a_stop_begins_no_earlier_than_the_trip(office: Office) -> None:
    office.open(trip())
    office.hear(told(office, -50, 1, speed=0, seal=SEALED))
    office.hear(told(office, 5, 5, speed=0, seal=SEALED))
    assert kinds(office) == []
    office.hear(told(office, 16, 16, speed=0, seal=SEALED))
    (stop,) = office.journal.alerts()
    assert (stop.kind, stop.severity, stop.occurred_at) == ("unplanned_stop", "warning", START)


def test_what_a_broker_retained_is_no_sign_of_life(office: Office) -> None:
    """Of a truck that two fixes know to be under way: silent after ten minutes."""
    office.open(trip())
    office.hear(told(office, 0, 0, speed=60, seal=SEALED))
    office.hear(told(office, 1, 1, north_km=1, speed=60, seal=SEALED))
    retained = replace(told(office, 2, 8, north_km=2, speed=60, seal=SEALED), retained=True)
    office.hear(retained)
    (stored,) = [one for one in office.journal.readings() if one.reading.buffered]
    assert stored.shipment == "S1"
    office.tick(START + timedelta(minutes=11))
    assert "silence" in kinds(office)


def test_a_retained_copy_of_what_was_heard_live_is_the_same_reading(office: Office) -> None:
    office.open(trip())
    said = told(office, 1, 1, speed=0, seal=CUT)
    office.hear(said)
    office.hear(replace(said, retained=True))
    (alert,) = office.journal.alerts()
    assert alert.count == 1


def test_a_retained_word_of_an_hour_before_is_history_whatever_it_says(office: Office) -> None:
    office.open(trip())
    office.hear(replace(told(office, -30, 1, speed=0, seal=SEALED), retained=True))
    assert whose(office) == [None]
