"""Personal data is found and erased wherever it is kept, and no proof breaks."""

from __future__ import annotations

import io
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from sealproof.bundle import check_bundle
from sealproof.grades import Grade
from sealproof.policy import Party, TrustPolicy
from sealproof.receipt import check_receipt
from sealproof.trust import Trust
from tests.support.office import START
from tests.support.people import (
    DISPATCHER,
    DRIVER,
    EVERYBODY,
    GUARD,
    OFFICER,
    PHONE,
    SECOND_OFFICER,
    PeopledOffice,
)
from tracker.app import erasure as privacy
from tracker.app.notify.record import DeliveryRecorder
from tracker.app.queries.shipment_view import shipment_view
from tracker.app.queries.watch import Watch, Watching
from tracker.app.trust.receipts import receipt
from tracker.domain.alert import Severity
from tracker.domain.command import AcknowledgeAlert, CloseShipment
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.finding import FindingType
from tracker.domain.notice import Delivery, DeliveryStatus, Update
from tracker.domain.shipment import Shipment, public
from tracker.evidence.bundle import Wanted, write
from tracker.ports import Work


def places(office: PeopledOffice, **chosen: str) -> set[tuple[str, str]]:
    """Where, and at what place there."""
    return {(one.where, one.place) for one in privacy.kept(office.journal, **chosen)}


# What is kept


def test_everything_that_is_kept_is_found(office: PeopledOffice) -> None:
    found = {(one.value, one.where) for one in privacy.kept(office.journal)}
    assert {value for value, _ in found} >= {*EVERYBODY, "tester"}
    assert {where for value, where in found if value == DISPATCHER} == {"entry", "alert", "state"}
    assert {where for value, where in found if value == DRIVER} == {"entry", "shipment", "state"}
    assert {where for value, where in found if value == GUARD} == {"entry", "shipment"}
    assert places(office, person=DRIVER) == {
        ("entry", "payload.actor"),
        ("shipment", "custodians[0].name"),
        ("shipment", "custodians[0].contact"),
        ("state", "memory[custody].offer.by"),
    }
    assert ("entry", "payload.facts.officer") in places(office, person=OFFICER)


def test_what_is_kept_of_a_shipment_is_that_alone(office: PeopledOffice) -> None:
    found = list(privacy.kept(office.journal, shipment="S2"))
    assert {one.shipment for one in found} == {"S2"}
    assert {one.value for one in found} >= {DRIVER, PHONE, OFFICER, DISPATCHER}


def test_no_text_of_the_tracker_s_own_holds_a_name(office: PeopledOffice) -> None:
    """Names are in their fields, and nowhere else: not in details, facts, keys, ids."""
    office.commands.submit("S1", CloseShipment(at=office.clock.now(), by=DISPATCHER))
    assert privacy.mentions(office.journal, EVERYBODY).entries == 0
    for row in office.journal.entries():
        assert not [name for name in EVERYBODY if name.encode() in row.leaf]
    for alert in office.journal.alerts():
        shown = msgspec.json.encode(replace(alert, acknowledged_by=None, closed_by=None)).decode()
        assert not [name for name in EVERYBODY if name in shown]
    for stored in office.journal.shipments():
        shown = msgspec.json.encode(
            shipment_view(stored, office.journal, Watch(watching=Watching.NEVER))
        ).decode()
        assert DRIVER in shown
        bare = shown.replace(stored.document.decode(), "")
        assert not [name for name in EVERYBODY if name in bare]


# What erasing does


@pytest.mark.parametrize("person", [DISPATCHER, OFFICER, SECOND_OFFICER, DRIVER, GUARD])
def test_a_person_is_gone_from_the_files_and_the_log_still_proves(
    office: PeopledOffice, person: str
) -> None:
    kept = office.released()
    leaves = [row.leaf for row in office.journal.entries()]
    assert office.on_disk(person)
    (told,) = office.erase_person(person)
    assert not office.on_disk(person)
    assert not places(office, person=person)
    assert [row.leaf for row in office.journal.entries()][: len(leaves)] == leaves
    assert office.verdict().grade is Grade.CONSISTENT
    assert office.verdict(kept=kept).grade is Grade.ANCHORED
    others = set(EVERYBODY) - {person} - ({PHONE} if person == DRIVER else set())
    assert office.on_disk(*others) == others
    assert (told.type, told.scope, told.actor) == (FindingType.DATA_ERASED, "tracker:log", "dpo")


def test_the_entry_counts_and_links_nobody_to_anything(office: PeopledOffice) -> None:
    (told,) = office.erase_person(DISPATCHER)
    counts = {name: told.facts[name] for name in told.facts if name not in ("values", "reason")}
    assert counts == {
        "payload.actor": 6,
        "alert.acknowledged_by": 1,
        "alert.closed_by": 1,
        "state.acknowledged_by": 1,
    }
    assert told.facts["values"] == 9
    assert "S1" not in str(told.facts)


def test_receipts_and_bundles_still_verify(office: PeopledOffice) -> None:
    trust = Trust(TrustPolicy(logs=(Party("log", office.key.verifier),)))
    receipts = [str(receipt(office.journal, row.index)) for row in office.journal.entries()]
    before = _bundle(office)
    office.erase_shipment("S1")
    after = _bundle(office)
    for one in receipts:
        assert check_receipt(one.encode(), trust).verdict.exit_code == 0
    for raw, named in ((before, True), (after, False)):
        found = check_bundle(io.BytesIO(raw), trust)
        assert found.verdict.grade is Grade.CONSISTENT, found.verdict.faults
        assert (DISPATCHER in {one.value for one in found.disclosed}) is named
    assert {one.value for one in found.disclosed} == {"dpo"}, "who erased answers for it"
    assert found.entries[-1].type == "data_erased"


def test_a_shipment_s_people_are_gone_and_others_are_not(office: PeopledOffice) -> None:
    (told,) = office.erase_shipment("S1")
    assert told.scope == "S1"
    assert not privacy.erasable(office.journal, shipment="S1")
    assert not office.on_disk(SECOND_OFFICER), "of S1 alone"
    assert office.on_disk(DRIVER, OFFICER) == {DRIVER, OFFICER}, "of S2 too"
    office.erase_shipment("S2")
    assert office.on_disk(*EVERYBODY) == {DISPATCHER, GUARD}, "they did things beside shipments"
    assert office.verdict().grade is Grade.CONSISTENT
    assert not _names(office.journal.shipment("S1"))


def test_a_shipment_may_be_open_or_closed(office: PeopledOffice) -> None:
    with pytest.raises(Refused, match="is open"):
        office.erase_shipment("S1", closed_only=True)
    assert office.on_disk(SECOND_OFFICER)
    office.commands.submit("S1", CloseShipment(at=office.clock.now(), by=DRIVER))
    closed = office.journal.shipment("S1")
    assert office.erase_shipment("S1", closed_only=True)
    now = office.journal.shipment("S1")
    assert closed is not None
    assert now is not None
    assert replace(now, document=b"") == replace(closed, document=b"")
    document = msgspec.json.decode(now.document, type=Shipment)
    assert public(document) == public(msgspec.json.decode(closed.document, type=Shipment))


def test_twice(office: PeopledOffice) -> None:
    office.erase_shipment("S1")
    size = office.journal.head().size
    assert office.erase_shipment("S1") == []
    office.erase_person(GUARD)
    with pytest.raises(NotFound, match="nothing is kept under the name"):
        office.erase_person(GUARD)
    assert office.journal.head().size == size + 1, "what erased nothing says nothing"


@pytest.mark.parametrize("name", ["Nobody", DISPATCHER.lower(), DISPATCHER + " ", "erased", ""])
def test_another_name(office: PeopledOffice, name: str) -> None:
    with pytest.raises(NotFound):
        office.erase_person(name)
    with pytest.raises(NotFound):
        office.erase_shipment("S9")


@pytest.mark.parametrize(
    ("why", "what"),
    [
        ({"by": DRIVER, "reason": "asked"}, "would keep the name"),
        ({"by": "dpo", "reason": f"asked by {DRIVER}."}, "names somebody"),
        ({"by": "dpo", "reason": f"asked by {DRIVER.upper()}."}, "names somebody"),
        ({"by": "dpo", "reason": " "}, "without a reason"),
    ],
)
def test_the_erasure_names_nobody_anew(
    office: PeopledOffice, why: dict[str, str], what: str
) -> None:
    with pytest.raises((UsageError, Refused), match=what):
        privacy.erase_person(office.commands, office.second_journal, DRIVER, **why)
    assert office.on_disk(DRIVER)


def test_texts_that_people_wrote_are_counted(office: PeopledOffice) -> None:
    alert = office.journal.alerts(status=["acknowledged"])[0].id
    note = AcknowledgeAlert(
        at=office.clock.now() + timedelta(minutes=1),
        by="x",
        alert=alert,
        note=f"({GUARD.lower()} has seen it)",
    )
    office.commands.submit_alert(alert, note)
    office.erase_person(GUARD)
    assert privacy.mentions(office.journal, [GUARD]) == (1, 0, 0)
    assert privacy.mentions(office.journal, [GUARD], shipment="S2") == (0, 0, 0)
    assert privacy.mentions(office.journal, []) == (0, 0, 0)
    assert privacy.mentions(office.journal, [GUARD[:-1]]) == (0, 0, 0), "whole words"


def _bundle(office: PeopledOffice) -> bytes:
    office.signer.release()
    file = io.BytesIO()
    write(file, office.journal, "S1", Wanted(disclose=True, keys=(office.key,)), START)
    return file.getvalue()


def _names(stored: object) -> list[str]:
    shown = msgspec.json.encode(stored).decode()
    return [name for name in EVERYBODY if name in shown]


def test_whom_messages_went_to_is_erased_and_what_waits_is_not_sent(
    office: PeopledOffice,
) -> None:
    contact, now = "guardia-ocampo", office.clock.now()

    def message(place: int, status: DeliveryStatus) -> Delivery:
        return Delivery(
            id=f"S1-1/1.{place}", notice="S1-1", number=1, update=Update.RAISED, scope="S1",
            severity=Severity.CRITICAL, alert="S1-1", shipment="S1", channel="sms",
            contact=contact, status=status, due_at=now, since=now, created_at=now,
            settled_at=now, thread=f"chat of {contact}", logged=False,
        )  # fmt: skip

    sent, waits = message(1, DeliveryStatus.ACCEPTED), message(2, DeliveryStatus.PENDING)
    office.second_journal.commit(Work(deliveries=[sent, waits]), {})
    assert DeliveryRecorder(office.commands, office.second_journal).once() == 1
    assert places(office, person=contact) == {
        ("delivery", "contact"),
        ("entry", "payload.facts.contact"),
    }
    assert ("delivery", "contact") in places(office, shipment="S1")
    (told,) = office.erase_person(contact)
    assert told.facts["delivery.contact"] == 2
    assert not office.on_disk(contact)
    assert [one.status for one in office.journal.deliveries()] == ["accepted", "superseded"]
    assert office.verdict().grade is Grade.CONSISTENT
