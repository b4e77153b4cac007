"""The journal: written by one, read by many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tracker.domain.alert import Alert
from tracker.ports.outbox import Outbox
from tracker.ports.rows import (
    DeviceRow,
    EntryRow,
    HeardRow,
    Heartbeat,
    NamedEntry,
    RejectRow,
    StoredEntry,
    StoredSecret,
    Watch,
)
from tracker.ports.signing import Attestation, LogHead, StoredCheckpoint
from tracker.ports.work import (
    Followed,
    Snapshot,
    StoredGeography,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
)


class Journal(Protocol):
    """Durable, transactional, one writer at a time. Safe to use from several processes; one object
    belongs to one thread.

    What is written has a version in each of its *scopes*: a shipment by its id, "device:<id>",
    "number:<seal number>", "follower:<name>", or one of the tracker's own ("tracker:zones", ...).
    The version of a scope is the number of the commit that last wrote it. Who computes remembers as
    of which version he read each scope, and commits with that: so two who commit at once collide
    only if one wrote what the other has read, and all that was ever committed is what the same
    works, one after the other in the order of their versions, would have come to.

    What is read of several scopes at once has a scope too, which whoever changes it writes:

        "device:<id>"         which shipments carry it (written by opening and closing one)
        "number:<number>"     which shipments carry, or carried it (opening, closing, a new seal)
        "tracker:shipments"   which shipments are open (opening, closing)
        "tracker:zones"       which zones are in force

    and of readings, `known` and `newest_times` are right as of whatever version its device's scope
    was read at or later: a reading that is stored writes the scope that it is judged in.
    """

    def load(self) -> Snapshot:
        """What is under way: the open shipments with their states, and every other state whose
        timer runs, with its shipment. Closed shipments whose timers have run out cost nothing.
        """
        ...

    def changes(self, since: int) -> Snapshot:
        """All shipments and states that were written after version `since`, and the versions of all
        scopes that were."""
        ...

    def written(self, since: int) -> tuple[int, Mapping[str, int]]:
        """The journal's version, and those of all scopes that were written after `since`."""
        ...

    def fetch(self, scopes: Iterable[str]) -> Snapshot:
        """Of these scopes the shipments and states that there are, and what carries them."""
        ...

    def version(self) -> int:
        """How often anything was committed: only to see whether anything changed at all."""
        ...

    def known(self, readings: Iterable[StoredReading]) -> set[tuple[str, datetime, bytes]]:
        """Which of these identities are stored already."""
        ...

    def newest_times(self, devices: Iterable[str]) -> dict[str, datetime]:
        """The newest event time that is stored of each of these devices; those of which nothing is
        are left out.
        """
        ...

    def alert(self, alert: str) -> Alert | None: ...
    def commit(self, work: Work, expected: Mapping[str, int]) -> int:
        """Append and replace all of `work` in one durable transaction; the new version.

        expected: each scope that the work was computed from, and the version as of which it was
        read: any that the journal had between the last change of the scope and the reading. Durable
        once it returns (power loss included). Raises Stale, with nothing written, if one of those
        scopes was written since. The places of entries in the log are given here, without a gap.
        Rejects of identical bytes and topic are all kept; a geography that is there already stays
        as it is. Raises ValueError, with nothing written, if a reading or entry of `work` is stored
        already: whoever made the work has not looked.
        """
        ...

    def newest(self) -> int:
        """The index of the log's newest entry, -1 if there is none. Costs next to nothing."""
        ...

    def followed(self, follower: str, keys: Iterable[str] = ()) -> tuple[int, Followed | None]:
        """How far a follower has come, with those of its rows that have one of these keys; None if
        it was never told anything. Before it, the journal's version then.
        """
        ...

    def head(self) -> LogHead: ...
    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile of the log's tree (`tracker.log.tree`), b"" for one that is not."""
        ...

    def checkpoints(self, *, since: int = 0) -> list[StoredCheckpoint]:
        """Those released of `since` entries or more, the shortest first."""
        ...

    def release(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a released checkpoint, in place of one of its size (that has fewer signatures). The
        journal's version does not change.
        """
        ...

    def attest(self, attestation: Attestation) -> None:
        """Keep what an outsider said; the same from the same one stays as it is."""
        ...

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep a sign of life in place of the last. The journal's version does not change."""
        ...

    def scrub(self) -> None:
        """See to it that the database's files hold nothing more of what was erased or replaced.
        Writes them anew: nobody else can commit meanwhile. Raises ServiceUnreachable if others use
        the database all the time.
        """
        ...

    def close(self) -> None: ...


class Records(Protocol):
    """Reading the journal, for people: newest last, nothing is changed.

    since, until: only what the tracker knew from then on, and before then: shipments by their
    opening, alerts by when they were raised, entries by when they were recorded, rejects by their
    receipt. limit: so many of the newest; of entries, the first.
    """

    def shipments(
        self,
        *,
        closed: bool = True,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[StoredShipment]: ...
    def shipment(self, shipment: str) -> StoredShipment | None: ...
    def state(self, scope: str) -> bytes | None: ...
    def states(self) -> Iterator[StoredState]:
        """Of every scope, by its name."""
        ...

    def alerts(
        self,
        *,
        shipment: str | None = None,
        status: Sequence[str] = (),
        severity: str | None = None,
        kinds: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Alert]: ...
    def alert(self, alert: str) -> Alert | None: ...
    def entries(
        self,
        *,
        scope: str | None = None,
        types: Sequence[str] = (),
        after: int = -1,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[EntryRow]: ...
    def readings(
        self, *, device: str | None = None, shipment: str | None = None, limit: int | None = None
    ) -> Iterator[StoredReading]: ...
    def received(self, scopes: Collection[str] | None = None) -> Iterator[StoredReading]:
        """In the order of their receipt, those of one moment by their scope and number. scopes:
        only those judged in one of these."""
        ...

    def watches(self) -> list[Watch]:
        """Each time that a tracker ran on this journal, oldest first."""
        ...

    def devices(self) -> list[DeviceRow]: ...
    def rejects(
        self,
        *,
        device: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[RejectRow]: ...
    def reject(self, number: int) -> RejectRow | None: ...
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

    def heartbeat(self) -> Heartbeat | None:
        """The newest sign of life; None if no tracker has run on this journal."""
        ...

    def followers(self) -> dict[str, int]:
        """Those who follow the feed, by name: the index of the last entry that each was told."""
        ...

    def counts(self) -> dict[str, int]:
        """Rows of each kind: readings, late, rejects, entries, alerts, shipments."""
        ...


class Store(Journal, Records, Outbox, Protocol):
    """The one database that is both."""
