"""The tracker's own clock is set: no timer waits for a time that never was, and it is told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.office import START, Office, message, reading, trip
from tracker.app.ingest import Ingest

SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "event": "cut"}
HOURS = timedelta(hours=6)


class HostClock:
    """A clock that is set by the test, and tells by how much, as the system's does."""

    def __init__(self, now: datetime) -> None:
        self._now, self._steps = now, list[timedelta]()

    def now(self) -> datetime:
        return self._now

    def steps(self) -> tuple[timedelta, ...]:
        steps, self._steps = tuple(self._steps), []
        return steps

    def passes(self, minutes: float) -> None:
        self._now += timedelta(minutes=minutes)

    def is_set(self, by: timedelta) -> None:
        self._now += by
        self._steps.append(by)


@pytest.fixture
def clock(office: Office) -> HostClock:
    office.open(trip())
    clock = HostClock(START)
    office.started(clock=clock)
    return clock


def say(office: Office, clock: HostClock, minute: float, **more: Any) -> None:
    """At that true time, of a truck that drives north; received by the host's clock."""
    said = reading(minute, north_km=minute, speed=60, **more)
    office.hear(message("L1", said, at=clock.now()))


def look(office: Office) -> dict[str, str]:
    office.ingest.once(0)
    return {alert.kind: alert.status for alert in office.journal.alerts()}


def restarted(office: Office, clock: HostClock) -> Ingest:
    """A tracker that begins anew knows of no step; only the record shows one."""
    clock.steps()
    return office.started(clock=clock)


@pytest.mark.parametrize("restart", [False, True])
def test_set_ahead_while_one_message_came_nothing_is_late(
    office: Office, clock: HostClock, restart: bool
) -> None:
    say(office, clock, 0, seal=SEALED)
    clock.passes(1)
    clock.is_set(HOURS)
    say(office, clock, 1, seal=SEALED)
    clock.passes(1)
    clock.is_set(-HOURS)
    say(office, clock, 2, seal=CUT)
    if restart:
        restarted(office, clock)
    assert look(office)["seal_tampered"] == "raised"
    clock.passes(5)
    assert look(office)["seal_tampered"] == "escalated"
    assert "silence" not in look(office)
    clock.passes(5)
    assert "silence" in look(office)


@pytest.mark.parametrize("restart", [False, True])
def test_what_was_raised_while_it_was_ahead_escalates_in_its_time(
    office: Office, clock: HostClock, restart: bool
) -> None:
    clock.is_set(HOURS)
    say(office, clock, 0, seal=CUT)
    if restart:
        clock.is_set(-HOURS)
        restarted(office, clock)
    else:
        clock.is_set(-HOURS)
    assert look(office)["seal_tampered"] == "raised"
    clock.passes(5)
    assert look(office)["seal_tampered"] == "escalated"
    clock.passes(25)
    assert "silence" in look(office)


def test_a_clock_that_goes_astray_while_somebody_speaks_silences_nobody(
    office: Office, clock: HostClock
) -> None:
    office.open(trip("S2", "L2"))
    restarted(office, clock)
    office.hear(message("L2", reading(0, speed=60), at=clock.now()))
    say(office, clock, 0, seal=SEALED)
    clock.is_set(HOURS)
    say(office, clock, 1, seal=SEALED)
    clock.is_set(-HOURS)
    say(office, clock, 2, seal=SEALED)
    assert "silence" not in look(office)


def test_what_waited_stamped_with_the_wrong_time_is_received_now(
    office: Office, clock: HostClock
) -> None:
    say(office, clock, 0, seal=SEALED)
    late = message("L1", reading(1, speed=60, seal=SEALED), at=clock.now() + HOURS)
    clock.is_set(HOURS)
    clock.is_set(-HOURS)
    clock.passes(1)
    office.hear(late)
    (newest,) = [one for one in office.journal.readings() if one.reading.event_time > START]
    assert newest.reading.received_at == clock.now()


def test_each_step_is_told(
    office: Office, clock: HostClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.is_set(HOURS)
    look(office)
    clock.is_set(-2 * HOURS)
    look(office)
    told = [
        json.loads(row.leaf)["payload"]["facts"]
        for row in office.journal.entries(scope="tracker:log")
        if row.type == "clock_stepped"
    ]
    assert told == [
        {"restarted": False, "seconds": 21600},
        {"restarted": False, "seconds": -43200},
    ]
    assert "the host's clock was set back by 43200 s" in caplog.text


def test_after_a_restart_what_is_recorded_ahead_tells_it(office: Office, clock: HostClock) -> None:
    clock.is_set(HOURS)
    say(office, clock, 0, seal=SEALED)
    clock.is_set(-HOURS)
    restarted(office, clock)
    *_, entry = office.journal.entries(scope="tracker:log")
    assert json.loads(entry.leaf)["payload"]["facts"] == {"restarted": True, "seconds": -21600}
    restarted(office, clock)
    assert list(office.journal.entries(scope="tracker:log"))[-1] == entry, "once"


def test_a_shipment_opened_while_it_was_ahead_gets_its_words(
    office: Office, clock: HostClock
) -> None:
    office.clock.set(START + HOURS)
    office.open(trip("S2", "L2"))
    office.hear(message("L2", reading(2, speed=0, seal=CUT), at=clock.now()))
    assert [alert.shipment for alert in office.journal.alerts()] == ["S2"]
