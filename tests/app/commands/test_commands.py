"""What people declare, on a real journal."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.app.commands.conftest import T0
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.domain.alert import AlertKind
from tracker.domain.codes import Code
from tracker.domain.command import (
    AcceptCustody,
    AcknowledgeAlert,
    Authorise,
    CloseShipment,
    OfferCustody,
    RecordSeal,
)
from tracker.domain.declaration import parse
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.shipment import Authorisation, public
from tracker.log import leaf


def document(shipment: str = "S1", device: str = "L1", number: str = "A1", **more: Any) -> bytes:
    said = {"id": shipment, "devices": [{"id": device}], "seals": [{"number": number}], **more}
    return json.dumps(said).encode()


def test_open_is_in_the_log_with_the_files_digest(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.open(document(), by="dispatch")
    entries = [leaf.parse(row.leaf) for row in journal.entries(scope="S1")]
    assert [entry["type"] for entry in entries] == ["shipment_opened", "seal_state"]
    stored = journal.shipment("S1")
    assert stored is not None
    digest = hashlib.sha256(public(parse(stored.document))).hexdigest()
    assert entries[0]["payload"]["facts"] == {"document_sha256": digest}
    opened = next(journal.entries(scope="S1"))
    assert opened.disclosed == {"payload.actor": "dispatch"}


def test_a_shipment_opens_once(commands: CommandHandler) -> None:
    commands.open(document(), by="dispatch")
    with pytest.raises(Refused, match="exists already"):
        commands.open(document(), by="dispatch")


def test_a_device_is_on_one_open_shipment(commands: CommandHandler) -> None:
    commands.open(document(), by="dispatch")
    with pytest.raises(Refused, match="on the open shipment S1"):
        commands.open(document("S2", number="A2"), by="dispatch")
    commands.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    commands.open(document("S2", number="A2"), by="dispatch")


def test_a_number_in_use_or_retired_raises_an_alert(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.open(document(), by="dispatch")
    commands.open(document("S2", "L2"), by="dispatch")
    commands.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    commands.submit("S2", CloseShipment(at=T0, by="consignee", number="A1"))
    commands.open(document("S3", "L3"), by="dispatch")
    alerts = [alert for alert in journal.alerts() if alert.kind is AlertKind.SEAL_NUMBER]
    assert [alert.shipment for alert in alerts] == ["S2", "S3"]
    told = [(one.chapters[0].code, one.chapters[0].facts["elsewhere"]) for one in alerts]
    assert told[0] == (Code.ISSUED_NUMBER_ACTIVE, "S1")
    assert told[1] in [(Code.ISSUED_NUMBER_RETIRED, name) for name in ("S1", "S2")]


def test_a_number_recorded_on_the_way_counts_too(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.open(document(), by="dispatch")
    commands.submit("S1", RecordSeal(at=T0, by="officer", number="B7"))
    commands.open(document("S2", "L2", "B7"), by="dispatch")
    assert [alert.shipment for alert in journal.alerts()] == ["S1", "S2"]


def test_an_authorisation_becomes_part_of_the_shipment(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.open(document(), by="dispatch")
    leave = Authorisation(zone="laredo.yard", agency="consignee")
    commands.submit("S1", Authorise(at=T0, by="broker", authorisation=leave))
    stored = journal.shipment("S1")
    assert stored is not None
    said = json.loads(stored.document)
    assert said["authorisations"] == [
        {"zone": "laredo.yard", "agency": "consignee", "recorded_by": "broker"}
    ]


def test_what_is_refused_changes_nothing(commands: CommandHandler, journal: SqlJournal) -> None:
    commands.open(document(custodians=[{"id": "a"}, {"id": "b"}]), by="dispatch")
    version = journal.version()
    with pytest.raises(Refused, match="nobody has offered"):
        commands.submit("S1", AcceptCustody(at=T0, by="b", receiver="b", number="A1"))
    assert journal.version() == version
    commands.submit("S1", OfferCustody(at=T0, by="a", releaser="a", receiver="b", number="A1"))
    commands.submit("S1", AcceptCustody(at=T0, by="b", receiver="b", number="A1"))
    assert commands.registry.state("S1").custodian == "b"
    with pytest.raises(Refused, match="b holds"):
        commands.submit("S1", OfferCustody(at=T0, by="a", releaser="a", receiver="c", number="A1"))


def test_a_closed_shipment_is_closed(commands: CommandHandler, journal: SqlJournal) -> None:
    commands.open(document(), by="dispatch")
    commands.submit("S1", CloseShipment(at=T0, by="consignee", number="A1"))
    last = list(journal.entries(scope="S1"))[-1]
    facts = leaf.parse(last.leaf)["payload"]["facts"]
    assert facts["entries"] == last.seq + 1, "the terminal entry carries the count"
    with pytest.raises(Refused, match="was closed"):
        commands.submit("S1", CloseShipment(at=T0, by="consignee"))


def test_no_such_shipment(commands: CommandHandler) -> None:
    with pytest.raises(NotFound, match="S9"):
        commands.submit("S9", CloseShipment(at=T0, by="consignee"))
    with pytest.raises(NotFound, match="S9-1"):
        commands.submit_alert("S9-1", AcknowledgeAlert(at=T0, by="me", alert="S9-1"))


def test_two_locks_need_the_lock_named(commands: CommandHandler) -> None:
    both = json.dumps({"id": "S1", "devices": [{"id": "L1"}, {"id": "L2"}]}).encode()
    commands.open(both, by="dispatch")
    with pytest.raises(UsageError, match="which lock"):
        commands.submit("S1", RecordSeal(at=T0, by="officer", number="B7"))
    commands.submit("S1", RecordSeal(at=T0, by="officer", number="B7", device="L2"))
