"""Reading the custody log: its entries, its tree, its checkpoints, and the telemetry it binds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, func, select

from sealproof.readings import record
from tracker.adapters.journal.diagnosis import place
from tracker.adapters.journal.reading import JournalReads, between
from tracker.adapters.journal.tables import (
    ATTESTATIONS,
    CHECKPOINTS,
    ENTRIES,
    HEAD,
    READINGS,
    SECRETS,
)
from tracker.adapters.journal.tiles import tile
from tracker.domain.errors import ServiceUnreachable
from tracker.domain.state import DEVICE_SCOPE
from tracker.domain.times import micros
from tracker.log.leaf import SaltedValue
from tracker.log.tree import root_of, split
from tracker.ports import (
    Attestation,
    EntryRow,
    HeardRow,
    LogHead,
    NamedEntry,
    StoredCheckpoint,
    StoredEntry,
    StoredSecret,
)


class LogReader(JournalReads):
    """The part of `tracker.ports.Records` that concerns the log."""

    def entries(
        self,
        *,
        scope: str | None = None,
        types: Sequence[str] = (),
        after: int = -1,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[EntryRow]:
        """In the order of the log: the first `limit` whose index is greater than `after`."""
        query = select(ENTRIES).where(ENTRIES.c.index > after).order_by(ENTRIES.c.index)
        query = between(query, ENTRIES.c.recorded_at, since, until)
        if scope is not None:
            query = query.where(ENTRIES.c.scope == scope)
        if types:
            query = query.where(ENTRIES.c.type.in_(types))
        entries = query.limit(limit).subquery()
        kept = entries.outerjoin(SECRETS, SECRETS.c.entry == entries.c.id)
        rows = self._stream(
            select(entries, SECRETS.c.place, SECRETS.c.salt, SECRETS.c.value)
            .select_from(kept)
            .order_by(entries.c.index, SECRETS.c.place)
        )
        for _, parts in itertools.groupby(rows, key=lambda row: row["index"]):
            yield _entry(list(parts))

    def stored_entries(self) -> Iterator[StoredEntry]:
        """Every entry as it lies in the table, columns and bytes, for checking one by the other.

        Straight from the driver: half the time of a check would go into making rows.
        """
        columns = ", ".join(f'"{name}"' for name in StoredEntry._fields)
        query = f'SELECT {columns} FROM {ENTRIES.name} ORDER BY "index"'  # noqa: S608
        with self._reading() as connection:
            found = connection.exec_driver_sql(query)
            cursor = found.cursor
            while cursor is not None and (rows := cursor.fetchmany(500)):
                yield from map(StoredEntry._make, rows)

    def named(self, *, scope: str | None = None, value: str | None = None) -> Iterator[NamedEntry]:
        query = (
            select(ENTRIES.c.id, ENTRIES.c.scope, ENTRIES.c.type, SECRETS.c.place, SECRETS.c.value)
            .join(SECRETS, SECRETS.c.entry == ENTRIES.c.id)
            .order_by(ENTRIES.c.index, SECRETS.c.place)
        )
        if scope is not None:
            query = query.where(ENTRIES.c.scope == scope)
        if value is not None:
            query = query.where(SECRETS.c.value == value)
        for row in self._stream(query):
            yield NamedEntry(**row)

    def kept_secrets(self) -> Iterator[StoredSecret]:
        """By entry, then place."""
        for row in self._stream(select(SECRETS).order_by(*SECRETS.primary_key.columns)):
            yield StoredSecret(**row)

    def head(self) -> LogHead:
        """Raises ServiceUnreachable where the row is gone, or is none that the journal writes."""
        rows = self._rows(select(HEAD.c.log_size, HEAD.c.frontier))
        if not rows or not isinstance(rows[0]["frontier"], bytes):
            raise ServiceUnreachable(
                "the log's head was altered, or is damaged",
                where=place(self._engine),
                mend="stop the tracker and restore a backup",
            )
        return LogHead(size=rows[0]["log_size"], root=root_of(split(rows[0]["frontier"])))

    def tile(self, level: int, index: int) -> bytes:
        with self._reading() as connection:
            return tile(connection.exec_driver_sql, level, index)

    def checkpoints(self, *, since: int = 0) -> list[StoredCheckpoint]:
        query = select(CHECKPOINTS).where(CHECKPOINTS.c.size >= since).order_by(CHECKPOINTS.c.size)
        return [StoredCheckpoint(**row) for row in self._rows(query)]

    def attestations(self, *, size: int | None = None, since: int = 0) -> list[Attestation]:
        query = select(ATTESTATIONS).where(ATTESTATIONS.c.size >= since)
        query = query.order_by(*ATTESTATIONS.primary_key.columns)
        if size is not None:
            query = query.where(ATTESTATIONS.c.size == size)
        return [Attestation(**row) for row in self._rows(query)]

    def heard(self, *, scope: str | None = None) -> Iterator[HeardRow]:
        """Sorts all readings (of the scope): a table without an index on it is quicker to fill."""
        whose = func.coalesce(READINGS.c.shipment, DEVICE_SCOPE + READINGS.c.device)
        query = select(READINGS, whose.label("scope")).order_by(whose, READINGS.c.number)
        if scope is not None:
            query = query.where(whose == scope)
        for row in self._stream(query):
            yield _heard(row)


_ENTRY_FIELDS = [name for name in EntryRow.__struct_fields__ if name != "secrets"]


def _entry(rows: list[RowMapping]) -> EntryRow:
    """One entry: a row for each of its personal values, or one without."""
    secrets = tuple(
        SaltedValue(row["place"], row["salt"], row["value"])
        for row in rows
        if row["place"] is not None
    )
    return EntryRow(**{name: rows[0][name] for name in _ENTRY_FIELDS}, secrets=secrets)


def _heard(row: RowMapping) -> HeardRow:
    return HeardRow(
        scope=row["scope"],
        number=row["number"],
        device=row["device"],
        event_time=row["event_time"],
        digest=row["digest"],
        lat=row["lat"],
        lon=row["lon"],
        record=record(
            row["device"],
            micros(row["received_at"]),
            row["dialect"],
            buffered=row["buffered"],
            body=row["body"],
        ),
    )
