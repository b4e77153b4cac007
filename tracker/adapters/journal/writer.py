"""Writing the journal: one work, one transaction, one writer at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Self

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from devices.reading import Fix, Rejected
from tracker.adapters.journal.engine import (
    append,
    connect,
    diagnosed,
    insert_new,
    lockable,
    present,
    read_from,
    scrub,
    upsert,
    writing,
)
from tracker.adapters.journal.reader import JournalReader, shipment_from
from tracker.adapters.journal.schema import check, prepare
from tracker.adapters.journal.tables import (
    ALERTS,
    ATTESTATIONS,
    CHECKPOINTS,
    ENTRIES,
    GEOGRAPHIES,
    HEAD,
    HEARTBEATS,
    READINGS,
    REJECTS,
    SECRETS,
    SHIPMENTS,
    STATES,
)
from tracker.adapters.journal.tiles import planted
from tracker.domain.alert import Alert
from tracker.domain.errors import StorageShut
from tracker.domain.personal import ERASED
from tracker.domain.times import micros
from tracker.ports import (
    Attestation,
    Erasure,
    Heartbeat,
    NewEntry,
    Snapshot,
    Stale,
    StoredCheckpoint,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
)

Identity = tuple[str, datetime, bytes]
Row = dict[str, Any]


class SqlJournal(JournalReader):
    """`tracker.ports.Journal` and `Records` on SQL. Made by `open`."""

    @classmethod
    def open(cls, url: str) -> Self:
        """The journal at `url` ("sqlite:///folder/tracker.db"), its schema brought up to date.

        Creates the file, not its folder. Raises UsageError for a URL, file or schema that cannot
        serve, ServiceUnreachable if the database does not answer.
        """
        engine = connect(url)
        try:
            with diagnosed(engine):
                prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @classmethod
    def read(cls, url: str) -> Self:
        """The journal at `url`, to read it alone: nothing is written, made or upgraded. What would
        write raises StorageShut.

        Raises as `open` does, and UsageError for a schema that is not the newest.
        """
        engine = connect(url, reads_only=True)
        try:
            with diagnosed(engine):
                check(engine)
        except BaseException as error:
            engine.dispose()
            if isinstance(error, StorageShut):
                raise read_from(engine) from error
            raise
        return cls(engine)

    def load(self, since: int = 0) -> Snapshot:
        changed_shipments = select(SHIPMENTS).where(SHIPMENTS.c.version > since)
        changed_states = select(STATES).where(STATES.c.version > since)
        with self._reading() as connection:
            return Snapshot(
                version=connection.execute(select(HEAD.c.version)).scalar_one(),
                shipments=tuple(
                    shipment_from(row) for row in connection.execute(changed_shipments).mappings()
                ),
                states=tuple(
                    StoredState(scope=row.scope, body=row.body)
                    for row in connection.execute(changed_states)
                ),
            )

    def version(self) -> int:
        with self._reading() as connection:
            version: int = connection.execute(select(HEAD.c.version)).scalar_one()
            return version

    def known(self, readings: Iterable[StoredReading]) -> set[Identity]:
        keys = {_key(stored): stored.identity for stored in readings}
        with self._reading() as connection:
            return {keys[key] for key in present(connection, READINGS, list(keys))}

    def commit(self, work: Work, expected: int) -> int:
        """See the port. Raises ValueError, with nothing written, if a reading or entry of `work` is
        stored already: whoever made the work has not looked.
        """
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            head = connection.execute(
                select(HEAD.c.version, HEAD.c.log_size, HEAD.c.frontier).with_for_update()
            ).one()
            if head.version != expected:
                raise Stale(f"the journal is at version {head.version}, the work at {expected}")
            try:
                _write(connection, work, expected + 1, head.log_size)
                frontier = planted(
                    connection, head.log_size, head.frontier, [one.hash for one in work.entries]
                )
            except IntegrityError as error:
                raise ValueError(f"not a work that can be committed: {error.orig}") from error
            connection.execute(
                update(HEAD).values(
                    version=expected + 1,
                    log_size=head.log_size + len(work.entries),
                    frontier=frontier,
                )
            )
        return expected + 1

    def release(self, checkpoint: StoredCheckpoint) -> None:
        self._put(_PUT_CHECKPOINT, msgspec.structs.asdict(checkpoint))

    def attest(self, attestation: Attestation) -> None:
        self._put(_KEEP_ATTESTATION, msgspec.structs.asdict(attestation))

    def beat(self, heartbeat: Heartbeat) -> None:
        self._put(_PUT_HEARTBEAT, {"id": 1, **msgspec.structs.asdict(heartbeat)})

    def may_write(self, within_s: float) -> None:
        """Raises StorageAway if others keep it locked for so long, StorageShut if it is read-only;
        writes nothing.
        """
        lockable(self._engine, within_s)

    def scrub(self) -> None:
        scrub(self._engine)

    def _put(self, statement: Any, row: Row) -> None:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            connection.execute(statement, row)


_INSERT_REJECT = insert(REJECTS)
_INSERT_ENTRY = insert(ENTRIES)
_UPSERT_ALERT = upsert(ALERTS)
_UPSERT_STATE = upsert(STATES)
_UPSERT_SHIPMENT = upsert(SHIPMENTS)
_KEEP_GEOGRAPHY = insert_new(GEOGRAPHIES)
_PUT_CHECKPOINT = upsert(CHECKPOINTS)
_KEEP_ATTESTATION = insert_new(ATTESTATIONS)
_PUT_HEARTBEAT = upsert(HEARTBEATS)
_INSERT_SECRET = insert(SECRETS)


def _write(connection: Connection, work: Work, version: int, log_size: int) -> None:
    """All of `work`, in bulk; an empty part costs nothing."""
    if work.readings:
        append(connection, READINGS, [_reading(stored) for stored in work.readings])
    steps: Sequence[tuple[Any, list[Row]]] = (
        (_INSERT_REJECT, [_reject(rejected) for rejected in work.rejects]),
        (_INSERT_ENTRY, list(_entries(work.entries, log_size))),
        (_INSERT_SECRET, list(_secrets(work.entries))),
        (_UPSERT_ALERT, [_alert(alert) for alert in work.alerts]),
        (_UPSERT_STATE, [_state(state, version) for state in work.states]),
        (_UPSERT_SHIPMENT, [_shipment(shipment, version) for shipment in work.shipments]),
        (_KEEP_GEOGRAPHY, [msgspec.structs.asdict(one) for one in work.geographies]),
    )
    for statement, rows in steps:
        if rows:
            connection.execute(statement, rows)
    for erasure in work.erasures:
        connection.execute(_erase(erasure))


def _key(stored: StoredReading) -> tuple[str, int, bytes]:
    return (stored.reading.device, micros(stored.reading.event_time), stored.digest)


def _reading(stored: StoredReading) -> tuple[Any, ...]:
    """In the order of the columns of `tables.Readings`."""
    reading = stored.reading
    lat, lon = None, None
    if isinstance(reading.position, Fix):
        lat, lon = reading.position.lat, reading.position.lon
    return (
        *_key(stored),
        micros(reading.received_at),
        stored.shipment,
        stored.late,
        reading.buffered,
        reading.dialect,
        lat,
        lon,
        stored.body,
        stored.number,
    )


def _reject(rejected: Rejected) -> Row:
    return {
        **msgspec.structs.asdict(rejected),
        "size": len(rejected.payload),
        "digest": hashlib.sha256(rejected.payload).digest(),
    }


def _entries(entries: Sequence[NewEntry], log_size: int) -> Iterator[Row]:
    """The index is counted here, in the transaction: a database's own sequences leave gaps."""
    for index, entry in enumerate(entries, log_size):
        finding = entry.finding
        yield {
            "index": index,
            "id": entry.id,
            "scope": entry.scope,
            "seq": entry.seq,
            "key": entry.key,
            "type": finding.type.value,
            "occurred_at": finding.occurred_at,
            "recorded_at": finding.recorded_at,
            "device": finding.device,
            "late": finding.late,
            "lat": finding.lat,
            "lon": finding.lon,
            "zone": finding.zone,
            "leaf": entry.leaf,
        }


def _secrets(entries: Sequence[NewEntry]) -> Iterator[Row]:
    for entry in entries:
        for secret in entry.secrets:
            yield {"entry": entry.id, **msgspec.structs.asdict(secret)}


def _alert(alert: Alert) -> Row:
    return {
        **msgspec.structs.asdict(alert),
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "status": alert.status.value,
        "chapters": msgspec.to_builtins(alert.chapters),
    }


def _erase(erasure: Erasure) -> Any:
    if erasure.of == "entry":
        return delete(SECRETS).where(
            SECRETS.c.entry == erasure.id, SECRETS.c.place == erasure.place
        )
    return update(ALERTS).where(ALERTS.c.id == erasure.id).values({erasure.place: ERASED})


def _state(state: StoredState, version: int) -> Row:
    return {"scope": state.scope, "version": version, "body": state.body}


def _shipment(shipment: StoredShipment, version: int) -> Row:
    return {
        **msgspec.structs.asdict(shipment),
        "version": version,
        "devices": list(shipment.devices),
        "numbers": list(shipment.numbers),
    }
