"""Every write of a commit is failed twice: not persisted, and persisted but reported as failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.support import works
from tracker.adapters.journal import SqlJournal
from tracker.domain.errors import ServiceUnreachable
from tracker.ports import Stale

STATEMENTS = [
    "BEGIN IMMEDIATE", "SELECT version, log_size", "INSERT INTO readings", "INSERT INTO rejects",
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


class Striking(sqlite3.Cursor):
    """The driver's cursor, which fails at the statement `at`, before or after it is executed."""

    at, when, struck = "", "", list[str]()

    def execute(self, sql: str, *rest: Any) -> Striking:
        return self._strike(sql, lambda: super(Striking, self).execute(sql, *rest))

    def executemany(self, sql: str, *rest: Any) -> Striking:
        return self._strike(sql, lambda: super(Striking, self).executemany(sql, *rest))

    def _strike(self, sql: str, execute: Callable[[], Any]) -> Striking:
        hit = bool(self.at) and sql.replace('"', "").startswith(self.at)
        if hit and self.when == "before":
            self._fail(sql)
        execute()
        if hit:
            self._fail(sql)
        return self

    def _fail(self, sql: str) -> None:
        self.struck.append(sql)
        raise sqlite3.OperationalError("disk I/O error")


class StruckConnection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        return super().cursor(Striking)

    def commit(self) -> None:
        hit = Striking.at == "COMMIT"
        if not hit or Striking.when == "after":
            super().commit()
        if hit:
            fail()


@pytest.fixture
def strikes(journal: SqlJournal) -> Iterator[type[Striking]]:
    """The cursors of this journal's connections from here on."""

    def connecting(_dialect: Any, _record: Any, _args: Any, named: dict[str, Any]) -> None:
        named["factory"] = StruckConnection

    journal._engine.dispose()
    event.listen(journal._engine, "do_connect", connecting)
    yield Striking
    Striking.at, Striking.when, Striking.struck = "", "", []


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


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_whichever_statement_fails_nothing_is_written(
    journal: SqlJournal, strikes: type[Striking], statement: str, when: str
) -> None:
    strikes.at, strikes.when = statement, when
    with pytest.raises(ServiceUnreachable, match="disk I/O error"):
        journal.commit(works.work(1), {})
    strikes.at = ""
    assert len(strikes.struck) == 1
    assert_holds(journal, 1)
    assert journal.commit(works.work(1), {}) == 2, "the same journal goes on"
    assert_holds(journal, 2)


def fail(*_: Any) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def test_a_commit_that_is_not_persisted_can_be_made_again(
    journal: SqlJournal, strikes: type[Striking]
) -> None:
    strikes.at, strikes.when = "COMMIT", "before"
    with pytest.raises(ServiceUnreachable, match="disk I/O error"):
        journal.commit(works.work(1), {})
    assert_holds(journal, 1)
    strikes.at = ""
    assert journal.commit(works.work(1), {}) == 2
    assert_holds(journal, 2)


def test_a_commit_persisted_but_reported_as_failed_is_not_made_twice(
    journal: SqlJournal, strikes: type[Striking]
) -> None:
    strikes.at, strikes.when = "COMMIT", "after"
    with pytest.raises(ServiceUnreachable, match="disk I/O error"):
        journal.commit(works.work(1), {})
    strikes.at = ""
    with pytest.raises(Stale):
        journal.commit(works.work(1), {works.SHIPMENT: 1})
    readings = works.work(1).readings
    assert journal.known(readings) == {r.identity for r in readings}, "so its maker can tell"
    assert_holds(journal, 2)
