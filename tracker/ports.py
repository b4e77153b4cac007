"""The ports: what the use cases need of the world, and what each adapter guarantees.

Adapters live in `tracker.adapters`; only `tracker.wiring` constructs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from devices.reading import Reading, Rejected
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding


class Message(Struct, frozen=True, kw_only=True):
    """One publication as it arrived. `token` belongs to the inbox that gave it."""

    topic: str
    payload: bytes
    received_at: datetime
    token: Any = None


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, UTC; never backwards between two calls of one process."""
        ...


class Inbox(Protocol):
    """At least once, in the broker's order for each device, durable in the broker until
    acknowledged: what is received and not acknowledged comes again after a reconnect or restart.
    """

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        """Everything that has arrived, at once if anything has; else wait up to `timeout` s.

        Never waits to fill a batch. Returns [] on time-out, or when `wake` was called.
        """
        ...

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that these are durable here. Idempotent; harmless for messages of a
        connection that is gone (the broker sends those again, and they are recognised).
        """
        ...

    def settled(self) -> bool:
        """True if connected and nothing has been waiting for some time: only then does the absence
        of a message say anything about a truck.
        """
        ...

    def wake(self) -> None:
        """End a waiting `receive` from another thread."""
        ...

    def close(self) -> None: ...


class StoredReading(Struct, frozen=True, kw_only=True):
    """A reading as the journal keeps it. (`device`, `event_time`, `digest`) is its identity.

    body: the reading as native JSON, canonical, without device, receipt and `buffered`.
    digest: the first 16 bytes of SHA-256 over device, 0x00, body.
    """

    reading: Reading
    body: bytes
    digest: bytes
    shipment: str | None
    late: bool

    @property
    def identity(self) -> tuple[str, datetime, bytes]:
        return (self.reading.device, self.reading.event_time, self.digest)


class NewEntry(Struct, frozen=True, kw_only=True):
    """A custody entry to append: `leaf` is the exact bytes; the rest is what they say, projected.

    seq counts within `scope`, from 0. `key` is unique in the log (idempotency).
    """

    id: str
    leaf: bytes
    scope: str
    seq: int
    key: str
    finding: Finding


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


class Work(Struct, frozen=True, kw_only=True):
    """Everything one batch changes; it is committed whole or not at all."""

    readings: Sequence[StoredReading] = ()
    rejects: Sequence[Rejected] = ()
    entries: Sequence[NewEntry] = ()
    alerts: Sequence[Alert] = ()
    states: Sequence[StoredState] = ()
    shipments: Sequence[StoredShipment] = ()
    geographies: Sequence[StoredGeography] = ()


class Stale(Exception):
    """Somebody else committed since the version the work was computed from. Load, compute again."""


class Journal(Protocol):
    """Durable, single-writer, transactional. Safe to use from several processes; one object
    belongs to one thread.
    """

    def load(self, since: int = 0) -> Snapshot:
        """All shipments and states that changed after version `since` (0: all)."""
        ...

    def version(self) -> int: ...

    def known(self, readings: Iterable[StoredReading]) -> set[tuple[str, datetime, bytes]]:
        """Which of these identities are stored already."""
        ...

    def commit(self, work: Work, expected: int) -> int:
        """Append and replace all of `work` in one durable transaction; the new version.

        Durable once it returns (power loss included). Raises Stale, with nothing written, if the
        journal is not at version `expected`. Rejects of identical bytes and topic are all kept;
        a geography that is there already stays as it is.
        """
        ...

    def close(self) -> None: ...


class EntryRow(Struct, frozen=True, kw_only=True):
    """One stored entry: its place in the log, its exact bytes."""

    index: int
    id: str
    scope: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    leaf: bytes


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One device's health, from its stored readings and rejects."""

    device: str
    dialect: str
    shipment: str | None
    readings: int
    late: int
    rejects: int
    last_event_at: datetime
    last_received_at: datetime
    battery_pct: float | None = None


class RejectRow(Struct, frozen=True, kw_only=True):
    id: int
    received_at: datetime
    topic: str
    device: str | None
    dialect: str | None
    place: str
    reason: str
    size: int
    payload: bytes


class Records(Protocol):
    """Reading the journal, for people: newest last, nothing is changed."""

    def shipments(self, *, closed: bool = True) -> list[StoredShipment]: ...
    def shipment(self, shipment: str) -> StoredShipment | None: ...
    def state(self, scope: str) -> bytes | None: ...
    def alerts(
        self,
        *,
        shipment: str | None = None,
        status: Sequence[str] = (),
        severity: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]: ...
    def alert(self, alert: str) -> Alert | None: ...
    def entries(
        self, *, scope: str | None = None, after: int = -1, limit: int | None = None
    ) -> Iterator[EntryRow]: ...
    def readings(
        self, *, device: str | None = None, shipment: str | None = None, limit: int | None = None
    ) -> Iterator[StoredReading]: ...
    def devices(self) -> list[DeviceRow]: ...
    def rejects(
        self, *, device: str | None = None, limit: int | None = None
    ) -> list[RejectRow]: ...
    def geographies(self) -> list[StoredGeography]:
        """Every version of the zones that was ever in force, oldest first."""
        ...

    def counts(self) -> dict[str, int]:
        """Rows of each kind: readings, late, rejects, entries, alerts, shipments."""
        ...


class Notifier(Protocol):
    """Told after the commit, at most once, in order of the log. May lose what it is told: whoever
    must not miss anything reads the journal.
    """

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None: ...


Stop = Callable[[], bool]
