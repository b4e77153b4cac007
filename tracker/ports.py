"""The ports: what the use cases need of the world, and what each adapter guarantees.

Adapters live in `tracker.adapters`; only `tracker.wiring` constructs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from msgspec import Struct

from devices.reading import Reading, Rejected
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.log.leaf import Secret


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
    number: its place in the telemetry of its scope, from 0, as the custody log binds it
        (`tracker.verify.readings`); None in journals from before it did.
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
    secrets: tuple[Secret, ...] = ()


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

    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile of the log's tree (`tracker.log.tree`), b"" for one that is not."""
        ...

    def release(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a released checkpoint, in place of one of its size (that has fewer signatures). The
        journal's version does not change.
        """
        ...

    def attest(self, attestation: Attestation) -> None:
        """Keep what an outsider said; the same from the same one stays as it is."""
        ...

    def scrub(self) -> None:
        """See to it that the database's files hold nothing more of what was erased or replaced.
        Writes them anew: nobody else can commit meanwhile. Raises ServiceUnreachable if others use
        the database all the time.
        """
        ...

    def close(self) -> None: ...


class EntryRow(Struct, frozen=True, kw_only=True):
    """One stored entry: its place in the log, its exact bytes, what of its personal values is
    kept."""

    index: int
    id: str
    scope: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    leaf: bytes
    secrets: tuple[Secret, ...] = ()

    @property
    def disclosed(self) -> dict[str, str]:
        """The personal values that the leaf commits to and that were not erased, by their place."""
        return {one.place: one.value for one in self.secrets}


class StoredEntry(NamedTuple):
    """A row of the log's table, as it lies there: nothing of it is believed. Times are microseconds
    since 1970-01-01T00:00Z, truth values 0 or 1.
    """

    index: Any
    id: Any
    scope: Any
    seq: Any
    key: Any
    type: Any
    occurred_at: Any
    recorded_at: Any
    device: Any
    late: Any
    lat: Any
    lon: Any
    zone: Any
    leaf: Any


class StoredSecret(Struct, frozen=True, kw_only=True):
    """A personal value that the leaf of `entry` commits to at `place`."""

    entry: str
    place: str
    salt: bytes
    value: str


class NamedEntry(Struct, frozen=True, kw_only=True):
    """A personal value that is kept of the entry `id`, and where its leaf commits to it."""

    id: str
    scope: str
    type: str
    place: str
    value: str


class LogHead(Struct, frozen=True, kw_only=True):
    """How many entries the log has, and the root over them (32 bytes)."""

    size: int
    root: bytes


class StoredCheckpoint(Struct, frozen=True, kw_only=True):
    """A checkpoint as it was released: `note` is the signed note's bytes."""

    size: int
    note: bytes
    released_at: datetime


class Attestation(Struct, frozen=True, kw_only=True):
    """What an outsider said of a released checkpoint.

    kind: "cosignature" (`name` the witness's key, `body` its signature line) or "timestamp" (`name`
    the authority's, `body` the DER of RFC 3161's response). at: by the outsider's clock.
    """

    size: int
    kind: Literal["cosignature", "timestamp"]
    name: str
    body: bytes
    at: datetime


class HeardRow(Struct, frozen=True, kw_only=True):
    """One stored reading as the log binds it: `record` is what the running hash is over."""

    scope: str
    number: int | None
    device: str
    event_time: datetime
    digest: bytes
    lat: float | None
    lon: float | None
    record: bytes


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One device's health, from its stored readings and rejects.

    last_event_at: None where nothing but rejects came; dialect too, if no dialect took them.
    skew_s: from the event, by the device's clock, to the receipt: the median of the newest live
    readings. Far from 0, the clock is wrong, or the line slow.
    """

    device: str
    dialect: str | None
    shipment: str | None
    readings: int
    late: int
    rejects: int
    last_event_at: datetime | None
    last_received_at: datetime
    battery_pct: float | None = None
    skew_s: float | None = None


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

    def stored_entries(self) -> Iterator[StoredEntry]: ...
    def named(self, *, scope: str | None = None, value: str | None = None) -> Iterator[NamedEntry]:
        """What is kept of people in the log, in its order; only of that scope, of that name."""
        ...

    def kept_secrets(self) -> Iterator[StoredSecret]: ...
    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile of the log's tree (`tracker.log.tree`), b"" for one that is not."""
        ...

    def checkpoints(self, *, since: int = 0) -> list[StoredCheckpoint]:
        """Those of `since` entries or more, the smallest first."""
        ...

    def attestations(self, *, size: int | None = None, since: int = 0) -> list[Attestation]:
        """By size, then kind, then name: of one size, or of `since` entries or more."""
        ...

    def heard(self, *, scope: str | None = None) -> Iterator[HeardRow]:
        """The stored readings scope by scope, each in the order of its telemetry; those without a
        number come first.
        """
        ...

    def counts(self) -> dict[str, int]:
        """Rows of each kind: readings, late, rejects, entries, alerts, shipments."""
        ...


class Store(Journal, Records, Protocol):
    """The one database that is both."""


class SignedLog(Protocol):
    """Of the journal, what it takes to sign its log; see `Journal` and `Records`."""

    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes: ...
    def release(self, checkpoint: StoredCheckpoint) -> None: ...


class CheckpointBook(Protocol):
    """Where released checkpoints are kept, outside the database. `place`: for messages."""

    @property
    def place(self) -> str: ...
    def newest(self) -> StoredCheckpoint | None: ...
    def append(self, checkpoint: StoredCheckpoint) -> None:
        """Durable when it returns; never half."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else releases meanwhile, in whatever process."""
        ...


class Notifier(Protocol):
    """Told after the commit, at most once, in order of the log. May lose what it is told: whoever
    must not miss anything reads the journal.
    """

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None: ...


Stop = Callable[[], bool]
