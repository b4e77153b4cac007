"""What whoever receives does besides: leave signs of life, and sign what is new of the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from tracker.app.pulse import Pulse
from tracker.domain.errors import Passing, TrackerError
from tracker.ports import Beacon, Clock, Journal, Signer

log = logging.getLogger(__name__)


class Upkeep:
    """Of one tracker. refresh: sees to it that the journal is not an older copy; trouble: why
    nothing is heard just now. signer: signs the log every `checkpoint_s`; without one it is not
    signed. heartbeat_s: how often a sign of life is left in the journal; None: never. beacon: shows
    it outside the journal too.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        refresh: Callable[[], None],
        trouble: Callable[[], str],
        *,
        signer: Signer | None = None,
        checkpoint_s: float = 10.0,
        heartbeat_s: float | None = None,
        beacon: Beacon | None = None,
    ) -> None:
        self._clock, self._refresh, self._trouble = clock, refresh, trouble
        self._signer, self._checkpoint = signer, timedelta(seconds=checkpoint_s)
        self._released_at = clock.now()
        self._pulse = None if heartbeat_s is None else Pulse(journal, clock, heartbeat_s, beacon)

    def during(self, run: Callable[[], None]) -> None:
        """Run it to its end, and say how it ended. What it raises is raised."""
        try:
            run()
        except Exception as error:
            self._end(str(error))
            raise
        try:
            self.release()
        except Passing as error:
            log.warning("ended, and what is new is not signed yet: %s", error)
        self._end()

    def look(self) -> None:
        """Do what is due."""
        self.beat()
        if past(self._clock.now() - self._released_at, self._checkpoint):
            self.release()

    def beat(self) -> None:
        """Leave a sign of life, if one is due."""
        if self._pulse is not None and self._pulse.due(trouble := self._trouble()):
            self._refresh()  # no sign of ours in a copy of the journal
            self._pulse.beat(trouble)

    def release(self) -> None:
        """Sign what is new. Raises LogContradicted: then nothing more may be appended."""
        self._released_at = self._clock.now()
        if self._signer is not None:
            self._signer.release()

    def _end(self, trouble: str = "") -> None:
        """Say that nobody is watching any more. A sign that cannot be left will be missed."""
        try:
            if self._pulse is not None:
                self._pulse.end(trouble)
        except TrackerError as error:
            log.warning("ended, and the database does not say so: %s", error)


def past(gone: timedelta, least: timedelta) -> bool:
    """So much time has gone by, or the clock was set back meanwhile."""
    return gone >= least or gone < timedelta()
