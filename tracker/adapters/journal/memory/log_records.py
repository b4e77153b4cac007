"""Reading the custody log in memory: its entries, its tree, its checkpoints, the telemetry."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from devices.reading import Fix
from sealproof.readings import record
from tracker.adapters.journal.memory.shelves import Shelves
from tracker.domain.state import DEVICE_SCOPE
from tracker.domain.times import micros
from tracker.log.tree import root_of
from tracker.ports import (
    Attestation,
    EntryRow,
    HeardRow,
    LogHead,
    NamedEntry,
    StoredCheckpoint,
    StoredEntry,
    StoredReading,
    StoredSecret,
)


def between(when: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or when >= since) and (until is None or when < until)


class MemoryLog:
    """The part of `tracker.ports.Records` that concerns the log."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    @contextmanager
    def _held(self) -> Iterator[Shelves]:
        """One at a time."""
        with self._shelves.lock:
            yield self._shelves

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
        with self._held() as held:
            rows = (
                row
                for row in map(held.entry, range(after + 1, len(held.entries)))
                if scope in (None, row.scope)
                and (not types or row.type in types)
                and between(row.recorded_at, since, until)
            )
            found = list(itertools.islice(rows, limit))
        yield from found

    def stored_entries(self) -> Iterator[StoredEntry]:
        with self._held() as held:
            found = list(held.entries)
        yield from found

    def named(self, *, scope: str | None = None, value: str | None = None) -> Iterator[NamedEntry]:
        for row in self.entries(scope=scope):
            for secret in row.secrets:
                if value in (None, secret.value):
                    yield NamedEntry(
                        id=row.id,
                        scope=row.scope,
                        type=row.type,
                        place=secret.place,
                        value=secret.value,
                    )

    def kept_secrets(self) -> Iterator[StoredSecret]:
        with self._held() as held:
            found = sorted(held.secrets.items())
        for entry, secrets in found:
            for one in secrets:
                yield StoredSecret(entry=entry, place=one.place, salt=one.salt, value=one.value)

    def head(self) -> LogHead:
        with self._held() as held:
            return LogHead(size=len(held.entries), root=root_of(held.frontier))

    def tile(self, level: int, index: int) -> bytes:
        with self._held() as held:
            return held.tiles.get((level, index), b"")

    def checkpoints(self, *, since: int = 0) -> list[StoredCheckpoint]:
        with self._held() as held:
            return [one for size, one in sorted(held.checkpoints.items()) if size >= since]

    def attestations(self, *, size: int | None = None, since: int = 0) -> list[Attestation]:
        with self._held() as held:
            found = sorted(held.attestations.items(), key=lambda item: item[0])
        return [one for _, one in found if one.size >= since and size in (None, one.size)]

    def heard(self, *, scope: str | None = None) -> Iterator[HeardRow]:
        with self._held() as held:
            found = [_heard(one) for one in held.readings.values()]
        found.sort(key=lambda row: (row.scope, -1 if row.number is None else row.number))
        yield from (row for row in found if scope in (None, row.scope))


def _heard(stored: StoredReading) -> HeardRow:
    reading = stored.reading
    fix = reading.position if isinstance(reading.position, Fix) else None
    return HeardRow(
        scope=stored.shipment or DEVICE_SCOPE + reading.device,
        number=stored.number,
        device=reading.device,
        event_time=reading.event_time,
        digest=stored.digest,
        lat=fix.lat if fix else None,
        lon=fix.lon if fix else None,
        record=record(
            reading.device,
            micros(reading.received_at),
            reading.dialect,
            buffered=reading.buffered,
            body=stored.body,
        ),
    )
