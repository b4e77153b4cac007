"""Reading the journal. What is returned is built from the rows here, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, RowMapping, Select, func, select

from devices.identity import from_body
from tracker.adapters.journal.health import RECENT, health, mute
from tracker.adapters.journal.log_reader import LogReader
from tracker.adapters.journal.reading import between, state_from
from tracker.adapters.journal.tables import (
    ALERTS,
    FOLLOWERS,
    GEOGRAPHIES,
    HEAD,
    HEARTBEATS,
    READINGS,
    REJECTS,
    SHIPMENTS,
    STATES,
    WATCHES,
)
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity, Snooze, Verdict
from tracker.domain.state import DEVICE_SCOPE
from tracker.ports import (
    DeviceRow,
    Heartbeat,
    RejectRow,
    StoredGeography,
    StoredReading,
    StoredShipment,
    StoredState,
    Watch,
)


class JournalReader(LogReader):
    """`tracker.ports.Records` on SQL.

    Iterators show the journal as it was at their first item, whatever is committed meanwhile; run
    them to their end, or close them. `limit` keeps the newest, but for `entries`: there it counts
    from `after` on, so that a caller can page.
    """

    def shipments(
        self,
        *,
        closed: bool = True,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[StoredShipment]:
        """In the order of their opening; with closed=False only those still open."""
        query = between(select(SHIPMENTS), SHIPMENTS.c.opened_at, since, until)
        if not closed:
            query = query.where(SHIPMENTS.c.closed_at.is_(None))
        rows = self._newest(query, (SHIPMENTS.c.opened_at, SHIPMENTS.c.id), limit)
        return [shipment_from(row) for row in rows]

    def shipment(self, shipment: str) -> StoredShipment | None:
        query = select(SHIPMENTS).where(SHIPMENTS.c.id == shipment)
        return next((shipment_from(row) for row in self._rows(query)), None)

    def state(self, scope: str) -> bytes | None:
        query = select(STATES.c.body).where(STATES.c.scope == scope)
        return next((row["body"] for row in self._rows(query)), None)

    def states(self) -> Iterator[StoredState]:
        """Of every scope, by its name."""
        yield from map(state_from, self._stream(select(STATES).order_by(STATES.c.scope)))

    def followers(self) -> dict[str, int]:
        """By name; the index of the last entry that each was told."""
        rows = self._rows(select(FOLLOWERS).order_by(FOLLOWERS.c.name))
        return {row["name"]: row["position"] for row in rows}

    def alerts(
        self,
        *,
        shipment: str | None = None,
        status: Sequence[str] = (),
        severity: str | None = None,
        kinds: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Alert]:
        """In the order in which they were raised."""
        query = between(select(ALERTS), ALERTS.c.raised_at, since, until)
        if shipment is not None:
            query = query.where(ALERTS.c.shipment == shipment)
        if status:
            # Of one shipment there are few: its index is to be used, not that of the status, which
            # half a fleet's alerts may have.
            column = ALERTS.c.status if shipment is None else ALERTS.c.status.concat("")
            query = query.where(column.in_(status))
        if severity is not None:
            query = query.where(ALERTS.c.severity == severity)
        if kinds:
            query = query.where(ALERTS.c.kind.in_(kinds))
        rows = self._newest(query, (ALERTS.c.raised_at, ALERTS.c.id), limit)
        return [_alert(row) for row in rows]

    def alert(self, alert: str) -> Alert | None:
        query = select(ALERTS).where(ALERTS.c.id == alert)
        return next((_alert(row) for row in self._rows(query)), None)

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
            for row in self._newest(query, order, limit):
                yield _reading(row)

    def received(self, scopes: Collection[str] | None = None) -> Iterator[StoredReading]:
        """Sorts what it reads: there is no index on the receipt."""
        whose = func.coalesce(READINGS.c.shipment, DEVICE_SCOPE + READINGS.c.device)
        query = select(READINGS).order_by(READINGS.c.received_at, whose, READINGS.c.number)
        if scopes is not None:
            query = query.where(whose.in_(scopes))
        for row in self._stream(query):
            yield _reading(row)

    def watches(self) -> list[Watch]:
        rows = self._rows(select(WATCHES).order_by(WATCHES.c.started_at))
        return [Watch(**row) for row in rows]

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

    def rejects(
        self,
        *,
        device: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[RejectRow]:
        """In the order in which they were stored."""
        query = between(select(REJECTS), REJECTS.c.received_at, since, until)
        if device is not None:
            query = query.where(REJECTS.c.device == device)
        return [_reject(row) for row in self._newest(query, (REJECTS.c.id,), limit)]

    def reject(self, number: int) -> RejectRow | None:
        query = select(REJECTS).where(REJECTS.c.id == number)
        return next((_reject(row) for row in self._rows(query)), None)

    def geographies(self) -> list[StoredGeography]:
        """In the order in which they came into force first."""
        query = select(GEOGRAPHIES).order_by(GEOGRAPHIES.c.since, GEOGRAPHIES.c.version)
        return [StoredGeography(**row) for row in self._rows(query)]

    def heartbeat(self) -> Heartbeat | None:
        columns = [HEARTBEATS.c[name] for name in Heartbeat.__struct_fields__]
        return next((Heartbeat(**row) for row in self._rows(select(*columns))), None)

    def _newest(
        self, query: Select[Any], order: Sequence[Column[Any]], limit: int | None
    ) -> Sequence[RowMapping]:
        """In this order, the last `limit` of them (None: all)."""
        if limit is None:
            return self._rows(query.order_by(*order))
        last = query.order_by(*(column.desc() for column in order)).limit(limit)
        return list(reversed(self._rows(last)))

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
    chapters = msgspec.convert(row["chapters"], tuple[Chapter, ...])
    typed = {name: kind(row[name]) for name, kind in kinds.items()}
    verdict = None if row["verdict"] is None else Verdict(row["verdict"])
    snooze = msgspec.convert(row["snooze"], Snooze | None)
    return Alert(**{**row, **typed, "chapters": chapters, "verdict": verdict, "snooze": snooze})


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
        retained=row["retained"],
    )


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
        .limit(RECENT)
    )
    return health(
        [_reading(row) for row in connection.execute(newest).mappings()],
        readings=summary["readings"],
        late=summary["late"],
        rejects=rejects["rejects"] if rejects else 0,
        received_at=summary["received_at"],
    )


def _rejected_only(row: RowMapping) -> DeviceRow:
    return mute(
        row["device"],
        dialect=row["dialect"],
        rejects=row["rejects"],
        received_at=row["received_at"],
    )
