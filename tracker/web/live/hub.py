"""Looks at the journal for everybody who listens, in a thread of its own, some times a second.

What is told has a *mark*: the journal's version, and the index of the log's newest entry. Whoever
comes back with the mark that it heard last is told all that changed after it, and nothing is kept
for it meanwhile: rows know at which version they changed, and entries are in the log.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from tracker.app.queries.entries import CustodyEntry, entry_of
from tracker.app.queries.fleet import Fleet, FleetRow, Need
from tracker.app.queries.watch import Watch, watch
from tracker.domain.access import Viewer
from tracker.domain.errors import TrackerError
from tracker.ports import Store

log = logging.getLogger(__name__)
WAITING = 64
"""News that one listener may be behind: then it is cut off, and comes back with its mark."""
ENTRIES_AT_ONCE = 1_000


class Mark(Struct, frozen=True, order=True):
    """Up to where somebody has heard: the journal's version, and the index of an entry."""

    version: int
    index: int

    def __str__(self) -> str:
        return f"{self.version}.{self.index}"

    @classmethod
    def read(cls, text: str | None) -> Mark | None:
        """None for what is no mark."""
        version, dot, index = (text or "").partition(".")
        if not (dot and version.isdecimal() and index.lstrip("-").isdecimal()):
            return None
        return cls(int(version), int(index))


class News(Struct, frozen=True, kw_only=True):
    """What one look has found. rows: new or changed; gone: shipments that were closed; entries: in
    the log's order. watch: whether a tracker watches, if that changed.
    """

    mark: Mark
    rows: tuple[FleetRow, ...] = ()
    gone: tuple[str, ...] = ()
    entries: tuple[CustodyEntry, ...] = ()
    watch: Watch | None = None


class Counts:
    """How many rows a viewer sees, and how many of them need a person: counted once for all who see
    the same, however many listen. In the event loop alone.
    """

    def __init__(self) -> None:
        self._of: Mapping[str, FleetRow] = {}
        self._known: dict[tuple[str | None, frozenset[str]] | None, tuple[int, int]] = {}

    def of(self, viewer: Viewer, rows: Mapping[str, FleetRow]) -> tuple[int, int]:
        """rows: the fleet's, which are another object when any of them has changed."""
        if rows is not self._of:
            self._of, self._known = rows, {}
        key = None if viewer.sees_all else (viewer.carrier, viewer.shared)
        counted = self._known.get(key)
        if counted is None:
            seen = [row for row in rows.values() if sees_row(viewer, row)]
            counted = len(seen), sum(row.need is Need.CRITICAL for row in seen)
            self._known[key] = counted
        return counted


def sees_row(viewer: Viewer, row: FleetRow) -> bool:
    """As `Viewer.sees`, of a row."""
    if viewer.sees_all or row.id in viewer.shared:
        return True
    return viewer.carrier is not None and viewer.carrier in row.custodians


class Listener:
    """One who listens: its queue in its own event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[News | None] = asyncio.Queue(WAITING)

    def hear(self, news: News | None) -> None:
        """From the hub's thread. None: it is over."""
        self.loop.call_soon_threadsafe(self._put, news)

    def _put(self, news: News | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            news = None
        self.queue.put_nowait(news)


class Hub:
    """One for the process. store: opened by `opened`, in the hub's thread, and its alone."""

    def __init__(
        self,
        fleet: Fleet,
        store: Store,
        now: Callable[[], datetime],
        *,
        every_s: float,
        dead_after_s: float,
    ) -> None:
        self.fleet, self._store, self._now = fleet, store, now
        self._every_s, self._dead_after_s = every_s, dead_after_s
        self._versions: dict[str, int] = {}
        self._gone: dict[str, int] = {}
        self.watch: Watch | None = None
        self.mark = Mark(0, -1)
        self.counts = Counts()
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Returns when the fleet is loaded. Raises as the journal does."""
        self._begin()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=10)
        with self._lock:
            for listener in self._listeners:
                listener.hear(None)

    def listen(self) -> tuple[Listener, Mark]:
        """A new listener, which hears all that comes after the mark."""
        listener = Listener()
        with self._lock:
            self._listeners.add(listener)
            return listener, self.mark

    def leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def since(self, mark: Mark | None) -> News:
        """All that is otherwise than at `mark`; None: everything. Without entries: the log has
        them (`Records.entries(after=mark.index)`).
        """
        with self._lock:
            rows, now = self.fleet.rows, self.mark
            if mark is None or mark.version > now.version:  # of another journal, or none
                return News(mark=now, rows=tuple(rows.values()), watch=self.watch)
            changed = {id_ for id_, at in self._versions.items() if at > mark.version}
            gone = tuple(id_ for id_, at in self._gone.items() if at > mark.version)
            found = tuple(row for id_, row in rows.items() if id_ in changed)
            return News(mark=now, rows=found, gone=gone, watch=self.watch)

    def look(self) -> News | None:
        """Once; None if there is nothing new."""
        changes = self.fleet.refresh(self._store)
        entries = tuple(self._entries())
        seen = watch(self._store, self._now(), self._dead_after_s)
        stirred = self.watch is None or seen.watching is not self.watch.watching
        with self._lock:
            self.watch = seen
            version = self.fleet.version
            self._versions.update((row.id, version) for row in changes.rows)
            for id_ in changes.gone:
                self._versions.pop(id_, None)
                self._gone[id_] = version
            index = entries[-1].index if entries else self.mark.index
            if Mark(version, index) == self.mark and not stirred:
                return None
            self.mark = Mark(version, index)
            news = News(
                mark=self.mark,
                rows=changes.rows,
                gone=changes.gone,
                entries=entries,
                watch=seen if stirred else None,
            )
            for listener in self._listeners:
                listener.hear(news)
        return news

    def _begin(self) -> None:
        """The fleet as it is, each row with the version that last wrote it."""
        _, written = self._store.written(0)
        self.fleet.refresh(self._store)
        self._versions = {id_: written.get(id_, 0) for id_ in self.fleet.rows}
        self.mark = Mark(self.fleet.version, self._store.newest())
        self.watch = watch(self._store, self._now(), self._dead_after_s)

    def _entries(self) -> Iterable[CustodyEntry]:
        if self._store.newest() <= self.mark.index:
            return ()
        rows = self._store.entries(after=self.mark.index, limit=ENTRIES_AT_ONCE)
        return [entry_of(row) for row in rows]

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                self.look()
            except TrackerError as error:  # the database is away: it is asked again
                log.warning("nothing new can be read: %s", error)
