"""History told again: the same intake on a journal of its own, with a clock that the past sets.

What would have been concluded under these zones, this policy, these rules? Nothing is published and
nothing of the real journal changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.app.ingest import Ingest
from tracker.ports import Message, SettableClock


class ReplayInbox:
    """An inbox that gives what it is handed; nothing is ever waiting behind it."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def hand(self, message: Message) -> None:
        self._messages.append(message)

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        given, self._messages = self._messages, []
        return given

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Nobody waits for it."""

    @property
    def trouble(self) -> str:
        return ""

    def settled(self) -> bool:
        return True

    def wake(self) -> None:
        """Nobody waits here."""

    def close(self) -> None:
        """Nothing is open."""


def backtest(ingest: Ingest, clock: SettableClock, messages: Iterable[Message]) -> int:
    """Judge the messages, each at its receipt, timers in between running out at their own times.

    Returns how many there were. `intake` reads from a `ReplayInbox` inbox and looks at its timers
    without delay (`tick_s` 0).
    """
    inbox, count = ingest.inbox, 0
    assert isinstance(inbox, ReplayInbox)  # noqa: S101 - wiring built it so
    for message in messages:
        while (due := ingest.registry.next_due()) is not None and due <= message.received_at:
            clock.set(max(due, clock.now()))
            ingest.tick()
        clock.set(max(message.received_at, clock.now()))
        inbox.hand(message)
        ingest.once(0)
        count += 1
    return count
