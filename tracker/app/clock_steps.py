"""The host's clock is set: it is told, and nothing waits for a time that was never right.

Set ahead, it counts as time gone by, as after a machine that slept: better a warning too early. Set
back, what was received "later" than now is taken as received now (`engine.healing`); that is looked
for after a restart too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker import engine
from tracker.app.shipments import ShipmentRegistry
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.command import ClockStepped
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.state import LOG_SCOPE
from tracker.engine import Tick
from tracker.ports import Message, WatchedClock

log = logging.getLogger(__name__)

Durably = Callable[[Callable[[UnitOfWork], None]], None]


class ClockSteps:
    """Of one intake. durably: commits what a function puts into a unit of work. tells: of several
    workers one alone tells the log that the clock was set; each heals what is its own.
    """

    def __init__(
        self,
        clock: WatchedClock,
        registry: ShipmentRegistry,
        durably: Durably,
        *,
        tells: bool = True,
    ) -> None:
        self._tells = tells
        self._clock, self._registry, self._durably = clock, registry, durably
        self._wrong_until: datetime | None = None
        self._untold: list[timedelta] = []
        self.ahead = False  # it was set ahead since the look before

    def begin(self) -> None:
        """After a start: was the clock set back while nobody looked?"""
        if self._clock.steps() is None:
            return
        now = self._clock.now()
        ahead = self._registry.states.heard_last()
        if ahead is not None and ahead > now:
            self._set(now, ahead - now, back=True, restarted=True)

    def look(self) -> None:
        """Tell every step since the last look, and heal. What cannot be committed is told again."""
        self._untold += self._clock.steps() or ()
        self.ahead = any(step > timedelta() for step in self._untold)
        while self._untold:
            step = self._untold[0]
            self._set(self._clock.now(), abs(step), back=step < timedelta())
            del self._untold[0]

    def received(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The same; one stamped before the clock was set back was received now."""
        if self._wrong_until is None:
            return messages
        now = self._clock.now()
        if now >= self._wrong_until:
            self._wrong_until = None
        return [replace(one, received_at=now) if one.received_at > now else one for one in messages]

    def _set(self, now: datetime, by: timedelta, *, back: bool, restarted: bool = False) -> None:
        seconds = round(by.total_seconds()) * (-1 if back else 1)
        log.warning(
            "the host's clock was set %s by %d s", "back" if back else "ahead", abs(seconds)
        )
        command = ClockStepped(at=now, by=SYSTEM_ACTOR, seconds=seconds, restarted=restarted)

        def fill(unit: UnitOfWork) -> None:
            if self._tells or restarted:
                unit.judge(LOG_SCOPE, command)
            for state in self._registry.states.looked_through() if back else ():
                if engine.is_ahead(state, now, self._registry.policy(state.scope, now)):
                    unit.judge(state.scope, Tick(now=now))

        if back:
            self._wrong_until = now + by
        self._durably(fill)
