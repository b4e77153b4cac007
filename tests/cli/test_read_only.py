"""A workspace in which nothing may be written can be read, audited and verified."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run
from tests.support.readonly import copied
from tracker import wiring
from tracker.config import load

READS = [
    ["shipment", "list", "--json"],
    ["shipment", "show", "TRIP-1", "--json"],
    ["alerts", "list", "--json"],
    ["log", "show", "--json"],
    ["log", "verify", "--json"],
    ["log", "checkpoint", "--newest"],
    ["audit", "seals", "--json"],
    ["audit", "shipment", "TRIP-1"],
    ["devices", "list"],
    ["rejects", "list"],
    ["privacy", "list", "--json"],
    ["zones", "versions", "--json"],
]
WRITES = [
    ["alerts", "ack", "TRIP-1-1"],
    ["shipment", "close", "TRIP-1", "--reason", "r"],
    ["log", "export", "TRIP-1", "-o", "never.zip"],
    ["log", "checkpoint"],
]


@pytest.fixture
def workspace(opened: Run, tmp_path: Path) -> Path:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    return tmp_path


def test_it_can_be_read_audited_and_verified_and_is_left_as_it_is(
    opened: Run, workspace: Path
) -> None:
    expected: dict[tuple[str, ...], Ran] = {
        tuple(command): opened(*command, code=None) for command in READS
    }
    with copied(workspace) as (folder, run):
        before = sorted(folder.rglob("*"))
        for command, wanted in expected.items():
            ran = run(*command)
            assert (ran.returncode, ran.stdout) == (wanted.code, wanted.out), ran.stderr
            assert "Traceback" not in ran.stderr
        assert sorted(folder.rglob("*")) == before
        for write in WRITES:
            ran = run(*write)
            assert ran.returncode in (2, 3), ran.stderr
            assert str(folder) in ran.stderr
            assert "->" in ran.stderr
            assert "Traceback" not in ran.stderr


def test_the_log_beside_a_database_in_use_is_read_or_said_to_be_needed(
    opened: Run, workspace: Path
) -> None:
    """Without it, what was committed last would be missing, and nobody would know."""
    with wiring.journal(load(workspace / "tracker.toml", {})) as journal:
        journal.version()
        opened("alerts", "ack", "TRIP-1-1")
        assert (workspace / "tracker.db-wal").stat().st_size
        with copied(workspace) as (_, run):
            ran = run("alerts", "list")
            assert "acknowledged" in ran.stdout, ran.stderr
        (shm := workspace / "tracker.db-shm").rename(workspace / "elsewhere")
        with copied(workspace) as (_, run):
            ran = run("alerts", "list")
            assert ran.returncode == 2
            assert "write-ahead log" in ran.stderr
            assert "tracker.db-wal" in ran.stderr
        (workspace / "elsewhere").rename(shm)


def test_an_older_database_is_not_brought_up_to_date_but_said_to_be_older(
    opened: Run, workspace: Path
) -> None:
    raw = sqlite3.connect(workspace / "tracker.db")
    raw.execute("UPDATE alembic_version SET version_num = '0002'")
    raw.commit()
    raw.close()
    with copied(workspace) as (_, run):
        ran = run("alerts", "list")
    assert ran.returncode == 2
    assert "older tracker" in ran.stderr


def test_completion_and_the_like_make_no_database(started: Run, tmp_path: Path) -> None:
    from tracker.domain.errors import StorageShut

    config = load(tmp_path / "tracker.toml", {})
    with pytest.raises(StorageShut), wiring.read_only(config):
        pass
    assert not (tmp_path / "tracker.db").exists()
    shutil.rmtree(tmp_path, ignore_errors=True)
