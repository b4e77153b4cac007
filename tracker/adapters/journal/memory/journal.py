"""Committing to a journal in memory, and asking for what work is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from devices.reading import Rejected
from tracker.adapters.journal.memory.outbox import (
    MemoryOutbox,
    erase_contact,
    must_be_new_to,
    write_outbox,
)
from tracker.adapters.journal.memory.shelves import Identity, Shelves
from tracker.domain.personal import ERASED
from tracker.domain.times import micros
from tracker.log.tree import WIDTH, grow
from tracker.ports import (
    Attestation,
    Carried,
    Erasure,
    Followed,
    FollowerRow,
    Heartbeat,
    NewEntry,
    RejectRow,
    Snapshot,
    StoredCheckpoint,
    StoredEntry,
    StoredReading,
    StoredShipment,
    Work,
    must_be_fresh,
)


class MemoryJournal(MemoryOutbox):
    """`tracker.ports.Store`, but for durability: what is committed is gone with the process.

    `MemoryJournal()` is a new one; `another()` is a second one on the same shelves, for another
    thread.
    """

    def __init__(self, shelves: Shelves | None = None) -> None:
        super().__init__(shelves or Shelves())

    def another(self) -> MemoryJournal:
        return MemoryJournal(self._shelves)

    def load(self) -> Snapshot:
        with self._held() as held:
            waking = {one.scope for one in held.states.values() if one.wake_at is not None}
            open_ = {one.id for one in held.shipments.values() if one.closed_at is None}
            return Snapshot(
                version=held.version,
                shipments=tuple(o for o in held.shipments.values() if o.id in waking | open_),
                states=tuple(o for o in held.states.values() if o.scope in waking | open_),
            )

    def changes(self, since: int) -> Snapshot:
        with self._held() as held:
            written = {scope: at for scope, at in held.written.items() if at > since}
            return Snapshot(
                version=held.version,
                shipments=tuple(o for o in held.shipments.values() if o.id in written),
                states=tuple(o for o in held.states.values() if o.scope in written),
                written=written,
            )

    def written(self, since: int) -> tuple[int, dict[str, int]]:
        with self._held() as held:
            return held.version, {one: at for one, at in held.written.items() if at > since}

    def fetch(self, scopes: Iterable[str]) -> Snapshot:
        asked = sorted(set(scopes))
        with self._held() as held:
            carried = [
                Carried(
                    scope=scope,
                    shipment=one.id,
                    opened_at=one.opened_at,
                    closed_at=one.closed_at,
                )
                for scope in asked
                for one in map(held.shipments.__getitem__, held.carried.get(scope, ()))
            ]
            return Snapshot(
                version=held.version,
                shipments=tuple(held.shipments[one] for one in asked if one in held.shipments),
                states=tuple(held.states[one] for one in asked if one in held.states),
                carried=tuple(sorted(carried, key=lambda one: (one.opened_at, one.shipment))),
            )

    def version(self) -> int:
        with self._held() as held:
            return held.version

    def newest(self) -> int:
        with self._held() as held:
            return len(held.entries) - 1

    def known(self, readings: Iterable[StoredReading]) -> set[Identity]:
        with self._held() as held:
            return {one.identity for one in readings if one.identity in held.readings}

    def newest_times(self, devices: Iterable[str]) -> dict[str, datetime]:
        with self._held() as held:
            return {name: held.newest[name] for name in set(devices) if name in held.newest}

    def followed(self, follower: str, keys: Iterable[str] = ()) -> tuple[int, Followed | None]:
        with self._held() as held:
            position = held.followers.get(follower)
            if position is None:
                return held.version, None
            rows = tuple(
                FollowerRow(key=key, value=held.follower_rows[follower, key])
                for key in sorted(set(keys))
                if (follower, key) in held.follower_rows
            )
            return held.version, Followed(follower=follower, position=position, rows=rows)

    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        with self._held() as held:
            must_be_fresh(expected, held.version, held.written)
            must_be_new_to(held, work)
            _must_be_new(held, work)
            held.version += 1
            held.written.update(dict.fromkeys(work.writes, held.version))
            _keep(held, work.readings)
            for rejected in work.rejects:
                held.rejects.append(_reject(rejected, len(held.rejects) + 1))
            _append(held, work)
            held.alerts.update((alert.id, alert) for alert in work.alerts)
            held.states.update((state.scope, state) for state in work.states)
            for shipment in work.shipments:
                _store(held, shipment)
            for geography in work.geographies:
                held.geographies.setdefault(geography.version, geography)
            write_outbox(held, work)
            for erasure in work.erasures:
                _erase(held, erasure)
            for followed in work.followed:
                _follow(held, followed)
            return held.version

    def release(self, checkpoint: StoredCheckpoint) -> None:
        with self._held() as held:
            held.checkpoints[checkpoint.size] = checkpoint

    def attest(self, attestation: Attestation) -> None:
        with self._held() as held:
            key = (attestation.size, attestation.kind, attestation.name)
            held.attestations.setdefault(key, attestation)

    def beat(self, heartbeat: Heartbeat) -> None:
        with self._held() as held:
            held.heartbeat = heartbeat
            held.watches[heartbeat.started_at] = heartbeat.at

    def scrub(self) -> None:
        """There is no file."""

    def close(self) -> None:
        """There is nothing to let go of."""


def _keep(held: Shelves, readings: Iterable[StoredReading]) -> None:
    for stored in readings:
        device, at, _ = stored.identity
        held.readings[stored.identity] = stored
        held.newest[device] = max(at, held.newest.get(device, at))


def _must_be_new(held: Shelves, work: Work) -> None:
    """Raises ValueError, before anything is written."""
    readings = [one.identity for one in work.readings]
    keys = [name for one in work.entries for name in (one.key, one.id, f"{one.scope}#{one.seq}!")]
    if len(set(readings)) < len(readings) or any(one in held.readings for one in readings):
        raise ValueError("not a work that can be committed: a reading is stored already")
    if len({*keys}) < len(keys) or any(key in held.keys for key in keys):
        raise ValueError("not a work that can be committed: an entry is stored already")
    held.keys.update(keys)


def _append(held: Shelves, work: Work) -> None:
    """The entries, and their hashes into the tree's tiles."""
    grown = grow(len(held.entries), held.frontier, [one.hash for one in work.entries])
    for run in grown.runs:
        for at, hash_ in enumerate(run.hashes, run.first):
            key = (run.level, at // WIDTH)
            held.tiles[key] = held.tiles.get(key, b"") + hash_
    held.frontier = grown.frontier
    held.entries += map(_row, range(len(held.entries), grown.size), work.entries)
    held.secrets.update(
        (one.id, tuple(sorted(one.secrets, key=lambda secret: secret.place)))
        for one in work.entries
        if one.secrets
    )


def _row(index: int, entry: NewEntry) -> StoredEntry:
    """Its leaf and what projects it: the finding itself names people."""
    finding = entry.finding
    return StoredEntry(
        index=index,
        id=entry.id,
        scope=entry.scope,
        seq=entry.seq,
        key=entry.key,
        type=finding.type.value,
        occurred_at=micros(finding.occurred_at),
        recorded_at=micros(finding.recorded_at),
        device=finding.device,
        late=int(finding.late),
        lat=finding.lat,
        lon=finding.lon,
        zone=finding.zone,
        leaf=entry.leaf,
    )


def _store(held: Shelves, shipment: StoredShipment) -> None:
    held.shipments[shipment.id] = shipment
    for scope in shipment.carries:
        carriers = held.carried.get(scope, ())
        if shipment.id not in carriers:
            held.carried[scope] = (*carriers, shipment.id)


def _reject(rejected: Rejected, number: int) -> RejectRow:
    return RejectRow(
        id=number,
        received_at=rejected.received_at,
        topic=rejected.topic,
        device=rejected.device,
        dialect=rejected.dialect,
        place=rejected.place,
        reason=rejected.reason,
        size=len(rejected.payload),
        payload=rejected.payload,
    )


def _erase(held: Shelves, erasure: Erasure) -> None:
    if erasure.of == "alert":
        if (alert := held.alerts.get(erasure.id)) is not None:
            held.alerts[erasure.id] = replace(alert, **{erasure.place: ERASED})
        return
    if erasure.of == "delivery":
        erase_contact(held, erasure)
        return
    kept = held.secrets.get(erasure.id, ())
    held.secrets[erasure.id] = tuple(one for one in kept if one.place != erasure.place)


def _follow(held: Shelves, followed: Followed) -> None:
    held.followers[followed.follower] = followed.position
    for row in followed.rows:
        key = (followed.follower, row.key)
        if row.value is None:
            held.follower_rows.pop(key, None)
        else:
            held.follower_rows[key] = row.value
