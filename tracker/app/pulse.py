"""The sign of life that a running tracker leaves in its journal, so that a dead one is seen."""

from __future__ import annotations

from datetime import timedelta

from tracker.ports import Beacon, Clock, Heartbeat, Journal


class Pulse:
    """Of one tracker. every_s: how often a sign is left at most. beacon: shows outside the journal
    each sign that the journal has taken.
    """

    def __init__(
        self, journal: Journal, clock: Clock, every_s: float, beacon: Beacon | None = None
    ) -> None:
        self._beacon = beacon
        self._journal, self._clock, self._every = journal, clock, timedelta(seconds=every_s)
        self._started = clock.now()
        self._last: Heartbeat | None = None

    def due(self, trouble: str) -> bool:
        """It is time for a sign, or there is other trouble than before."""
        last = self._last
        if last is None or last.trouble != trouble:
            return True
        gone = self._clock.now() - last.at
        return gone >= self._every or gone < timedelta()  # or the host's clock was set back

    def beat(self, trouble: str) -> None:
        """Leave a sign."""
        now = self._clock.now()
        self._leave(Heartbeat(started_at=self._started, at=now, trouble=trouble))

    def end(self, trouble: str = "") -> None:
        """The last sign: nobody is watching from here on, for this reason."""
        now = self._clock.now()
        self._leave(Heartbeat(started_at=self._started, at=now, ended_at=now, trouble=trouble))

    def _leave(self, heartbeat: Heartbeat) -> None:
        self._journal.beat(heartbeat)
        self._last = heartbeat
        if self._beacon is not None:
            self._beacon.beat(heartbeat)
