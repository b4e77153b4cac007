"""How telling goes: what waits, how long it took until a channel accepted, what failed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tracker.app.notify.outbox import FOLLOWER
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus
from tracker.ports import Store

MOST = 100_000
"""So many of the newest deliveries are looked at."""


class ChannelStatus(Struct, frozen=True, kw_only=True):
    """One channel, over the hours that were asked for. These names are those of docs/json.md.

    pending: deliveries that wait, oldest_s: how long the oldest of them has; retried: those of them
    that failed at least once. p50_ms, p95_ms: from the commit to the acceptance of those accepted;
    critical_p95_ms: of critical incidents alone. error: why the last attempt that failed did.
    """

    channel: str
    configured: bool
    pending: int = 0
    oldest_s: float | None = None
    retried: int = 0
    held: int = 0
    accepted: int = 0
    dead: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    critical_p95_ms: int | None = None
    last_accepted_at: datetime | None = None
    error: str = ""


class NotifyState(Struct, frozen=True, kw_only=True):
    """begun: there is an outbox. behind: entries of the log that it has not looked at, and since
    when the first of them waits.
    """

    begun: bool
    behind: int = 0
    behind_since: datetime | None = None
    channels: tuple[ChannelStatus, ...] = ()


def state(
    store: Store, channels: Iterable[str], now: datetime, *, hours: float = 24.0
) -> NotifyState:
    """How it stands, with what became of the deliveries made in the last hours."""
    configured = list(channels)
    recent = store.deliveries(since=now - timedelta(hours=hours), limit=MOST)
    open_ = store.deliveries(status=[DeliveryStatus.PENDING, DeliveryStatus.HELD])
    known = {one.id: one for one in (*open_, *recent)}
    by_channel: dict[str, list[Delivery]] = {name: [] for name in configured}
    for one in known.values():
        by_channel.setdefault(one.channel, []).append(one)
    position, newest = store.followers().get(FOLLOWER), store.newest()
    begun = position is not None
    behind = newest - position if position is not None else 0
    return NotifyState(
        begun=begun,
        behind=max(0, behind),
        behind_since=_recorded(store, position) if position is not None and behind > 0 else None,
        channels=tuple(
            _channel(name, mine, now, configured=name in configured)
            for name, mine in by_channel.items()
        ),
    )


def _recorded(store: Store, position: int) -> datetime | None:
    return next((row.recorded_at for row in store.entries(after=position, limit=1)), None)


def _channel(
    name: str, mine: Sequence[Delivery], now: datetime, *, configured: bool
) -> ChannelStatus:
    pending = [one for one in mine if one.status is DeliveryStatus.PENDING]
    accepted = [one for one in mine if one.status is DeliveryStatus.ACCEPTED]
    waits = [one.waited_ms for one in accepted if one.waited_ms is not None]
    critical = [
        one.waited_ms
        for one in accepted
        if one.severity is Severity.CRITICAL and one.waited_ms is not None
    ]
    failed = [one for one in mine if one.error]
    oldest = min((one.since for one in pending), default=None)
    return ChannelStatus(
        channel=name,
        configured=configured,
        pending=len(pending),
        oldest_s=None if oldest is None else max(0.0, (now - oldest).total_seconds()),
        retried=sum(one.attempts > 0 for one in pending),
        held=sum(one.status is DeliveryStatus.HELD for one in mine),
        accepted=len(accepted),
        dead=sum(one.status is DeliveryStatus.DEAD for one in mine),
        p50_ms=quantile(waits, 0.5),
        p95_ms=quantile(waits, 0.95),
        critical_p95_ms=quantile(critical, 0.95),
        last_accepted_at=max((one.settled_at for one in accepted if one.settled_at), default=None),
        error=failed[-1].error if failed else "",
    )


def quantile(values: Sequence[int], part: float) -> int | None:
    """The smallest of them that so large a part of them does not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]
