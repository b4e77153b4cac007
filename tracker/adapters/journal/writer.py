"""Writing the journal: one work, one transaction, one writer at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
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
    read_from,
    replace,
    scrub,
    upsert,
    writing,
)
from tracker.adapters.journal.outbox import SqlOutbox, erase_contact, write_outbox
from tracker.adapters.journal.schema import check, prepare
from tracker.adapters.journal.scopes import key_of
from tracker.adapters.journal.tables import (
    ALERTS,
    ATTESTATIONS,
    CARRIED,
    CHECKPOINTS,
    ENTRIES,
    FOLLOWER_ROWS,
    FOLLOWERS,
    GEOGRAPHIES,
    HEAD,
    HEARTBEATS,
    READINGS,
    REJECTS,
    SECRETS,
    SHIPMENTS,
    STATES,
    VERSIONS,
    WATCHES,
)
from tracker.adapters.journal.tiles import planted
from tracker.domain.alert import Alert
from tracker.domain.errors import StorageShut
from tracker.domain.personal import ERASED
from tracker.domain.times import micros
from tracker.ports import (
    Attestation,
    Erasure,
    Followed,
    Heartbeat,
    NewEntry,
    StoredCheckpoint,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
    must_be_fresh,
)

Row = dict[str, Any]


class SqlJournal(SqlOutbox):
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

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            head = connection.execute(
                select(HEAD.c.version, HEAD.c.log_size, HEAD.c.frontier).with_for_update()
            ).one()
            must_be_fresh(expected, head.version, _written(connection, expected, head.version))
            version = head.version + 1
            try:
                _write(connection, work, version, head.log_size)
                frontier = planted(
                    connection, head.log_size, head.frontier, [one.hash for one in work.entries]
                )
            except IntegrityError as error:
                raise ValueError(f"not a work that can be committed: {error.orig}") from error
            connection.execute(
                update(HEAD).values(
                    version=version,
                    log_size=head.log_size + len(work.entries),
                    frontier=frontier,
                )
            )
        return int(version)

    def release(self, checkpoint: StoredCheckpoint) -> None:
        self._put(_PUT_CHECKPOINT, msgspec.structs.asdict(checkpoint))

    def attest(self, attestation: Attestation) -> None:
        self._put(_KEEP_ATTESTATION, msgspec.structs.asdict(attestation))

    def beat(self, heartbeat: Heartbeat) -> None:
        watch = {"started_at": heartbeat.started_at, "at": heartbeat.at}
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            connection.execute(_PUT_HEARTBEAT, {"id": 1, **msgspec.structs.asdict(heartbeat)})
            connection.execute(_PUT_WATCH, watch)

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
_UPSERT_SHIPMENT = upsert(SHIPMENTS)
_UPSERT_FOLLOWER = upsert(FOLLOWERS)
_UPSERT_FOLLOWER_ROW = upsert(FOLLOWER_ROWS)
_KEEP_CARRIED = insert_new(CARRIED)
_KEEP_GEOGRAPHY = insert_new(GEOGRAPHIES)
_PUT_CHECKPOINT = upsert(CHECKPOINTS)
_KEEP_ATTESTATION = insert_new(ATTESTATIONS)
_PUT_HEARTBEAT = upsert(HEARTBEATS)
_PUT_WATCH = upsert(WATCHES)
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
        (_UPSERT_SHIPMENT, [_shipment(shipment) for shipment in work.shipments]),
        (_KEEP_CARRIED, list(_carried(work.shipments))),
        (_KEEP_GEOGRAPHY, [msgspec.structs.asdict(one) for one in work.geographies]),
    )
    for statement, rows in steps:
        if rows:
            connection.execute(statement, rows)
    if work.states:
        replace(connection, STATES, [_state(state) for state in work.states])
    if writes := work.writes:
        replace(connection, VERSIONS, [(scope, version) for scope in writes])
    write_outbox(connection, work)
    for erasure in work.erasures:
        if erasure.of == "delivery":
            erase_contact(connection, erasure)
        else:
            connection.execute(_erase(erasure))
    for followed in work.followed:
        _follow(connection, followed)


def _written(connection: Connection, expected: Mapping[str, int], version: int) -> dict[str, int]:
    """The versions of the scopes that were written after the first of those expected was read: few,
    and none while nobody else commits.
    """
    oldest = min(expected.values(), default=version)
    if oldest >= version:
        return {}
    rows = connection.execute(select(VERSIONS).where(VERSIONS.c.version > oldest))
    return {row.scope: row.version for row in rows}


def _follow(connection: Connection, followed: Followed) -> None:
    """Its position, and its rows in their order: of two with one key the last counts."""
    connection.execute(_UPSERT_FOLLOWER, {"name": followed.follower, "position": followed.position})
    for row in followed.rows:
        key = {"follower": followed.follower, "key": row.key}
        if row.value is None:
            connection.execute(delete(FOLLOWER_ROWS).filter_by(**key))
        else:
            connection.execute(_UPSERT_FOLLOWER_ROW, {**key, "value": row.value})


def _reading(stored: StoredReading) -> tuple[Any, ...]:
    """In the order of the columns of `tables.Readings`."""
    reading = stored.reading
    lat, lon = None, None
    if isinstance(reading.position, Fix):
        lat, lon = reading.position.lat, reading.position.lon
    return (
        *key_of(stored),
        micros(reading.received_at),
        stored.shipment,
        stored.late,
        reading.buffered,
        reading.dialect,
        lat,
        lon,
        stored.body,
        stored.number,
        stored.retained,
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
        "verdict": None if alert.verdict is None else alert.verdict.value,
        "chapters": msgspec.to_builtins(alert.chapters),
    }


def _erase(erasure: Erasure) -> Any:
    if erasure.of == "entry":
        return delete(SECRETS).where(
            SECRETS.c.entry == erasure.id, SECRETS.c.place == erasure.place
        )
    return update(ALERTS).where(ALERTS.c.id == erasure.id).values({erasure.place: ERASED})


def _state(state: StoredState) -> tuple[Any, ...]:
    """In the order of the columns of `tables.States`."""
    return (state.scope, None if state.wake_at is None else micros(state.wake_at), state.body)


def _shipment(shipment: StoredShipment) -> Row:
    return {
        **msgspec.structs.asdict(shipment),
        "devices": list(shipment.devices),
        "numbers": list(shipment.numbers),
    }


def _carried(shipments: Sequence[StoredShipment]) -> Iterator[Row]:
    """What a shipment carried once is found by it for good, as its record names it for good."""
    for shipment in shipments:
        for scope in shipment.carries:
            yield {"scope": scope, "shipment": shipment.id}
