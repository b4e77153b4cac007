"""The log's key, checkpoints, receipts and verdict, as a person asks for them."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from sealproof.checkpoint import parse_checkpoint
from sealproof.merkle import check_inclusion, leaf_hash
from sealproof.note import parse_vkey
from sealproof.tlogproof import parse_proof
from tests.cli.conftest import SHIPMENT, Run
from tracker.config import load


@pytest.fixture
def opened(started: Run) -> Run:
    """A shipment is open, and its record signed."""
    started("shipment", "open", "-", stdin=json.dumps(SHIPMENT))
    return started


def origin(folder: Path) -> str:
    return load(folder / "tracker.toml", {}).log.origin


def test_init_makes_a_key_and_keeps_it(started: Run, tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    started("init", "--force")
    assert key.read_bytes() == before
    started("key", "new", code=1)
    (line,) = started("key", "show").out.splitlines()
    vkey = parse_vkey(line.removeprefix("log "))
    assert vkey.name == origin(tmp_path)


def test_every_command_releases_a_checkpoint(opened: Run, tmp_path: Path) -> None:
    text = opened("log", "checkpoint", "--newest").out
    head, note = parse_checkpoint(text.encode())
    assert head.origin == origin(tmp_path)
    assert head.size == len(opened("log", "show", "--json").documents)
    vkey = parse_vkey(opened("key", "show").out.split()[1])
    assert note.check([vkey]) == [vkey]
    (as_json,) = opened("log", "checkpoint", "--json").documents
    assert as_json["note"] == text


def test_verify_says_how_much_is_proved(opened: Run, tmp_path: Path) -> None:
    alone = opened("log", "verify")
    assert alone.out.startswith("CONSISTENT: ")
    (tmp_path / "kept").write_text(opened("log", "checkpoint").out)
    opened("shipment", "authorise", "TRIP-1", "--zone", "laredo.yard", "--agency", "CBP")
    assert opened("log", "verify", "--since", "kept").out.startswith("ANCHORED: ")
    (verdict,) = opened("log", "verify", "--since", "kept", "--json").documents
    assert verdict["grade"] == "ANCHORED"
    assert "that you kept" in verdict["rests_on"][0]


def test_verify_names_the_first_entry_that_is_broken(opened: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as raw, raw:
        raw.execute("UPDATE entries SET leaf = replace(leaf, 'opened', 'closed') WHERE seq = 0")
    broken = opened("log", "verify", code=1).out
    assert broken.startswith("BROKEN: ")
    assert "fault: entry TRIP-1#0: " in broken.splitlines()[1]
    (verdict,) = opened("log", "verify", "--json", code=1).documents
    assert verdict["faults"][0]["entry"] == "TRIP-1#0"


def test_verify_needs_files_that_can_be_used(opened: Run, tmp_path: Path) -> None:
    (tmp_path / "rubbish").write_text("rubbish")
    for option in ("--since", "--policy"):
        for name in ("rubbish", "absent"):
            assert name in opened("log", "verify", option, name, code=2).err


def test_a_policy_decides_whose_signature_counts(opened: Run, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(opened("key", "show").out + "quorum none\n")
    assert opened("log", "verify", "--policy", "policy").out.startswith("CONSISTENT: ")
    opened("init", "elsewhere")
    other = opened("--config", "elsewhere/tracker.toml", "key", "show").out
    (tmp_path / "policy").write_text(other + "quorum none\n")
    assert opened("log", "verify", "--policy", "policy", code=1).out.startswith("BROKEN: ")


def test_a_receipt_proves_its_entry(opened: Run, tmp_path: Path) -> None:
    opened("log", "prove", "TRIP-1#0", "-o", "receipt")
    proof = parse_proof((tmp_path / "receipt").read_bytes())
    head = proof.check(proof.extra)
    assert json.loads(proof.extra)["id"] == "TRIP-1#0"
    check_inclusion(proof.index, head.size, leaf_hash(proof.extra), proof.path, head.root)
    assert opened("log", "prove", "0").out == opened("log", "prove", "TRIP-1#0").out
    for absent in ("99", "TRIP-1#99", "TRIP-2#0", "nonsense"):
        assert absent in opened("log", "prove", absent, code=2).err


@pytest.mark.parametrize("entry", ["9" * 30, "²", "TRIP-1#²", "TRIP-1#" + "9" * 30])
def test_an_entry_that_no_database_can_have(opened: Run, entry: str) -> None:
    assert "there is no entry" in opened("log", "entry", entry, code=2).err


def test_a_receipt_that_cannot_be_written(opened: Run, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent" / "receipt"):
        told = opened("log", "prove", "0", "-o", str(place), code=2).err
        assert "name another file" in told


def test_handover_and_delivery_give_a_receipt(opened: Run, tmp_path: Path) -> None:
    seal = ("--seal", "MX0012345")
    opened("shipment", "handover", "TRIP-1", "--from", "acme", "--to", "transfer", *seal)
    assert not (tmp_path / "receipts").exists()
    told = opened("shipment", "handover", "TRIP-1", "--to", "transfer", "--accept", *seal).err
    opened("shipment", "close", "TRIP-1", *seal, code=None)
    proofs = sorted((tmp_path / "receipts").glob("*.tlog-proof"))
    assert str(proofs[0]) in told
    kinds = {json.loads(parse_proof(one.read_bytes()).extra)["type"] for one in proofs}
    assert kinds == {"custody_accepted", "shipment_closed"}
    assert opened("log", "verify", "--since", str(proofs[0])).out.startswith("ANCHORED: ")


def test_an_entry_whole(opened: Run) -> None:
    told = opened("log", "entry", "TRIP-1#0").out
    assert "shipment_opened" in told
    assert "tester" in told
    (as_json,) = opened("log", "entry", "0", "--json").documents
    assert as_json["leaf"]["id"] == "TRIP-1#0"
    assert as_json["disclosed"] == {"payload.actor": "tester"}


def test_rotation_is_an_entry_and_a_checkpoint_of_both(opened: Run, tmp_path: Path) -> None:
    old = parse_vkey(opened("key", "show").out.split()[1])
    (tmp_path / "kept").write_text(opened("log", "checkpoint").out)
    (made,) = opened("key", "rotate", "--json").documents
    new = parse_vkey(made["vkey"])
    note = parse_checkpoint(made["checkpoint"].encode())[1]
    assert note.check([new]) == [new]
    assert note.check([old]) == [old]
    listed = [line.split()[1] for line in opened("key", "show").out.splitlines()]
    assert listed == [new.vkey, old.vkey]
    entry = opened("log", "show", "--json", "--shipment", "tracker:log").documents[-1]
    assert entry["type"] == "key_rotated"
    assert entry["leaf"]["payload"]["facts"] == {"key": new.vkey, "previous": old.vkey}
    assert stat.S_IMODE((tmp_path / "log.key").stat().st_mode) == 0o600
    assert opened("log", "verify", "--since", "kept").out.startswith("ANCHORED: ")
    opened("shipment", "authorise", "TRIP-1", "--zone", "laredo.yard", "--agency", "CBP")
    newest = parse_checkpoint(opened("log", "checkpoint").out.encode())[1]
    assert newest.check([new]) == [new]


def test_a_database_behind_its_book_is_not_written_to(opened: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = (tmp_path / "tracker.db").read_bytes()
    authorise = ("shipment", "authorise", "TRIP-1", "--zone", "laredo.yard", "--agency", "CBP")
    opened(*authorise)
    for file in tmp_path.glob("tracker.db*"):
        file.unlink()
    (tmp_path / "tracker.db").write_bytes(backup)
    refused = opened(*authorise, code=1).err
    assert "older copy" in refused
    assert "-> put the newest database back" in refused
    assert opened("log", "verify", code=1).out.startswith("BROKEN: ")
    assert "older copy" in opened("doctor", code=None).out


def test_without_a_key_nothing_is_signed_and_that_is_said(started: Run, tmp_path: Path) -> None:
    (tmp_path / "log.key").unlink()
    started("shipment", "open", "-", stdin=json.dumps(SHIPMENT))
    assert "tracker key new" in started("log", "checkpoint", code=2).err
    assert started("log", "verify").out.startswith("CONSISTENT: ")
    started("key", "new")
    started("log", "checkpoint")
    (tmp_path / "log.key").unlink()
    assert "key is gone" in started("log", "checkpoint", code=2).err


def test_what_a_stranger_wrote_cannot_steer_the_terminal(opened: Run) -> None:
    place = ("--zone", "laredo.yard", "--agency", "CBP\x1b[2J\x9b")
    told = opened("shipment", "authorise", "TRIP-1", *place, "--reason", "red\x07\u202elight").out
    shown = opened("log", "show").out
    for text in (told, shown):
        assert "CBP\\x1b[2J\\x9b may open the seal: red\\x07\\u202elight" in text
        assert all(one.isprintable() or one == "\n" for one in text)
