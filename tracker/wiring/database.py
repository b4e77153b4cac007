"""The database that holds the journal: open, its schema up to date."""

from __future__ import annotations

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


records = journal
"""For reading only: `tracker.ports.Records` is a part of what the journal is."""


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}", where=str(folder), mend="name another folder"
        ) from error
