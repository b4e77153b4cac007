"""What went wrong with the database, in plain words, each with its mend."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tracker.adapters.journal.same_file import log_of
from tracker.domain.errors import (
    ServiceUnreachable,
    StorageAway,
    StorageShut,
    TrackerError,
    UsageError,
)


@contextmanager
def diagnosed(engine: Engine) -> Iterator[None]:
    """Turns the driver's errors into ours, each with the mend; other exceptions pass."""
    try:
        yield
    except DBAPIError as error:
        raise diagnosis(error.orig, place(engine)) from error
    except sqlite3.Error as error:  # of rows that are fetched straight from the driver
        raise diagnosis(error, place(engine)) from error


def primary(error: BaseException | None) -> int:
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


def diagnosis(error: BaseException | None, where: str) -> TrackerError:
    if "decode to UTF-8" in str(error):  # the driver's own, it has no code
        return ServiceUnreachable(
            f"the database was altered, or is damaged: {error}",
            where=where,
            mend="stop the tracker and restore a backup",
        )
    code = primary(error)
    other = StorageAway if code in _PASSING else ServiceUnreachable
    kind, what, mend = _DIAGNOSES.get(
        code, (other, f"the database failed: {error}", "see that the disk is there and in order")
    )
    return kind(what, where=where, mend=mend)
