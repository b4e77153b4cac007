"""Sends what is due on one channel, and keeps what became of it. One thread's work.

Claim, send, keep: a crash after the sending and before the keeping makes a copy with the same id,
never a loss. What fails is tried again after a pause that doubles, and is dead at last.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from tracker.app.notify.composing import Composing
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus
from tracker.domain.notify_policy import NotifyLimits
from tracker.ports import Channel, Clock, Store, Undelivered

log = logging.getLogger(__name__)
AT_ONCE = 32
"""Deliveries that are claimed at once."""
KEEP_S = 0.2
"""What was sent is kept at the latest after this, so that a crash makes few copies."""
LONGEST_REASON = 200
_PERSONAL = re.compile(r"\w+://\S+|\S+@\S+|\+?\d[\d\s().-]{6,}\d")
"""URLs, addresses, telephone numbers: what a channel says of a failure is logged for good."""


class Sender:
    """Of one channel. worker: a name that no other worker has. chance: random, from 0 to 1."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        composing: Composing,
        limits: NotifyLimits,
        clock: Clock,
        *,
        worker: str,
        timeout_s: float,
        chance: Callable[[], float],
    ) -> None:
        self.store, self.channel, self.composing = store, channel, composing
        self.limits, self.clock, self.worker = limits, clock, worker
        self.timeout_s, self._chance = timeout_s, chance
        self._unkept: list[Delivery] = []
        self._kept_at = clock.now()

    def once(self) -> int:
        """Send what is due, at most `AT_ONCE`; how many were sent. Raises Passing while the journal
        cannot be written to: what became of them is kept with the next call.
        """
        self._keep()
        now = self.clock.now()
        lease = timedelta(seconds=self.timeout_s + self.limits.lease_s)
        claimed = self.store.claim(
            self.channel.name, by=self.worker, now=now, until=now + lease, limit=AT_ONCE
        )
        sent = 0
        for number, delivery in enumerate(claimed):
            if self.clock.now() - now > timedelta(seconds=self.limits.lease_s / 2):
                # The rest would be sent when others may have claimed it.
                self._unkept += [_given_back(one) for one in claimed[number:]]
                break
            self._unkept.append(self._sent(delivery))
            sent += 1
            if self.clock.now() - self._kept_at > timedelta(seconds=KEEP_S):
                self._keep()
        self._keep()
        return sent

    def _sent(self, delivery: Delivery) -> Delivery:
        """What became of one."""
        attempts = delivery.attempts + 1
        try:
            outgoing = self.composing.outgoing(delivery, self._thread(delivery))
            receipt = self.channel.send(outgoing, timeout_s=self.timeout_s)
        except Undelivered as error:
            return self._failed(
                delivery, attempts, error.reason, permanent=error.permanent, after_s=error.after_s
            )
        except Exception as error:
            log.exception("channel %s failed with what it should not", self.channel.name)
            return self._failed(delivery, attempts, type(error).__name__, permanent=False)
        return replace(
            delivery,
            status=DeliveryStatus.ACCEPTED,
            attempts=attempts,
            settled_at=self.clock.now(),
            error="",
            thread=receipt.thread,
        )

    def _failed(
        self,
        delivery: Delivery,
        attempts: int,
        reason: str,
        *,
        permanent: bool,
        after_s: float | None = None,
    ) -> Delivery:
        now, reason = self.clock.now(), told(reason)
        over = now - delivery.since >= timedelta(minutes=self.limits.dead_after_min)
        failed = replace(delivery, attempts=attempts, error=reason)
        if permanent or over:
            log.error("channel %s: %s is given up: %s", self.channel.name, delivery.id, reason)
            return replace(failed, status=DeliveryStatus.DEAD, settled_at=now)
        level = logging.WARNING if attempts == 1 else logging.INFO
        log.log(level, "channel %s: %s not delivered: %s", self.channel.name, delivery.id, reason)
        pause = backoff(attempts, delivery.severity, self.limits, self._chance())
        if after_s is not None:
            # No longer than the rest of its time: then it is tried once more, and given up.
            left = delivery.since + timedelta(minutes=self.limits.dead_after_min) - now
            pause = max(pause, min(timedelta(seconds=after_s), left))
        return replace(failed, due_at=now + pause)

    def _thread(self, delivery: Delivery) -> str | None:
        """What the channel said when this contact was told of this notice last."""
        if delivery.number == 1:
            return None
        before = [
            one
            for one in self.store.deliveries(
                notice=delivery.notice, status=[DeliveryStatus.ACCEPTED]
            )
            if (one.contact, one.channel) == (delivery.contact, delivery.channel) and one.thread
        ]
        unkept = [one for one in self._unkept if one.notice == delivery.notice and one.thread]
        mine = [one for one in (*before, *unkept) if one.contact == delivery.contact]
        return mine[-1].thread if mine else None

    def _keep(self) -> None:
        if self._unkept:
            self.store.settle(self._unkept)
            self._unkept = []
        self._kept_at = self.clock.now()


def backoff(attempts: int, severity: Severity, limits: NotifyLimits, chance: float) -> timedelta:
    """The pause after so many attempts: doubling, up to a limit, longer by a random part."""
    critical = severity is Severity.CRITICAL
    most = limits.retry_critical_s if critical else limits.retry_most_s
    pause = min(limits.retry_first_s * 2.0 ** min(attempts - 1, 30), most)
    return timedelta(seconds=pause * (1 + limits.retry_jitter * chance))


def told(reason: str) -> str:
    """Of a channel's reason what may stand in the log for good."""
    return _PERSONAL.sub("...", " ".join(reason.split()))[:LONGEST_REASON] or "no reason given"


def _given_back(delivery: Delivery) -> Delivery:
    return replace(delivery, worker=None, claimed_until=None)
