"""Storage that refuses for a while is waited for: nothing acknowledged, nothing lost, all told."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_intake import BATCH, BEFORE, assert_same, undisturbed
from tests.support.chain import assert_whole
from tests.support.office import Office, trip
from tracker.adapters.journal import SqlJournal
from tracker.app.patience import FIRST_AGAIN_S, LAST_AGAIN_S, Patience
from tracker.domain.errors import ServiceUnreachable, StorageAway

__all__ = ["undisturbed"]
Mend = Callable[[], object]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.journal.close()
    opened.url = f"{opened.url}?timeout=0.05"
    opened.journal = SqlJournal.open(opened.url)
    opened.started()
    opened.open(trip())
    opened.hear(*BEFORE)
    yield opened
    opened.close()


def file_of(office: Office) -> Path:
    return Path(str(office.journal._engine.url.database))


def locked(office: Office) -> Mend:
    """By another connection, as a backup or a shell holds it."""
    holder = sqlite3.connect(file_of(office), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    def mend() -> None:
        holder.execute("ROLLBACK")
        holder.close()

    return mend


def pragma(office: Office, text: str) -> None:
    """On the one connection that the intake uses: the pool gives it out again."""
    connection = office.journal._engine.raw_connection()
    connection.cursor().execute(f"PRAGMA {text}").fetchall()
    connection.close()


def full(office: Office) -> Mend:
    """SQLite's own limit on pages makes the same error as a disk without space."""
    pragma(office, "max_page_count = 1")
    return lambda: pragma(office, "max_page_count = 1000000")


def read_only(office: Office) -> Mend:
    pragma(office, "query_only = ON")
    return lambda: pragma(office, "query_only = OFF")


def gone(office: Office) -> Mend:
    """With its folder, as when a disk is taken away; an empty folder is left in its place."""
    folder = file_of(office).parent
    away = folder.with_name("away")
    folder.rename(away)
    folder.mkdir()

    def mend() -> None:
        assert list(folder.iterdir()) == [], "no empty database was made meanwhile"
        folder.rmdir()
        away.rename(folder)

    return mend


def another(office: Office) -> Mend:
    """As `gone`, and some program has made an empty database there."""
    mend, file = gone(office), file_of(office)
    sqlite3.connect(file).close()
    sqlite3.connect(file).executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x)").close()

    def mend_both() -> None:
        for left in file.parent.iterdir():
            left.unlink()
        mend()

    return mend_both


@pytest.mark.parametrize("trouble", [locked, full, read_only, gone, another])
def test_it_is_waited_for_with_the_batch_in_hand(
    office: Office,
    undisturbed: tuple[Any, ...],
    trouble: Callable[[Office], Mend],
    caplog: pytest.LogCaptureFixture,
) -> None:
    mend, pauses, unacknowledged = trouble(office), 0, []

    def pause(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        unacknowledged.append(list(office.inbox.unacknowledged))
        if pauses == 3:
            mend()

    office.ingest._patience = Patience(pause=pause)
    office.inbox.deliver(*BATCH)
    office.ingest.run(lambda: pauses >= 3 and not office.inbox.unacknowledged)
    assert unacknowledged == [BATCH] * 3
    assert_same(office, undisturbed)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2, said
    assert str(file_of(office)) in said[0]
    assert f"{len(BATCH)} messages in hand" in said[0]
    assert "->" in said[0]
    assert "again" in said[1]


def test_a_stop_while_it_is_waited_for_ends_well_and_acknowledges_nothing(office: Office) -> None:
    mend = locked(office)
    stopped: list[float] = []
    office.ingest._patience = Patience(pause=stopped.append)
    office.inbox.deliver(*BATCH)
    office.ingest.run(lambda: bool(stopped))
    assert office.inbox.unacknowledged == BATCH
    mend()


def test_an_older_copy_in_the_database_s_place_is_not_appended_to(
    office: Office, undisturbed: tuple[Any, ...]
) -> None:
    file, copy = file_of(office), file_of(office).with_name("backup.db")
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    office.started(heartbeat_s=1.0)
    office.hear(*BATCH[:3])
    office.second_journal.close()
    pragma(office, "wal_checkpoint(TRUNCATE)")
    shutil.copy(file, newest := file.with_name("newest.db"))
    shutil.move(copy, file)
    older = file.read_bytes()
    pauses = 0

    def pause(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        office.clock.advance(timedelta(seconds=1))
        if pauses == 3:
            office.journal._engine.dispose()
            assert file.read_bytes() == older, "not even a sign of life"
            newest.replace(file)

    office.ingest._patience = Patience(pause=pause)
    office.inbox.deliver(*BATCH[3:])
    office.ingest.run(lambda: pauses >= 3 and not office.inbox.unacknowledged)
    assert_same(office, undisturbed)


def test_a_database_that_is_damaged_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: Any) -> int:
        raise ServiceUnreachable("the database is damaged")

    monkeypatch.setattr(office.journal, "commit", damaged)
    office.inbox.deliver(*BATCH)
    with pytest.raises(ServiceUnreachable, match="damaged"):
        office.ingest.run(lambda: False)
    assert office.inbox.unacknowledged == BATCH
    assert_whole(office.journal)


def test_it_is_told_at_once_then_less_and_less_often(caplog: pytest.LogCaptureFixture) -> None:
    now = 1000.0
    told = []

    def pause(seconds: float) -> None:
        nonlocal now
        now += seconds

    patience = Patience(lambda: now, pause)
    with caplog.at_level(logging.WARNING):
        for _ in range(20_000):
            before, at = len(caplog.records), now - 1000.0
            patience.bear(StorageAway("locked"))
            if len(caplog.records) > before:
                told.append(at)
    gaps = [later - earlier for earlier, later in pairwise(told)]
    assert told[0] == 0
    assert gaps[0] == FIRST_AGAIN_S
    assert gaps == sorted(gaps)
    assert max(gaps) == LAST_AGAIN_S
    before = len(caplog.records)
    patience.bear(StorageAway("the disk is full"))
    assert len(caplog.records) == before + 1, "another trouble is news"
