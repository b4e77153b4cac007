"""One shipment's record, told again with every rule asked at every input.

Nothing of it was kept when it was judged: it is made anew of the stored readings and of what people
declared, by the zones in force then, and by the policy and the rules of today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from geofences.placement import Placement
from tracker import engine
from tracker.app.planning import Geography, Planned
from tracker.app.replay.record import Record
from tracker.app.replay.rehearsal import Rehearsal, RehearsedWork
from tracker.app.shipments import ShipmentRegistry
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.errors import UsageError
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import DEVICE_SCOPE, ZONES_SCOPE, ScopeState, Settled
from tracker.engine import HeardReading, Input, Scale, Step, Tick
from tracker.ports import EntryRow, Journal, Records, RejectRow, StoredShipment


class Weighing(Struct, frozen=True, kw_only=True):
    """One input, as one rule weighed it. slots: of the alerts that it raised, by kind and key, the
    alert that was open after it; None where none was, since the incident was settled.
    """

    what: Input
    at: datetime
    taken_at: datetime
    scale: Scale
    leg: int
    slots: dict[str, Alert | None]
    settled: dict[str, Settled]

    @property
    def evidence(self) -> str | None:
        return self.what.identity if isinstance(self.what, HeardReading) else None


class HeardThen(Struct, frozen=True, kw_only=True):
    """A reading that was judged, and where it was."""

    heard: HeardReading
    placement: Placement | None
    late: bool


class Ear(Struct, kw_only=True):
    """What is listened for, in one scope: a kind of alert. last: of each rule and device the newest
    weighing; raised: all of those that raised it.
    """

    scope: str
    kind: AlertKind
    last: dict[tuple[str, str | None], Weighing] = {}
    raised: list[Weighing] = []
    readings: list[HeardThen] = []

    def hear(
        self,
        what: Input,
        placement: Placement | None,
        leg: int,
        step: Step,
        scales: Sequence[Scale],
    ) -> None:
        if isinstance(what, HeardReading):
            heard = HeardThen(heard=what, placement=placement, late=step.late)
            self.readings.append(heard)
        at, now = engine.moments(what)
        for scale in scales:
            slots = {
                f"{one.kind}:{one.key}": step.state.alerts.get(f"{one.kind}:{one.key}")
                for one in scale.raised
                if one.kind is self.kind
            }
            if not slots and all(one.kind is not self.kind for one in scale.weighed):
                continue
            weighing = Weighing(
                what=what,
                at=at,
                taken_at=now,
                scale=scale,
                leg=leg,
                slots=slots,
                settled={
                    slot: step.state.settled[slot] for slot in slots if slot in step.state.settled
                },
            )
            self.last[scale.rule, scale.device] = weighing
            if slots:
                self.raised.append(weighing)


class _AskingWork(RehearsedWork):
    def __init__(self, registry: ShipmentRegistry, ear: Ear) -> None:
        super().__init__(registry)
        self._ear = ear

    def _step(
        self,
        state: ScopeState,
        what: Input,
        placement: Placement | None,
        plan: Plan | None,
        policy: Policy,
    ) -> Step:
        if state.scope != self._ear.scope:
            return super()._step(state, what, placement, plan, policy)
        step, scales = engine.weigh(state, what, placement, plan, policy, self.registry.rules)
        self._ear.hear(what, placement, state.leg, step, scales)
        return step


class Hearing(Rehearsal):
    """Listens with `ear` while the record is told. recorded: the alerts that there were, by id."""

    def __init__(
        self,
        record: Record,
        journal: Journal,
        first: Geography,
        ear: Ear,
        *,
        zones: Callable[[str], Geography | None],
        recorded: dict[str, Alert],
    ) -> None:
        super().__init__(record, journal, first, zones=zones)
        self.unit = _AskingWork(self.registry, ear)
        self._ear, self._recorded = ear, recorded

    def tell(self, until: datetime | None = None) -> ScopeState:
        """All of it, and then the timers at `until`, if one is named; the scope's state."""
        self.run(self._recorded)
        if until is not None:
            self._look(until)
            self._try(self._ear.scope, Tick(now=until))
        return self.unit.state(self._ear.scope)


class ShipmentRecords:
    """What of a journal concerns one shipment, and was known by `now`: its entries, those of its
    devices and of others that carried these, and which zones were in force; what could not be read.
    All else is passed through.
    """

    def __init__(self, records: Records, stored: StoredShipment, now: datetime) -> None:
        self._records, self._carried, self._now = records, set(stored.carries), now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def shipments(self, **period: Any) -> list[StoredShipment]:
        every = self._records.shipments(**period)
        return [one for one in every if self._carried & set(one.carries)]

    def entries(self, **selection: Any) -> Iterator[EntryRow]:
        """In the log's order."""
        scopes = [one.id for one in self.shipments()]
        scopes += [one for one in self._carried if one.startswith(DEVICE_SCOPE)]
        rows = [
            row for scope in (*scopes, ZONES_SCOPE) for row in self._records.entries(scope=scope)
        ]
        known = (row for row in rows if row.recorded_at <= self._now)
        return iter(sorted(known, key=lambda row: row.index))

    def rejects(self, **selection: Any) -> list[RejectRow]:
        every = self._records.rejects(**selection)
        return [row for row in every if row.received_at <= self._now]


def planned(geography: Geography, stored: StoredShipment) -> Planned:
    """As the intake follows it: one whose zones are gone from the files, without its plan."""
    try:
        return geography.plan(stored)
    except UsageError:
        return geography.unplanned(stored)


def hearing(
    records: Records,
    stored: StoredShipment,
    geography: Geography,
    journal: Journal,
    ear: Ear,
    now: datetime,
) -> Hearing:
    """now: only what was known by then. geography: the one configured today, which lends its policy
    to those that were in force. journal: an empty one, that forgets.
    """
    kept: Any = ShipmentRecords(records, stored, now)
    contents = {one.version: one.content for one in records.geographies()}
    made = {geography.version: geography}

    def of(version: str) -> Geography | None:
        if version not in made and version in contents:
            made[version] = Geography.of_content(
                contents[version], geography.policy, geography.layers
            )
        return made.get(version)

    return Hearing(
        Record(kept, now, chosen=[stored.id]),
        journal,
        of(next(iter(contents), geography.version)) or geography,
        ear,
        zones=of,
        recorded={alert.id: alert for alert in records.alerts(shipment=stored.id)},
    )
