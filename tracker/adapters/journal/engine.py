"""The connection to the database: durability settings, transactions, upserts, and plain errors.

All that depends on which database it is stands here. As yet that is SQLite alone.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.dml import Insert
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.adapters.journal.same_file import SameFile, log_of
from tracker.domain.errors import (
    ServiceUnreachable,
    StorageAway,
    StorageShut,
    TrackerError,
    UsageError,
)

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another process's transaction; `?timeout=` (s) in the URL overrides it."""

KEYS_AT_ONCE = 300
"""Keys in one query, three variables each: builds of SQLite before 3.32 allow 999 variables."""


def connect(url: str, *, reads_only: bool = False) -> Engine:
    """An engine for `url` ("sqlite:///path/tracker.db"); the database is not touched yet.
    reads_only: nothing is written, not even beside it: where it lies nothing may be.

    Raises UsageError if the URL is not one, or is of a database that is not supported.
    """
    parsed = _parsed(url)
    try:
        # Hidden parameters keep payloads out of tracebacks.
        engine = create_engine(parsed, hide_parameters=True)
    except (ValueError, TypeError) as error:
        mend = "correct what follows the question mark"
        raise UsageError(f"the URL's options are wrong: {error}", where=url, mend=mend) from error
    event.listen(engine, "connect", _configure_reading if reads_only else _configure)
    event.listen(engine, "begin", _begin)
    if "uri" not in parsed.query:
        SameFile(Path(str(parsed.database)), reads_only=reads_only).watch(engine)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine (and pool), whose transactions exclude other writers from their start.

    A transaction that reads first and takes the write lock later fails at once, without waiting,
    if somebody wrote in between.
    """
    return engine.execution_options(writes=True)


def upsert(table: Table) -> Insert:
    """Insert; where the primary key is there already, replace all other columns."""
    statement = sqlite_insert(table)
    keys = table.primary_key.columns
    replaced = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=replaced)


def insert_new(table: Table) -> Insert:
    """Insert; what has its primary key there already stays as it is."""
    statement = sqlite_insert(table)
    return statement.on_conflict_do_nothing(index_elements=list(table.primary_key.columns))


def append(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, raw values in the order of the table's columns.

    Straight to the driver: SQLAlchemy's own way costs as much again as all of SQLite's work.
    """
    blanks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({blanks})", list(rows))  # noqa: S608


def replace(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, raw values in the order of the table's columns; where the primary key is there
    already, replace all other columns. Straight to the driver, as `append`.
    """
    keys = [column.name for column in table.primary_key.columns]
    rest = ", ".join(
        f"{column.name} = excluded.{column.name}"
        for column in table.columns
        if column.name not in keys
    )
    blanks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} VALUES ({blanks}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}",
        list(rows),
    )


def present(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Those of `keys` (raw values of the primary key's columns) that `table` holds.

    One search of the key for each: SQLite reads the whole table for `(a, b) IN (VALUES ...)`, and
    CROSS JOIN is how it is told to begin with the other side.
    """
    names = [column.name for column in table.primary_key.columns]
    same = " AND ".join(f"{table.name}.{name} = asked.{name}" for name in names)
    row = f"({', '.join('?' * len(names))})"
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        query = (
            f"WITH asked({', '.join(names)}) AS (VALUES {', '.join([row] * len(some))}) "  # noqa: S608
            f"SELECT asked.* FROM asked CROSS JOIN {table.name} ON {same}"
        )
        found = connection.exec_driver_sql(query, tuple(chain.from_iterable(some)))
        yield from (tuple(row) for row in found)


def lockable(engine: Engine, within_s: float) -> None:
    """Take the write lock within so long, and let go of it. Raises StorageAway, StorageShut."""
    with diagnosed(engine):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={within_s * 1000:.0f}")
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        finally:
            connection.invalidate()  # it is impatient now


def scrub(engine: Engine) -> None:
    """Write the file anew, without what was deleted: SQLite only marks its pages as free. Then
    empty the write-ahead log, which has the old pages too.

    Raises ServiceUnreachable while others write, or read from before, all the time.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((blocked, _, _),) = cursor.fetchall()
    except sqlite3.Error as error:
        raise _diagnosis(error, place(engine)) from error
    finally:
        connection.close()
    if blocked:
        raise ServiceUnreachable(
            "the write-ahead log still holds what was erased: another process reads all the time",
            where=place(engine),
            mend="end what reads the database, then give the same command again",
        )


@contextmanager
def diagnosed(engine: Engine) -> Iterator[None]:
    """Turns the driver's errors into ours, each with the mend; other exceptions pass."""
    try:
        yield
    except DBAPIError as error:
        raise _diagnosis(error.orig, place(engine)) from error
    except sqlite3.Error as error:  # of rows that are fetched straight from the driver
        raise _diagnosis(error, place(engine)) from error


def _parsed(url: str) -> URL:
    mend = 'write it as "sqlite:///folder/tracker.db" (four slashes for an absolute path)'
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise UsageError("this is not a database URL", where=url, mend=mend) from error
    if parsed.drivername != "sqlite" or parsed.database in (None, "", ":memory:"):
        where = parsed.render_as_string(hide_password=True)
        raise UsageError(
            "the journal is an SQLite file, and this names none", where=where, mend=mend
        )
    if "timeout" not in parsed.query:
        return parsed.update_query_dict({"timeout": str(BUSY_TIMEOUT_S)})
    return parsed


def _configure(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    # The driver must start no transactions of its own: `_begin` does, so that reads are consistent
    # too. (Its newer `autocommit` attribute needs Python 3.12.)
    connection.isolation_level = None
    _write_ahead(connection)
    # Not NORMAL: that may lose the last commits on power loss, and what was committed has been
    # acknowledged to the broker, and perhaps attested to others.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _configure_reading(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. While another process does the same to a new file, SQLite
    answers "locked" without honouring its own busy timeout, so the waiting is done here.
    """
    patience = connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    deadline = time.monotonic() + patience
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise UsageError(
                f"SQLite cannot keep a write-ahead log here (it offers {mode!r})",
                mend="put the database on a local disk",
            )
        return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _primary(error: BaseException | None) -> int:
    """SQLite's primary result code; -1 if the error carries none."""
    code = getattr(error, "sqlite_errorcode", -1)
    return code if code < 0 else code & 0xFF


_DIAGNOSES: dict[int, tuple[type[TrackerError], str, str]] = {
    sqlite3.SQLITE_BUSY: (
        StorageAway,
        "the database is busy: another process has kept it locked all the time",
        "find out which process holds it, or try again",
    ),
    sqlite3.SQLITE_FULL: (
        StorageAway,
        "the database cannot grow: the disk is full",
        "free space on this disk; what was committed is safe",
    ),
    sqlite3.SQLITE_NOTADB: (
        UsageError,
        "this file is not an SQLite database",
        "name another file, or move this one away",
    ),
    sqlite3.SQLITE_CORRUPT: (
        ServiceUnreachable,
        "the database is damaged",
        "stop the tracker and restore a backup",
    ),
    sqlite3.SQLITE_READONLY: (
        StorageShut,
        "the database may not be written to",
        "let this user write to the file and its folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StorageShut,
        "the database cannot be opened",
        "its folder must exist (mkdir -p), and this user must be able to read and write there",
    ),
}

_PASSING = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_LOCKED}
"""Others that may not come again: the disk failed just now, processes got in each other's way."""


def place(engine: Engine) -> str:
    """Where the database is, for messages."""
    return str(Path(engine.url.database or "").absolute())


def read_from(engine: Engine) -> StorageShut:
    """What is wrong where a database cannot be read without writing beside it."""
    where = place(engine)
    what, mend = "the database cannot be read here", "let this user read the file and its folder"
    if log_of(Path(where)).exists():
        what = "the database cannot be read here: its write-ahead log has to be taken in first"
        mend = f"copy it and {Path(where).name}-wal to where you may write, and read it there"
    return StorageShut(what, where=where, mend=mend)


def _diagnosis(error: BaseException | None, where: str) -> TrackerError:
    if "decode to UTF-8" in str(error):  # the driver's own, it has no code
        return ServiceUnreachable(
            f"the database was altered, or is damaged: {error}",
            where=where,
            mend="stop the tracker and restore a backup",
        )
    code = _primary(error)
    other = StorageAway if code in _PASSING else ServiceUnreachable
    kind, what, mend = _DIAGNOSES.get(
        code, (other, f"the database failed: {error}", "see that the disk is there and in order")
    )
    return kind(what, where=where, mend=mend)
