"""Two who commit at once: they collide if one wrote what the other has read, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.journal import SqlJournal
from tracker.domain.command import AcknowledgeAlert, CloseShipment, RecordSeal
from tracker.domain.errors import Refused
from tracker.ports import Stale, Work


class Interrupted(SqlJournal):
    """Lets something else happen right before its next commit; counts those refused."""

    before_commit: Callable[[], None] | None = None
    stale = 0

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        first, self.before_commit = self.before_commit, None
        if first is not None:
            first()
        try:
            return super().commit(work, expected)
        except Stale:
            self.stale += 1
            raise


class TwoDesks(Office):
    """The intake and a desk, each on a journal that can be interrupted."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder}/tracker.db"
        self.intakes, self.desks = Interrupted.open(url), Interrupted.open(url)
        super().__init__(folder, journals=(self.intakes, self.desks))

    def seal(self, shipment: str, number: str) -> None:
        command = RecordSeal(at=self.clock.now(), by="officer", number=number)
        self.commands.submit(shipment, command)

    def shut(self, shipment: str) -> None:
        self.commands.submit(shipment, CloseShipment(at=self.clock.now(), by="consignee"))

    def numbers(self, shipment: str) -> tuple[str, ...]:
        stored = self.journal.shipment(shipment)
        assert stored is not None
        numbers: tuple[str, ...] = stored.numbers
        return numbers


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TwoDesks]:
    opened = TwoDesks(tmp_path)
    opened.open(trip("A", "LA"))
    opened.open(trip("B", "LB"))
    opened.hear(message("LA", reading(0)), message("LB", reading(0)))
    yield opened
    assert_whole(opened.journal)
    opened.close()


def test_a_command_and_the_intake_of_another_shipment_do_not_collide(office: TwoDesks) -> None:
    office.intakes.before_commit = lambda: office.seal("A", "A2")
    office.hear(message("LB", reading(1)))
    office.desks.before_commit = lambda: office.hear(message("LB", reading(2)))
    office.seal("A", "A3")
    assert (office.intakes.stale, office.desks.stale) == (0, 0)
    assert office.numbers("A") == ("MXLA", "A2", "A3")
    assert len(list(office.journal.readings(device="LB"))) == 3


def test_a_command_and_the_intake_of_one_shipment_collide_once(office: TwoDesks) -> None:
    office.intakes.before_commit = lambda: office.seal("A", "A2")
    office.hear(message("LA", reading(1)))
    assert office.intakes.stale == 1
    office.desks.before_commit = lambda: office.hear(message("LA", reading(2)))
    office.seal("A", "A3")
    assert office.desks.stale == 1
    assert office.numbers("A") == ("MXLA", "A2", "A3")
    assert len(list(office.journal.readings(device="LA"))) == 3


def test_the_intake_goes_on_with_its_own_states_while_others_write_elsewhere(
    office: TwoDesks,
) -> None:
    """It has not seen their commits, and needs not: its own scopes are as it left them."""
    for n in range(1, 6):
        office.intakes.before_commit = lambda n=n: office.seal("A", f"A{n}")
        office.hear(message("LB", reading(n)))
    assert office.intakes.stale == 0
    mine = office.ingest.registry.states["B"]
    office.ingest.registry.refresh()
    assert office.ingest.registry.states["B"] is mine, "its own needs no reading again"
    office.hear(message("LA", reading(6)))
    assert office.intakes.stale == 0
    assert len(list(office.journal.readings())) == 8


def test_a_reading_waits_for_the_shipment_that_takes_its_device_meanwhile(
    office: TwoDesks,
) -> None:
    """It was judged as a stray device's; it is the new shipment's."""
    office.intakes.before_commit = lambda: office.open(trip("N", "LN"))
    office.hear(message("LN", reading(1)))
    assert office.intakes.stale == 1
    (stored,) = office.journal.readings(device="LN")
    assert stored.shipment == "N"
    assert [alert.kind for alert in office.journal.alerts()] == []


def test_a_reading_waits_for_the_closing_of_its_shipment(office: TwoDesks) -> None:
    office.clock.set(START + timedelta(minutes=1))
    office.intakes.before_commit = lambda: office.shut("A")
    office.hear(message("LA", reading(2), at=START + timedelta(minutes=2)))
    assert office.intakes.stale == 1
    assert [one.shipment for one in office.journal.readings(device="LA")] == ["A", None]


def test_a_late_reading_waits_for_a_shipment_whose_desk_has_a_slow_clock(
    office: TwoDesks, tmp_path: Path
) -> None:
    """By its opening the other one comes first, so what the device said then is its history."""
    office.shut("A")
    office.ingest.registry.refresh()
    other = Office(tmp_path, now=START - timedelta(hours=1))
    office.intakes.before_commit = lambda: other.open(trip("Z", "LA"))
    office.hear(message("LA", reading(-1, buffered=True), at=START + timedelta(minutes=1)))
    assert office.intakes.stale == 1
    assert [one.shipment for one in office.journal.readings(device="LA")] == ["Z", "A"]
    other.close()


def test_of_two_who_open_a_shipment_with_one_device_the_second_is_refused(
    office: TwoDesks,
) -> None:
    other = Office(office_folder(office))
    office.desks.before_commit = lambda: other.open(trip("N1", "LN"))
    with pytest.raises(Refused, match="on the open shipment N1"):
        office.open(trip("N2", "LN"))
    assert office.journal.shipment("N2") is None
    other.close()


def test_of_two_who_open_one_shipment_the_second_is_refused(office: TwoDesks) -> None:
    other = Office(office_folder(office))
    office.desks.before_commit = lambda: other.open(trip("N", "L1"))
    with pytest.raises(Refused, match="exists already"):
        office.open(trip("N", "L2"))
    other.close()


def test_a_seal_number_that_another_takes_meanwhile_is_a_conflict(office: TwoDesks) -> None:
    """A number is compared with all that was ever on record: by opening, and by recording one."""
    other = Office(office_folder(office))
    document = trip("N", "LN")
    document["seals"] = [{"number": "SAME"}]
    command = RecordSeal(at=other.clock.now(), by="officer", number="SAME")
    office.desks.before_commit = lambda: _submitted(other, command)
    office.open(document)
    assert office.desks.stale == 1
    kinds = [(alert.shipment, alert.kind) for alert in office.journal.alerts()]
    assert ("N", "seal_number") in kinds
    other.close()


def test_two_who_open_unrelated_shipments_do_not_collide(office: TwoDesks) -> None:
    other = Office(office_folder(office))
    office.desks.before_commit = lambda: other.open(trip("N1", "LN1"))
    office.open(trip("N2", "LN2"))
    assert office.desks.stale == 0
    other.close()


def test_a_reading_that_two_take_at_once_is_stored_once(office: TwoDesks) -> None:
    other = Office(office_folder(office))
    same = message("LB", reading(3, seal={"state": "cut"}))
    office.intakes.before_commit = lambda: other.hear(same)
    office.hear(same)
    assert office.intakes.stale == 1
    assert len(list(office.journal.readings(device="LB"))) == 2
    (alert,) = office.journal.alerts()
    assert alert.count == 1
    other.close()


def test_an_alert_is_closed_by_one_and_escalated_by_none(office: TwoDesks) -> None:
    office.hear(message("LB", reading(1, seal={"state": "cut"})))
    (alert,) = office.journal.alerts()

    def acknowledge() -> None:
        command = AcknowledgeAlert(at=office.clock.now(), by="control", alert=alert.id)
        office.commands.submit_alert(alert.id, command)

    office.intakes.before_commit = acknowledge
    office.tick(START + timedelta(minutes=30))
    assert office.intakes.stale == 1
    (alert, *_) = office.journal.alerts()
    assert alert.status == "acknowledged"


def office_folder(office: Office) -> Path:
    return Path(office.url.removeprefix("sqlite:///")).parent


def _submitted(office: Office, command: RecordSeal) -> None:
    office.commands.submit("A", command)
