"""A call that takes no longer than it may, whatever it hangs in: a name that is being looked up, a
receiver that sends a byte now and then.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from tracker.ports import Undelivered

T = TypeVar("T")
LINGER_S = 1.0
"""A call's own time-outs are so much longer: it ends soon after it was given up, and not before."""
MOST_LEFT = 8
"""So many calls of one channel may be left hanging; then nothing more is begun until some end."""


class Within:
    """Calls of one channel. What comes too late is not heard: the message is sent once more."""

    def __init__(self) -> None:
        self._left: list[threading.Thread] = []

    def __call__(self, call: Callable[[], T], timeout_s: float) -> T:
        """What it returns or raises. Raises Undelivered when the time is over."""
        self._left = [one for one in self._left if one.is_alive()]
        if len(self._left) >= MOST_LEFT:
            raise Undelivered(f"{len(self._left)} earlier messages hang, still")
        outcome: SimpleQueue[T | BaseException] = SimpleQueue()

        def run() -> None:
            try:
                outcome.put(call())
            except BaseException as error:  # noqa: BLE001 - it is raised where it was called
                outcome.put(error)

        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(run,), name="send", daemon=True)
        thread.start()
        try:
            came = outcome.get(timeout=timeout_s)
        except Empty:
            self._left.append(thread)
            raise Undelivered(f"no answer within {timeout_s:g} s") from None
        if isinstance(came, BaseException):
            raise came
        return came
