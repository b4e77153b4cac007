"""Judges the whole record anew, as if these rules, this policy, these zones had been in force.

The engine and all that leads to it are those of the intake; only the log is left out. When timers
were looked at, the record tells as far as something came of it: an entry that rests on no reading
was left by a look at that moment. Besides, every timer is looked at `LOOK` after it has run out, if
a tracker was running then.
"""

from __future__ import annotations

import heapq
import logging
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from tracker.app.commands import judge_opening, manned, related
from tracker.app.judging import Whose, judge_reading
from tracker.app.numbers import NumberCheck
from tracker.app.placement import BatchPlacement
from tracker.app.planning import Geography
from tracker.app.replay import declared
from tracker.app.replay.record import LEFT_BY_TIMERS, Entered, Happening, Record, Refused, scope_of
from tracker.app.shipments import ShipmentRegistry
from tracker.app.unit_of_work import UnitOfWork
from tracker.app.zone_changes import redraw
from tracker.domain.alert import Alert
from tracker.domain.command import AmendShipment, AnyCommand, CloseShipment, RecordSeal
from tracker.domain.errors import TrackerError
from tracker.domain.finding import Finding, FindingType
from tracker.domain.state import DEVICE_SCOPE, ScopeState
from tracker.engine import Tick
from tracker.ports import Journal, StoredReading, StoredShipment, Work
from tracker.rules import ORDER
from tracker.rules.base import Rule

log = logging.getLogger(__name__)
LOOK = timedelta(seconds=30)
"""A busy tracker looks at a timer some time after it has run out, and what it received until then
is judged first."""
BATCH = 1024
REPLANS = frozenset(
    {
        FindingType.ZONES_IN_FORCE,
        FindingType.SHIPMENT_OPENED,
        FindingType.SHIPMENT_AMENDED,
        FindingType.SHIPMENT_CLOSED,
    }
)
"""What follows one of these may be judged elsewhere, or held against other places."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Progress = Callable[[int, int], None]


def unheeded(_done: int, _total: int) -> None:
    """Nobody watches the progress."""


class RehearsedWork(UnitOfWork):
    """Everything at once, never committed: its states are those at hand, and nothing is logged."""

    def __init__(self, registry: ShipmentRegistry) -> None:
        super().__init__(registry, "")
        self.states = registry.states

    def _logged(self, state: ScopeState, findings: tuple[Finding, ...]) -> ScopeState:
        return state


class Rehearsal:
    """Of one record, once.

    journal: an empty one, that forgets: it holds who carries what. zones: the geographies that were
    in force, by version, made when asked for; or `always` alone.
    """

    def __init__(
        self,
        record: Record,
        journal: Journal,
        first: Geography,
        *,
        zones: Callable[[str], Geography | None] = lambda _version: None,
        rules: tuple[Rule, ...] = ORDER,
    ) -> None:
        self.record, self._journal, self._zones = record, journal, zones
        self.registry = ShipmentRegistry(
            journal, first, rules, follows=True, keeps_closed=sys.maxsize, keeps_ready=sys.maxsize
        )
        self.registry.refresh()
        self.unit = RehearsedWork(self.registry)
        self.heard = 0
        self._numbers = NumberCheck()
        self._files: dict[str, declared.DeclaredFile] = {}
        self._by_scope: dict[str, list[Entered]] = {}
        for one in record.entered:
            self._by_scope.setdefault(one.entry.scope, []).append(one)
        self._recorded: Mapping[str, Alert] = {}
        self._due: list[tuple[datetime, str]] = []
        self._alarms: dict[str, datetime] = {}
        self._watch_starts = [watch.started_at for watch in record.watches]
        self._drained_at = self._now = _LONG_AGO

    def run(self, recorded: Mapping[str, Alert], progress: Progress = unheeded) -> list[Alert]:
        """All alerts there would have been. recorded: those there were, by id."""
        self._recorded = recorded
        batch: list[StoredReading | Happening] = []
        for item in self.record.inputs():
            replans = isinstance(item, Entered) and item.entry.type in REPLANS
            if replans or len(batch) == BATCH:
                self._take(batch)
                batch.clear()
                progress(self.heard, self.record.count)
            if replans and isinstance(item, Entered):
                self._happen(item)
            else:
                batch.append(item)
        self._take(batch)
        if self.record.end is not None:
            self._look(self.record.end)
        progress(self.record.count, self.record.count)
        return sorted(self.unit.alerts.values(), key=lambda one: (one.raised_at, one.id))

    # Readings

    def _take(self, batch: list[StoredReading | Happening]) -> None:
        """In their order; where the readings were is asked for all of them at once."""
        items = [item for item in batch if isinstance(item, StoredReading)]
        judge = self._judged(items)
        for one in batch:
            if isinstance(one, StoredReading):
                next(judge)
            else:
                self._happen(one)

    def _judged(self, items: list[StoredReading]) -> Iterator[None]:
        """Judges one more each time."""
        if not items:
            return
        unit, registry = self.unit, self.registry
        registry.hold({DEVICE_SCOPE + item.reading.device for item in items})
        whose = [self._whose(item) for item in items]
        registry.hold({scope for scope, _ in whose})
        scopes = [scope for scope, _ in whose]
        placed = BatchPlacement(unit, items, scopes)
        following = _next_receipts(items, scopes)
        for number, (item, (scope, later)) in enumerate(zip(items, whose, strict=True)):
            reading = item.reading
            self._look(reading.received_at)
            self._drain(item)
            ahead = unit.clock_of(reading.device)
            step = judge_reading(
                unit, self._numbers, item, Whose(scope, later, ahead), placed.placement(number)
            )
            if step.learnt_min is not None:
                unit.learn_clock(reading.device, step.learnt_min)
            after = following[number]
            if after is None or after - reading.received_at > LOOK:
                self._wind(scope)
            self.heard += 1
            yield

    def _whose(self, item: StoredReading) -> tuple[str, str | None]:
        """Where it is judged: as on record. What came before its shipment is so by the policy."""
        scope, later = self.unit.whose(item.reading, retained=item.retained)
        if scope == (recorded := scope_of(item)) or later is not None:
            return scope, later
        stored = self.registry.shipment(scope)
        if stored is not None and item.reading.event_time < stored.opened_at:
            return scope, later
        return recorded, None  # it was received before, and judged after, that was closed

    def _drain(self, item: StoredReading) -> None:
        """What was sent while no tracker ran is received in a burst; till that is over nobody
        takes a truck to be silent whose word is still to come.
        """
        reading = item.reading
        if reading.buffered:  # by the device, or kept by the broker
            return
        began = self._watch_at(reading.received_at)
        if began is not None and reading.event_time < began:
            self._drained_at = max(self._drained_at, reading.received_at + LOOK)

    # What happened besides

    def _happen(self, happening: Happening) -> None:
        self._look(happening.at)
        if isinstance(happening, Refused):
            self._refuse(happening)
            return
        entry = happening.entry
        if entry.type == FindingType.ZONES_IN_FORCE:
            self._redraw(entry.text("version") or "", entry.recorded_at)
        elif entry.type == FindingType.SHIPMENT_OPENED:
            self._open(entry.scope)
        elif not self.record.judges(entry.scope):
            self._follow(happening)
        elif not entry.declared and entry.evidence is None and entry.type in LEFT_BY_TIMERS:
            self._try(entry.scope, Tick(now=entry.recorded_at))
        else:
            self._declare(happening)

    def _refuse(self, refused: Refused) -> None:
        device = self.registry.named(refused.command.device)
        scope = self.unit.scope_of(device, refused.at)
        if not scope.startswith(DEVICE_SCOPE) and self.record.judges(scope):
            self._try(scope, msgspec.structs.replace(refused.command, device=device))

    def _redraw(self, version: str, now: datetime) -> None:
        geography = self._zones(version)
        if geography is None or geography.version == self.registry.geography.version:
            return
        self.registry.adopt(geography)
        for state in self.unit.under_way():
            if self.record.judges(state.scope):
                redraw(self.unit, state, geography, now)

    def _open(self, shipment: str) -> None:
        stored = self.record.shipments.get(shipment)
        if stored is None:
            return
        entries = [one.entry for one in self._by_scope[shipment]]
        self._files[shipment] = file = declared.DeclaredFile(stored, entries)
        new = file.stored()
        others = related(self.unit, new)
        self._store(new)
        if self.record.judges(shipment):
            by = entries[0].by or ""
            self._guard(lambda: judge_opening(self.unit, new, file.now(), others, by=by), shipment)
            self._wind(shipment)

    def _follow(self, happening: Entered) -> None:
        """What is not judged is known all the same: who carries what, and is it open."""
        entry = happening.entry
        file = self._files.get(entry.scope)
        if file is None:
            return
        if entry.type == FindingType.SHIPMENT_AMENDED:
            file.amend()
        elif entry.type == FindingType.SEAL_RECORDED:
            file.number(entry.text("number") or "")
        elif entry.type != FindingType.SHIPMENT_CLOSED:
            return
        self._store(file.stored(closed=entry.type == FindingType.SHIPMENT_CLOSED))

    def _declare(self, happening: Entered) -> None:
        entry = happening.entry
        file = self._files.get(entry.scope)
        if (recorded := self._recorded.get(entry.alert or "")) is not None:
            state = self.unit.state(entry.scope)
            alert = state.alerts.get(f"{recorded.kind}:{recorded.key}")
            said = None if alert is None else declared.answer(entry, alert)
            if said is not None:
                self._try(entry.scope, said)
                return
        command = declared.command(entry)
        if file is not None and entry.type == FindingType.SHIPMENT_AMENDED:
            file.amend()
            command = self._amend(happening, file.stored())
        elif file is not None and entry.type == FindingType.OPENING_AUTHORISED:
            command = file.authorise(entry)
            self._store(file.stored())
        elif file is not None and isinstance(command, RecordSeal):
            file.number(command.number)
            self._store(file.stored())
        elif file is not None and isinstance(command, CloseShipment):
            self._store(file.stored(closed=True))
        if command is None:
            return
        self._try(entry.scope, command)
        if isinstance(command, RecordSeal):
            self._guard(
                lambda: NumberCheck().report(self.unit, entry.scope, command.number, command.at),
                entry.scope,
            )

    def _amend(self, happening: Entered, new: StoredShipment) -> AnyCommand:
        entry = happening.entry
        self._store(new)
        now = entry.recorded_at
        self.unit.states[new.id] = manned(self.unit.state(new.id), new.devices, now)
        return AmendShipment(
            at=now,
            by=entry.by or "",
            changed=tuple((entry.text("changed") or "").split(", ")),
            reason=entry.given,
            document_sha256=entry.text("document_sha256") or "",
        )

    def _store(self, stored: StoredShipment) -> None:
        version = self._journal.commit(Work(shipments=[stored]), {})
        self.registry.committed({}, [stored], (), version)
        self.registry.hold((stored.id,))

    def _try(self, scope: str, what: AnyCommand | Tick) -> None:
        self._guard(lambda: self.unit.judge(scope, what), scope)
        self._wind(scope)

    def _guard(self, judge: Callable[[], object], scope: str) -> None:
        """Under other rules a command may be refused that was not: it then has no effect."""
        try:
            judge()
        except TrackerError as error:
            log.info("%s: refused in the replay: %s", scope, error)

    # Timers

    def _wind(self, scope: str) -> None:
        """Set the scope's timer by its state as it is now."""
        unit = self.unit
        step = unit.deadline(scope)
        unit.states[scope] = step.state
        unit.alerts.update((alert.id, alert) for alert in step.alerts)
        if step.state.wake_at is not None:
            self._set(scope, step.state.wake_at + LOOK)

    def _set(self, scope: str, at: datetime) -> None:
        """Look at the scope then at the latest. Whoever looks too early sets it anew."""
        at = max(at, self._now)  # what was due long ago is looked at at once
        if (known := self._alarms.get(scope)) is None or at < known:
            self._alarms[scope] = at
            heapq.heappush(self._due, (at, scope))

    def _look(self, until: datetime) -> None:
        """Let timers run out that would have been looked at by then, to which time has come."""
        while self._due and self._due[0][0] <= until:
            at, scope = heapq.heappop(self._due)
            if self._alarms.get(scope) != at:
                continue
            del self._alarms[scope]
            self._now = max(self._now, at)
            state = self.unit.states.get(scope)
            if state is None or state.wake_at is None:
                continue
            awake = self._awake(max(at, state.wake_at + LOOK))
            if awake is None:
                continue
            if awake > at:
                self._set(scope, awake)
                continue
            self._try(scope, Tick(now=awake))
            wake_at = self.unit.states[scope].wake_at
            if wake_at is not None and wake_at <= state.wake_at:  # it had nothing to say
                del self._alarms[scope]
                self._set(scope, awake + LOOK)
        self._now = max(self._now, until)

    def _awake(self, at: datetime) -> datetime | None:
        """When a tracker first looked at its timers from then on; None if none ran any more."""
        number = bisect_right(self._watch_starts, at) - 1
        watches = self.record.watches
        if number >= 0 and at > watches[number].at:
            if number + 1 == len(watches):
                return None
            at = watches[number + 1].started_at + LOOK
        return max(at, self._drained_at)

    def _watch_at(self, at: datetime) -> datetime | None:
        number = bisect_right(self._watch_starts, at) - 1
        return self._watch_starts[number] if number >= 0 else None


def _next_receipts(items: list[StoredReading], scopes: list[str]) -> list[datetime | None]:
    """Of each, when the next of its scope is received; None if that is not among them."""
    following: list[datetime | None] = [None] * len(items)
    newest: dict[str, datetime] = {}
    for number in range(len(items) - 1, -1, -1):
        following[number] = newest.get(scopes[number])
        newest[scopes[number]] = items[number].reading.received_at
    return following
