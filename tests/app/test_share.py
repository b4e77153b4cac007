"""Two intakes share the trucks of one journal: each has its own timers, and what goes astray is
judged all the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from shapely import box

from geofences.formats import GeofenceSet
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.app.planning import Geography
from tracker.app.share import Share, belongs_to
from tracker.domain.errors import UsageError
from tracker.domain.policy import Policy


def owned_by(worker: int, prefix: str = "S") -> str:
    """A shipment's id that belongs to this worker of two."""
    names = (f"{prefix}{number}" for number in itertools.count())
    return next(name for name in names if belongs_to(name, 2) == worker)


class Two(Office):
    """The office's own intake is worker 0; `other` is worker 1, on a connection of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.strays: dict[str, int] = {}
        self.started(share=Share(0, 2, self.strays.update))
        self.other = Office(folder)
        self.other.started(share=Share(1, 2, self.strays.update))

    def close(self) -> None:
        self.other.close()
        super().close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    opened = Two(tmp_path)
    yield opened
    assert_whole(opened.journal)
    opened.close()


def test_only_the_one_whose_it_is_lets_a_timer_run_out(two: Two) -> None:
    mine, theirs = owned_by(0), owned_by(1)
    for name in (mine, theirs):
        two.open(trip(name, f"L{name}"))
        two.hear(message(f"L{name}", reading(0)))  # worker 0 hears both
    two.tick(START + timedelta(hours=2))
    assert [alert.shipment for alert in two.journal.alerts()] == [mine]
    two.other.tick(START + timedelta(hours=2))
    assert {alert.shipment for alert in two.journal.alerts()} == {mine, theirs}
    assert {alert.kind for alert in two.journal.alerts()} == {"silence"}


def test_one_that_is_started_again_goes_on_with_its_own_timers(two: Two) -> None:
    mine, theirs = owned_by(0), owned_by(1)
    for name in (mine, theirs):
        two.open(trip(name, f"L{name}"))
    two.started(share=Share(0, 2))
    assert two.ingest.registry.devices == [f"L{mine}"]
    two.tick(START + timedelta(hours=48))
    assert {alert.shipment for alert in two.journal.alerts()} == {mine}


def test_a_reading_gone_astray_is_judged_in_its_shipment_and_told_of(two: Two) -> None:
    name = owned_by(1)
    two.open(trip(name, "L1"))
    two.other.hear(message("L1", reading(0)))
    assert two.strays == {}
    two.hear(message("L1", reading(1)))
    assert two.strays == {"L1": 1}
    two.other.hear(message("L1", reading(2)))
    two.hear(message("L1", reading(3)))
    stored = sorted((one.number, one.shipment) for one in two.journal.readings())
    assert stored == [(number, name) for number in range(4)]


def test_a_copy_that_the_other_has_stored_is_known(two: Two) -> None:
    """Its newest time was known, and the other stored a newer one since."""
    two.open(trip("S1", "L1"))
    first, second = message("L1", reading(0)), message("L1", reading(1))
    two.hear(first)
    two.other.hear(second)
    two.hear(second, message("L1", reading(2)))
    two.other.hear(first, second)
    assert len(list(two.journal.readings())) == 3
    assert two.journal.rejects() == []


@pytest.mark.parametrize("worker", [0, 1])
def test_how_a_clock_is_set_is_known_though_the_shipment_is_anothers(two: Two, worker: int) -> None:
    """Also of one that was opened after the device was first heard."""
    name = owned_by(worker)
    two.hear(message("L1", reading(0)))
    two.other.hear(message("L1", reading(1)))
    two.open(trip(name, "L1") | {"devices": [{"id": "L1", "clock_offset_min": -360}]})
    for office, minute in ((two, 10), (two.other, 11)):
        at = START + timedelta(minutes=minute)
        office.hear(message("L1", reading(minute - 360), at=at))
    stored = [one.reading.event_time for one in two.journal.readings(shipment=name)]
    assert stored == [START + timedelta(minutes=10), START + timedelta(minutes=11)]


def test_a_worker_does_not_begin_with_other_zones_than_are_in_force(two: Two) -> None:
    other = Geography(GeofenceSet((), ()), Policy())
    assert two.started(share=Share(0, 2), geography=other)  # the same content
    zone = Zone(id="z", name="z", kind=ZoneKind.REST_STOP, polygon=box(-100, 25, -99, 26))
    with pytest.raises(UsageError, match="zones on file"):
        two.started(share=Share(0, 2), geography=Geography(GeofenceSet((zone,), ()), Policy()))
