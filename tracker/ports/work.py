"""What one batch changes: committed whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from devices.reading import Reading, Rejected
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.log.leaf import SaltedValue


class StoredReading(Struct, frozen=True, kw_only=True):
    """A reading as the journal keeps it. (`device`, `event_time`, `digest`) is its identity.

    body: the reading as native JSON, canonical, without device, receipt and `buffered`.
    digest: the first 16 bytes of SHA-256 over device, 0x00, body.
    number: its place in the telemetry of its scope, from 0, as the custody log binds it
        (`sealproof.readings`); None in journals from before it did.
    """

    reading: Reading
    body: bytes
    digest: bytes
    shipment: str | None
    late: bool
    number: int | None = None

    @property
    def identity(self) -> tuple[str, datetime, bytes]:
        return (self.reading.device, self.reading.event_time, self.digest)


class NewEntry(Struct, frozen=True, kw_only=True):
    """A custody entry to append: `leaf` is the exact bytes, `hash` theirs (RFC 6962); the rest is
    what they say, projected, and the personal values that they only commit to.

    seq counts within `scope`, from 0. `key` is unique in the log (idempotency).
    """

    id: str
    leaf: bytes
    scope: str
    seq: int
    key: str
    hash: bytes
    finding: Finding
    secrets: tuple[SaltedValue, ...] = ()


class StoredShipment(Struct, frozen=True, kw_only=True):
    """`document` is the shipment file's content as JSON; closed_at is None while it is open."""

    id: str
    document: bytes
    opened_at: datetime
    closed_at: datetime | None = None
    devices: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class StoredState(Struct, frozen=True, kw_only=True):
    """The engine's state of one scope, as bytes that only the engine can read."""

    scope: str
    body: bytes


class StoredGeography(Struct, frozen=True, kw_only=True):
    """Zones and corridors that were in force: `content` is GeoJSON, `version` its digest."""

    version: str
    content: bytes
    since: datetime


class Snapshot(Struct, frozen=True, kw_only=True):
    """What changed after the version asked for: `version` is the journal's newest."""

    version: int
    shipments: tuple[StoredShipment, ...]
    states: tuple[StoredState, ...]


class Erasure(Struct, frozen=True, kw_only=True):
    """A personal value to forget: of the entry `id` what its leaf commits to at `place`, with the
    salt; or of the alert `id` the name in the field `place`, in whose stead "erased" stands then.
    """

    of: Literal["entry", "alert"]
    id: str
    place: str


class Work(Struct, frozen=True, kw_only=True):
    """Everything one batch changes; it is committed whole or not at all."""

    readings: Sequence[StoredReading] = ()
    rejects: Sequence[Rejected] = ()
    entries: Sequence[NewEntry] = ()
    alerts: Sequence[Alert] = ()
    states: Sequence[StoredState] = ()
    shipments: Sequence[StoredShipment] = ()
    geographies: Sequence[StoredGeography] = ()
    erasures: Sequence[Erasure] = ()


class Stale(Exception):
    """Somebody else committed since the version the work was computed from. Load, compute again."""
