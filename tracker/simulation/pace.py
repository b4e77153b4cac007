"""When to send what: journeys and tracks are sent at a chosen speed and no faster than allowed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from tracker.domain.errors import UsageError
from tracker.simulation.devices import Delivery

FASTEST = math.inf


def speed(text: str) -> float:
    """`max` or 0: as fast as the broker acknowledges; 60: an hour a minute. Raises UsageError."""
    if text in ("max", "0"):
        return FASTEST
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not 0 < factor < math.inf:
        raise UsageError(f"speed {text!r} is neither a positive number nor max", mend="--speed 60")
    return factor


def end_for(first: datetime, last: datetime, now: datetime, factor: float) -> datetime:
    """Where the last message must fall so that none is ahead of the moment it is sent.

    Sending begins `now`; at real speed that puts the first message at now, at the highest speed
    the last one.
    """
    return now + timedelta(seconds=(last - first).total_seconds() / max(factor, 1.0))


def paced(
    sendings: Sequence[Delivery],
    factor: float,
    *,
    rate: float | None = None,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Delivery]:
    """Each delivery when it is due. `rate`: messages a second at most; `clock`: monotonic seconds.

    Keeps the order given. A consumer that falls behind is not hurried beyond `rate`.
    """
    began, earliest = clock(), -math.inf
    first = min((sending.at for sending in sendings), default=None)
    for sending in sendings:
        after = (sending.at - first).total_seconds() if first else 0.0
        due = max(began + after / factor, earliest)
        if (wait := due - clock()) > 0:
            sleep(wait)
        if rate is not None:
            earliest = max(due, clock()) + 1.0 / rate
        yield sending
