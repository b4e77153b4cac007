"""The connection to the database: durability settings and transactions.

All that depends on which database it is stands here, in `statements` and in `diagnosis`. As yet
that is SQLite alone.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.adapters.journal.diagnosis import diagnosed, diagnosis, place, primary
from tracker.adapters.journal.same_file import SameFile
from tracker.adapters.journal.statements import Cursor
from tracker.domain.errors import ServiceUnreachable, UsageError

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another process's transaction; `?timeout=` (s) in the URL overrides it."""


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


def driver(connection: Connection) -> Cursor:
    """A cursor of the driver's own, within the connection's transaction (`statements`)."""
    return connection.connection.cursor()


@contextmanager
def straight(engine: Engine) -> Iterator[Cursor]:
    """A transaction that excludes other writers from its start, on a cursor of the driver's own:
    SQLAlchemy's way to begin and end one costs as much as all that one batch writes.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    finally:
        connection.close()


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
        raise diagnosis(error, place(engine)) from error
    finally:
        connection.close()
    if blocked:
        raise ServiceUnreachable(
            "the write-ahead log still holds what was erased: another process reads all the time",
            where=place(engine),
            mend="end what reads the database, then give the same command again",
        )


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
            if primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
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
