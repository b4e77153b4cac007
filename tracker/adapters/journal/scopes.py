"""Reading what work is computed from: scopes with their versions, and how far followers are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from tracker.adapters.journal.engine import driver
from tracker.adapters.journal.reader import JournalReader, shipment_from
from tracker.adapters.journal.reading import state_from
from tracker.adapters.journal.statements import KEYS_AT_ONCE, greatest, present
from tracker.adapters.journal.tables import (
    CARRIED,
    FOLLOWER_ROWS,
    FOLLOWERS,
    HEAD,
    READINGS,
    SHIPMENTS,
    STATES,
    VERSIONS,
)
from tracker.domain.times import micros, moment
from tracker.ports import (
    Carried,
    Followed,
    FollowerRow,
    Snapshot,
    StoredReading,
    StoredShipment,
    StoredState,
)

Identity = tuple[str, datetime, bytes]

_VERSION = select(HEAD.c.version)
_NOW = f"SELECT version FROM {HEAD.name}"  # noqa: S608
_NEWER = f"SELECT scope, version FROM {VERSIONS.name} WHERE version > ?"  # noqa: S608
_OPEN = select(SHIPMENTS.c.id).where(SHIPMENTS.c.closed_at.is_(None))
_WAKING = select(STATES.c.scope).where(STATES.c.wake_at.is_not(None))
_LOADED_SHIPMENTS = (
    select(SHIPMENTS).where(SHIPMENTS.c.closed_at.is_(None)),
    select(SHIPMENTS).where(SHIPMENTS.c.id.in_(_WAKING), SHIPMENTS.c.closed_at.is_not(None)),
)
_LOADED_STATES = (  # two questions, each along an index: one with OR would read the whole table
    select(STATES).where(STATES.c.wake_at.is_not(None)),
    select(STATES).where(STATES.c.scope.in_(_OPEN), STATES.c.wake_at.is_(None)),
)
_CARRIED = select(
    CARRIED.c.scope, CARRIED.c.shipment, SHIPMENTS.c.opened_at, SHIPMENTS.c.closed_at
).join(SHIPMENTS, SHIPMENTS.c.id == CARRIED.c.shipment)


class ScopeReader(JournalReader):
    """The part of `tracker.ports.Journal` that asks."""

    def load(self) -> Snapshot:
        with self._reading() as connection:
            return Snapshot(
                version=connection.execute(_VERSION).scalar_one(),
                shipments=tuple(_shipments(connection, *_LOADED_SHIPMENTS)),
                states=tuple(_states(connection, *_LOADED_STATES)),
            )

    def changes(self, since: int) -> Snapshot:
        written = select(VERSIONS).where(VERSIONS.c.version > since)
        scopes = select(VERSIONS.c.scope).where(VERSIONS.c.version > since)
        with self._reading() as connection:
            return Snapshot(
                version=connection.execute(_VERSION).scalar_one(),
                shipments=tuple(
                    _shipments(connection, select(SHIPMENTS).where(SHIPMENTS.c.id.in_(scopes)))
                ),
                states=tuple(_states(connection, select(STATES).where(STATES.c.scope.in_(scopes)))),
                written={row.scope: row.version for row in connection.execute(written)},
            )

    def written(self, since: int) -> tuple[int, dict[str, int]]:
        with self._reading() as connection:
            cursor = driver(connection)
            version: int = cursor.execute(_NOW).fetchone()[0]
            newer = cursor.execute(_NEWER, (since,)).fetchall() if version > since else ()
            return version, dict(newer)

    def fetch(self, scopes: Iterable[str]) -> Snapshot:
        asked = sorted(set(scopes))
        shipments, states, carried = list[StoredShipment](), list[StoredState](), list[Carried]()
        with self._reading() as connection:
            version = connection.execute(_VERSION).scalar_one()
            for start in range(0, len(asked), KEYS_AT_ONCE):
                some = asked[start : start + KEYS_AT_ONCE]
                shipments += _shipments(
                    connection, select(SHIPMENTS).where(SHIPMENTS.c.id.in_(some))
                )
                states += _states(connection, select(STATES).where(STATES.c.scope.in_(some)))
                rows = connection.execute(_CARRIED.where(CARRIED.c.scope.in_(some))).mappings()
                carried += [Carried(**row) for row in rows]
        carried.sort(key=lambda one: (one.opened_at, one.shipment))
        return Snapshot(
            version=version,
            shipments=tuple(shipments),
            states=tuple(states),
            carried=tuple(carried),
        )

    def version(self) -> int:
        with self._reading() as connection:
            version: int = connection.execute(_VERSION).scalar_one()
            return version

    def newest(self) -> int:
        with self._reading() as connection:
            size: int = connection.execute(select(HEAD.c.log_size)).scalar_one()
            return size - 1

    def known(self, readings: Iterable[StoredReading]) -> set[Identity]:
        keys = {key_of(stored): stored.identity for stored in readings}
        with self._reading() as connection:
            return {keys[key] for key in present(connection, READINGS, list(keys))}

    def newest_times(self, devices: Iterable[str]) -> dict[str, datetime]:
        asked, newest = sorted(set(devices)), dict[str, int]()
        with self._reading() as connection:
            for start in range(0, len(asked), KEYS_AT_ONCE):
                newest.update(greatest(connection, READINGS, asked[start : start + KEYS_AT_ONCE]))
        return {device: moment(at) for device, at in newest.items()}

    def followed(self, follower: str, keys: Iterable[str] = ()) -> tuple[int, Followed | None]:
        position = select(FOLLOWERS.c.position).where(FOLLOWERS.c.name == follower)
        kept = select(FOLLOWER_ROWS.c.key, FOLLOWER_ROWS.c.value).where(
            FOLLOWER_ROWS.c.follower == follower
        )
        asked, rows = sorted(set(keys)), list[FollowerRow]()
        with self._reading() as connection:
            version = connection.execute(_VERSION).scalar_one()
            reached = connection.execute(position).scalar_one_or_none()
            for start in range(0, len(asked), KEYS_AT_ONCE):
                some = kept.where(FOLLOWER_ROWS.c.key.in_(asked[start : start + KEYS_AT_ONCE]))
                found = connection.execute(some.order_by(FOLLOWER_ROWS.c.key))
                rows += [FollowerRow(key=row.key, value=row.value) for row in found]
        if reached is None:
            return version, None
        return version, Followed(follower=follower, position=reached, rows=tuple(rows))


def key_of(stored: StoredReading) -> tuple[str, int, bytes]:
    """The readings table's primary key, raw."""
    return (stored.reading.device, micros(stored.reading.event_time), stored.digest)


def _shipments(connection: Connection, *queries: Select[Any]) -> Iterator[StoredShipment]:
    for query in queries:
        yield from map(shipment_from, connection.execute(query).mappings())


def _states(connection: Connection, *queries: Select[Any]) -> Iterator[StoredState]:
    for query in queries:
        yield from map(state_from, connection.execute(query).mappings())
