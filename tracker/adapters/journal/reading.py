"""What every reading of the journal rests on: a connection for each question, or one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Column, Connection, Engine, RowMapping, Select, select

from tracker.adapters.journal.diagnosis import diagnosed
from tracker.adapters.journal.tables import HEAD
from tracker.ports import StoredState


def between(
    query: Select[Any], when: Column[Any], since: datetime | None, until: datetime | None
) -> Select[Any]:
    """Of `query`, what was at `since` or later, and before `until`."""
    if since is not None:
        query = query.where(when >= since)
    return query if until is None else query.where(when < until)


class JournalReads:
    """One object belongs to one thread."""

    def __init__(self, engine: Engine, held: Connection | None = None) -> None:
        self._engine, self._held = engine, held

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """The same, at one moment: whatever is committed meanwhile, all its answers are of then."""
        with diagnosed(self._engine), self._engine.begin() as connection:
            connection.execute(select(HEAD.c.version))  # SQLite's moment is that of the first read
            yield type(self)(self._engine, connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with diagnosed(self._engine):
            if self._held is not None:
                yield self._held
            else:
                with self._engine.begin() as connection:
                    yield connection

    def close(self) -> None:
        """Let go of the database. Idempotent."""
        self._engine.dispose()

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._reading() as connection:
            return connection.execute(query).mappings().all()

    def _stream(self, query: Select[Any]) -> Iterator[RowMapping]:
        """Row by row, on a connection (hence in a snapshot) of its own."""
        with self._reading() as connection:
            yield from connection.execute(query.execution_options(yield_per=500)).mappings()


def state_from(row: RowMapping) -> StoredState:
    return StoredState(scope=row["scope"], body=row["body"], wake_at=row["wake_at"])
