"""What is put into a bundle, of a real journal."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256

import pytest

from sealproof import archive
from sealproof.bundle import check_bundle
from sealproof.checkpoint import parse_checkpoint
from sealproof.commitments import commitment
from sealproof.grades import Grade
from sealproof.trust import KeptCheckpoint
from tests.support.bundles import unpacked
from tests.support.chest import TRUST, Chest, at, eventful
from tracker.domain.command import AcceptCustody, Authorise, CloseShipment, OfferCustody
from tracker.domain.errors import NotFound, Refused
from tracker.domain.shipment import Authorisation
from tracker.evidence.bundle import Wanted, write
from tracker.ports import Attestation, Erasure, Work

Make = Callable[[], Chest]


def test_the_same_record_is_the_same_file(chest: Chest) -> None:
    assert chest.bundle() == chest.bundle()
    assert chest.bundle() != chest.bundle(disclose=True)


def test_its_files(raw: bytes, chest: Chest) -> None:
    contents = unpacked(raw)
    leaves = [row.leaf for row in chest.journal.entries(scope="S1")]
    assert contents["entries.jsonl"] == b"".join(leaf + b"\n" for leaf in leaves)
    assert (
        sha256(contents["shipment.json"]).hexdigest()
        == json.loads(leaves[0])["payload"]["facts"]["document_sha256"]
    )
    stored = [one.body for one in chest.journal.readings(shipment="S1")]
    said = [json.loads(line) for line in contents["readings.jsonl"].splitlines()]
    assert sorted(one["body"].encode() for one in said) == sorted(stored)
    assert {name for name in contents if name.startswith("checkpoints/")} == {
        f"checkpoints/{one.size}.note" for one in chest.journal.checkpoints()
    }


def test_the_declaration_is_that_of_the_opening(new_chest: Make) -> None:
    """Leave that is recorded later, by people, changes the file that is stored."""
    chest = new_chest()
    own = {"zone": "x", "agency": "CBP", "officer": "Ann"}
    zone = {"type": "Polygon", "coordinates": [[[-100, 26], [-99, 26], [-99, 27], [-100, 26]]]}
    chest.open(authorisations=[{**own, "zone": zone}])
    first = chest.journal.shipment("S1")
    for minute in (1, 2):
        leave = Authorisation(zone=zone, agency="SAT", officer="Luz")
        chest.declare(Authorise, minute, authorisation=leave)
    chest.release()
    assert first is not None
    declared = json.loads(unpacked(chest.bundle())["shipment.json"])
    assert [one["agency"] for one in declared["authorisations"]] == ["CBP"]
    assert "Ann" not in json.dumps(declared)


def test_a_declaration_that_cannot_be_told_is_left_out(new_chest: Make) -> None:
    """As where the stored file was changed since: the entry's hash stands, the file does not."""
    chest = new_chest()
    chest.open(trailer={"plates": "TX-1"})
    chest.release()
    file = chest.office.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as changed, changed:
        changed.execute("UPDATE shipments SET document = replace(document, 'TX-1', 'TX-2')")
    contents = unpacked(chest.bundle())
    assert "shipment.json" not in contents
    assert b"can no longer be reproduced" in contents["report.html"]


def test_a_bundle_needs_a_shipment_and_a_checkpoint(new_chest: Make) -> None:
    chest = new_chest()
    with pytest.raises(NotFound, match="no shipment S1"):
        chest.bundle()
    chest.open()
    with pytest.raises(Refused, match="tracker log checkpoint"):
        chest.bundle()
    chest.release()
    assert chest.bundle()
    chest.hear(1, seal={"state": "sealed", "number": "MXL1"})
    with pytest.raises(Refused, match="no released checkpoint holds entry"):
        chest.bundle()


def test_readings_after_the_last_entry_are_bound_by_none_yet(new_chest: Make) -> None:
    chest = new_chest()
    chest.open()
    chest.hear(1, seal={"state": "sealed", "number": "MXL1"})
    chest.hear(2, seal={"state": "sealed", "number": "MXL1"})
    chest.hear(3, seal={"state": "sealed", "number": "MXL1"})
    chest.release()
    raw = chest.bundle()
    found = check_bundle(io.BytesIO(raw), TRUST)
    assert found.verdict.grade is Grade.CONSISTENT
    bound = found.entries[-1].heard
    assert bound is not None
    assert found.readings == bound.count < 3


def test_what_is_greater_than_a_verifier_reads_is_refused(
    chest: Chest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL", 20_000)
    with pytest.raises(Refused, match="--no-readings"):
        chest.bundle()


def test_a_witness_that_answers_nonsense_spoils_nothing(new_chest: Make) -> None:
    chest = new_chest()
    chest.open()
    stored = chest.release()
    for body in (b"\xff", b"nonsense", b""):
        chest.journal.attest(
            Attestation(size=stored.size, kind="cosignature", name=body.hex(), body=body, at=at(0))
        )
    assert check_bundle(io.BytesIO(chest.bundle()), TRUST).verdict.grade is Grade.CONSISTENT


def test_who_was_given_a_receipt_finds_its_checkpoint(new_chest: Make) -> None:
    """Every checkpoint that a receipt rests on is in the bundle, among many that are not."""
    chest = new_chest()
    chest.open(custodians=[{"id": "a"}, {"id": "b"}], legs=[{"custodian": "a"}])
    kept = []
    for minute in range(1, 40):
        chest.hear(minute, north_km=minute % 7, seal={"state": "sealed", "number": "MXL1"})
        if minute % 3 == 0:
            chest.release()
        if minute == 20:
            chest.declare(OfferCustody, 20, releaser="a", receiver="b", number="MXL1")
            chest.declare(AcceptCustody, 20, receiver="b", number="MXL1")
            kept.append(chest.release())
    chest.declare(CloseShipment, 41, number="MXL1")
    kept.append(chest.release())
    raw = chest.bundle()
    for stored in kept:
        note = parse_checkpoint(stored.note)[1]
        verdict = check_bundle(io.BytesIO(raw), TRUST, KeptCheckpoint(note)).verdict
        assert verdict.grade > Grade.BROKEN
    assert len([name for name in unpacked(raw) if "checkpoints/" in name]) <= 6


def test_a_checkpoint_asked_for_is_added(chest: Chest) -> None:
    every = [one.size for one in chest.journal.checkpoints()]
    raw = chest.bundle(since=[every[0], 99])
    assert f"checkpoints/{every[0]}.note" in unpacked(raw)
    assert check_bundle(io.BytesIO(raw), TRUST).verdict.grade is Grade.WITNESSED


def test_what_was_packed_is_told(chest: Chest) -> None:
    told = write(io.BytesIO(), chest.journal, "S1", Wanted(disclose=True), at(70))
    assert (told.entries, told.readings, told.size) == (18, 7, 26)
    assert told.disclosed == 13


def test_erased_names_break_no_proof_and_cannot_be_guessed(new_chest: Make) -> None:
    chest = new_chest()
    eventful(chest)
    rows = list(chest.journal.entries(scope="S1"))
    whole = check_bundle(io.BytesIO(chest.bundle(disclose=True)), TRUST)
    assert {one.value for one in whole.disclosed} >= {"rosa", "Luz Robles"}
    personal = [(row.id, one.place) for row in rows for one in row.secrets]
    erasures = [Erasure(of="entry", id=entry, place=place) for entry, place in personal]
    chest.journal.commit(Work(erasures=erasures), {})
    found = check_bundle(io.BytesIO(chest.bundle(disclose=True)), TRUST)
    assert found.verdict.grade is Grade.WITNESSED
    assert found.disclosed == ()
    # A dictionary of all that it could have been, and of the salts that careless logs take.
    committed = {value for row in found.entries for value in row.said["commitments"].values()}
    assert len(committed) == len(personal)
    for name in {one.value for one in whole.disclosed}:
        guesses = {commitment(salt, name) for salt in (b"", bytes(32), name.encode())}
        guesses |= {sha256(name.encode()).hexdigest()}
        assert not guesses & committed
