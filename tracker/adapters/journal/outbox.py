"""The outbox on SQL: conversations, and deliveries that are to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from tracker.adapters.journal.diagnosis import diagnosed
from tracker.adapters.journal.engine import driver, writing
from tracker.adapters.journal.scopes import ScopeReader
from tracker.adapters.journal.statements import KEYS_AT_ONCE, Insert
from tracker.adapters.journal.tables import DELIVERIES, NOTICES
from tracker.domain.alert import Severity
from tracker.domain.notice import CALLING, Delivery, DeliveryStatus, Update
from tracker.domain.personal import ERASED
from tracker.ports import Erasure, StoredNotice, Work

PENDING, HELD = DeliveryStatus.PENDING.value, DeliveryStatus.HELD.value
SETTLED = (DeliveryStatus.ACCEPTED.value, DeliveryStatus.DEAD.value)
COUNTED = (PENDING, *SETTLED)

_C = DELIVERIES.c
_BEFORE = DELIVERIES.alias("earlier")
_PUT_NOTICE = Insert(NOTICES, "replaced")
_PUT_DELIVERY = Insert(DELIVERIES)
_ORDER = (_C.created_at, _C.entry, _C.notice, _C.number, _C.id)


class SqlOutbox(ScopeReader):
    """`tracker.ports.Outbox` on SQL."""

    def notices(self, ids: Sequence[str]) -> dict[str, StoredNotice]:
        asked, found = sorted(set(ids)), dict[str, StoredNotice]()
        for start in range(0, len(asked), KEYS_AT_ONCE):
            some = select(NOTICES).where(NOTICES.c.id.in_(asked[start : start + KEYS_AT_ONCE]))
            found.update((row["id"], StoredNotice(**row)) for row in self._rows(some))
        return found

    def due_notices(self, now: datetime, limit: int) -> list[StoredNotice]:
        due = select(NOTICES).where(NOTICES.c.due_at <= now)
        rows = self._rows(due.order_by(NOTICES.c.due_at, NOTICES.c.id).limit(limit))
        return [StoredNotice(**row) for row in rows]

    def next_notice_due(self) -> datetime | None:
        rows = self._rows(select(func.min(NOTICES.c.due_at).label("due_at")))
        found: datetime | None = rows[0]["due_at"]
        return found

    def deliveries(
        self,
        *,
        notice: str | None = None,
        alert: str | None = None,
        status: Sequence[DeliveryStatus] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Delivery]:
        query = select(DELIVERIES)
        if notice is not None:
            query = query.where(_C.notice == notice)
        if alert is not None:
            query = query.where(_C.alert == alert)
        if status:
            query = query.where(_C.status.in_([one.value for one in status]))
        if since is not None:
            query = query.where(_C.created_at >= since)
        return [_delivery(row) for row in self._newest(query, _ORDER, limit)]

    def delivery(self, delivery: str) -> Delivery | None:
        query = select(DELIVERIES).where(_C.id == delivery)
        return next((_delivery(row) for row in self._rows(query)), None)

    def held_due(self, now: datetime) -> list[Delivery]:
        due = select(DELIVERIES).where(_C.status == HELD, _C.due_at <= now)
        return [_delivery(row) for row in self._rows(due.order_by(*_ORDER))]

    def warned(self, since: datetime) -> dict[str, int]:
        told = (
            select(_C.contact, func.count(_C.notice.distinct()).label("notices"))
            .where(
                _C.created_at >= since,
                _C.contact.is_not(None),
                _C.severity != Severity.CRITICAL.value,
                _C.update.in_([one.value for one in CALLING]),
                _C.status.in_(COUNTED),
            )
            .group_by(_C.contact)
        )
        return {row["contact"]: row["notices"] for row in self._rows(told)}

    def claim(
        self, channel: str, *, by: str, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        if not self._rows(_due(channel, now).limit(1)):
            return []  # without the lock that others wait for
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            critical = case((_C.severity == Severity.CRITICAL.value, 0), else_=1)
            order = (critical, _C.since, _C.entry, _C.number, _C.id)
            rows = connection.execute(_due(channel, now).order_by(*order).limit(limit)).mappings()
            found = [_delivery(row) for row in rows]
            ids = [one.id for one in found]
            taken = update(DELIVERIES).where(_C.id.in_(ids))
            connection.execute(taken.values(worker=by, claimed_until=until))
        return [msgspec.structs.replace(one, worker=by, claimed_until=until) for one in found]

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries:
            return
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            for one in deliveries:
                connection.execute(
                    update(DELIVERIES)
                    .where(_C.id == one.id, _C.status == PENDING)
                    .values(
                        status=one.status.value,
                        attempts=one.attempts,
                        due_at=one.due_at,
                        settled_at=one.settled_at,
                        error=one.error,
                        thread=one.thread,
                        worker=None,
                        claimed_until=None,
                    )
                )

    def hasten(self, now: datetime, claims_until: datetime) -> None:
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            connection.execute(update(NOTICES).where(NOTICES.c.due_at > now).values(due_at=now))
            late = update(DELIVERIES).where(_C.status == PENDING, _C.due_at > now)
            connection.execute(late.values(due_at=now))
            held = update(DELIVERIES).where(_C.status == PENDING, _C.claimed_until > claims_until)
            connection.execute(held.values(worker=None, claimed_until=None))

    def unlogged(self, limit: int) -> list[Delivery]:
        found = select(DELIVERIES).where(_C.logged.is_(False), _C.status.in_(SETTLED))
        rows = self._rows(found.order_by(_C.settled_at, _C.id).limit(limit))
        return [_delivery(row) for row in rows]

    def named_deliveries(
        self, *, contact: str | None = None, shipment: str | None = None
    ) -> Iterator[Delivery]:
        query = select(DELIVERIES).where(_C.contact.is_not(None), _C.contact != ERASED)
        if contact is not None:
            query = query.where(_C.contact == contact)
        if shipment is not None:
            query = query.where(_C.shipment == shipment)
        yield from map(_delivery, self._stream(query.order_by(*_ORDER)))

    def queue(self) -> dict[str, tuple[int, datetime]]:
        waiting = (
            select(_C.channel, func.count().label("count"), func.min(_C.since).label("since"))
            .where(_C.status == PENDING)
            .group_by(_C.channel)
        )
        return {row["channel"]: (row["count"], row["since"]) for row in self._rows(waiting)}

    def tidy(self, before: datetime, limit: int) -> int:
        old = (
            select(_C.id)
            .where(
                _C.created_at < before,
                or_(
                    and_(_C.logged.is_(True), _C.status.in_(SETTLED)),
                    _C.status == DeliveryStatus.SUPERSEDED.value,
                ),
            )
            .limit(limit)
        )
        quiet = (
            select(NOTICES.c.id)
            .where(NOTICES.c.touched_at < before, NOTICES.c.due_at.is_(None))
            .limit(limit)
        )
        with diagnosed(self._engine), writing(self._engine).begin() as connection:
            forgotten = connection.execute(delete(DELIVERIES).where(_C.id.in_(old))).rowcount
            forgotten += connection.execute(delete(NOTICES).where(NOTICES.c.id.in_(quiet))).rowcount
        return int(forgotten)


def _due(channel: str, now: datetime) -> Any:
    """Those of the channel that may be sent now: nobody's, and none before them in the line."""
    waits = exists().where(
        _BEFORE.c.notice == _C.notice,
        _BEFORE.c.channel == _C.channel,
        _BEFORE.c.number < _C.number,
        _BEFORE.c.status == PENDING,
        _BEFORE.c.contact.is_not_distinct_from(_C.contact),
    )
    return select(DELIVERIES).where(
        _C.status == PENDING,
        _C.channel == channel,
        _C.due_at <= now,
        or_(_C.claimed_until.is_(None), _C.claimed_until <= now),
        ~waits,
    )


def write_outbox(connection: Connection, work: Work) -> None:
    """The part of a work that concerns the outbox."""
    if work.notices or work.deliveries:
        cursor = driver(connection)
        _PUT_NOTICE.run(cursor, map(msgspec.structs.asdict, work.notices))
        _PUT_DELIVERY.run(cursor, map(_row, work.deliveries))
    for ids in _some(work.dropped):
        untouched = or_(_C.status == HELD, and_(_C.status == PENDING, _C.worker.is_(None)))
        superseded = update(DELIVERIES).where(_C.id.in_(ids), untouched)
        connection.execute(superseded.values(status=DeliveryStatus.SUPERSEDED.value))
    for ids in _some(work.released):
        free = update(DELIVERIES).where(_C.id.in_(ids), _C.status == HELD)
        connection.execute(free.values(status=PENDING, since=_C.due_at))
    for ids in _some(work.logged):
        connection.execute(update(DELIVERIES).where(_C.id.in_(ids)).values(logged=True))


def erase_contact(connection: Connection, erasure: Erasure) -> None:
    """The contact, what the channel said, and that there is anything left to send."""
    mine = update(DELIVERIES).where(_C.id == erasure.id)
    connection.execute(mine.values(contact=ERASED, error="", thread=None))
    waiting = mine.where(_C.status.in_((PENDING, HELD)))
    connection.execute(waiting.values(status=DeliveryStatus.SUPERSEDED.value))


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), KEYS_AT_ONCE):
        yield ids[start : start + KEYS_AT_ONCE]


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(delivery),
        "update": delivery.update.value,
        "severity": delivery.severity.value,
        "status": delivery.status.value,
        "covers": list(delivery.covers),
    }


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        **{
            **row,
            "update": Update(row["update"]),
            "severity": Severity(row["severity"]),
            "status": DeliveryStatus(row["status"]),
            "covers": tuple(row["covers"]),
        }
    )
