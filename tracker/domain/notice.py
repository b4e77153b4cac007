"""Notices: what people and machines are told of incidents, as values. No words are made here.

A *notice* is one incident as it is told: its id is that of the alert (a part of a graver incident
is told with that, `Alert.part_of`), or "digest:..." where many incidents are told as one. It is a
conversation: each `Update` of it is numbered, and each number becomes one `Delivery` for every
contact and channel that is told. The numbers are the order in which one contact is told of one
incident on one channel, whatever fails and is tried again in between.
"""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import Severity


class Update(enum.StrEnum):
    """What is new in an incident.

    RAISED, GRAVER, AGAIN (it was over, and goes on) and ESCALATED (nobody acknowledged, so the next
    of the ladder is asked) call for somebody: they are told at once. The others are for those who
    were told before. MORE: something was added to it. DIGEST: many incidents in one. TEST and
    WATCHDOG belong to no incident: somebody tries a channel; the tracker itself is silent.
    """

    RAISED = "raised"
    GRAVER = "graver"
    AGAIN = "again"
    ESCALATED = "escalated"
    MORE = "more"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    COMMENT = "comment"
    SNOOZED = "snoozed"
    OVER = "over"
    CLOSED = "closed"
    DIGEST = "digest"
    TEST = "test"
    WATCHDOG = "watchdog"

    @property
    def calls(self) -> bool:
        """It asks somebody to act, and waits for nothing."""
        return self in CALLING


CALLING = frozenset(
    {
        Update.RAISED,
        Update.GRAVER,
        Update.AGAIN,
        Update.ESCALATED,
        Update.DIGEST,
        Update.TEST,
        Update.WATCHDOG,
    }
)


class DeliveryStatus(enum.StrEnum):
    """HELD: waits on purpose (quiet hours, too many already), to be told with others in a digest.
    PENDING: to be sent, or being sent. ACCEPTED: the channel took it. DEAD: given up.
    SUPERSEDED: not sent, for what it said is told by another, or no longer so.
    """

    HELD = "held"
    PENDING = "pending"
    ACCEPTED = "accepted"
    DEAD = "dead"
    SUPERSEDED = "superseded"

    @property
    def settled(self) -> bool:
        """Nothing more becomes of it."""
        return self not in (DeliveryStatus.HELD, DeliveryStatus.PENDING)


class Delivery(Struct, frozen=True, kw_only=True):
    """One update of one notice, to one contact on one channel; kept in the deliveries table.

    id: "<notice>/<number>.<place>", the place among those who are told of this number. Whatever
        happens to the process, the same update has the same id: a receiver knows a copy by it. It
        names no person, for it enters the custody log.
    number: counts the updates of the notice, from 1.
    scope: of the alert, where the custody entries about this delivery are written.
    covers: of a digest, the alerts that it tells of.
    entry: the index in the log of the entry that caused it; None for what a timer caused.
    contact: who is told, the id of one in the configuration; None for a machine. Personal: an
        erasure puts "erased" there.
    step: of the ladder, from 1; 0 for what is told to those who were told before.
    due_at: not to be sent before. since: from when its wait counts: the recording of the entry, or
        when a timer ran out or a pause that was meant ended. sent as of then within seconds.
    attempts: so many were begun. error: why the last one failed; no address, no name.
    thread: what the channel gave us, so that later updates can edit it or reply to it.
    worker, claimed_until: the worker that is sending it, and until when nobody else may.
    logged: the custody log says what became of it.
    """

    id: str
    notice: str
    number: int
    update: Update
    severity: Severity
    channel: str
    scope: str
    alert: str | None = None
    shipment: str | None = None
    covers: tuple[str, ...] = ()
    entry: int | None = None
    contact: str | None = None
    step: int = 0
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    due_at: datetime
    since: datetime
    created_at: datetime
    settled_at: datetime | None = None
    error: str = ""
    thread: str | None = None
    worker: str | None = None
    claimed_until: datetime | None = None
    logged: bool = False

    @property
    def waited_ms(self) -> int | None:
        """From `since` until the channel accepted it, in milliseconds; None before that."""
        if self.status is not DeliveryStatus.ACCEPTED or self.settled_at is None:
            return None
        return max(0, round((self.settled_at - self.since).total_seconds() * 1000))


def delivery_id(notice: str, number: int, place: int) -> str:
    """The id of a delivery; see `Delivery`."""
    return f"{notice}/{number}.{place}"
