"""From a delivery to a message in words: what is known of it now, for this reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from tracker import wording
from tracker.app.notify.conversation import Conversation, read
from tracker.app.notify.situation import Situations
from tracker.app.planning import Geography
from tracker.app.queries.entries import entry_of
from tracker.domain.alert import Alert
from tracker.domain.notice import Delivery
from tracker.domain.notify_policy import Contact, NotifyPolicy
from tracker.ports import Clock, Composer, Context, Outgoing, ShipmentNews, Store, Text

MACHINE = Contact(id="", language="en")
"""Whoever reads without being a contact."""
Answering = Callable[[str, str | None, datetime], tuple[str | None, str | None]]
"""(notice, contact, now) -> the code and the link by which this contact acknowledges."""


def no_answer(notice: str, contact: str | None, now: datetime) -> tuple[str | None, str | None]:
    """Nobody can acknowledge from a message."""
    return None, None


class Composing:
    """One object, one thread: it reads the journal. language, zone: of machines."""

    def __init__(
        self,
        store: Store,
        policy: NotifyPolicy,
        geography: Geography,
        compose: Composer,
        clock: Clock,
        *,
        answering: Answering = no_answer,
        map_link: str | None = None,
    ) -> None:
        self.store, self.policy = store, policy
        self._situations = Situations(store, geography)
        self.compose, self.clock, self.answering = compose, clock, answering
        self.map_link = map_link

    def outgoing(self, delivery: Delivery, thread: str | None) -> Outgoing:
        """The message, as things stand now. thread: of what this contact was told before."""
        now = self.clock.now()
        contact = self.policy.contacts.get(delivery.contact or "", MACHINE)
        alert = self.store.alert(delivery.alert) if delivery.alert else None
        covers = [one for one in map(self.store.alert, delivery.covers) if one is not None]
        context = self._context(delivery, alert, covers, now)
        text = self.compose(
            alert,
            context,
            delivery.update,
            language=contact.language,
            zone=ZoneInfo(contact.timezone),
            now=now,
        )
        return _message(delivery, contact, alert, covers, context, text, thread)

    def _context(
        self, delivery: Delivery, alert: Alert | None, covers: list[Alert], now: datetime
    ) -> Context:
        known = Context() if alert is None else self._situations.of(alert)
        code, link = self.answering(delivery.notice, delivery.contact, now)
        cause, facts, by = self._cause(delivery.entry)
        steps = self._steps(delivery)
        return replace(
            known,
            cause=cause,
            facts=facts,
            by=by,
            covers=covers,
            plates=self._situations.plates(covers),
            step=delivery.step,
            steps=steps,
            code=code,
            link=link,
            late_min=self.policy.limits.late_min,
            map_link=self.map_link,
        )

    def _steps(self, delivery: Delivery) -> int:
        """How many the ladder has that it was told by; 0 for what no ladder told."""
        talk = self.store.notices([delivery.notice]).get(delivery.notice) if delivery.step else None
        kept = None if talk is None else read(talk)
        ladder = kept.ladder if isinstance(kept, Conversation) else None
        rungs = self.policy.ladders.get(ladder or "")
        return len(rungs.steps) if rungs is not None else 0

    def _cause(self, entry: int | None) -> tuple[str | None, dict[str, Any], str | None]:
        """Code and facts of the entry that caused it, and who declared it."""
        if entry is None:
            return None, {}, None
        for row in self.store.entries(after=entry - 1, limit=1):
            cause = entry_of(row)
            return cause.code, dict(cause.facts), cause.by
        return None, {}, None


def _message(
    delivery: Delivery,
    contact: Contact,
    alert: Alert | None,
    covers: list[Alert],
    context: Context,
    text: Text,
    thread: str | None,
) -> Outgoing:
    data: dict[str, Any] = {
        "update": delivery.update,
        "number": delivery.number,
        "at": delivery.since,
        "alert": None if alert is None else wording.document(alert),
        "alerts": [wording.document(one) for one in covers],
        "shipment": _shipment(context),
    }
    return Outgoing(
        id=delivery.id,
        channel=delivery.channel,
        notice=delivery.notice,
        number=delivery.number,
        update=delivery.update,
        severity=delivery.severity,
        title=text.title,
        body=text.body,
        short=text.short,
        language=contact.language,
        contact=delivery.contact,
        alert=delivery.alert,
        shipment=delivery.shipment,
        kind=alert.kind if alert else None,
        late=text.late,
        attempt=delivery.attempts + 1,
        links=text.links,
        data=msgspec.to_builtins(data),
        thread=thread,
    )


def _shipment(context: Context) -> ShipmentNews | None:
    """What machines are told of it: no people."""
    if context.plan is None:
        return None
    shipment = context.plan.shipment
    return ShipmentNews(
        id=shipment.id,
        crossing=shipment.crossing,
        vehicle=shipment.vehicle,
        trailer=shipment.trailer,
        seal=context.seal,
        sealed=context.sealed,
        place=context.place,
        now_at=context.now_at,
        seen_at=context.seen_at,
    )
