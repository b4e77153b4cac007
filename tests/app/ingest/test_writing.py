"""Ids and seal numbers have one rule on every side: hyphens, case, zeros before digits alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.gateway.registry import Registry
from tracker.audit.inventory import issue_seals, read_inventory, void_seal
from tracker.audit.item import Status
from tracker.audit.ranges import seal_range
from tracker.domain.command import OfferCustody
from tracker.domain.errors import Refused, UsageError


@pytest.mark.parametrize(
    ("declared", "said"),
    [("lock-1", "LOCK-1"), ("LOCK1", "LOCK-1"), ("0808000000009", "808000000009")],
)
def test_a_device_is_one_however_its_id_is_written(
    office: Office, declared: str, said: str
) -> None:
    office.open(trip(device=declared))
    office.hear(message(said, reading(1, seal={"state": "sealed", "number": f"MX{declared}"})))
    office.hear(message(said, reading(2, seal={"state": "cut"})))
    assert [(a.shipment, a.device, a.kind) for a in office.journal.alerts()] == [
        ("S1", declared, "seal_tampered")
    ]
    office.tick(START + timedelta(minutes=30))
    assert {alert.kind for alert in office.journal.alerts()} == {"seal_tampered"}, "never unheard"


def test_a_device_is_on_one_open_shipment_however_it_is_written(office: Office) -> None:
    office.open(trip(device="LOCK-1"))
    with pytest.raises(Refused, match="is on the open shipment S1"):
        office.open(trip("S2", device="lock1"))


def test_a_shipment_names_a_device_once_however_it_is_written(office: Office) -> None:
    with pytest.raises(UsageError, match="named twice"):
        office.open({"id": "S1", "devices": [{"id": "LOCK-1"}, {"id": "Lock1"}]})


def test_a_seal_belongs_to_its_lock_however_that_is_written(office: Office) -> None:
    devices = [{"id": "LOCK-1"}, {"id": "LOCK-2"}]
    seals = [{"number": "A1", "device": "lock1"}, {"number": "A2", "device": "lock2"}]
    office.open({"id": "S1", "devices": devices, "seals": seals})
    office.hear(message("LOCK-2", reading(1, seal={"state": "sealed", "number": "A-2"})))
    assert office.journal.alerts() == []


def test_a_number_that_another_shipment_carries_is_found_in_any_writing(office: Office) -> None:
    office.open(trip("S1", seals=[{"number": "MX-0100", "device": "L1"}]))
    office.open(trip("S2", "L2", seals=[{"number": "mx0100", "device": "L2"}]))
    assert [(a.shipment, a.kind) for a in office.journal.alerts()] == [("S2", "seal_number")]


def test_the_inventory_knows_a_seal_in_any_writing(office: Office) -> None:
    commands, journal = office.commands, office.journal
    issue_seals(commands, journal, seal_range("MX-001", "MX-003"), by="desk")
    with pytest.raises(Refused, match="was issued before"):
        issue_seals(commands, journal, seal_range("mx002", "mx005"), by="desk")
    office.open(trip(seals=[{"number": "MX001", "device": "L1"}]))
    void_seal(commands, journal, "mx003", by="desk", reason="lost")
    found = [(item.number, item.status) for item in read_inventory(journal).items()]
    assert found == [
        ("MX-001", Status.USED),
        ("MX-002", Status.ON_HAND),
        ("MX-003", Status.VOID),
    ]


def test_numbers_of_digits_alone_are_one_whatever_zeros_stand_before(office: Office) -> None:
    issue_seals(office.commands, office.journal, seal_range("0012345"), by="desk")
    with pytest.raises(Refused, match="was issued before"):
        issue_seals(office.commands, office.journal, seal_range("12345"), by="desk")


def test_a_handover_names_the_number_in_any_writing(office: Office) -> None:
    custodians = [{"id": "a"}, {"id": "b"}]
    office.open(trip(custodians=custodians, seals=[{"number": "MX-0100", "device": "L1"}]))
    offer = OfferCustody(
        at=office.clock.now(), by="a", releaser="a", receiver="b", number="mx 0100", state="SEALED"
    )
    office.commands.submit("S1", offer)
    assert office.journal.alerts() == []


def test_the_allow_list_admits_a_device_in_any_writing() -> None:
    listed = Registry(["lock-1", "0808000000009", "jt701 J-7"])
    assert all(listed.admits("x", name) for name in ("LOCK-1", "lock1", "808000000009"))
    assert listed.admits("jt701", "j7")
    assert not listed.admits("jtt808", "j7")
    assert not listed.admits("x", "LOCK-2")
