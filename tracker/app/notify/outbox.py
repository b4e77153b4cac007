"""The outbox: a follower of the feed that decides who is to be told of what, and its timers.

Its position, the conversations and the new deliveries are one transaction: a crash leaves all or
nothing of a turn, and the turn is taken again. Whoever takes a turn writes the follower's scope, so
of two processes one goes first and the other computes anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.app.feeds import Feed, Turn
from tracker.app.notify import gathering, telling
from tracker.app.notify.book import Book
from tracker.app.notify.conversation import Conversation, read
from tracker.domain.notify_policy import NotifyPolicy
from tracker.ports import Clock, Followed, Stale, Store, Work

log = logging.getLogger(__name__)
FOLLOWER = "notify"
STEP = timedelta(seconds=5)
"""A clock that goes back by more was set."""
LONGEST_TIMEOUT_S = 600.0
"""No channel may be configured to take longer."""
AT_ONCE = 200
"""Conversations that are looked at in one transaction."""


def alerts_of(store: Store, notice: str) -> tuple[str, ...]:
    """The alerts that a notice tells of, as its id stands in messages: one, or all of a digest. Who
    acknowledges it acknowledges these. () for a notice that nobody was told of.
    """
    told = store.deliveries(notice=notice)
    ids = [one for delivery in told for one in delivery.covers or (delivery.alert,) if one]
    return tuple(dict.fromkeys(ids))


class OutboxFollower:
    """One object, one thread. One that never followed begins with what is raised from now on."""

    def __init__(self, store: Store, policy: NotifyPolicy, clock: Clock) -> None:
        self.store, self.policy, self.clock = store, policy, clock
        feed = Feed(store)
        self._following = feed.follow(FOLLOWER, after=feed.newest)
        self._tidied = self._last = clock.now()
        self._hasten(self._last)  # the clock may have been set while nobody looked

    def work_off(self) -> bool:
        """One turn of the feed, and what is due; whether there was anything."""
        now = self.clock.now()
        if self._last - now > STEP:
            log.warning("the clock was set back by %s", self._last - now)
            self._hasten(now)
        self._last = now
        heard = self._following.turn(self._hear)
        looked = self._look()
        return bool(heard) or looked

    def _hear(self, turn: Turn) -> None:
        book = Book(self.store, self.policy, self.clock.now())
        book.load(one.alert.id for one in turn.items if one.alert is not None)
        for item in turn.items:
            telling.hear(book, item)
        turn.work = book.work()

    def _look(self) -> bool:
        """Conversations whose time has come, and what was held until now."""
        now = self.clock.now()
        if not self._anything_due():
            return False

        def fill(book: Book) -> None:
            for row in self.store.due_notices(now, AT_ONCE):
                kept = read(row)
                if isinstance(kept, Conversation):
                    telling.look(book, book.conversation(kept.id) or kept)
                else:
                    gathering.release(book, book.gathering(kept.id))
            gathering.free(book, self.store.held_due(now))

        self._commit(fill)
        return True

    def _anything_due(self) -> bool:
        now = self.clock.now()
        due = self.store.next_notice_due()
        return (due is not None and due <= now) or bool(self.store.held_due(now))

    def _commit(self, fill: Callable[[Book], None]) -> None:
        """In a transaction of its own, in the follower's place; again if somebody was faster."""
        while True:
            version, followed = self.store.followed(FOLLOWER)
            assert followed is not None  # noqa: S101 - it follows
            book = Book(self.store, self.policy, self.clock.now())
            fill(book)
            place = Followed(follower=FOLLOWER, position=followed.position)
            work = book.work()
            try:
                self.store.commit(
                    Work(
                        followed=[place],
                        notices=work.notices,
                        deliveries=work.deliveries,
                        dropped=work.dropped,
                        released=work.released,
                    ),
                    {place.scope: version},
                )
            except Stale:
                continue
            return

    def _hasten(self, now: datetime) -> None:
        limits = self.policy.limits
        longest = timedelta(seconds=LONGEST_TIMEOUT_S + limits.lease_s)
        self.store.hasten(now, now + longest)

    def tidy(self) -> None:
        """Once in an hour, forget what is long past."""
        now = self.clock.now()
        if now - self._tidied < timedelta(hours=1):
            return
        self._tidied = now
        before = now - timedelta(days=self.policy.limits.keep_days)
        while self.store.tidy(before, AT_ONCE):
            log.debug("forgot deliveries made before %s", before)
