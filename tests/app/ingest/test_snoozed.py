"""An alert that is snoozed sleeps through ticks and readings, until a limit is passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.domain.alert import Alert, AlertStatus
from tracker.domain.command import SnoozeAlert

CUT = {"state": "cut"}


@pytest.fixture
def cut(office: Office) -> Office:
    """A truck whose seal is cut stands where it was loaded."""
    office.open(trip("S1", "L1"))
    office.hear(*(message("L1", reading(n, speed=0)) for n in range(5)))
    office.hear(message("L1", reading(5, speed=0, seal=CUT)))
    office.clock.set(START + timedelta(minutes=5))
    assert tampered(office).status is AlertStatus.RAISED
    return office


def tampered(office: Office) -> Alert:
    alerts: list[Alert] = office.journal.alerts(kinds=["seal_tampered"])
    return alerts[0]


def entries(office: Office) -> list[str]:
    types = ["alert_escalated", "alert_snoozed", "alert_woken"]
    return [entry.type for entry in office.journal.entries(types=types)]


def snooze(office: Office, minutes: float | None = None, metres: int | None = None) -> None:
    now = office.clock.now()
    until = None if minutes is None else now + timedelta(minutes=minutes)
    alert = tampered(office)
    office.desk.submit_alert(
        alert.id,
        SnoozeAlert(at=now, by="ana", alert=alert.id, until=until, distance_m=metres, reason="r"),
    )


def test_by_time_it_wakes_with_the_tick_and_then_escalates(cut: Office) -> None:
    snooze(cut, minutes=9)
    cut.tick(START + timedelta(minutes=13))
    assert entries(cut) == ["alert_snoozed"], "long past the time in which it escalates"
    cut.tick(START + timedelta(minutes=15))
    assert entries(cut) == ["alert_snoozed", "alert_woken"]
    assert tampered(cut).snooze is None
    cut.tick(START + timedelta(minutes=21))
    assert entries(cut) == ["alert_snoozed", "alert_woken", "alert_escalated"]
    assert_whole(cut.journal)


def test_by_place_it_wakes_when_the_truck_is_surely_elsewhere(cut: Office) -> None:
    snooze(cut, metres=1_000)
    cut.hear(message("L1", reading(6, speed=0, seal=CUT)))
    cut.hear(message("L1", reading(7, north_km=2.0, speed=60, seal=CUT)))
    assert entries(cut) == ["alert_snoozed"], "one fix moves no truck"
    for number in range(8, 12):
        cut.hear(message("L1", reading(number, north_km=number - 5.0, speed=60, seal=CUT)))
    assert entries(cut) == ["alert_snoozed", "alert_woken"]
    (woken,) = cut.journal.entries(types=["alert_woken"])
    assert b'"snooze_left_place"' in woken.leaf
    assert_whole(cut.journal)


def test_what_a_backlog_tells_of_another_place_wakes_nothing(cut: Office) -> None:
    snooze(cut, metres=1_000)
    cut.hear(message("L1", reading(30, speed=0, seal=CUT)))
    old = [reading(n, north_km=n - 5.0, speed=60) for n in range(10, 20)]
    cut.hear(message("L1", *old, at=START + timedelta(minutes=31)))
    assert entries(cut) == ["alert_snoozed"]
