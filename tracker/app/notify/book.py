"""What one turn reads of conversations and deliveries, and what it will write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from tracker.app.notify import routing
from tracker.app.notify.conversation import Conversation, Gathering, Kept, read, stored
from tracker.domain.alert import Alert, AlertStatus, Severity
from tracker.domain.notice import Delivery, DeliveryStatus, Update, delivery_id
from tracker.domain.notify_policy import Contact, NotifyPolicy
from tracker.domain.personal import ERASED
from tracker.domain.shipment import Shipment
from tracker.ports import Store, Work

HOUR = timedelta(hours=1)
Pair = tuple[str | None, str]
"""Contact (None: a machine) and channel."""


class Book:
    """Of one turn, at `now`. What is put here is what is read here afterwards."""

    def __init__(self, store: Store, policy: NotifyPolicy, now: datetime) -> None:
        self.store, self.policy, self.now = store, policy, now
        self._kept: dict[str, Kept | None] = {}
        self._changed: dict[str, Kept] = {}
        self._shipments: dict[str, Shipment | None] = {}
        self._told: dict[str, list[Delivery]] = {}
        self._warned: dict[str, int] | None = None
        self.deliveries: list[Delivery] = []
        self.dropped: list[str] = []
        self.released: list[str] = []

    # Conversations

    def load(self, ids: Iterable[str]) -> None:
        """Read these by one question."""
        missing = [one for one in dict.fromkeys(ids) if one not in self._kept]
        found = self.store.notices(missing)
        for one in missing:
            self._kept[one] = read(found[one]) if one in found else None

    def conversation(self, notice: str) -> Conversation | None:
        found = self._read(notice)
        return found if isinstance(found, Conversation) else None

    def gathering(self, group: str) -> Gathering:
        found = self._read(group)
        return found if isinstance(found, Gathering) else Gathering(id=group)

    def _read(self, id_: str) -> Kept | None:
        if id_ not in self._kept:
            self.load((id_,))
        return self._kept[id_]

    def put(self, kept: Kept) -> None:
        self._kept[kept.id] = self._changed[kept.id] = kept

    # What they are about

    def shipment(self, shipment: str | None) -> Shipment | None:
        if shipment is None:
            return None
        if shipment not in self._shipments:
            row = self.store.shipment(shipment)
            self._shipments[shipment] = (
                None if row is None else msgspec.json.decode(row.document, type=Shipment)
            )
        return self._shipments[shipment]

    def routed(self, talk: Conversation, alert: Alert) -> Conversation:
        """As the routes have it for an incident that is as grave as this."""
        what = routing.incident(alert, self.shipment(alert.shipment))
        way = routing.routed(self.policy, what)
        return replace(talk, severity=alert.severity, ladder=way.ladder, machines=way.machines)

    def answered(self, conversation: Conversation) -> bool:
        """Somebody has acknowledged or closed it, or all of it, though the feed has yet to say."""
        ids = conversation.asking or (conversation.alert,)
        return all(_is_answered(self.store.alert(one)) for one in ids if one is not None)

    # Deliveries

    def told_before(self, notice: str) -> list[Pair]:
        """Who was told of it, or is being told; whoever is erased is nobody."""
        if notice not in self._told:
            self._told[notice] = self.store.deliveries(notice=notice)
        silent = (DeliveryStatus.HELD, DeliveryStatus.SUPERSEDED)
        pairs = [
            (one.contact, one.channel)
            for one in (*self._told[notice], *self.deliveries)
            if one.notice == notice and one.contact != ERASED and one.status not in silent
        ]
        return list(dict.fromkeys(pairs))

    def emit(
        self,
        conversation: Conversation,
        update: Update,
        pairs: Sequence[Pair],
        *,
        since: datetime,
        entry: int | None = None,
        step: int = 0,
    ) -> Conversation:
        """The conversation with one update more, which these are told."""
        number, place = conversation.number + 1, 0
        for contact_id, channel in pairs:
            contact = None if contact_id is None else self.policy.contacts.get(contact_id)
            if contact_id is not None and contact is None:
                continue
            covers = self._covers(conversation, contact)
            if conversation.covers and not covers:
                continue
            status, due_at = self._when(conversation, update, contact)
            if due_at is None:
                continue
            place += 1
            self.deliveries.append(
                Delivery(
                    id=delivery_id(conversation.id, number, place),
                    notice=conversation.id,
                    number=number,
                    update=update,
                    severity=conversation.severity,
                    channel=channel,
                    scope=conversation.scope,
                    alert=conversation.alert,
                    shipment=conversation.shipment,
                    covers=covers,
                    entry=entry,
                    contact=contact_id,
                    step=step,
                    status=status,
                    due_at=due_at,
                    since=since if status is DeliveryStatus.PENDING else due_at,
                    created_at=self.now,
                )
            )
        return replace(conversation, number=number) if place else conversation

    def _covers(self, conversation: Conversation, contact: Contact | None) -> tuple[str, ...]:
        """Of a digest, what this contact may hear of."""
        if contact is None or contact.custodian is None or conversation.parties is not None:
            return conversation.covers
        return tuple(
            one
            for one in conversation.covers
            if (member := self.conversation(one)) is not None
            and routing.may_hear(contact, member.parties or ())
        )

    def _when(
        self, conversation: Conversation, update: Update, contact: Contact | None
    ) -> tuple[DeliveryStatus, datetime | None]:
        """Now, or later with others; None: not at all."""
        if contact is None or conversation.severity is Severity.CRITICAL:
            return DeliveryStatus.PENDING, self.now
        asleep = contact.hours is not None and not contact.hours.contains(self.now, contact.zone)
        if not update.calls:
            return DeliveryStatus.PENDING, None if asleep else self.now
        if asleep and contact.hours is not None:
            return DeliveryStatus.HELD, contact.hours.next_start(self.now, contact.zone)
        if self._warnings(contact.id, conversation.id) > self.policy.limits.warnings_per_hour:
            return DeliveryStatus.HELD, _next_hour(self.now)
        return DeliveryStatus.PENDING, self.now

    def _warnings(self, contact: str, notice: str) -> int:
        """Of how many notices the contact was told within the hour, this one among them."""
        if self._warned is None:
            self._warned = self.store.warned(self.now - HOUR)
        new = {
            one.notice
            for one in self.deliveries
            if one.contact == contact and one.status is DeliveryStatus.PENDING
        }
        return self._warned.get(contact, 0) + len(new | {notice})

    def work(self) -> Work:
        return Work(
            notices=[stored(one, self.now) for one in self._changed.values()],
            deliveries=self.deliveries,
            dropped=self.dropped,
            released=self.released,
        )


def _is_answered(alert: Alert | None) -> bool:
    if alert is None or alert.snooze is not None:
        return True
    return alert.status in (AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED)


def _next_hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
