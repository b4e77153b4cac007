"""The database that holds the journal: open, its schema up to date."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.adapters.journal import SqlJournal


def journal(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal, open; its schema is brought up to date, its folder made if absent.

    Raises UsageError for a database that cannot serve, ServiceUnreachable for one that is away.
    """
    from tracker.adapters.journal import SqlJournal

    _, is_file, path = config.database.url.partition("sqlite:///")
    if is_file:
        _make_folder(Path(path).parent)
    return closing(SqlJournal.open(config.database.url))


def records(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal for reading: `tracker.ports.Records`. Where nothing may be written (a read-only
    disk, somebody else's folder) nothing is. Raises as `journal` does.
    """
    _, is_file, path = config.database.url.partition("sqlite:///")
    if is_file and Path(path).exists() and not _writable(Path(path)):
        return read_only(config)
    return journal(config)


def read_only(config: Config) -> AbstractContextManager[SqlJournal]:
    """The journal as it is: nothing is made, upgraded or written. Raises as `journal` does, and for
    one that is not there.
    """
    from tracker.adapters.journal import SqlJournal

    return closing(SqlJournal.read(config.database.url))


def _writable(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", where=str(folder), mend="name another folder"
        ) from error
