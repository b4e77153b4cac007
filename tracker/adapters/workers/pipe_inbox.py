"""A worker's end: the inbox that is filled by whoever receives, and what is said to it."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection

from tracker.adapters.workers import frames
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.ports import Message

FRESH_S = 2.0
"""The word that nothing waits anywhere holds so long. It comes several times a second."""


class PipeInbox:
    """`tracker.ports.Inbox` on a connection, and a `Notifier` back over it. Messages are handed out
    in the order in which they came, and acknowledged in that order. `ended`: the other side wants
    no more, or is gone.
    """

    trouble = ""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changed, self._saying = threading.Condition(), threading.Lock()
        self._arrived: deque[Message] = deque()
        self._received = self._done = 0
        self._settled, self._settled_at = False, -math.inf
        self._woken = self.ended = False
        self._reader = threading.Thread(target=self._read, name="handed", daemon=True)
        self._reader.start()

    # tracker.ports.Inbox

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        with self._changed:
            self._changed.wait_for(lambda: self._arrived or self._woken or self.ended, timeout)
            self._woken = False
            return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    def acknowledge(self, messages: Sequence[Message]) -> None:
        newest = max((one.token for one in messages), default=self._done)
        if newest > self._done:
            count, self._done = newest - self._done, newest
            self._say(frames.Done(count))

    def settled(self) -> bool:
        with self._changed:
            fresh = time.monotonic() - self._settled_at < FRESH_S
            return self._settled and fresh and not self._arrived

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more is said."""
        self._connection.close()

    # What else is said

    def ready(self, devices: Sequence[str]) -> None:
        """Work can be handed over; these devices are this worker's own."""
        self._say(frames.Ready(devices))

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None:
        """A `tracker.ports.Notifier`."""
        if findings or alerts:
            self._say(frames.Told(findings, alerts))

    def strays(self, owners: dict[str, int]) -> None:
        """These devices are others'."""
        self._say(frames.Strays(owners))

    def _say(self, what: frames.Said) -> None:
        try:
            with self._saying:
                self._connection.send_bytes(frames.encode(what))
        except OSError:  # nobody is there: what is not said will come again
            self._end()

    # The reader's own thread

    def _read(self) -> None:
        try:
            while True:
                self._take(frames.handed(self._connection.recv_bytes()))
                self._say(frames.Alive())
        except (EOFError, OSError):
            self._end()

    def _take(self, handed: frames.Handed) -> None:
        messages = [
            Message(
                topic=one.topic,
                payload=one.payload,
                received_at=one.received_at,
                retained=one.retained,
                token=number,
            )
            for number, one in enumerate(handed.messages, self._received + 1)
        ]
        with self._changed:
            self._received += len(messages)
            self._arrived += messages
            self._settled, self._settled_at = handed.settled, handed.at
            self.ended = self.ended or handed.last
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self.ended = True
            self._changed.notify_all()
