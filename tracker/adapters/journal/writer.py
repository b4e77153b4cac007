"""Writing the journal: one work, one transaction, one writer at a time."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import msgspec
from sqlalchemy import Connection

from devices.reading import Fix, Rejected
from tracker.adapters.journal.diagnosis import diagnosed, read_from
from tracker.adapters.journal.engine import (
    connect,
    driver,
    lockable,
    scrub,
    straight,
    writing,
)
from tracker.adapters.journal.outbox import SqlOutbox, erase_contact, write_outbox
from tracker.adapters.journal.schema import check, prepare
from tracker.adapters.journal.scopes import key_of
from tracker.adapters.journal.statements import Cursor, Insert
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
        rows = _Rows(  # while others may write
            readings=[_reading(stored) for stored in work.readings],
            states=[_state(state) for state in work.states],
            writes=work.writes,
        )
        with diagnosed(self._engine):
            if not _tells(work):
                with straight(self._engine) as cursor:
                    return _commit(cursor, work, rows, expected, _no_outbox)
            with writing(self._engine).begin() as connection:
                cursor = driver(connection)
                return _commit(cursor, work, rows, expected, lambda: _tell(connection, work))

    def release(self, checkpoint: StoredCheckpoint) -> None:
        self._put(_PUT_CHECKPOINT, msgspec.structs.asdict(checkpoint))

    def attest(self, attestation: Attestation) -> None:
        self._put(_KEEP_ATTESTATION, msgspec.structs.asdict(attestation))

    def beat(self, heartbeat: Heartbeat) -> None:
        watch = {"started_at": heartbeat.started_at, "at": heartbeat.at}
        with diagnosed(self._engine), straight(self._engine) as cursor:
            _PUT_HEARTBEAT.run(cursor, [{"id": 1, **msgspec.structs.asdict(heartbeat)}])
            _PUT_WATCH.run(cursor, [watch])

    def may_write(self, within_s: float) -> None:
        """Raises StorageAway if others keep it locked for so long, StorageShut if it is read-only;
        writes nothing.
        """
        lockable(self._engine, within_s)

    def scrub(self) -> None:
        scrub(self._engine)

    def _put(self, statement: Insert, row: Row) -> None:
        with diagnosed(self._engine), straight(self._engine) as cursor:
            statement.run(cursor, [row])


_HEAD = f"SELECT version, log_size, frontier FROM {HEAD.name}"  # noqa: S608
_MOVE_HEAD = f"UPDATE {HEAD.name} SET version = ?, log_size = ?, frontier = ?"  # noqa: S608
_NEWER = f"SELECT scope, version FROM {VERSIONS.name} WHERE version > ?"  # noqa: S608
_FORGET_ROW = f"DELETE FROM {FOLLOWER_ROWS.name} WHERE follower = ? AND key = ?"  # noqa: S608
_FORGET_SECRET = f"DELETE FROM {SECRETS.name} WHERE entry = ? AND place = ?"  # noqa: S608
_PUT_READING = Insert(READINGS)
_PUT_REJECT = Insert(REJECTS)
_PUT_ENTRY = Insert(ENTRIES)
_PUT_SECRET = Insert(SECRETS)
_PUT_ALERT = Insert(ALERTS, "replaced")
_PUT_SHIPMENT = Insert(SHIPMENTS, "replaced")
_PUT_STATE = Insert(STATES, "replaced")
_PUT_VERSION = Insert(VERSIONS, "replaced")
_PUT_FOLLOWER = Insert(FOLLOWERS, "replaced")
_PUT_FOLLOWER_ROW = Insert(FOLLOWER_ROWS, "replaced")
_PUT_CHECKPOINT = Insert(CHECKPOINTS, "replaced")
_PUT_HEARTBEAT = Insert(HEARTBEATS, "replaced")
_PUT_WATCH = Insert(WATCHES, "replaced")
_KEEP_CARRIED = Insert(CARRIED, "stays")
_KEEP_GEOGRAPHY = Insert(GEOGRAPHIES, "stays")
_KEEP_ATTESTATION = Insert(ATTESTATIONS, "stays")


class _Rows(NamedTuple):
    """What a batch has most of, as the database keeps it."""

    readings: list[tuple[Any, ...]]
    states: list[tuple[Any, ...]]
    writes: set[str]


def _commit(
    cursor: Cursor,
    work: Work,
    rows: _Rows,
    expected: Mapping[str, int],
    tell: Callable[[], None],
) -> int:
    """All of it, in a transaction that has begun; the new version. tell: writes its outbox."""
    version, size, frontier = cursor.execute(_HEAD).fetchone()
    must_be_fresh(expected, version, _written(cursor, expected, version))
    version += 1
    try:
        _write(cursor, work, rows, version, size)
        tell()
        hashes = [entry.hash for entry in work.entries]
        frontier = planted(cursor, size, frontier, hashes)
    except sqlite3.IntegrityError as error:
        raise ValueError(f"not a work that can be committed: {error}") from error
    cursor.execute(_MOVE_HEAD, (version, size + len(hashes), frontier))
    return int(version)


def _write(cursor: Cursor, work: Work, rows: _Rows, version: int, log_size: int) -> None:
    """All of `work`, in bulk; an empty part costs nothing."""
    _PUT_READING.run_raw(cursor, rows.readings)
    _PUT_REJECT.run(cursor, map(_reject, work.rejects))
    _PUT_ENTRY.run(cursor, _entries(work.entries, log_size))
    _PUT_SECRET.run(cursor, _secrets(work.entries))
    _PUT_ALERT.run(cursor, map(_alert, work.alerts))
    _PUT_SHIPMENT.run(cursor, map(_shipment, work.shipments))
    _KEEP_CARRIED.run(cursor, _carried(work.shipments))
    _KEEP_GEOGRAPHY.run(cursor, map(msgspec.structs.asdict, work.geographies))
    _PUT_STATE.run_raw(cursor, rows.states)
    _PUT_VERSION.run_raw(cursor, [(scope, version) for scope in rows.writes])
    for erasure in work.erasures:
        if erasure.of != "delivery":
            _erase(cursor, erasure)
    for followed in work.followed:
        _follow(cursor, followed)


def _tells(work: Work) -> bool:
    """Whether anything of it concerns the outbox: seldom."""
    if work.notices or work.deliveries or work.dropped or work.released or work.logged:
        return True
    return any(erasure.of == "delivery" for erasure in work.erasures)


def _no_outbox() -> None: ...


def _tell(connection: Connection, work: Work) -> None:
    write_outbox(connection, work)
    for erasure in work.erasures:
        if erasure.of == "delivery":
            erase_contact(connection, erasure)


def _written(cursor: Cursor, expected: Mapping[str, int], version: int) -> dict[str, int]:
    """The versions of the scopes that were written after the first of those expected was read: few,
    and none while nobody else commits.
    """
    oldest = min(expected.values(), default=version)
    return {} if oldest >= version else dict(cursor.execute(_NEWER, (oldest,)).fetchall())


def _follow(cursor: Cursor, followed: Followed) -> None:
    """Its position, and its rows in their order: of two with one key the last counts."""
    name = followed.follower
    _PUT_FOLLOWER.run_raw(cursor, [(name, followed.position)])
    for row in followed.rows:
        if row.value is None:
            cursor.execute(_FORGET_ROW, (name, row.key))
        else:
            _PUT_FOLLOWER_ROW.run_raw(cursor, [(name, row.key, row.value)])


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
        "snooze": msgspec.to_builtins(alert.snooze),
    }


def _erase(cursor: Cursor, erasure: Erasure) -> None:
    if erasure.of == "entry":
        cursor.execute(_FORGET_SECRET, (erasure.id, erasure.place))
        return
    column = ALERTS.c[erasure.place].name  # one of the table's own, or a KeyError
    cursor.execute(f'UPDATE {ALERTS.name} SET "{column}" = ? WHERE id = ?', (ERASED, erasure.id))  # noqa: S608


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
