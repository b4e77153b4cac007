"""The one use case: take a batch -> decode -> place -> step -> append -> commit -> acknowledge.

Whatever has arrived is one batch; while it commits, the next gathers. A message is acknowledged
only when everything that came of it is durable. If somebody else wrote meanwhile what the batch was
computed from (a person's command for one of its shipments), the journal says Stale: the batch is
computed again from the new state, for the core is pure. Recovery after a crash is the same path:
unacknowledged messages come again, and those that were already committed are recognised by their
identity.
"""

from __future__ import annotations

import hashlib
import logging
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from devices import catalogue
from devices.common.zones import ClockSetting
from devices.reading import Reading, Rejected
from tracker.app.cells import Cells
from tracker.app.clock_steps import ClockSteps
from tracker.app.judging import Whose, judge_reading
from tracker.app.numbers import NumberCheck
from tracker.app.patience import Patience
from tracker.app.placement import BatchPlacement
from tracker.app.planning import Geography
from tracker.app.recognition import as_declared, fresh, identified
from tracker.app.share import Share
from tracker.app.shipments import ShipmentRegistry
from tracker.app.stored import StoredSoFar
from tracker.app.transactions import Transactions
from tracker.app.unit_of_work import UnitOfWork
from tracker.app.upkeep import Upkeep, past
from tracker.app.zone_changes import must_be_in_force, put_in_force
from tracker.domain.command import ReportReject
from tracker.domain.errors import Passing, ServiceUnreachable
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.state import DEVICE_SCOPE
from tracker.engine import Tick
from tracker.ports import (
    Beacon,
    Inbox,
    Journal,
    Message,
    Notifier,
    Signer,
    StoredReading,
    WatchedClock,
)
from tracker.rules import ORDER
from tracker.rules.base import Rule

log = logging.getLogger(__name__)
KEEP_REJECTED_BYTES = 4 * 1024 * 1024
WITNESSES = 3
"""So many devices must have spoken before their times say how far a stream has come."""


class Ingest:
    """Runs until told to stop; one object, one thread. `tick_s`: how often timers are looked at.

    keep_rejected_bytes: of a rejected payload at most so many bytes are kept, and the reason says
    how many there were. watched: gives the geography anew when its files have changed.
    clocks: how devices' clocks are set that are not in UTC, by `key_of` their ids, where their
    shipment does not say. signer: signs the log every `checkpoint_s`; without one it is not signed.
    heartbeat_s: how often a sign of life is left in the journal; None: never. beacon: shows it
    outside the journal too. cells: where the networks' cells are, if a file says it. share: what is
    its own, if it is one of several workers; whoever receives for them puts the zones in force.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        journal: Journal,
        clock: WatchedClock,
        geography: Geography,
        origin: str,
        notifier: Notifier,
        rules: tuple[Rule, ...] = ORDER,
        tick_s: float = 1.0,
        keep_rejected_bytes: int = KEEP_REJECTED_BYTES,
        watched: Callable[[], Geography | None] = lambda: None,
        signer: Signer | None = None,
        checkpoint_s: float = 10.0,
        patience: Patience | None = None,
        heartbeat_s: float | None = None,
        beacon: Beacon | None = None,
        clocks: Mapping[str, ClockSetting] = MappingProxyType({}),
        cells: Cells | None = None,
        share: Share | None = None,
    ) -> None:
        self.cells = cells
        self.inbox, self.journal, self.clock = inbox, journal, clock
        self.origin, self.notifier, self.tick_s = origin, notifier, tick_s
        self.keep_rejected_bytes = keep_rejected_bytes
        self.registry = ShipmentRegistry(
            journal,
            geography,
            rules,
            follows=True,
            clocks=clocks,
            mine=None if share is None else share.has,
        )
        self._so_far = StoredSoFar(journal, self.registry)
        self._transactions = Transactions(journal, self.registry, origin)
        self._transactions.refresh()
        self._share = share
        if share is None:
            self._durably(lambda unit: put_in_force(unit, clock.now()))
        else:
            must_be_in_force(self.registry)
        self._watched = watched
        tells = share is None or share.first
        self._steps = ClockSteps(clock, self.registry, self._durably, tells=tells)
        self._steps.begin()
        self._patience = patience or Patience()
        self._ticked_at: datetime | None = None
        self._upkeep = Upkeep(
            journal,
            clock,
            self._transactions.refresh,
            lambda: self.inbox.trouble,
            signer=signer,
            checkpoint_s=checkpoint_s,
            heartbeat_s=heartbeat_s,
            beacon=beacon,
        )
        self._wait_s = min(tick_s, tick_s if heartbeat_s is None else heartbeat_s)
        self._upkeep.beat()
        self._numbers = NumberCheck()
        self._heard: dict[str, datetime] = {}  # device -> its own time, since last settled

    def run(self, stop: Callable[[], bool]) -> None:
        """Until `stop()`; looked at between batches. While the journal cannot be written to, what
        was received is held, unacknowledged, and tried again. Raises ServiceUnreachable if the
        journal is damaged: what was not committed stays with the broker.
        """
        self._upkeep.during(lambda: self._run(stop))

    def _run(self, stop: Callable[[], bool]) -> None:
        held: Sequence[Message] = ()
        while not stop():
            try:
                held = held or self.inbox.receive(self._wait_s)
                self._steps.look()
                if held:
                    self.take(held)
                spoken, held = bool(held), ()
                self._between(spoken=spoken)
            except Passing as error:
                self._patience.bear(error, len(held))
            else:
                self._patience.over()

    def once(self, timeout: float) -> int:
        """One batch, or a look at the timers if none came within `timeout` s; its messages.

        Raises Passing while the journal cannot be written to.
        """
        messages = self.inbox.receive(timeout)
        self._steps.look()
        if messages:
            self.take(messages)
        self._between(spoken=bool(messages))
        return len(messages)

    def _between(self, *, spoken: bool) -> None:
        """What is done between two batches. spoken: there was one just now."""
        if not (spoken and self._steps.ahead):  # a clock astray while somebody speaks is no silence
            self.tick()
        self._upkeep.look()

    def take(self, messages: Sequence[Message]) -> None:
        """Commit everything that these messages mean, then acknowledge them."""
        try:
            self._commit(messages)
        except (ServiceUnreachable, Passing):
            raise
        except Exception:
            if len(messages) > 1:  # find the one at fault; it must not take the others with it
                log.exception("a batch of %d failed; taking its messages singly", len(messages))
                for message in messages:
                    self.take([message])
                return
            log.exception("a message on %s could not be processed", messages[0].topic)
            self._set_aside(messages[0])
        self.inbox.acknowledge(messages)

    def tick(self) -> None:
        """Let timers run out, up to the time of which everything has been heard."""
        now = self._safe_now()
        step = timedelta(seconds=self.tick_s)
        if now is None or (self._ticked_at is not None and not past(now - self._ticked_at, step)):
            return
        self._ticked_at = now
        if self.journal.version() != self.registry.version:
            self._transactions.refresh()
        if (anew := self._watched()) is not None:
            self.registry.adopt(anew)
            self._durably(lambda unit: put_in_force(unit, now))
        if self.registry.due(now):
            self._durably(lambda unit: self._tick(unit, now))

    def _safe_now(self) -> datetime | None:
        """Now, if nothing is waiting that could explain a silence. While messages stream in, as far
        as their own times have come: after an outage of ours the queue is worked off first, and
        no truck is called silent whose word lies in it. The middle device's time counts, of three
        or more, so that no single clock that runs ahead decides.
        """
        now = self.clock.now()
        if self.inbox.settled():
            self._heard.clear()
            return now
        if len(self._heard) < WITNESSES:
            return None
        return min(now, statistics.median_low(self._heard.values()))

    def _tick(self, unit: UnitOfWork, now: datetime) -> None:
        for scope in self.registry.due(now):
            unit.judge(scope, Tick(now=now))

    def _commit(self, messages: Sequence[Message]) -> None:
        messages = self._steps.received(messages)
        found = self._decoded(messages)
        rejects = [self._kept(item) for item, _ in found if isinstance(item, Rejected)]
        stored = identified((item, kept) for item, kept in found if isinstance(item, Reading))

        def fill(unit: UnitOfWork) -> None:
            unit.rejects += rejects
            self._judge(unit, stored)
            self._report(unit, rejects)

        if rejects or stored:
            self._durably(fill)

    def _decoded(self, messages: Sequence[Message]) -> list[tuple[Reading | Rejected, bool]]:
        """What they say; True beside it for what a broker had kept."""
        if self._share is not None:
            self._transactions.refresh()  # others commit all the time
        while True:
            clocks = self.registry.clocks
            found = [
                (item, message.retained)
                for message in messages
                for item in catalogue.decode(
                    message.topic, message.payload, message.received_at, clocks
                )
            ]
            if self._share is None:
                return found
            self.registry.meet({item.device for item, _ in found if isinstance(item, Reading)})
            if self.registry.clocks is clocks:  # else a shipment of another's says how one is set
                return found

    def _judge(self, unit: UnitOfWork, stored: list[StoredReading]) -> None:
        rest = [as_declared(item, self.registry) for item in stored]
        self.registry.hold({DEVICE_SCOPE + item.reading.device for item in rest})
        while rest:  # anew from where the offset of a clock was learnt
            rest = self._judge_some(unit, fresh(rest, unit, self._so_far))

    def _judge_some(self, unit: UnitOfWork, items: list[StoredReading]) -> list[StoredReading]:
        """Judge them, up to one that tells of a clock's offset; those that follow it."""
        whose = [unit.whose(item.reading, retained=item.retained) for item in items]
        self.registry.hold({scope for scope, _ in whose})
        batch = BatchPlacement(unit, items, [scope for scope, _ in whose], self.cells)
        ahead = {name: unit.clock_of(name) for name in {item.reading.device for item in items}}
        for number, (item, (scope, later)) in enumerate(zip(items, whose, strict=True)):
            placement = batch.placement(number)
            place = unit.hear(scope, item)
            device = item.reading.device
            whose_it_is = Whose(scope, later, ahead[device])
            step = judge_reading(unit, self._numbers, item, whose_it_is, placement)
            unit.readings.append(
                msgspec.structs.replace(
                    item, shipment=step.state.shipment, late=step.late, number=place
                )
            )
            if not (step.late or item.retained or later is not None):
                self._heard[device] = item.reading.event_time
            if step.learnt_min is not None:
                unit.learn_clock(device, step.learnt_min)
                return items[number + 1 :]
        return []

    def _report(self, unit: UnitOfWork, rejects: Sequence[Rejected]) -> None:
        """Let the open shipments know whose devices could not be understood."""
        named = [
            (reject, self.registry.named(reject.device))
            for reject in rejects
            if reject.device is not None
        ]
        self.registry.hold({DEVICE_SCOPE + device for _, device in named})
        for reject, device in named:
            scope = unit.scope_of(device, reject.received_at)
            if scope.startswith(DEVICE_SCOPE):
                continue
            self.registry.hold({scope})
            command = ReportReject(
                at=reject.received_at,
                by=SYSTEM_ACTOR,
                device=device,
                place=reject.place,
                sha256=hashlib.sha256(reject.payload).hexdigest(),
            )
            unit.judge(scope, command)

    def _durably(self, fill: Callable[[UnitOfWork], None]) -> None:
        """Compute and commit; then tell."""
        unit = self._transactions.run(fill)
        self._so_far.committed(unit.readings)
        if self._share is not None:
            self._share.judged(unit.readings)
        if not unit.empty:
            self._tell(unit)

    def _tell(self, unit: UnitOfWork) -> None:
        try:
            self.notifier.tell(unit.findings, list(unit.alerts.values()))
        except Exception:
            log.exception("a notifier failed; what it was to tell is in the journal")

    def _set_aside(self, message: Message) -> None:
        """Keep a message that cannot be processed, as a reject that an auditor sees."""
        reject = Rejected(
            topic=message.topic,
            payload=message.payload,
            received_at=message.received_at,
            reason="could not be processed; the tracker's own log has the fault",
        )
        kept = self._kept(reject)
        self._durably(lambda unit: unit.rejects.append(kept))

    def _kept(self, reject: Rejected) -> Rejected:
        size = len(reject.payload)
        if size <= self.keep_rejected_bytes:
            return reject
        return msgspec.structs.replace(
            reject,
            payload=reject.payload[: self.keep_rejected_bytes],
            reason=f"{reject.reason} (the first {self.keep_rejected_bytes} of {size} bytes kept)",
        )
