"""Every write of a commit is failed twice: not persisted, and persisted but reported as failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.domain.errors import ServiceUnreachable
from tracker.ports import Stale

STATEMENTS = [
    "BEGIN IMMEDIATE", "SELECT head", "INSERT INTO readings", "INSERT INTO rejects",
    "INSERT INTO entries", "INSERT INTO alerts", "INSERT INTO states", "INSERT INTO shipments",
    "INSERT INTO versions", "INSERT INTO carried", "INSERT INTO followers",
    "INSERT INTO followerrows", "UPDATE head",
]  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = SqlJournal.open(f"sqlite:///{tmp_path}/tracker.db")
    opened.commit(works.work(0), {})
    yield opened
    opened.close()


def fail(*_: Any) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def reopened(journal: SqlJournal) -> SqlJournal:
    """Another journal on the same file: what it sees is what is on the disk."""
    return SqlJournal.open(f"sqlite:///{journal._engine.url.database}")


def assert_holds(journal: SqlJournal, count: int) -> None:
    """All of the first `count` works, each once, and nothing else."""
    seen = reopened(journal)
    given = [works.work(n) for n in range(count)]
    assert seen.version() == count
    assert list(seen.readings()) == [r for work in given for r in work.readings]
    assert [e.leaf for e in seen.entries()] == [e.leaf for work in given for e in work.entries]
    assert seen.alerts() == [a for work in given for a in work.alerts]
    assert seen.state(works.SHIPMENT) == b"state %d" % (count - 1)
    assert seen.counts()["rejects"] == count
    assert seen.followed("counter", ["told"]) == (count, works.followed(count - 1))
    seen.close()


@pytest.mark.parametrize("when", ["before_cursor_execute", "after_cursor_execute"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_whichever_statement_fails_nothing_is_written(
    journal: SqlJournal, statement: str, when: str
) -> None:
    struck = []

    def strike(_conn: Any, _cursor: Any, text: str, *_: Any) -> None:
        if statement in " ".join(text.replace("head.version, head.log_size \nFROM ", "").split()):
            struck.append(text)
            fail()

    event.listen(journal._engine, when, strike)
    with pytest.raises((ServiceUnreachable, sqlite3.OperationalError)):
        journal.commit(works.work(1), {})
    event.remove(journal._engine, when, strike)
    assert len(struck) == 1
    assert_holds(journal, 1)
    assert journal.commit(works.work(1), {}) == 2, "the same journal goes on"
    assert_holds(journal, 2)


def test_a_commit_that_is_not_persisted_can_be_made_again(
    journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal._engine.dialect, "do_commit", fail)
    with pytest.raises(ServiceUnreachable, match="disk I/O error"):
        journal.commit(works.work(1), {})
    assert_holds(journal, 1)
    monkeypatch.undo()
    assert journal.commit(works.work(1), {}) == 2
    assert_holds(journal, 2)


def test_a_commit_persisted_but_reported_as_failed_is_not_made_twice(
    journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = journal._engine.dialect.do_commit

    def commit_and_fail(connection: Any) -> None:
        commit(connection)
        fail()

    monkeypatch.setattr(journal._engine.dialect, "do_commit", commit_and_fail)
    with pytest.raises(ServiceUnreachable, match="disk I/O error"):
        journal.commit(works.work(1), {})
    monkeypatch.undo()
    with pytest.raises(Stale):
        journal.commit(works.work(1), {works.SHIPMENT: 1})
    readings = works.work(1).readings
    assert journal.known(readings) == {r.identity for r in readings}, "so its maker can tell"
    assert_holds(journal, 2)
