"""Reading the journal. What is returned is built from the rows here, and nowhere else."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, RowMapping, Select, func, select

from devices.identity import from_body
from tracker.adapters.journal.engine import diagnosed
from tracker.adapters.journal.tables import (
    ALERTS,
    ATTESTATIONS,
    CHECKPOINTS,
    ENTRIES,
    GEOGRAPHIES,
    HEAD,
    READINGS,
    REJECTS,
    SECRETS,
    SHIPMENTS,
    STATES,
)
from tracker.adapters.journal.tiles import tile
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity
from tracker.domain.state import DEVICE_SCOPE
from tracker.domain.times import micros
from tracker.log.leaf import Secret
from tracker.log.tree import root_of, split
from tracker.ports import (
    Attestation,
    DeviceRow,
    EntryRow,
    HeardRow,
    LogHead,
    NamedEntry,
    RejectRow,
    StoredCheckpoint,
    StoredEntry,
    StoredGeography,
    StoredReading,
    StoredSecret,
    StoredShipment,
)
from tracker.verify.readings import record


class Reader:
    """`tracker.ports.Records` on SQL.

    Iterators show the journal as it was at their first item, whatever is committed meanwhile; run
    them to their end, or close them. `limit` keeps the newest, but for `entries`: there it counts
    from `after` on, so that a caller can page.
    """

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

    def shipments(self, *, closed: bool = True) -> list[StoredShipment]:
        """In the order of their opening; with closed=False only those still open."""
        query = select(SHIPMENTS).order_by(SHIPMENTS.c.opened_at, SHIPMENTS.c.id)
        if not closed:
            query = query.where(SHIPMENTS.c.closed_at.is_(None))
        return [shipment_from(row) for row in self._rows(query)]

    def shipment(self, shipment: str) -> StoredShipment | None:
        query = select(SHIPMENTS).where(SHIPMENTS.c.id == shipment)
        return next((shipment_from(row) for row in self._rows(query)), None)

    def state(self, scope: str) -> bytes | None:
        query = select(STATES.c.body).where(STATES.c.scope == scope)
        return next((row["body"] for row in self._rows(query)), None)

    def alerts(
        self,
        *,
        shipment: str | None = None,
        status: Sequence[str] = (),
        severity: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]:
        """In the order in which they were raised; `since`: raised then or later."""
        query = select(ALERTS).order_by(ALERTS.c.raised_at, ALERTS.c.id)
        if shipment is not None:
            query = query.where(ALERTS.c.shipment == shipment)
        if status:
            query = query.where(ALERTS.c.status.in_(status))
        if severity is not None:
            query = query.where(ALERTS.c.severity == severity)
        if since is not None:
            query = query.where(ALERTS.c.raised_at >= since)
        return [_alert(row) for row in self._rows(query)]

    def alert(self, alert: str) -> Alert | None:
        query = select(ALERTS).where(ALERTS.c.id == alert)
        return next((_alert(row) for row in self._rows(query)), None)

    def entries(
        self, *, scope: str | None = None, after: int = -1, limit: int | None = None
    ) -> Iterator[EntryRow]:
        """In the order of the log: the first `limit` whose index is greater than `after`."""
        query = select(ENTRIES).where(ENTRIES.c.index > after).order_by(ENTRIES.c.index)
        if scope is not None:
            query = query.where(ENTRIES.c.scope == scope)
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

    def readings(
        self, *, device: str | None = None, shipment: str | None = None, limit: int | None = None
    ) -> Iterator[StoredReading]:
        """In the order of event times. Of one device, or of a shipment's devices, this follows the
        key; of all devices it sorts the whole table.
        """
        query = select(READINGS)
        if device is not None:
            query = query.where(READINGS.c.device == device)
        if shipment is not None:
            stored = self.shipment(shipment)
            devices = stored.devices if stored else ()
            query = query.where(READINGS.c.device.in_(devices), READINGS.c.shipment == shipment)
        order = (READINGS.c.event_time, READINGS.c.device, READINGS.c.digest)
        if limit is None:
            for row in self._stream(query.order_by(*order)):
                yield _reading(row)
        else:
            newest = query.order_by(*(column.desc() for column in order)).limit(limit)
            for row in reversed(self._rows(newest)):
                yield _reading(row)

    def devices(self) -> list[DeviceRow]:
        """By name. Reads every reading once."""
        with self._reading() as connection:
            rejects = {
                row["device"]: row for row in connection.execute(_REJECTS_BY_DEVICE).mappings()
            }
            found = [
                _device(connection, row, rejects.pop(row["device"], None))
                for row in connection.execute(_READINGS_BY_DEVICE).mappings().all()
            ]
        found += [_rejected_only(row) for row in rejects.values()]
        return sorted(found, key=lambda one: one.device)

    def rejects(self, *, device: str | None = None, limit: int | None = None) -> list[RejectRow]:
        """In the order in which they were stored."""
        query = select(REJECTS).order_by(REJECTS.c.id.desc()).limit(limit)
        if device is not None:
            query = query.where(REJECTS.c.device == device)
        return [_reject(row) for row in reversed(self._rows(query))]

    def geographies(self) -> list[StoredGeography]:
        """In the order in which they came into force first."""
        query = select(GEOGRAPHIES).order_by(GEOGRAPHIES.c.since, GEOGRAPHIES.c.version)
        return [StoredGeography(**row) for row in self._rows(query)]

    def head(self) -> LogHead:
        row = self._rows(select(HEAD.c.log_size, HEAD.c.frontier))[0]
        return LogHead(size=row["log_size"], root=root_of(split(row["frontier"])))

    def tile(self, level: int, index: int) -> bytes:
        with self._reading() as connection:
            return tile(connection, level, index)

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

    def counts(self) -> dict[str, int]:
        """Rows of each kind: readings, late, rejects, entries, alerts, shipments."""
        late = func.count().filter(READINGS.c.late)
        with self._reading() as connection:
            readings, stored_late = connection.execute(
                select(func.count(), late).select_from(READINGS)
            ).one()
            rows = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (REJECTS, ALERTS, SHIPMENTS)
            }
            entries = connection.execute(select(HEAD.c.log_size)).scalar_one()
        return {"readings": readings, "late": stored_late, "entries": entries, **rows}

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


def shipment_from(row: RowMapping) -> StoredShipment:
    return StoredShipment(
        id=row["id"],
        document=row["document"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        devices=tuple(row["devices"]),
        numbers=tuple(row["numbers"]),
    )


def _alert(row: RowMapping) -> Alert:
    kinds = {"kind": AlertKind, "severity": Severity, "status": AlertStatus}
    return Alert(**{**row, **{name: kind(row[name]) for name, kind in kinds.items()}})


_ENTRY_FIELDS = [name for name in EntryRow.__struct_fields__ if name != "secrets"]


def _entry(rows: list[RowMapping]) -> EntryRow:
    """One entry: a row for each of its personal values, or one without."""
    secrets = tuple(
        Secret(row["place"], row["salt"], row["value"]) for row in rows if row["place"] is not None
    )
    return EntryRow(**{name: rows[0][name] for name in _ENTRY_FIELDS}, secrets=secrets)


def _reject(row: RowMapping) -> RejectRow:
    return RejectRow(**{name: row[name] for name in RejectRow.__struct_fields__})


def _reading(row: RowMapping) -> StoredReading:
    reading = from_body(
        row["device"], row["body"], row["received_at"], row["buffered"], row["dialect"]
    )
    return StoredReading(
        reading=reading,
        body=row["body"],
        digest=row["digest"],
        shipment=row["shipment"],
        late=row["late"],
        number=row["number"],
    )


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


_RECENT = 50
"""Not every reading states the battery, nor was each live: so many of the newest are looked at."""

_READINGS_BY_DEVICE = (
    select(
        READINGS.c.device,
        func.count().label("readings"),
        func.count().filter(READINGS.c.late).label("late"),
        func.max(READINGS.c.received_at).label("received_at"),
    )
    .group_by(READINGS.c.device)
    .order_by(READINGS.c.device)
)
_REJECTS_BY_DEVICE = (
    select(
        REJECTS.c.device,
        func.count().label("rejects"),
        func.max(REJECTS.c.dialect).label("dialect"),
        func.max(REJECTS.c.received_at).label("received_at"),
    )
    .where(REJECTS.c.device.is_not(None))
    .group_by(REJECTS.c.device)
)


def _device(connection: Connection, summary: RowMapping, rejects: RowMapping | None) -> DeviceRow:
    device = summary["device"]
    newest = (
        select(READINGS)
        .where(READINGS.c.device == device)
        .order_by(READINGS.c.event_time.desc(), READINGS.c.digest.desc())
        .limit(_RECENT)
    )
    recent = [_reading(row) for row in connection.execute(newest).mappings()]
    charges = [s.reading.battery_pct for s in recent if s.reading.battery_pct is not None]
    live = [s.reading for s in recent if not (s.late or s.reading.buffered)]
    skews = [(one.received_at - one.event_time).total_seconds() for one in live]
    return DeviceRow(
        device=device,
        dialect=recent[0].reading.dialect,
        shipment=recent[0].shipment,
        readings=summary["readings"],
        late=summary["late"],
        rejects=rejects["rejects"] if rejects else 0,
        last_event_at=recent[0].reading.event_time,
        last_received_at=summary["received_at"],
        battery_pct=charges[0] if charges else None,
        skew_s=round(statistics.median(skews), 3) if skews else None,
    )


def _rejected_only(row: RowMapping) -> DeviceRow:
    """A device of which nothing could be read."""
    return DeviceRow(
        device=row["device"],
        dialect=row["dialect"],
        shipment=None,
        readings=0,
        late=0,
        rejects=row["rejects"],
        last_event_at=None,
        last_received_at=row["received_at"],
    )
