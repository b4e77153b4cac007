"""The outbox in memory: conversations, and deliveries that are to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from tracker.adapters.journal.memory.records import MemoryRecords
from tracker.adapters.journal.memory.shelves import Shelves
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus
from tracker.domain.personal import ERASED
from tracker.ports import Erasure, StoredNotice, Work

TO_LOG = (DeliveryStatus.ACCEPTED, DeliveryStatus.DEAD)


class MemoryOutbox(MemoryRecords):
    """`tracker.ports.Outbox` in memory."""

    def notices(self, ids: Sequence[str]) -> dict[str, StoredNotice]:
        with self._held() as held:
            return {one: held.notices[one] for one in ids if one in held.notices}

    def due_notices(self, now: datetime, limit: int) -> list[StoredNotice]:
        with self._held() as held:
            due = [(at, one.id) for one in held.notices.values() if (at := one.due_at)]
            return [held.notices[id_] for at, id_ in sorted(due) if at <= now][:limit]

    def next_notice_due(self) -> datetime | None:
        with self._held() as held:
            return min((one.due_at for one in held.notices.values() if one.due_at), default=None)

    def deliveries(
        self,
        *,
        notice: str | None = None,
        alert: str | None = None,
        status: Sequence[DeliveryStatus] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Delivery]:
        found = [
            one
            for one in self._sorted()
            if notice in (None, one.notice)
            and alert in (None, one.alert)
            and (not status or one.status in status)
            and (since is None or one.created_at >= since)
        ]
        return found if limit is None else found[max(0, len(found) - limit) :]

    def delivery(self, delivery: str) -> Delivery | None:
        with self._held() as held:
            return held.deliveries.get(delivery)

    def held_due(self, now: datetime) -> list[Delivery]:
        waiting = self.deliveries(status=[DeliveryStatus.HELD])
        return [one for one in waiting if one.due_at <= now]

    def warned(self, since: datetime) -> dict[str, int]:
        told: dict[str, set[str]] = {}
        for one in self.deliveries(since=since, status=[DeliveryStatus.PENDING, *TO_LOG]):
            if one.contact and one.severity is not Severity.CRITICAL and one.update.calls:
                told.setdefault(one.contact, set()).add(one.notice)
        return {contact: len(notices) for contact, notices in told.items()}

    def claim(
        self, channel: str, *, by: str, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        with self._held() as held:
            pending = [
                one
                for one in held.deliveries.values()
                if one.channel == channel and one.status is DeliveryStatus.PENDING
            ]
            first: dict[tuple[str, str | None], int] = {}
            for one in pending:
                line = (one.notice, one.contact)
                first[line] = min(first.get(line, one.number), one.number)
            due = [
                one
                for one in pending
                if one.due_at <= now
                and (one.claimed_until is None or one.claimed_until <= now)
                and first[one.notice, one.contact] == one.number
            ]
            taken = [
                replace(one, worker=by, claimed_until=until)
                for one in sorted(due, key=_urgency)[:limit]
            ]
            held.deliveries.update((one.id, one) for one in taken)
            return taken

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        with self._held() as held:
            for one in deliveries:
                known = held.deliveries.get(one.id)
                if known is None or known.status is not DeliveryStatus.PENDING:
                    continue
                held.deliveries[one.id] = replace(
                    known,
                    status=one.status,
                    attempts=one.attempts,
                    due_at=one.due_at,
                    settled_at=one.settled_at,
                    error=one.error,
                    thread=one.thread,
                    worker=None,
                    claimed_until=None,
                )

    def hasten(self, now: datetime, claims_until: datetime) -> None:
        with self._held() as held:
            for notice in list(held.notices.values()):
                if notice.due_at is not None and notice.due_at > now:
                    held.notices[notice.id] = replace(notice, due_at=now)
            for one in list(held.deliveries.values()):
                if one.status is not DeliveryStatus.PENDING:
                    continue
                if one.claimed_until is not None and one.claimed_until > claims_until:
                    one = replace(one, worker=None, claimed_until=None)  # noqa: PLW2901
                held.deliveries[one.id] = replace(one, due_at=min(one.due_at, now))

    def unlogged(self, limit: int) -> list[Delivery]:
        with self._held() as held:
            found = [
                (one.settled_at, one.id)
                for one in held.deliveries.values()
                if not one.logged and one.status in TO_LOG and one.settled_at
            ]
            return [held.deliveries[id_] for _, id_ in sorted(found)][:limit]

    def named_deliveries(
        self, *, contact: str | None = None, shipment: str | None = None
    ) -> Iterator[Delivery]:
        for one in self._sorted():
            if one.contact in (None, ERASED) or contact not in (None, one.contact):
                continue
            if shipment in (None, one.shipment):
                yield one

    def queue(self) -> dict[str, tuple[int, datetime]]:
        found: dict[str, tuple[int, datetime]] = {}
        for one in self.deliveries(status=[DeliveryStatus.PENDING]):
            count, since = found.get(one.channel, (0, one.since))
            found[one.channel] = (count + 1, min(since, one.since))
        return dict(sorted(found.items()))

    def tidy(self, before: datetime, limit: int) -> int:
        with self._held() as held:
            old = [
                one.id
                for one in held.deliveries.values()
                if one.created_at < before
                and (
                    (one.logged and one.status in TO_LOG) or one.status is DeliveryStatus.SUPERSEDED
                )
            ][:limit]
            quiet = [
                one.id
                for one in held.notices.values()
                if one.due_at is None and one.touched_at < before
            ][:limit]
            for id_ in old:
                del held.deliveries[id_]
            for id_ in quiet:
                del held.notices[id_]
            return len(old) + len(quiet)

    def _sorted(self) -> list[Delivery]:
        with self._held() as held:
            found = list(held.deliveries.values())
        return sorted(found, key=_order)


def _order(one: Delivery) -> tuple[datetime, int, str, int, str]:
    return (one.created_at, _entry(one), one.notice, one.number, one.id)


def _urgency(one: Delivery) -> tuple[bool, datetime, int, int, str]:
    critical = one.severity is Severity.CRITICAL
    return (not critical, one.since, _entry(one), one.number, one.id)


def _entry(one: Delivery) -> int:
    return -1 if one.entry is None else one.entry


def must_be_new_to(held: Shelves, work: Work) -> None:
    """Raises ValueError, before anything is written."""
    ids = [one.id for one in work.deliveries]
    if len({*ids}) < len(ids) or any(id_ in held.deliveries for id_ in ids):
        raise ValueError("not a work that can be committed: a delivery is stored already")


def write_outbox(held: Shelves, work: Work) -> None:
    """The part of a work that concerns the outbox."""
    held.notices.update((notice.id, notice) for notice in work.notices)
    held.deliveries.update((one.id, one) for one in work.deliveries)
    for id_ in work.dropped:
        one = held.deliveries.get(id_)
        if one is not None and not one.status.settled and one.worker is None:
            held.deliveries[id_] = replace(one, status=DeliveryStatus.SUPERSEDED)
    for id_ in work.released:
        one = held.deliveries.get(id_)
        if one is not None and one.status is DeliveryStatus.HELD:
            held.deliveries[id_] = replace(one, status=DeliveryStatus.PENDING, since=one.due_at)
    for id_ in work.logged:
        if (one := held.deliveries.get(id_)) is not None:
            held.deliveries[id_] = replace(one, logged=True)


def erase_contact(held: Shelves, erasure: Erasure) -> None:
    """The contact, what the channel said, and that there is anything left to send."""
    one = held.deliveries.get(erasure.id)
    if one is None:
        return
    status = one.status if one.status.settled else DeliveryStatus.SUPERSEDED
    held.deliveries[one.id] = replace(
        one, contact=ERASED, error="", thread=None, status=status, worker=None,
        claimed_until=None,
    )  # fmt: skip
