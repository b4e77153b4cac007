"""Devices' clocks that are off, through the whole intake: events count, and are dated rightly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.common.identifiers import key_of
from devices.common.zones import ClockSetting
from devices.reading import Clock
from tests.support.office import START, Office, message, reading, trip
from tracker import config as configuration
from tracker import wiring
from tracker.domain.command import CloseShipment
from tracker.domain.errors import UsageError
from tracker.ports import Message

SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "event": "cut"}
DAY = timedelta(days=1)


def told(office: Office, minute: float, off_min: float = 0, **more: Any) -> Message:
    """Received at `minute`, a second after its device's clock, so much ahead, said it."""
    received = START + timedelta(minutes=minute, seconds=1)
    if office.clock.now() < received:
        office.clock.set(received)
    return message("L1", reading(minute + off_min, **more), at=received)


def alerts(office: Office) -> dict[str, Any]:
    return {alert.kind: alert for alert in office.journal.alerts() if alert.shipment}


def dates(office: Office) -> list[datetime]:
    return [row.occurred_at for row in office.journal.entries()]


@pytest.mark.parametrize("off_min", [-360, -840, 360, 330, 90, 30])
def test_a_clock_in_another_zone_is_learnt_and_set_right(office: Office, off_min: int) -> None:
    office.open(trip(loaded_at=(START - DAY).isoformat(), policy={"sealing_late_min": 9999}))
    for minute in range(1, 12):
        office.hear(told(office, minute, off_min, speed=0, seal=CUT if minute > 6 else SEALED))
    found = alerts(office)
    assert sorted(found) == ["clock_off", "seal_tampered"]
    assert found["seal_tampered"].occurred_at == START + timedelta(minutes=7)
    assert found["clock_off"].chapters[-1].facts == {"offset_min": off_min}
    late = [one.reading for one in office.journal.readings()][-4:]
    assert {one.clock for one in late} == {Clock.OFFSET}
    assert [one.event_time for one in late] == [START + timedelta(minutes=m) for m in range(8, 12)]


def test_what_was_said_before_it_was_learnt_makes_no_stop_and_no_gap(office: Office) -> None:
    office.open(trip(loaded_at=(START - DAY).isoformat()))
    for minute in range(1, 14):
        office.hear(told(office, minute, -360, speed=0, seal=SEALED))
    assert "unplanned_stop" not in alerts(office)
    assert "coverage_gap" not in {row.type for row in office.journal.entries()}
    office.hear(told(office, 18, -360, speed=0, seal=SEALED))
    assert alerts(office)["unplanned_stop"].occurred_at == START + timedelta(minutes=1)


def test_a_clock_behind_that_speaks_just_after_the_opening_is_not_lost(office: Office) -> None:
    """Its first words look as if they were of before the shipment, until the offset is learnt."""
    office.open(trip())
    for minute in range(1, 8):
        office.hear(told(office, minute, -360, speed=0, seal=CUT if minute > 4 else SEALED))
    assert alerts(office)["seal_tampered"].occurred_at == START + timedelta(minutes=5)


def test_learnt_in_the_midst_of_a_batch_the_rest_of_it_is_set_right(tmp_path: Path) -> None:
    outcomes = []
    for name in ("singly", "at once"):
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name)
        office.open(trip(loaded_at=(START - DAY).isoformat()))
        said = [told(office, minute, -360, speed=0, seal=SEALED) for minute in range(1, 8)]
        for batch in [[one] for one in said] if name == "singly" else [said]:
            office.hear(*batch)
        outcomes.append(office.everything()[:3])
        office.close()
    assert outcomes[0] == outcomes[1]


def test_what_came_before_it_was_learnt_is_known_when_it_comes_again(office: Office) -> None:
    office.open(trip(loaded_at=(START - DAY).isoformat()))
    said = [told(office, minute, -360, speed=0, seal=SEALED) for minute in range(1, 8)]
    office.hear(*said)
    once = office.everything()
    office.hear(*said)
    assert office.everything() == once


def test_what_was_learnt_is_known_after_a_restart_and_on_the_next_shipment(office: Office) -> None:
    office.open(trip())
    for minute in range(1, 6):
        office.hear(told(office, minute, -360, speed=0, seal=SEALED))
    office.commands.submit("S1", CloseShipment(at=office.clock.now(), by="x", number="MXL1"))
    office.clock.set(START + timedelta(minutes=9))
    office.open(trip("S2", seals=[{"number": "MXL1", "device": "L1"}]))
    office.started()
    office.hear(told(office, 10, -360, speed=0, seal=SEALED))
    office.hear(told(office, 11, -360, speed=0, seal=CUT))
    (cut,) = [alert for alert in office.journal.alerts() if alert.kind == "seal_tampered"]
    assert (cut.shipment, cut.occurred_at) == ("S2", START + timedelta(minutes=11))
    assert [alert.shipment for alert in office.journal.alerts() if alert.kind == "clock_off"] == [
        "S1",
        "S2",
    ]


@pytest.mark.parametrize("off_min", [-360, 360])
def test_set_right_by_hand_it_is_believed_again(office: Office, off_min: int) -> None:
    office.open(trip(loaded_at=(START - DAY).isoformat()))
    for minute in range(1, 6):
        office.hear(told(office, minute, off_min, speed=0, seal=SEALED))
    for minute in range(6, 10):
        office.hear(told(office, minute, speed=0, seal=SEALED))
    assert alerts(office)["clock_off"].ended_at is not None
    assert [one.reading.clock for one in office.journal.readings()][-1] is Clock.DEVICE
    assert [one.reading.event_time for one in office.journal.readings()][-4:] == [
        START + timedelta(minutes=m) for m in range(6, 10)
    ]


@pytest.mark.parametrize(
    "setting", [{"clock_offset_min": -360}, {"time_zone": "America/Mexico_City"}]
)
def test_a_shipment_says_how_its_devices_clock_is_set(
    office: Office, setting: dict[str, Any]
) -> None:
    office.open(trip(devices=[{"id": "L1", **setting}]))
    office.hear(told(office, 1, -360, speed=0, seal=SEALED))
    office.hear(told(office, 2, -360, speed=0, seal=CUT))
    found = alerts(office)
    assert sorted(found) == ["seal_sealing", "seal_tampered"] or sorted(found) == ["seal_tampered"]
    assert found["seal_tampered"].occurred_at == START + timedelta(minutes=2)


def test_the_configuration_says_it_too(office: Office) -> None:
    clocks: Mapping[str, ClockSetting] = {key_of("l1"): ClockSetting(offset_min=-360)}
    office.started(clocks=clocks)
    office.open(trip())
    office.hear(told(office, 1, -360, speed=0, seal=CUT))
    assert alerts(office)["seal_tampered"].occurred_at == START + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("LOCK-1 -360", ClockSetting(offset_min=-360)),
        ("lock1 +330", ClockSetting(offset_min=330)),
        (" LOCK-1  America/Monterrey ", ClockSetting(zone="America/Monterrey")),
    ],
)
def test_a_configured_clock(text: str, setting: ClockSetting) -> None:
    assert wiring.device_clocks(_configured(text)) == {"LOCK1": setting}


@pytest.mark.parametrize("text", ["LOCK-1", "", "LOCK-1 Mars/Olympus", "LOCK-1 ../etc"])
def test_what_says_no_clock_is_told_with_its_place(text: str) -> None:
    with pytest.raises(UsageError) as told_of:
        wiring.device_clocks(_configured(text))
    assert told_of.value.where == "[intake] clocks"


def _configured(text: str) -> configuration.Config:
    from tracker.config.sections import IntakeSection

    return configuration.Config(intake=IntakeSection(clocks=(text,)))


@pytest.mark.parametrize(
    ("device", "where"),
    [
        ({"time_zone": "Mars/Olympus"}, "$.devices[0].time_zone"),
        ({"time_zone": "UTC", "clock_offset_min": 0}, "$.devices[0].time_zone"),
        ({"clock_offset_min": 10_000}, "$.devices[0].clock_offset_min"),
    ],
)
def test_a_shipments_faulty_clock_is_refused(
    office: Office, device: dict[str, Any], where: str
) -> None:
    with pytest.raises(UsageError) as refused:
        office.open(trip(devices=[{"id": "L1", **device}]))
    assert refused.value.where == where


@pytest.mark.parametrize("weeks", [1024, 2048])
def test_nothing_happens_when_receivers_began_to_count_anew(office: Office, weeks: int) -> None:
    office.open(trip())
    back = -timedelta(weeks=weeks) / timedelta(minutes=1)
    for minute in range(1, 8):
        office.hear(told(office, minute, back, speed=0, seal=CUT if minute > 4 else SEALED))
    found = alerts(office)
    assert {"clock_off", "seal_tampered"} <= set(found)
    assert found["seal_tampered"].occurred_at == START + timedelta(minutes=5)
    assert min(dates(office)) >= START - timedelta(minutes=1)


@pytest.mark.parametrize("off_min", [3, 8, 15, 360, 1440, 525_600])
def test_nothing_happens_tomorrow(office: Office, off_min: float) -> None:
    office.open(trip())
    for minute in range(1, 8):
        office.hear(told(office, minute, off_min, speed=0, seal=CUT if minute > 4 else SEALED))
    found = alerts(office)
    assert {"clock_off", "seal_tampered"} <= set(found)
    assert found["seal_tampered"].occurred_at - START <= timedelta(minutes=5, seconds=1)
    assert max(dates(office)) <= office.clock.now()


@pytest.mark.parametrize("off_min", [5, 9, 60, 525_600])
def test_one_reading_from_the_future_makes_no_other_late(office: Office, off_min: float) -> None:
    office.open(trip())
    office.hear(told(office, 1, speed=0, seal=SEALED))
    office.hear(told(office, 2, off_min, speed=0, seal=SEALED))
    for minute in range(3, 20):
        office.hear(told(office, minute, speed=0, seal=SEALED))
    assert not any(one.late for one in office.journal.readings())
    assert "clock_off" not in alerts(office)
