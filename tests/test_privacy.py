"""Personal data is found and erased wherever it is kept, and no proof breaks."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.office import START, message, reading
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
from tests.support.signed import ORIGIN
from tracker import privacy
from tracker.adapters.journal import SqlJournal
from tracker.cli.overview import overview
from tracker.domain.command import AcknowledgeAlert, CloseShipment
from tracker.domain.errors import NotFound, Refused, ServiceUnreachable, UsageError
from tracker.domain.finding import Finding, FindingType
from tracker.domain.shipment import Shipment, public
from tracker.evidence.bundle import Wanted, write
from tracker.evidence.receipts import receipt
from tracker.log.leaf import key
from tracker.verify.bundle import check_bundle
from tracker.verify.commitments import commitment
from tracker.verify.grades import Grade
from tracker.verify.policy import Party, Policy
from tracker.verify.receipt import check_receipt
from tracker.verify.trust import Trust

WHY = {"by": "dpo", "reason": "request 2026-7"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PeopledOffice]:
    opened = PeopledOffice(tmp_path)
    opened.drive()
    opened.notary.release()
    yield opened
    opened.close()


def erase_person(office: PeopledOffice, person: str) -> list[Finding]:
    office.clock.set(office.clock.now() + timedelta(seconds=1))  # no two at the same moment
    return privacy.erase_person(office.desk, office.desks_journal, person, **WHY)


def erase_shipment(office: PeopledOffice, name: str, *, closed_only: bool = False) -> list[Finding]:
    journal = office.desks_journal
    return privacy.erase_shipment(office.desk, journal, name, closed_only=closed_only, **WHY)


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
    office.desk.submit("S1", CloseShipment(at=office.clock.now(), by=DISPATCHER))
    assert privacy.mentions(office.journal, EVERYBODY).entries == 0
    for row in office.journal.entries():
        assert not [name for name in EVERYBODY if name.encode() in row.leaf]
    for alert in office.journal.alerts():
        shown = msgspec.json.encode(replace(alert, acknowledged_by=None, closed_by=None)).decode()
        assert not [name for name in EVERYBODY if name in shown]
    for stored in office.journal.shipments():
        shown = msgspec.json.encode(overview(stored, office.journal)).decode()
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
    (told,) = erase_person(office, person)
    assert not office.on_disk(person)
    assert not places(office, person=person)
    assert [row.leaf for row in office.journal.entries()][: len(leaves)] == leaves
    assert office.verdict().grade is Grade.CONSISTENT
    assert office.verdict(kept=kept).grade is Grade.ANCHORED
    others = set(EVERYBODY) - {person} - ({PHONE} if person == DRIVER else set())
    assert office.on_disk(*others) == others
    assert (told.type, told.scope, told.actor) == (FindingType.DATA_ERASED, "tracker:log", "dpo")


def test_the_entry_counts_and_links_nobody_to_anything(office: PeopledOffice) -> None:
    (told,) = erase_person(office, DISPATCHER)
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
    trust = Trust(Policy(logs=(Party("log", office.key.verifier),)))
    receipts = [str(receipt(office.journal, row.index)) for row in office.journal.entries()]
    before = _bundle(office)
    erase_shipment(office, "S1")
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
    (told,) = erase_shipment(office, "S1")
    assert told.scope == "S1"
    assert not privacy.erasable(office.journal, shipment="S1")
    assert not office.on_disk(SECOND_OFFICER), "of S1 alone"
    assert office.on_disk(DRIVER, OFFICER) == {DRIVER, OFFICER}, "of S2 too"
    erase_shipment(office, "S2")
    assert office.on_disk(*EVERYBODY) == {DISPATCHER, GUARD}, "they did things beside shipments"
    assert office.verdict().grade is Grade.CONSISTENT
    assert not _names(office.journal.shipment("S1"))


def test_a_shipment_may_be_open_or_closed(office: PeopledOffice) -> None:
    with pytest.raises(Refused, match="is open"):
        erase_shipment(office, "S1", closed_only=True)
    assert office.on_disk(SECOND_OFFICER)
    office.desk.submit("S1", CloseShipment(at=office.clock.now(), by=DRIVER))
    closed = office.journal.shipment("S1")
    assert erase_shipment(office, "S1", closed_only=True)
    now = office.journal.shipment("S1")
    assert closed is not None
    assert now is not None
    assert replace(now, document=b"") == replace(closed, document=b"")
    document = msgspec.json.decode(now.document, type=Shipment)
    assert public(document) == public(msgspec.json.decode(closed.document, type=Shipment))


def test_twice(office: PeopledOffice) -> None:
    erase_shipment(office, "S1")
    size = office.journal.head().size
    assert erase_shipment(office, "S1") == []
    erase_person(office, GUARD)
    with pytest.raises(NotFound, match="nothing is kept under the name"):
        erase_person(office, GUARD)
    assert office.journal.head().size == size + 1, "what erased nothing says nothing"


@pytest.mark.parametrize("name", ["Nobody", DISPATCHER.lower(), DISPATCHER + " ", "erased", ""])
def test_another_name(office: PeopledOffice, name: str) -> None:
    with pytest.raises(NotFound):
        erase_person(office, name)
    with pytest.raises(NotFound):
        erase_shipment(office, "S9")


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
        privacy.erase_person(office.desk, office.desks_journal, DRIVER, **why)
    assert office.on_disk(DRIVER)


def test_texts_that_people_wrote_are_counted(office: PeopledOffice) -> None:
    alert = office.journal.alerts(status=["acknowledged"])[0].id
    note = AcknowledgeAlert(
        at=office.clock.now() + timedelta(minutes=1),
        by="x",
        alert=alert,
        note=f"({GUARD.lower()} has seen it)",
    )
    office.desk.submit_alert(alert, note)
    erase_person(office, GUARD)
    assert privacy.mentions(office.journal, [GUARD]) == (1, 0, 0)
    assert privacy.mentions(office.journal, [GUARD], shipment="S2") == (0, 0, 0)
    assert privacy.mentions(office.journal, []) == (0, 0, 0)
    assert privacy.mentions(office.journal, [GUARD[:-1]]) == (0, 0, 0), "whole words"


# A dictionary of names


def test_ten_thousand_names_find_nobody(office: PeopledOffice) -> None:
    salts = [secret.salt for secret in office.journal.kept_secrets()]
    assert DISPATCHER in _guessed(office, [DISPATCHER, "Someone Else"], salts), "while it is kept"
    erase_shipment(office, "S1")
    erase_shipment(office, "S2")
    erase_person(office, DISPATCHER)
    erase_person(office, GUARD)
    left = [secret.salt for secret in office.journal.kept_secrets()]
    assert left, "of those who were not erased"
    names = [f"{first} {last}" for first in _SYLLABLES for last in _SYLLABLES][: 10_000 - 6]
    assert _guessed(office, [*names, *EVERYBODY], left) == set()


_SYLLABLES = [a + b for a in "BCDFGHJLMN" for b in ("ano", "eli", "ina", "oro", "uz", "ax", "it",
                                                    "ela", "on", "ar")]  # fmt: skip


def _guessed(office: PeopledOffice, names: Iterable[str], salts: list[bytes]) -> set[str]:
    """Which of the names can be told from what is left: any hash in any leaf, note or document."""
    rows = list(office.journal.entries())
    text = b"\n".join(row.leaf for row in rows).decode()
    seen = set(re.findall(r"[0-9a-f]{32,64}", text))
    keys = [b"", bytes(32), ORIGIN.encode(), *salts]
    officer = next(row for row in rows if b'"officer":null' in row.leaf)
    said = _said(officer.leaf)
    stored = office.journal.shipment("S1")
    assert stored is not None
    document = msgspec.json.decode(stored.document, type=Shipment)
    found = set()
    for name in names:
        finding = replace(said, actor=name, facts={**said.facts, "officer": name})
        named = replace(document, custodians=(replace(document.custodians[0], name=name),))
        guesses = {
            hashlib.sha256(name.encode()).hexdigest(),
            hashlib.sha256(name.encode()).hexdigest()[:32],
            hashlib.sha256(msgspec.json.encode(named)).hexdigest(),
            key(replace(finding, detail=name)),
            *(commitment(salt, name) for salt in keys),
        }
        # Keys and the public document are the same whoever it was, and so tell nothing.
        guesses -= {key(said), hashlib.sha256(public(document)).hexdigest()}
        if guesses & seen:
            found.add(name)
    return found


def _said(leaf: bytes) -> Finding:
    said = json.loads(leaf)
    return Finding(
        type=FindingType(said["type"]),
        scope=said["scope"],
        occurred_at=msgspec.convert(said["occurred_at"], type=type(START)),
        recorded_at=START,
        zone=said["payload"]["zone"],
        facts=said["payload"]["facts"],
    )


# Others are at work meanwhile


def test_a_running_tracker_writes_no_name_back(office: PeopledOffice) -> None:
    """It holds the states in memory, names and all, and goes on with them."""
    office.tick(START + timedelta(minutes=7))
    assert DISPATCHER in str(office.intake.fleet.state("S1").alerts)
    erase_person(office, DISPATCHER)
    assert DISPATCHER in str(office.intake.fleet.state("S1").alerts), "it knows nothing of it yet"
    cut = reading(30, north_km=6, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    office.clock.set(START + timedelta(minutes=31))
    office.hear(message("L1", cut))
    (alert,) = (one for one in office.journal.alerts() if one.acknowledged_by)
    assert (alert.count, alert.acknowledged_by) == (2, "erased"), "it was counted there"
    assert not office.on_disk(DISPATCHER)
    assert office.verdict().grade is Grade.CONSISTENT


def test_names_are_erased_while_the_tracker_commits(office: PeopledOffice) -> None:
    """Work that was made from states with names in them is stale, and is made again."""
    stop, heard = threading.Event(), list[int]()

    def run() -> None:
        journal = SqlJournal.open(office.url)
        intake = office.started(journal=journal)
        minute = 30.0
        while not stop.is_set():
            minute += 0.05
            seal = {"state": "cut", "number": "MXL1", "event": "cut"}
            said = message("L1", reading(minute, north_km=6, seal=seal), at=office.clock.now())
            intake.take([said])
            heard.append(1)
        journal.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for person in (DISPATCHER, DRIVER, OFFICER, GUARD):
            before = len(heard)
            erase_person(office, person)
            while len(heard) < before + 5:
                stop.wait(0.005)
        erase_shipment(office, "S1")
    finally:
        stop.set()
        thread.join()
    assert office.on_disk(*EVERYBODY) == set()
    assert office.verdict().grade is Grade.CONSISTENT
    (alert,) = (one for one in office.journal.alerts() if one.acknowledged_by)
    assert alert.count == 1 + len(heard), "no reading was lost over it"


def test_a_reader_that_does_not_end_is_named_and_the_command_can_be_given_again(
    office: PeopledOffice,
) -> None:
    reader = office.journal.entries()
    next(reader)
    hasty = SqlJournal.open(office.url + "?timeout=0.2")
    with pytest.raises(ServiceUnreachable, match="another process reads"):
        privacy.erase_person(office.desk, hasty, DRIVER, **WHY)
    reader.close()  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        privacy.erase_person(office.desk, hasty, DRIVER, **WHY)
    assert not office.on_disk(DRIVER)
    hasty.close()


def _bundle(office: PeopledOffice) -> bytes:
    office.notary.release()
    file = io.BytesIO()
    write(file, office.journal, "S1", Wanted(disclose=True, keys=(office.key,)), START)
    return file.getvalue()


def _names(stored: object) -> list[str]:
    shown = msgspec.json.encode(stored).decode()
    return [name for name in EVERYBODY if name in shown]
