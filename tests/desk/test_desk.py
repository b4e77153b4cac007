"""What people declare, on a real journal."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.desk.conftest import T0
from tracker.adapters.journal import SqlJournal
from tracker.desk import Desk, parse
from tracker.domain.alert import AlertKind
from tracker.domain.command import (
    AcceptCustody,
    AcknowledgeAlert,
    Authorise,
    CloseShipment,
    OfferCustody,
    RecordSeal,
)
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.shipment import Authorisation, public
from tracker.log import leaf


def document(shipment: str = "S1", device: str = "L1", number: str = "A1", **more: Any) -> bytes:
    said = {"id": shipment, "devices": [{"id": device}], "seals": [{"number": number}], **more}
    return json.dumps(said).encode()


def test_open_is_in_the_log_with_the_files_digest(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(), by="dispatch")
    entries = [leaf.parse(row.leaf) for row in journal.entries(scope="S1")]
    assert [entry["type"] for entry in entries] == ["shipment_opened", "seal_state"]
    stored = journal.shipment("S1")
    assert stored is not None
    digest = hashlib.sha256(public(parse(stored.document))).hexdigest()
    assert entries[0]["payload"]["facts"] == {"document_sha256": digest}
    opened = next(journal.entries(scope="S1"))
    assert opened.disclosed == {"payload.actor": "dispatch"}


def test_a_shipment_opens_once(desk: Desk) -> None:
    desk.open(document(), by="dispatch")
    with pytest.raises(Refused, match="exists already"):
        desk.open(document(), by="dispatch")


def test_a_device_is_on_one_open_shipment(desk: Desk) -> None:
    desk.open(document(), by="dispatch")
    with pytest.raises(Refused, match="on the open shipment S1"):
        desk.open(document("S2", number="A2"), by="dispatch")
    desk.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    desk.open(document("S2", number="A2"), by="dispatch")


def test_a_number_in_use_or_retired_raises_an_alert(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(), by="dispatch")
    desk.open(document("S2", "L2"), by="dispatch")
    desk.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    desk.submit("S2", CloseShipment(at=T0, by="consignee", number="A1"))
    desk.open(document("S3", "L3"), by="dispatch")
    alerts = [alert for alert in journal.alerts() if alert.kind is AlertKind.SEAL_NUMBER]
    assert [alert.shipment for alert in alerts] == ["S2", "S3"]
    assert "active on S1" in alerts[0].detail
    assert "retired with S" in alerts[1].detail


def test_a_number_recorded_on_the_way_counts_too(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(), by="dispatch")
    desk.submit("S1", RecordSeal(at=T0, by="officer", number="B7"))
    desk.open(document("S2", "L2", "B7"), by="dispatch")
    assert [alert.shipment for alert in journal.alerts()] == ["S1", "S2"]


def test_an_authorisation_becomes_part_of_the_shipment(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(), by="dispatch")
    leave = Authorisation(zone="laredo.yard", agency="consignee")
    desk.submit("S1", Authorise(at=T0, by="broker", authorisation=leave))
    stored = journal.shipment("S1")
    assert stored is not None
    said = json.loads(stored.document)
    assert said["authorisations"] == [
        {"zone": "laredo.yard", "agency": "consignee", "recorded_by": "broker"}
    ]


def test_what_is_refused_changes_nothing(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(custodians=[{"id": "a"}, {"id": "b"}]), by="dispatch")
    version = journal.version()
    with pytest.raises(Refused, match="nobody has offered"):
        desk.submit("S1", AcceptCustody(at=T0, by="b", receiver="b", number="A1"))
    assert journal.version() == version
    desk.submit("S1", OfferCustody(at=T0, by="a", releaser="a", receiver="b", number="A1"))
    desk.submit("S1", AcceptCustody(at=T0, by="b", receiver="b", number="A1"))
    assert desk.fleet.state("S1").custodian == "a", "the desk's picture is of its last look"
    with pytest.raises(Refused, match="b holds"):
        desk.submit("S1", OfferCustody(at=T0, by="a", releaser="a", receiver="c", number="A1"))


def test_a_closed_shipment_is_closed(desk: Desk, journal: SqlJournal) -> None:
    desk.open(document(), by="dispatch")
    desk.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    last = list(journal.entries(scope="S1"))[-1]
    facts = leaf.parse(last.leaf)["payload"]["facts"]
    assert facts["entries"] == last.seq + 1, "the terminal entry carries the count"
    with pytest.raises(Refused, match="was closed"):
        desk.submit("S1", CloseShipment(at=T0, by="consignee"))


def test_no_such_shipment(desk: Desk) -> None:
    with pytest.raises(NotFound, match="S9"):
        desk.submit("S9", CloseShipment(at=T0, by="consignee"))
    with pytest.raises(NotFound, match="S9-1"):
        desk.submit_alert("S9-1", AcknowledgeAlert(at=T0, by="me", alert="S9-1"))


def test_two_locks_need_the_lock_named(desk: Desk) -> None:
    both = json.dumps({"id": "S1", "devices": [{"id": "L1"}, {"id": "L2"}]}).encode()
    desk.open(both, by="dispatch")
    with pytest.raises(UsageError, match="which lock"):
        desk.submit("S1", RecordSeal(at=T0, by="officer", number="B7"))
    desk.submit("S1", RecordSeal(at=T0, by="officer", number="B7", device="L2"))
