"""Shipments that change on the way, and closings that look first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.office import START, Office, message, reading, trip
from tracker.app.trust.log_check.log import check
from tracker.app.trust.log_check.telemetry import heads_of
from tracker.audit.inventory import issue_seals, read_inventory, void_seal
from tracker.audit.item import Status
from tracker.audit.ranges import seal_range
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.codes import Code
from tracker.domain.command import CloseShipment
from tracker.domain.errors import Refused, UsageError
from tracker.domain.shipment import as_opened
from tracker.ports import Message

SEALED = {"state": "sealed", "number": "MXL1"}
CUT = {"state": "cut", "number": "MXL1", "event": "cut"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(Office(tmp_path)) as office:
        yield office


def alerts(office: Office, kind: AlertKind) -> list[Alert]:
    return [alert for alert in office.journal.alerts() if alert.kind is kind]


def verified(office: Office) -> list[str]:
    verdict = check(office.journal, origin="test/log", own=[], heads=heads_of(office.journal))
    return [str(fault) for fault in verdict.faults]


def test_an_amendment_is_an_entry_and_what_was_said_before_is_kept(office: Office) -> None:
    office.open(trip(vehicle={"plates": "OLD1"}))
    changes = {"vehicle": {"plates": "NEW1"}, "trailer": {"plates": "T9"}}
    (finding,) = office.commands.amend("S1", changes, by="ana", reason="the bridge is closed")
    assert finding.code is Code.SHIPMENT_AMENDED
    assert finding.facts["changed"] == "vehicle, trailer"
    after = office.journal.shipment("S1")
    assert after is not None
    opened = next(office.journal.entries(scope="S1"))
    digest = json.loads(opened.leaf)["payload"]["facts"]["document_sha256"]
    first = as_opened(after.document, digest)
    assert first is not None
    assert first.vehicle is not None
    assert (first.vehicle.plates, first.trailer) == ("OLD1", None)
    assert verified(office) == []


def test_a_file_altered_after_its_amendment_is_found(office: Office, tmp_path: Path) -> None:
    office.open(trip(vehicle={"plates": "OLD1"}))
    office.commands.amend("S1", {"vehicle": {"plates": "NEW1"}}, by="ana", reason="broke down")
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as raw, raw:
        raw.execute("UPDATE shipments SET document = replace(document, 'NEW1', 'XXX1')")
    assert verified(office)


def test_a_device_that_joins_is_watched_and_one_that_leaves_is_not(office: Office) -> None:
    office.open(trip())
    devices = [{"id": "L1"}, {"id": "TRACTOR", "role": "tracker"}]
    office.commands.amend("S1", {"devices": devices}, by="ana", reason="a tracker was added")
    office.hear(message("TRACTOR", reading(1, speed=0)))
    assert office.ingest.registry.state("S1").devices.keys() == {"L1", "TRACTOR"}
    office.commands.amend("S1", {"devices": devices[:1]}, by="ana", reason="taken off")
    office.hear(message("TRACTOR", reading(5, speed=0)))
    assert office.ingest.registry.state("S1").devices.keys() == {"L1"}


def test_what_cannot_be_amended(office: Office) -> None:
    office.open(trip())
    office.open(trip("S2", "L2"))
    with pytest.raises(UsageError, match="seals cannot be amended"):
        office.commands.amend("S1", {"seals": []}, by="ana", reason="r")
    with pytest.raises(UsageError, match="nothing would change"):
        office.commands.amend("S1", {"devices": [{"id": "L1"}]}, by="ana", reason="r")
    with pytest.raises(Refused, match="on the open shipment S2"):
        office.commands.amend("S1", {"devices": [{"id": "L2"}]}, by="ana", reason="r")
    with pytest.raises(Refused, match="without a reason"):
        office.commands.amend("S1", {"vehicle": {"plates": "NEW1"}}, by="ana", reason=" ")


def test_a_preview_changes_nothing(office: Office) -> None:
    office.open(trip())
    office.hear(message("L1", reading(0, speed=0, seal=SEALED)))
    entries = office.journal.head().size
    close = CloseShipment(at=office.commands.now(), by="ana", number="WRONG")
    codes = {finding.code for finding in office.commands.preview("S1", close)}
    assert Code.RELEASED_NUMBER_DIFFERS in codes
    assert office.journal.head().size == entries


def test_a_cut_rope_stays_breached_though_its_alert_was_closed(office: Office) -> None:
    from tracker.app.queries.shipment_view import shipment_view
    from tracker.app.queries.watch import Watch, Watching
    from tracker.domain.command import CloseAlert

    office.open(trip())
    office.hear(message("L1", reading(0, speed=0, seal=SEALED)))
    office.hear(message("L1", reading(1, speed=0, seal=CUT)))
    (alert,) = alerts(office, AlertKind.SEAL_TAMPERED)
    now = office.commands.now()
    office.commands.submit_alert(
        alert.id, CloseAlert(at=now, by="ana", alert=alert.id, reason="a drill")
    )
    assert office.commands.breached("S1") == ["L1"]
    stored = office.journal.shipment("S1")
    assert stored is not None
    assert shipment_view(stored, office.journal, Watch(watching=Watching.NEVER)).breaches == {
        "L1": alert.id
    }


def test_what_a_device_of_a_shipment_sends_unreadably_is_told_on_it(office: Office) -> None:
    office.open(trip())
    bad = Message(
        topic="seals/v1/L1/telemetry", payload=b"{]", received_at=START + timedelta(minutes=1)
    )
    office.hear(bad)
    (alert,) = alerts(office, AlertKind.NOT_UNDERSTOOD)
    assert (alert.shipment, alert.device) == ("S1", "L1")
    stranger = Message(topic="seals/v1/L9/telemetry", payload=b"{]", received_at=START)
    office.hear(stranger)
    assert len(alerts(office, AlertKind.NOT_UNDERSTOOD)) == 1
    assert len(office.journal.rejects()) == 2


def test_a_void_number_alarms_when_it_appears_and_stays_void(office: Office) -> None:
    issue_seals(office.commands, office.journal, seal_range("MX1", "MX9"), by="ana")
    void_seal(office.commands, office.journal, "MX3", by="ana", reason="lost")
    office.open(trip())
    office.hear(message("L1", reading(0, speed=0, seal={"state": "sealed", "number": "mx-3"})))
    codes = {
        chapter.code
        for alert in alerts(office, AlertKind.SEAL_NUMBER)
        for chapter in alert.chapters
    }
    assert Code.NUMBER_VOID in codes
    office.open(
        {"id": "S3", "devices": [{"id": "L3"}], "seals": [{"number": "MX3", "device": "L3"}]}
    )
    told = [alert for alert in alerts(office, AlertKind.SEAL_NUMBER) if alert.shipment == "S3"]
    assert [chapter.code for alert in told for chapter in alert.chapters] == [Code.NUMBER_VOID]
    item = next(i for i in read_inventory(office.journal).items() if i.number == "MX3")
    assert (item.status, item.shipment) == (Status.VOID, "S3")


def test_a_number_of_another_open_shipment_alarms(office: Office) -> None:
    office.open(trip())
    office.open(trip("S2", "L2"))
    office.hear(message("L2", reading(0, speed=0, seal=SEALED)))
    codes = {
        chapter.code
        for alert in alerts(office, AlertKind.SEAL_NUMBER)
        if alert.shipment == "S2"
        for chapter in alert.chapters
    }
    assert Code.NUMBER_ON_OTHER_SHIPMENT in codes


def test_without_an_inventory_no_number_was_never_issued(office: Office) -> None:
    office.open(trip())
    office.hear(message("L1", reading(0, speed=0, seal=SEALED)))
    assert alerts(office, AlertKind.SEAL_NUMBER) == []


def test_a_wrong_closing_is_corrected_by_an_entry_of_its_own(office: Office) -> None:
    office.open(trip())
    with pytest.raises(Refused, match="S1 is open"):
        office.commands.correct("S1", by="ana", reason="misread")
    close = CloseShipment(at=office.commands.now(), by="ana", number="WRONG")
    office.commands.submit("S1", close)
    (finding,) = office.commands.correct("S1", by="ana", reason="misread", number="MXL1")
    assert finding.code is Code.CLOSING_CORRECTED
    types = [row.type for row in office.journal.entries(scope="S1")]
    assert types[-1] == "closing_corrected"
    assert "shipment_closed" in types
    assert verified(office) == []
    with pytest.raises(Refused, match="without a reason"):
        office.commands.correct("S1", by="ana", reason="")
