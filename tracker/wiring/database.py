"""The database that holds the journal: open, its schema up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import StorageShut, UsageError

if TYPE_CHECKING:
    from tracker.adapters.journal import SqlJournal


def journal(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal, open; its schema is brought up to date, its folder made if absent.

    Raises UsageError for a database that cannot serve, ServiceUnreachable for one that is away.
    """
    from tracker.adapters.journal import SqlJournal

    if (file := database_file(config)) is not None:
        _refuse_another(config, file)
        _make_folder(file.parent)
    return closing(SqlJournal.open(config.database.url))


def database_file(config: Config) -> Path | None:
    """The file of the database; None for a URL that leaves that to SQLite ("file:...")."""
    _, is_file, rest = config.database.url.partition("sqlite:///")
    path, _, _ = rest.partition("?")
    return None if not is_file or path.startswith("file:") else Path(path)


def records(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal for reading: `tracker.ports.Records`. Where nothing may be written (a read-only
    disk, somebody else's folder) nothing is; one that is not there is not made, and empty. Raises
    as `journal` does.
    """
    file = database_file(config)
    if file is not None and not file.exists():
        _refuse_another(config, file)
        return _empty()
    if file is not None and not _writable(file):
        return read_only(config)
    return journal(config)


def made(config: Config) -> bool:
    """The database is there."""
    file = database_file(config)
    return file is None or file.exists()


def may_be_made(config: Config) -> None:
    """Raises UsageError if the database cannot be made where it is to be, StorageShut if it was
    there already.
    """
    file = database_file(config)
    if file is None:
        return
    _refuse_another(config, file)
    there = next(folder for folder in file.parents if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise UsageError(
            "the database cannot be made here",
            where=str(there),
            mend="let this user write there, or name another folder in [database] url",
        )


@contextmanager
def _empty() -> Iterator[SqlJournal]:
    import tempfile

    from tracker.adapters.journal import SqlJournal

    with (
        tempfile.TemporaryDirectory(prefix="tracker-empty-") as folder,
        closing(SqlJournal.open(f"sqlite:///{folder}/empty.db")) as journal,
    ):
        yield journal


def read_only(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal as it is: nothing is made, upgraded or written. Raises as `journal` does, and for
    one that is not there.
    """
    from tracker.adapters.journal import SqlJournal

    return closing(SqlJournal.read(config.database.url))


def _refuse_another(config: Config, file: Path) -> None:
    """A new database must not be made where one is missing: a disk that is not mounted would look
    like a fleet without alerts. Raises StorageShut.
    """
    from tracker.adapters.checkpoint_book import FileBook

    if not file.exists() and FileBook(Path(config.log.checkpoints)).newest() is not None:
        raise StorageShut(
            "the database is gone; checkpoints of it were released",
            where=str(file),
            mend="mount its disk, or put the newest copy back; if it is lost, begin a new log: "
            "`tracker init` in an empty folder",
        )


def _writable(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", where=str(folder), mend="name another folder"
        ) from error
