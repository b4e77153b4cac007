"""The outbox in the journal: conversations, and deliveries that are to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from tracker.domain.notice import Delivery, DeliveryStatus


class StoredNotice(Struct, frozen=True, kw_only=True):
    """A conversation's state, as bytes that only `tracker.app.notify` can read.

    due_at: when it must be looked at at the latest; None while it waits for nothing.
    touched_at: when something of it changed last.
    """

    id: str
    body: bytes
    due_at: datetime | None
    touched_at: datetime


class Outbox(Protocol):
    """A part of the journal. Conversations and new deliveries are written by commits (`Work`), for
    they belong to a position in the feed; what becomes of a delivery is written here: durable too,
    but the journal's version does not change, and nobody who computes is disturbed.
    """

    def notices(self, ids: Sequence[str]) -> dict[str, StoredNotice]:
        """Those that there are of these."""
        ...

    def due_notices(self, now: datetime, limit: int) -> list[StoredNotice]:
        """Those that are due, the longest first."""
        ...

    def next_notice_due(self) -> datetime | None: ...
    def deliveries(
        self,
        *,
        notice: str | None = None,
        alert: str | None = None,
        status: Sequence[DeliveryStatus] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Delivery]:
        """In the order in which they were made; since: made from then on; limit: the newest."""
        ...

    def delivery(self, delivery: str) -> Delivery | None: ...
    def held_due(self, now: datetime) -> list[Delivery]:
        """The held ones whose pause is over, in the order in which they were made."""
        ...

    def warned(self, since: datetime) -> dict[str, int]:
        """contact -> of how many notices that are no emergency it was to be told since then."""
        ...

    def claim(
        self, channel: str, *, by: str, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Take deliveries of the channel that are due, so that nobody else sends them before
        `until`: critical ones first, then by the time since when they wait. Of one notice for one
        contact never one before those with lower numbers are settled.
        """
        ...

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Write what became of them: accepted, dead, or pending again (with its new due_at), and
        nobody's any more. One that is not pending here stays as it is.
        """
        ...

    def hasten(self, now: datetime, claims_until: datetime) -> None:
        """The clock was set back, or may have been while nobody looked: no timer of before waits
        for a time that is far off now. Conversations are due, and so are pending deliveries; claims
        that would hold beyond `claims_until` are over. What is held waits for its hour.
        """
        ...

    def unlogged(self, limit: int) -> list[Delivery]:
        """Accepted and dead ones of which the custody log says nothing yet, in the order in which
        they were settled."""
        ...

    def named_deliveries(
        self, *, contact: str | None = None, shipment: str | None = None
    ) -> Iterator[Delivery]:
        """Those with a contact; only of that one, only of that shipment."""
        ...

    def queue(self) -> Mapping[str, tuple[int, datetime]]:
        """channel -> how many deliveries are pending and due or not, and since when the oldest of
        them waits.
        """
        ...

    def tidy(self, before: datetime, limit: int) -> int:
        """Forget settled and logged deliveries made before then, and conversations without a timer
        that nothing has touched since; how many. At most `limit` of either.
        """
        ...
