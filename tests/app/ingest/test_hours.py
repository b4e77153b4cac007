"""Thresholds by the hour: each reading by the hour it tells of, timers by the hour it is.

By day a moving truck is silent after 10 min; by night, from 22:00 in Monterrey, after 4.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from geofences.formats import GeofenceSet
from tests.support.office import START, Office, message, reading, trip
from tracker.app.planning import Geography
from tracker.domain.alert import Alert
from tracker.domain.hours import Hours
from tracker.domain.layers import Layers
from tracker.domain.policy import Policy
from tracker.ports import Message

NIGHT = Hours("night", time(22), time(5), "America/Monterrey", {"silence_moving_min": 4})
NIGHTFALL = 16 * 60.0
"""In minutes after the start of the tests, which is at 06:00 in Monterrey."""


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def at_hours(office: Office, *hours: Hours) -> None:
    geography = Geography(GeofenceSet((), ()), Policy(), Layers(hours=hours))
    office.started(geography=geography)
    office.open(trip("S1", "L1"))


def moving(number: float, *, heard: float | None = None) -> Message:
    said = reading(number, north_km=number, speed=60)
    return message("L1", said, at=None if heard is None else minute(heard))


def drive(office: Office, begin: float, end: float) -> None:
    number = begin
    while number <= end:
        office.clock.set(minute(number))
        office.hear(moving(number))
        number += 1


def silences(office: Office) -> list[Alert]:
    return [alert for alert in office.journal.alerts() if alert.kind == "silence"]


def wait(office: Office, begin: float, end: float) -> None:
    """Look at the timers only when one is due, as a host may that sleeps until then."""
    now = minute(begin)
    while (due := office.ingest.registry.next_due()) is not None and due <= minute(end):
        now = max(due, now)
        office.tick(now)
        now += timedelta(seconds=1)


def test_a_deadline_that_the_night_brings_forward_is_kept(office: Office) -> None:
    at_hours(office, NIGHT)
    drive(office, NIGHTFALL - 10, NIGHTFALL - 1)
    wait(office, NIGHTFALL - 1, NIGHTFALL + 2.5)
    assert silences(office) == []
    wait(office, NIGHTFALL + 2.5, NIGHTFALL + 8)
    (alert,) = silences(office)
    assert alert.raised_at == minute(NIGHTFALL + 3), "4 min after the last word, not 10"


def test_silence_that_is_too_long_for_the_night_already_is_told_at_nightfall(
    office: Office,
) -> None:
    at_hours(office, NIGHT)
    drive(office, NIGHTFALL - 20, NIGHTFALL - 6)
    wait(office, NIGHTFALL - 6, NIGHTFALL + 1)
    (alert,) = silences(office)
    assert alert.raised_at == minute(NIGHTFALL)


def test_a_deadline_of_the_night_is_put_off_by_the_day(office: Office) -> None:
    morning = NIGHTFALL + 7 * 60
    at_hours(office, NIGHT)
    drive(office, morning - 10, morning - 1)
    wait(office, morning - 1, morning + 8)
    assert silences(office) == []
    wait(office, morning + 8, morning + 10)
    (alert,) = silences(office)
    assert alert.raised_at == minute(morning + 9)


def test_a_backlog_is_held_to_the_hours_it_tells_of(office: Office) -> None:
    """A stop of 12 min in the night, told by day: by night 5 min were too long."""
    stops = Hours("stops", time(22), time(5), "America/Monterrey", {"stop_warning_min": 5})
    at_hours(office, stops)
    morning = NIGHTFALL + 8 * 60
    drive(office, NIGHTFALL - 5, NIGHTFALL + 5)
    office.clock.set(minute(morning))
    office.hear(moving(morning))
    halt = NIGHTFALL + 6
    stood = [reading(halt + n, north_km=halt, speed=0) for n in range(13)]
    office.hear(*(message("L1", said, at=minute(morning)) for said in stood))
    told = [alert for alert in office.journal.alerts() if alert.kind == "unplanned_stop"]
    assert [alert.late for alert in told] == [True]


def test_where_no_hours_are_nobody_is_woken_for_them(office: Office) -> None:
    at_hours(office)
    drive(office, NIGHTFALL - 3, NIGHTFALL - 1)
    office.tick(minute(NIGHTFALL + 200))
    state = office.ingest.registry.state("S1")
    assert state.wake_at is None or state.wake_at < minute(NIGHTFALL)


def test_a_restart_in_the_night_holds_to_the_night(office: Office) -> None:
    at_hours(office, NIGHT)
    drive(office, NIGHTFALL + 1, NIGHTFALL + 3)
    geography = Geography(GeofenceSet((), ()), Policy(), Layers(hours=(NIGHT,)))
    office.started(geography=geography)
    wait(office, NIGHTFALL + 3, NIGHTFALL + 8)
    (alert,) = silences(office)
    assert alert.raised_at == minute(NIGHTFALL + 7)
