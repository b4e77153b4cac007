"""What a journal in memory holds: a mapping or a list for each table of the other kind."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.alert import Alert
from tracker.domain.notice import Delivery
from tracker.domain.times import moment
from tracker.log.leaf import SaltedValue
from tracker.ports import (
    Attestation,
    EntryRow,
    Heartbeat,
    RejectRow,
    StoredCheckpoint,
    StoredEntry,
    StoredGeography,
    StoredNotice,
    StoredReading,
    StoredShipment,
    StoredState,
)

Identity = tuple[str, datetime, bytes]


@dataclass(slots=True)
class Shelves:
    """`lock`: whoever reads or writes holds it. Values are replaced, never changed, so that what
    was copied under the lock stays what it was.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    version: int = 0
    written: dict[str, int] = field(default_factory=dict)
    readings: dict[Identity, StoredReading] = field(default_factory=dict)
    newest: dict[str, datetime] = field(default_factory=dict)
    rejects: list[RejectRow] = field(default_factory=list)
    entries: list[StoredEntry] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    secrets: dict[str, tuple[SaltedValue, ...]] = field(default_factory=dict)
    frontier: tuple[bytes, ...] = ()
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    states: dict[str, StoredState] = field(default_factory=dict)
    shipments: dict[str, StoredShipment] = field(default_factory=dict)
    carried: dict[str, tuple[str, ...]] = field(default_factory=dict)
    geographies: dict[str, StoredGeography] = field(default_factory=dict)
    checkpoints: dict[int, StoredCheckpoint] = field(default_factory=dict)
    attestations: dict[tuple[int, str, str], Attestation] = field(default_factory=dict)
    followers: dict[str, int] = field(default_factory=dict)
    heartbeat: Heartbeat | None = None
    notices: dict[str, StoredNotice] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    watches: dict[datetime, datetime] = field(default_factory=dict)
    follower_rows: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def entry(self, index: int) -> EntryRow:
        row = self.entries[index]
        return EntryRow(
            index=index,
            id=row.id,
            scope=row.scope,
            seq=row.seq,
            type=row.type,
            occurred_at=moment(row.occurred_at),
            recorded_at=moment(row.recorded_at),
            leaf=row.leaf,
            secrets=self.secrets.get(row.id, ()),
        )
