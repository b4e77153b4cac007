"""Which file an engine's connections are to."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.domain.errors import StorageShut

_IS_OURS = "SELECT 1 FROM sqlite_master WHERE name = 'head'"


class SameFile:
    """Sees to it that an engine's connections are to the file at `path`, as long as it lives.

    A file that was deleted, or whose disk was taken away, can still be written to by those who have
    it open; nobody would ever see what they wrote. And SQLite makes a missing file anew: an empty
    database where a disk is not mounted. So only the first connection may make the file, and one
    whose file is no longer the one at its path is given up for another.
    """

    def __init__(self, path: Path, *, reads_only: bool) -> None:
        self._path, self._reads_only = path.absolute(), reads_only
        self._made = False
        self._first: tuple[int, int, bool] | None = None

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._checkout)

    def _connecting(self, _dialect: Any, _record: Any, args: list[Any], named: Any) -> None:
        if self._reads_only:
            how = "mode=ro&immutable=1" if self._lies_still() else "mode=ro"
        elif self._made:
            how = "mode=rw"
        else:
            return
        args[0], named["uri"] = f"{self._path.as_uri()}?{how}", True

    def _connected(self, connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        found = record.info["file"] = self._identity()
        if not self._made:
            self._made, self._first = True, found
        elif found != self._first and not connection.execute(_IS_OURS).fetchone():
            raise StorageShut(
                "another file is in the database's place, and none of a tracker's",
                where=str(self._path),
                mend="mount its disk, or put the database back",
            )

    def _checkout(
        self, _connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: Any
    ) -> None:
        if record.info.get("file") != self._identity():
            raise DisconnectionError("another file, or none, is at the database's path")

    def _identity(self) -> tuple[int, int, bool] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - on every transaction's way
        except OSError:
            return None
        return found.st_dev, found.st_ino, self._reads_only and self._lies_still()

    def _lies_still(self) -> bool:
        """Nobody writes to it, and we may not make the files beside it that SQLite reads by."""
        return not (log_of(self._path).exists() or os.access(self._path.parent, os.W_OK))


def log_of(path: Path) -> Path:
    """The write-ahead log; it is there while the database is in use, and after a crash."""
    return path.with_name(f"{path.name}-wal")
