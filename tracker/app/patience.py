"""Waiting for storage that refuses now and may take later, and telling the log about it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from tracker.domain.errors import Passing

log = logging.getLogger(__name__)
PAUSE_S = 1.0
"""Between two attempts. A locked database is waited for besides, while it is asked."""
FIRST_AGAIN_S, LAST_AGAIN_S = 60.0, 3600.0
"""How long after the first word it is said again, twice as long each time, and at most."""


class Patience:
    """Of one who works on storage: `bear` each refusal, `over` after each success.

    monotonic: seconds; pause: waits so many seconds.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._monotonic, self._pause = monotonic, pause
        self._since: float | None = None
        self._said, self._again_s = "", FIRST_AGAIN_S
        self._next = 0.0

    def bear(self, error: Passing, held: int = 0) -> None:
        """Say so, if that is news or was said long ago; then wait a little. held: messages received
        and not acknowledged.
        """
        now = self._monotonic()
        if self._since is None:
            self._since = now
        if error.what != self._said:
            self._said, self._again_s = error.what, FIRST_AGAIN_S
            self._next = now
        if now >= self._next:
            self._tell(error, held, now - self._since)
            self._next = now + self._again_s
            self._again_s = min(self._again_s * 2, LAST_AGAIN_S)
        self._pause(PAUSE_S)

    def _tell(self, error: Passing, held: int, waited_s: float) -> None:
        log.warning(
            "%s: %s: waiting (%.0f s so far); what is heard stays unacknowledged at the broker "
            "(%d messages in hand)\n  -> %s",
            error.where,
            error.what,
            waited_s,
            held,
            error.mend,
        )

    def over(self) -> None:
        """Storage has taken what was to be kept."""
        if self._since is None:
            return
        waited = self._monotonic() - self._since
        log.warning("the database takes what comes again, after %.0f s", waited)
        self._since, self._said = None, ""
