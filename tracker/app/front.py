"""Receiving for several workers: the one session at the broker, and what only one process may do.

    broker -> receive -> by device -> worker: decode -> ... -> commit -> "done" -> acknowledge

Each message goes to the worker of its device, and is acknowledged when that one has made durable
what came of it. What each worker does is `tracker.app.ingest`, of its share. If a worker ends, what
it had in hand is handed to it again, in order, once it runs again; if this process ends, the
broker sends again what was not acknowledged. In both cases what was committed is recognised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from tracker.app.patience import Patience
from tracker.app.planning import Geography
from tracker.app.routes import Routes
from tracker.app.shipments import ShipmentRegistry
from tracker.app.transactions import Transactions
from tracker.app.upkeep import Upkeep, past
from tracker.app.zone_changes import put_in_force
from tracker.domain.errors import Passing
from tracker.domain.state import ZONES_SCOPE
from tracker.ports import Beacon, Clock, Crew, Inbox, Journal, Message, Notifier, Report, Signer

log = logging.getLogger(__name__)
ROOM = 65_536
"""The most messages in the workers' hands; beyond, the broker keeps what it has."""
START_S = 60.0
"""How long workers are waited for before anything is received."""
SOON_S = 0.25
"""How often the workers are told whether anything waits, at least."""


class Front:
    """Runs until told to stop; one object, one thread. The zones are in force once it is made.

    watched: gives the geography anew when its files have changed; `tick_s`: how often it is asked.
    signer, checkpoint_s, heartbeat_s, beacon: as of `tracker.app.ingest.Ingest`.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        crew: Crew,
        journal: Journal,
        clock: Clock,
        geography: Geography,
        origin: str,
        notifier: Notifier,
        tick_s: float = 1.0,
        watched: Callable[[], Geography | None] = lambda: None,
        signer: Signer | None = None,
        checkpoint_s: float = 10.0,
        patience: Patience | None = None,
        heartbeat_s: float | None = None,
        beacon: Beacon | None = None,
    ) -> None:
        self.inbox, self.crew, self.journal, self.clock = inbox, crew, journal, clock
        self.origin, self.notifier = origin, notifier
        self._routes = Routes(crew.size)
        self._watched, self._tick = watched, timedelta(seconds=tick_s)
        self._anew: Geography | None = None
        self._looked_at = clock.now()
        self._patience = patience or Patience()
        self._wait_s = min(tick_s, SOON_S)
        few = ShipmentRegistry(journal, geography)
        self._transactions = Transactions(journal, few, origin)
        self._transactions.refresh()
        self._put_in_force(geography)
        self._upkeep = Upkeep(
            journal,
            clock,
            self._transactions.refresh,
            lambda: self.inbox.trouble or self.crew.trouble,
            signer=signer,
            checkpoint_s=checkpoint_s,
            heartbeat_s=heartbeat_s,
            beacon=beacon,
        )
        self._upkeep.beat()

    def run(self, stop: Callable[[], bool]) -> None:
        """Until `stop()`; looked at several times a second. Raises as `Ingest.run` does."""
        self._upkeep.during(lambda: self._run(stop))

    def _run(self, stop: Callable[[], bool]) -> None:
        try:
            self._start(stop)
            while not stop():
                self._take()
                try:
                    self._between(stop)
                except Passing as error:
                    self._patience.bear(error, self.crew.held)
                else:
                    self._patience.over()
        finally:
            self.crew.stop()
            self._hear_workers()

    def _start(self, stop: Callable[[], bool]) -> None:
        """Before anything is received all are to be ready, and to have said whose they are."""
        self.crew.start()
        for _ in range(round(START_S / SOON_S)):
            if self.crew.ready or stop():
                break
            self.crew.wait(SOON_S)
            self._hear_workers()
        self._hear_workers()

    def _take(self) -> None:
        """Receive, hand on, and acknowledge what the workers have made durable meanwhile."""
        room = ROOM - self.crew.held
        if room > 0:
            self._hand(self.inbox.receive(self._wait_s, min(room, 4096)))
        else:
            self.crew.wait(self._wait_s)
        self.crew.heard_all(settled=self.inbox.settled())
        self._hear_workers()

    def _hand(self, messages: Sequence[Message]) -> None:
        parts: list[list[Message]] = [[] for _ in range(self.crew.size)]
        for message in messages:
            parts[self._routes.sent(message.topic)].append(message)
        for worker, part in enumerate(parts):
            if part:
                self.crew.hand(worker, part)

    def _hear_workers(self) -> None:
        for report in self.crew.reports():
            if report.done:
                for message in report.done:
                    self._routes.done(message.topic)
                self.inbox.acknowledge(report.done)
            if report.owners:
                self._routes.learn(report.owners)
            if report.findings or report.alerts:
                self._tell(report)

    def _tell(self, report: Report) -> None:
        try:
            self.notifier.tell(report.findings, report.alerts)
        except Exception:
            log.exception("a notifier failed; what it was to tell is in the journal")

    def _between(self, stop: Callable[[], bool]) -> None:
        now = self.clock.now()
        if past(now - self._looked_at, self._tick):
            self._looked_at = now
            self._anew = self._anew or self._watched()
            if self._anew is not None:
                self._redraw(self._anew, stop)
        self._upkeep.look()

    def _redraw(self, anew: Geography, stop: Callable[[], bool]) -> None:
        """Put other zones in force between two works of every worker: all start anew with them."""
        self.crew.stop()
        try:
            self._put_in_force(anew)
            self._anew = None
        finally:
            self._start(stop)

    def _put_in_force(self, geography: Geography) -> None:
        """Record it as in force, unless it is. To set every truck's zones anew takes all shipments,
        which are held here no longer than that takes.
        """
        self._transactions.refresh()
        last = self._transactions.registry.state(ZONES_SCOPE).zones_version
        if last == geography.version:
            return
        registry = ShipmentRegistry(self.journal, geography, follows=True)
        every = Transactions(self.journal, registry, self.origin)
        every.refresh()
        unit = every.run(lambda unit: put_in_force(unit, self.clock.now()))
        self.notifier.tell(unit.findings, list(unit.alerts.values()))
