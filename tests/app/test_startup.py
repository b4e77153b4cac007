"""What is closed costs nothing, at the start or for a command; and is there when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker import wording
from tracker.adapters.journal import SqlJournal
from tracker.domain.alert import AlertStatus
from tracker.domain.command import AcknowledgeAlert, CloseShipment, RecordSeal
from tracker.domain.errors import Refused
from tracker.ports import StoredState, Work

CLOSED = 3_000
CUT = {"state": "cut"}
OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.open(trip("S1", "L1"))
    opened.hear(message("L1", reading(0)))
    yield opened
    opened.close()


def bury(office: Office, count: int = CLOSED) -> None:
    """So many closed shipments, copies of a real one: its record, state and closed alerts."""
    office.open(trip("OLD", "LOLD"))
    office.hear(message("LOLD", reading(1, seal=CUT)))
    shut(office, "OLD")
    journal = office.journal
    stored, body = journal.shipment("OLD"), journal.state("OLD")
    assert stored is not None
    assert body is not None
    alerts = [replace(one, status=AlertStatus.CLOSED) for one in journal.alerts(shipment="OLD")]
    for start in range(0, count, 500):
        names = [f"OLD-{n}" for n in range(start, start + 500)]
        document = json.loads(stored.document)
        journal.commit(
            Work(
                shipments=[
                    replace(
                        stored,
                        id=name,
                        document=json.dumps(document | {"id": name}).encode(),
                        numbers=(f"MX{name}",),
                    )
                    for name in names
                ],
                states=[StoredState(scope=name, body=body) for name in names],
                alerts=[
                    replace(one, id=f"{name}-{n}", shipment=name)
                    for name in names
                    for n, one in enumerate(alerts)
                ],
            ),
            {},
        )


def shut(office: Office, shipment: str) -> None:
    office.commands.submit(shipment, CloseShipment(at=office.clock.now(), by="consignee"))


class Counted:
    """steps: of SQLite's virtual machine, in hundreds: what it looked at, whatever the time."""

    steps = 0


@contextmanager
def counted(url: str) -> Iterator[tuple[SqlJournal, Counted]]:
    """A journal, newly opened, whose work is counted from then on."""
    journal, count = SqlJournal.open(url), Counted()

    def tick() -> None:
        count.steps += 1

    def watch(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(tick, 100)

    journal._engine.dispose()
    event.listen(journal._engine, "connect", watch)
    yield journal, count
    journal.close()


def start(office: Office, journal: SqlJournal) -> None:
    started = office.started(journal=journal)
    assert set(started.registry.states) >= {"S1", "tracker:zones"}


def command(office: Office, journal: SqlJournal) -> None:
    office.commands.transactions.journal = office.commands.registry.journal = journal
    number = f"A{office.clock.now():%M%S}"
    office.commands.submit("S1", RecordSeal(at=office.clock.now(), by="officer", number=number))
    office.clock.set(office.clock.now() + timedelta(seconds=1))


def opening(office: Office, journal: SqlJournal) -> None:
    office.commands.transactions.journal = office.commands.registry.journal = journal
    name = f"NEW{office.clock.now():%M%S}"
    office.open(trip(name, f"L{name}"))
    office.clock.set(office.clock.now() + timedelta(seconds=1))


def hearing(office: Office, journal: SqlJournal) -> None:
    office.started(journal=journal)
    office.hear(message("L1", reading(office.clock.now().second + 1)))
    office.clock.set(office.clock.now() + timedelta(seconds=1))


def open_alerts(office: Office, journal: SqlJournal) -> None:
    journal.alerts(status=OPEN)


@pytest.mark.parametrize("what", [start, command, opening, hearing, open_alerts])
def test_thousands_of_closed_shipments_cost_no_more_than_none(
    office: Office, what: Callable[[Office, SqlJournal], None]
) -> None:
    with counted(office.url) as (journal, before):
        what(office, journal)
    bury(office)
    with counted(office.url) as (journal, after):
        what(office, journal)
    assert after.steps <= max(1.2 * before.steps, before.steps + 10)
    assert before.steps > 0 or what is open_alerts


def test_a_shipment_that_is_closed_is_forgotten_after_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An intake that runs for a year does not grow by every shipment of the year."""
    monkeypatch.setattr("tracker.app.shipments.KEPT_CLOSED", 3)
    for n in range(8):
        office.open(trip(f"T{n}", f"LT{n}"))
        office.hear(message(f"LT{n}", reading(n)))
        shut(office, f"T{n}")
        office.tick(START + timedelta(minutes=20 + 20 * n))
    office.tick(START + timedelta(hours=12))
    held = [scope for scope in office.ingest.registry.states if scope.startswith("T")]
    assert len(held) <= 3
    assert office.ingest.registry.state("T0").closed, "and is there when asked for"


# Asked for


@pytest.fixture
def closed(office: Office) -> Office:
    """S1 was closed with an alert still open; then everything was started anew."""
    office.hear(message("L1", reading(1, seal=CUT)))
    office.clock.set(START + timedelta(minutes=3))
    shut(office, "S1")
    office.started()
    return office


def test_a_late_reading_of_a_closed_shipment_is_its_own(closed: Office) -> None:
    closed.hear(message("L1", reading(0.5, buffered=True), at=START + timedelta(minutes=9)))
    assert [one.shipment for one in closed.journal.readings(device="L1")] == ["S1"] * 3
    closed.hear(message("L1", reading(8), at=START + timedelta(minutes=9)))
    assert [one.shipment for one in closed.journal.readings(device="L1")][-1] is None
    assert_whole(closed.journal)


def test_an_alert_of_a_closed_shipment_escalates_after_a_restart(closed: Office) -> None:
    closed.tick(START + timedelta(minutes=30))
    assert "escalated" in {one.status for one in closed.journal.alerts(shipment="S1")}
    closed.started()
    assert "S1" not in closed.ingest.registry.states, "its timers have run out"


def test_an_alert_of_a_closed_shipment_can_be_acknowledged(closed: Office) -> None:
    closed.tick(START + timedelta(minutes=30))
    closed.started()
    alert = closed.journal.alerts(shipment="S1")[0]
    command = AcknowledgeAlert(at=closed.clock.now(), by="control", alert=alert.id)
    closed.commands.submit_alert(alert.id, command)
    assert closed.journal.alerts(shipment="S1")[0].status == "acknowledged"
    closed.tick(START + timedelta(minutes=31))
    assert_whole(closed.journal)


def test_a_closed_shipments_name_is_taken_and_its_device_is_free(closed: Office) -> None:
    with pytest.raises(Refused, match="exists already"):
        closed.open(trip("S1", "L9"))
    closed.open(trip("S2", "L1"))
    conflicts = [one for one in closed.journal.alerts(shipment="S2") if one.kind == "seal_number"]
    assert "retired with S1" in wording.of_alert(conflicts[0])
    with pytest.raises(Refused, match="on the open shipment S2"):
        closed.open(trip("S3", "L1"))


def test_a_closed_shipment_takes_no_more_commands(closed: Office) -> None:
    with pytest.raises(Refused, match="was closed"):
        closed.commands.submit("S1", RecordSeal(at=closed.clock.now(), by="x", number="Z9"))
