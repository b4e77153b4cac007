"""`tracker log export`, on a real database: from the command to the stranger's verdict."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sealproof.bundle import Bundle, check_bundle
from sealproof.checkpoint import Checkpoint
from sealproof.grades import Grade
from sealproof.note import COSIGNATURE, new_signer, parse_skey
from sealproof.trust import read_kept, read_trust
from tests.cli.conftest import Run
from tests.support.small_log import SmallLog
from tests.support.witnesses import witnessing

EXPORT = ["log", "export", "TRIP-1", "-o", "b.zip"]


@pytest.fixture
def policy(opened: Run, tmp_path: Path) -> Path:
    """Of somebody who was given the log's key."""
    (key,) = re.findall(r"\S+\+[0-9a-f]{8}\+\S+", opened("key", "show").out)
    file = tmp_path / "policy.txt"
    file.write_text(f"log {key}\nquorum none\n")
    return file


def types(run: Run) -> list[str]:
    return [one["type"] for one in run("log", "show", "--shipment", "TRIP-1", "--json").documents]


def verified(folder: Path, policy: Path, kept: Path | None = None) -> Bundle:
    """As `tracker-verify` does it."""
    with (folder / "b.zip").open("rb") as file:
        return check_bundle(file, read_trust(policy), read_kept(kept) if kept else None)


def test_a_stranger_verifies_it(opened: Run, policy: Path, tmp_path: Path) -> None:
    out = opened(*EXPORT).out
    assert re.search(r"SHA-256 +[0-9a-f]{64}\n", out)
    assert "withheld" in out
    found = verified(tmp_path, policy)
    assert (found.verdict.grade, found.shipment) == (Grade.CONSISTENT, "TRIP-1")
    assert "handed out" in str(found.completeness)
    assert list(tmp_path.glob("*.part")) == []


def test_the_count_is_stated_once(opened: Run) -> None:
    opened(*EXPORT)
    assert types(opened)[-1] == "shipment_head"
    before = types(opened)
    opened(*EXPORT)
    assert types(opened) == before
    opened("shipment", "close", "TRIP-1", "--seal", "MX0012345")
    assert types(opened)[-1] == "shipment_closed"
    before = types(opened)
    opened(*EXPORT)
    assert types(opened) == before


def test_names_are_disclosed_on_request(opened: Run, tmp_path: Path) -> None:
    opened(*EXPORT)
    assert b"disclosed.json" not in (tmp_path / "b.zip").read_bytes()
    out = opened(*EXPORT, "--disclose", "--no-readings").out
    assert re.search(r"personal values +[1-9]", out)
    assert "left out" in out
    raw = (tmp_path / "b.zip").read_bytes()
    assert b"disclosed.json" in raw
    assert b"readings.jsonl" not in raw


def test_what_its_reader_kept_is_continued(opened: Run, policy: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.note").write_text(opened("log", "checkpoint").out)
    opened("shipment", "handover", "TRIP-1", "--to", "transfer", "--seal", "MX0012345",
           "--from", "acme")  # fmt: skip
    opened(*EXPORT, "--since", "kept.note")
    verdict = verified(tmp_path, policy, tmp_path / "kept.note").verdict
    assert verdict.grade is Grade.CONSISTENT
    assert "are ANCHORED" in verdict.warnings[0]


def test_a_checkpoint_of_another_course_is_refused(opened: Run, tmp_path: Path) -> None:
    note = opened("log", "checkpoint").out
    origin, size = note.split("\n")[:2]
    stranger = Checkpoint(origin, int(size), bytes(32)).signed(new_signer(origin))
    (tmp_path / "other.note").write_text(str(stranger))
    err = opened(*EXPORT, "--since", "other.note", code=1).err
    assert "never released" in err
    assert "is no checkpoint" in opened(*EXPORT, "--since", "tracker.toml", code=2).err
    assert not (tmp_path / "b.zip").exists()


def test_a_witness_is_asked_for_its_word_on_it(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real one, over HTTP: even the entry that states the count is seen by it."""
    key = parse_skey((tmp_path / "log.key").read_text())
    with witnessing(tmp_path, SmallLog(key=key)) as serving:
        trusted = tmp_path / "witnesses.txt"
        trusted.write_text(
            f"log {key.verifier.vkey}\n"
            f"witness w1 {serving.key.verifier.vkey} {serving.server.url}\nquorum w1\n"
        )
        monkeypatch.setenv("TRACKER_WITNESS__POLICY", "witnesses.txt")
        assert "without" not in opened(*EXPORT).err
    verdict = verified(tmp_path, trusted).verdict
    assert verdict.grade is Grade.WITNESSED
    assert verdict.warnings == ()


def test_a_witness_that_is_away_is_named_and_left_out(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_signer("witness.example", COSIGNATURE).verifier.vkey
    (tmp_path / "witnesses.txt").write_text(f"witness w {key} http://127.0.0.1:9/\nquorum w\n")
    monkeypatch.setenv("TRACKER_WITNESS__POLICY", "witnesses.txt")
    ran = opened(*EXPORT)
    assert "without the cosignature of witness.example" in ran.err
    assert (tmp_path / "b.zip").exists()


def test_a_log_that_was_tampered_with_is_not_handed_out(opened: Run, tmp_path: Path) -> None:
    opened(*EXPORT)
    (tmp_path / "b.zip").unlink()
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as changed, changed:
        cursor = changed.execute(
            "UPDATE entries SET leaf = CAST(replace(CAST(leaf AS TEXT), 'issued_to_', 'sent_to_')"
            " AS BLOB) WHERE CAST(leaf AS TEXT) LIKE '%issued_to_shipment%'"
        )
        assert cursor.rowcount == 1
    err = opened(*EXPORT, code=1).err
    assert "would not stand" in err
    assert "log verify" in err
    assert list(tmp_path.glob("b.zip*")) == []


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["log", "export", "NONE", "-o", "b.zip"], "no shipment NONE"),
        (["log", "export", "TRIP-1", "-o", "no/such/b.zip"], "cannot be written"),
        (["log", "export", "TRIP-1"], "--output"),
        ([*EXPORT, "--since", "none"], "is no checkpoint"),
    ],
)
def test_wrong_usage_ends_with_2(opened: Run, arguments: list[str], what: str) -> None:
    assert what in opened(*arguments, code=2).err


def test_a_log_without_a_key_cannot_be_handed_out(opened: Run, tmp_path: Path) -> None:
    (tmp_path / "log.key").unlink()
    assert "key" in opened(*EXPORT, code=2).err
