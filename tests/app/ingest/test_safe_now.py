"""Up to when everything has been heard, while messages stream in: the middle device's time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.support.office import START, Office, message, reading, trip
from tracker.ports import Message


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def queued(device: str, number: float) -> Message:
    """Said `number` minutes after the start; it lay in the queue, and is received at 300."""
    return message(device, reading(number, north_km=number, speed=60), at=minute(300))


@pytest.fixture
def under_way(office: Office) -> Office:
    """L1 and L2 were heard until minute 1, and a deadline of theirs is at 11."""
    for name, device in (("S1", "L1"), ("S2", "L2")):
        office.open(trip(name, device))
    for number in range(2):
        office.hear(*(message(d, reading(number, north_km=number, speed=60)) for d in ("L1", "L2")))
    office.inbox.is_settled = False
    return office


@pytest.fixture
def waiting(under_way: Office) -> Office:
    """Five hours of theirs lie in the queue."""
    under_way.clock.set(minute(300))
    return under_way


def accused(office: Office) -> list[str | None]:
    return [alert.device for alert in office.journal.alerts() if alert.kind == "silence"]


def test_the_device_that_is_furthest_ahead_does_not_set_the_time(waiting: Office) -> None:
    """Nor does the one furthest behind keep it from going on."""
    waiting.hear(queued("L3", 2), queued("L4", 3), queued("L5", 250))
    assert accused(waiting) == []
    waiting.hear(queued("L3", 4), queued("L4", 10.9))
    assert accused(waiting) == [], "the middle one has come to 10.9"
    waiting.hear(queued("L4", 12))
    assert accused(waiting) == ["L1", "L2"]


@pytest.mark.parametrize("devices", [2, 3])
def test_of_fewer_than_three_devices_none_is_the_middle(waiting: Office, devices: int) -> None:
    waiting.hear(*(queued(f"L{3 + n}", 60) for n in range(devices)))
    assert accused(waiting) == (["L1", "L2"] if devices == 3 else [])


def test_devices_ahead_of_our_own_clock_do_not_take_the_time_with_them(under_way: Office) -> None:
    """Three that are a day ahead: no timer runs out that does not by our own clock."""
    under_way.clock.set(minute(5))
    ahead = reading(1_440, north_km=5, speed=60)
    under_way.hear(*(message(f"L{3 + n}", ahead, at=minute(5)) for n in range(3)))
    assert accused(under_way) == []


def test_the_witnesses_of_one_queue_say_nothing_of_the_next(waiting: Office) -> None:
    """All is heard; later one truck's stored words come first, and the others' wait behind them."""
    waiting.hear(*(queued(device, 300) for device in ("L1", "L2")),
                 *(queued(device, 320) for device in ("L3", "L4", "L5")))  # fmt: skip
    waiting.inbox.is_settled = True
    waiting.tick(minute(301))
    waiting.inbox.is_settled = False
    waiting.clock.set(minute(400))
    waiting.hear(message("L3", reading(390), at=minute(400)))
    assert accused(waiting) == []


def test_what_devices_tell_late_does_not_put_the_time_back(waiting: Office) -> None:
    """Each has come to minute 12; that two of them then fill a gap of theirs takes nothing away."""
    devices = ("L3", "L4", "L5")
    waiting.hear(*(queued(device, 2) for device in devices))
    waiting.hear(
        *(queued(device, 12) for device in devices), *(queued(device, 5) for device in devices[:2])
    )
    assert accused(waiting) == ["L1", "L2"]
