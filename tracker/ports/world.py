"""What comes in from outside, and who is told: messages, time, notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.ports.rows import Heartbeat


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """One publication as it arrived. `token` belongs to the inbox that gave it.

    retained: the broker kept it for whoever subscribes; when it was published, nobody knows.
    """

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    token: Any = None


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, UTC. It goes back where the host's clock is set back."""
        ...


class WatchedClock(Clock, Protocol):
    """A clock that knows when it was set, for it looks at elapsed time besides."""

    def steps(self) -> tuple[timedelta, ...] | None:
        """By how much it was set (back: negative), each time since this was last asked. None: it is
        set by hand and does not go back, and whatever lies ahead of it is meant so.
        """
        ...


class SettableClock(WatchedClock, Protocol):
    """A clock that stands still until it is set: history told again, a demonstration."""

    def set(self, to: datetime) -> None:
        """Raises ValueError for a time before the present one."""
        ...


class Publisher(Protocol):
    """Sends to a broker, at least once, in order."""

    def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False
    ) -> None: ...
    def flush(self, timeout: float = 30.0) -> None:
        """Returns when the broker has confirmed everything; raises ServiceUnreachable if not."""
        ...


class Inbox(Protocol):
    """At least once, in the broker's order for each device, durable in the broker until
    acknowledged: what is received and not acknowledged comes again after a reconnect or restart.
    """

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        """Everything that has arrived, at once if anything has; else wait up to `timeout` s.

        Never waits to fill a batch. Returns [] on time-out, or when `wake` was called.
        """
        ...

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that these are durable here. Idempotent; harmless for messages of a
        connection that is gone (the broker sends those again, and they are recognised).
        """
        ...

    @property
    def trouble(self) -> str:
        """Why nothing can be heard just now; empty while something can."""
        ...

    def settled(self) -> bool:
        """True if connected and nothing has been waiting for some time: only then does the absence
        of a message say anything about a truck.
        """
        ...

    def wake(self) -> None:
        """End a waiting `receive` from another thread."""
        ...

    def close(self) -> None: ...


class Beacon(Protocol):
    """Shows outside the journal that the tracker lives. Never waits, and never fails."""

    def beat(self, heartbeat: Heartbeat) -> None: ...


class Notifier(Protocol):
    """Told after the commit, at most once, in order of the log. May lose what it is told, and hears
    nothing of what other processes commit: whoever must not miss anything follows the feed
    (`tracker.app.feeds`).
    """

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None: ...
