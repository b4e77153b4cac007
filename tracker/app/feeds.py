"""The durable feed: every custody entry, in the order of the log, exactly once for each follower.

    feed = Feed(journal)
    outbox = feed.follow("outbox", after=feed.newest)    # from now on, unless it followed before
    outbox.run(handle, stop)                             # or, once: outbox.turn(handle)

A follower's position is stored in the same transaction as what it did (`Turn.keep`, or a work of
its own), so that a crash between any two steps leaves both or neither, and the turn is taken again.
What it does elsewhere (a mail, a web hook) no transaction can hold: that is done by whoever works
off the rows that it kept, at least once.

The order is that of the log and has no gaps: places are given in the commit, one writer at a time,
and an entry is seen when all before it are. Alerts are told by the entries that raised, changed or
closed them; what changes of an alert without an entry (the count of further evidence) is seen with
its next entry. Nobody is woken: a follower asks, and an idle one reads one row every `poll_s`.

Followers keep no names of people (an erasure does not look into their rows): ids and places in the
log say where they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.queries.entries import CustodyEntry, entry_of
from tracker.domain.alert import Alert
from tracker.domain.errors import NotFound
from tracker.ports import Followed, FollowerRow, Stale, Store, Work

TURN = 500
"""Entries in one turn: some tens of milliseconds, and little to do again after a crash."""
POLL_S = 0.5
"""How often an idle follower asks. Soon enough for people, and next to nothing for a database."""


class FeedItem(Struct, frozen=True, kw_only=True):
    """One entry, in its place in the log. alert: the one that it tells of, as it was when this was
    read: at least as new as the entry; a later change is told again by its own.
    """

    index: int
    entry: CustodyEntry
    alert: Alert | None = None


class Turn:
    """What a follower is told at once, and what it does with it: `keep` and `forget`, under keys of
    its own. `work`, computed from nothing else, is committed with that.
    """

    def __init__(self, items: tuple[FeedItem, ...], read: Callable[[str], bytes | None]) -> None:
        self.items = items
        self.work = Work()
        self._read = read
        self._rows: dict[str, bytes | None] = {}

    def kept(self, key: str) -> bytes | None:
        """What the follower keeps under this key, this turn's changes among it."""
        return self._rows[key] if key in self._rows else self._read(key)

    def keep(self, key: str, value: bytes) -> None:
        self._rows[key] = value

    def forget(self, key: str) -> None:
        self._rows[key] = None

    @property
    def rows(self) -> tuple[FollowerRow, ...]:
        return tuple(FollowerRow(key=key, value=value) for key, value in self._rows.items())


class Follower(Protocol):
    def __call__(self, turn: Turn) -> None:
        """Do what the turn's items call for, in the turn alone: it is called again with the same
        items if it was not committed.
        """
        ...


class Feed:
    """Of one journal. pause: waits so many seconds; `threading.Event().wait`, unless somebody wants
    to end the waiting early.
    """

    def __init__(
        self,
        journal: Store,
        *,
        poll_s: float = POLL_S,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.journal, self.poll_s = journal, poll_s
        self.pause = pause or threading.Event().wait

    @property
    def newest(self) -> int:
        """The place of the newest entry, -1 if there is none."""
        return self.journal.newest()

    def follow(self, name: str, after: int = -1) -> Following:
        """Go on where the follower of this name stopped; one that never followed begins with the
        first entry after `after`, which is stored at once. Two of one name share one position: each
        entry comes to one of them.
        """
        while True:
            version, followed = self.journal.followed(name)
            if followed is not None:
                return Following(self, name, followed.position)
            begun = Followed(follower=name, position=after)
            try:
                self.journal.commit(Work(followed=[begun]), {begun.scope: version})
            except Stale:  # another of its name has begun
                continue
            return Following(self, name, after)

    def items(self, after: int, limit: int) -> tuple[FeedItem, ...]:
        """Those behind `after`, at most so many. Raises Unreadable for a leaf that is none."""
        return tuple(self._items(after, limit))

    def _items(self, after: int, limit: int) -> Iterator[FeedItem]:
        alerts: dict[str, Alert | None] = {}
        for row in list(self.journal.entries(after=after, limit=limit)):
            entry = entry_of(row)
            alert = entry.alert
            if alert is not None and alert not in alerts:
                alerts[alert] = self.journal.alert(alert)
            yield FeedItem(index=row.index, entry=entry, alert=alerts.get(alert or ""))


class Following:
    """One follower's way along the feed. position: of the last entry that it was told, as this
    object knows; what is stored may be further on, if another of its name follows too.
    """

    def __init__(self, feed: Feed, name: str, position: int) -> None:
        self.feed, self.name, self.position = feed, name, position

    def turn(self, follower: Follower, limit: int = TURN) -> int:
        """Tell it what is new, and commit what it does with its position; how many entries it was.
        Raises Unreadable for a leaf that is none, ServiceUnreachable if the journal is gone.
        """
        while True:
            version, _ = self._followed(())
            items = self.feed.items(self.position, limit)
            if not items:
                return 0
            turn = Turn(items, self._kept)
            follower(turn)
            done = Followed(follower=self.name, position=items[-1].index, rows=turn.rows)
            work = replace(turn.work, followed=(*turn.work.followed, done))
            try:
                self.feed.journal.commit(work, {done.scope: version})
            except Stale:  # another of its name was faster: go on behind that
                continue
            self.position = done.position
            return len(items)

    def wait(self, timeout: float) -> bool:
        """Until there is something new, at most so many seconds; whether there is."""
        waited = 0.0
        while self.feed.newest <= self.position:
            if waited >= timeout:
                return False
            step = min(self.feed.poll_s, timeout - waited)
            self.feed.pause(step)
            waited += step
        return True

    def run(self, follower: Follower, stop: Callable[[], bool]) -> None:
        """Until `stop()`; looked at between turns, and every `poll_s` while nothing is new."""
        while not stop():
            if not self.turn(follower):
                self.wait(self.feed.poll_s)

    def _followed(self, keys: tuple[str, ...]) -> tuple[int, Followed]:
        """Where it stands now, and the journal's version then."""
        version, followed = self.feed.journal.followed(self.name, keys)
        if followed is None:
            raise NotFound(f"nobody of the name {self.name!r} follows any more", mend="follow anew")
        self.position = followed.position
        return version, followed

    def _kept(self, key: str) -> bytes | None:
        _, followed = self._followed((key,))
        return next((row.value for row in followed.rows), None)
