"""What one batch will change, gathered until it is committed whole."""

from __future__ import annotations

import secrets
from collections.abc import Callable, MutableMapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from devices.reading import Reading, Rejected
from geofences.placement import Placement
from sealproof import readings
from tracker import engine
from tracker.app.planning import Planned
from tracker.app.shipments import ShipmentRegistry
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding
from tracker.domain.layers import ShipmentPolicies
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.spelling import key_of
from tracker.domain.state import DEVICE_SCOPE, SHIPMENTS_SCOPE, ZONES_SCOPE, ScopeState
from tracker.domain.times import micros
from tracker.engine import Input, Step
from tracker.log import leaf
from tracker.log.leaf import SALT_BYTES, Chain
from tracker.ports import (
    Carried,
    Erasure,
    NewEntry,
    StoredGeography,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
)
from tracker.rules import VERSION as RULES_VERSION


def fresh_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


class UnitOfWork:
    """Steps are judged on top of each other: a state that this batch changed is the next's.

    It remembers what it was computed from (`expected`): whatever is read of the journal for it is
    read through it. salt: 32 random bytes at each call, for commitments to what names a person.
    """

    def __init__(
        self, registry: ShipmentRegistry, origin: str, salt: Callable[[], bytes] = fresh_salt
    ) -> None:
        self.registry, self.origin, self._salt = registry, origin, salt
        self.states: MutableMapping[str, ScopeState] = {}
        self.findings: list[Finding] = []
        self.alerts: dict[str, Alert] = {}
        self.readings: list[StoredReading] = []
        self.rejects: list[Rejected] = []
        self.shipments: list[StoredShipment] = []
        self.geographies: list[StoredGeography] = []
        self.erasures: list[Erasure] = []
        self.logged: list[str] = []
        self._entries: dict[str, NewEntry] = {}
        self._planned: dict[str, Planned] = {}
        self._spoke: set[str] = set()
        self._found: dict[str, ScopeState] = {}  # as they were before this work
        self._clocks: dict[str, int] = {}
        self._judged: dict[str, datetime] = {}  # when last, where that makes a difference
        self.expected = {ZONES_SCOPE: registry.as_of(ZONES_SCOPE)}  # each entry says which apply

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        return not (self.states or self.readings or self.rejects or self.geographies)

    def reads(self, scope: str) -> None:
        """What is computed here depends on what is at hand of this scope."""
        if scope not in self.expected:
            self.expected[scope] = self.registry.as_of(scope)

    def state(self, scope: str) -> ScopeState:
        state = self.states.get(scope) or self._found.get(scope)
        if state is None:
            state = self._found[scope] = self.registry.state(scope)
            self.reads(scope)
        return state

    def shipment(self, shipment: str) -> StoredShipment | None:
        stored = self.registry.shipment(shipment)
        self.reads(shipment)
        return stored

    def plan(self, scope: str) -> Plan | None:
        return self.judges_by(scope)[0]

    def carriers(self, scope: str) -> Sequence[Carried]:
        """The shipments that carry or carried "device:<id>" or "number:<number>", by opening."""
        carriers = self.registry.carriers(scope)
        self.reads(scope)
        return carriers

    def scope_of(self, device: str, at: datetime) -> str:
        """Where a reading of the device of that time is judged."""
        scope = self.registry.scope_of(device, at)
        self.reads(DEVICE_SCOPE + device)
        return scope

    def whose(self, reading: Reading, *, retained: bool) -> tuple[str, str | None]:
        """Where a reading is judged; see `ShipmentRegistry.whose`."""
        found = self.registry.whose(reading, retained=retained)
        if reading.device not in self._spoke:
            self._spoke.add(reading.device)
            self.reads(DEVICE_SCOPE + reading.device)
            self.reads(DEVICE_SCOPE + key_of(reading.device))
        return found

    def under_way(self) -> list[ScopeState]:
        """The states of all open shipments. Of a registry that follows."""
        self.reads(SHIPMENTS_SCOPE)
        return [self.state(one.scope) for one in self.registry.under_way()]

    def replan(self, shipment: StoredShipment) -> None:
        """Store the shipment so, and judge what follows by the plan that it then has.

        Raises UsageError if it cannot be planned.
        """
        self._planned[shipment.id] = self.registry.geography.plan(shipment)
        self.shipments.append(shipment)

    def judge(self, scope: str, what: Input, placement: Placement | None = None) -> Step:
        """One step of the engine, recorded. Raises TrackerError for a command refused."""
        state, (plan, policies) = self.state(scope), self.judges_by(scope)
        policy = policies.only
        if policy is None:
            at, now = engine.moments(what)
            self._judged[scope] = max(now, self._judged.get(scope, now))
            policy = policies.at(at, state.leg)
        step = self._step(state, what, placement, plan, policy)
        self._take(scope, step)
        return step

    def _step(
        self,
        state: ScopeState,
        what: Input,
        placement: Placement | None,
        plan: Plan | None,
        policy: Policy,
    ) -> Step:
        return engine.step(state, what, placement, plan, policy, self.registry.rules)

    def deadline(self, scope: str) -> Step:
        """The state of a scope with the time when it must be ticked at the latest."""
        state, (plan, policies) = self.state(scope), self.judges_by(scope)
        policy, until = policies.only or policies.usual, None
        if policies.only is None and (now := self._judged.get(scope)) is not None:
            lane = policies.on(state.leg)
            policy, until = lane.at(now), lane.changes_after(now)
        return engine.with_deadline(state, plan, policy, self.registry.rules, until=until)

    def _still_waits(self, scope: str, state: ScopeState) -> bool:
        before = self._found.get(scope)
        policy = self.judges_by(scope)[1].only
        if before is None or policy is None or scope in self._planned:
            return False
        return engine.still_waits(before, state, policy, self.registry.rules)

    def clock_of(self, device: str) -> int:
        """How many minutes the device's clock is ahead of UTC, as learnt; 0 if it is not."""
        ahead = self._clocks.get(device)
        if ahead is None:
            ahead = self._clocks[device] = self.state(DEVICE_SCOPE + device).clock_ahead_min
        return ahead

    def learn_clock(self, device: str, ahead_min: int) -> None:
        scope = DEVICE_SCOPE + device
        self._clocks[device] = ahead_min
        self.states[scope] = replace(self.state(scope), clock_ahead_min=ahead_min)

    def hear(self, scope: str, reading: StoredReading) -> int:
        """Take the reading into the scope's telemetry, before it is judged: entries state it. Its
        place there.
        """
        state, said = self.state(scope), reading.reading
        heard, digest = state.heard, state.heard_digest
        head = bytes.fromhex(digest) if digest else readings.START
        received_us = micros(said.received_at)
        record = readings.record(
            said.device, received_us, said.dialect, buffered=said.buffered, body=reading.body
        )
        digest = readings.extend(head, record).hex()
        since = state.unbound_since or said.received_at
        self.states[scope] = replace(
            state, heard=heard + 1, heard_digest=digest, unbound_since=since
        )
        return heard

    def _take(self, scope: str, step: Step) -> None:
        if step.alerts:
            self.alerts.update((alert.id, alert) for alert in step.alerts)
        state = step.state
        self.states[scope] = self._logged(state, step.findings) if step.findings else state

    def policy(self, scope: str, reading: Reading) -> Policy:
        """By which the reading is judged, as things stand now."""
        policies = self.judges_by(scope)[1]
        return policies.only or policies.at(engine.dated_at(reading), self.state(scope).leg)

    def judges_by(self, scope: str) -> tuple[Plan | None, ShipmentPolicies]:
        """The plan and the thresholds by which what happens in the scope is judged."""
        planned = self._planned.get(scope) if self._planned else None
        if planned is not None:
            return planned.plan, planned.policies
        if scope not in self.expected:
            self.reads(scope)
        return self.registry.judges_by(scope)

    def _logged(self, state: ScopeState, findings: tuple[Finding, ...]) -> ScopeState:
        """The findings as custody entries, chained to the scope's last."""
        seq, prev = state.log_seq, state.log_prev
        for finding in findings:
            entry = leaf.entry(
                finding,
                origin=self.origin,
                chain=Chain(
                    seq=seq,
                    prev=bytes.fromhex(prev) if prev else None,
                    heard=state.heard,
                    heard_digest=state.heard_digest,
                ),
                rules_version=RULES_VERSION,
                zones_version=self.registry.geography.version,
                salt=self._salt,
            )
            if entry.key in self._entries:  # the same conclusion from the same evidence, said twice
                continue
            self._entries[entry.key] = NewEntry(
                id=entry.id,
                leaf=entry.leaf,
                scope=entry.scope,
                seq=entry.seq,
                key=entry.key,
                hash=entry.hash,
                secrets=entry.secrets,
                finding=finding,
            )
            seq, prev = seq + 1, entry.hash.hex()
        self.findings += findings
        if seq == state.log_seq:
            return state
        return replace(state, log_seq=seq, log_prev=prev, bound=state.heard, unbound_since=None)

    def work(self) -> Work:
        """All of it, to be committed; the states now have their deadlines."""
        for scope, state in self.states.items():
            if not self._still_waits(scope, state):
                self._take(scope, self.deadline(scope))
        states = [
            StoredState(scope=scope, body=engine.encode(state), wake_at=state.wake_at)
            for scope, state in self.states.items()
        ]
        return Work(
            readings=self.readings,
            rejects=self.rejects,
            entries=list(self._entries.values()),
            alerts=list(self.alerts.values()),
            states=states,
            shipments=self.shipments,
            geographies=self.geographies,
            erasures=self.erasures,
            logged=self.logged,
            touched=self._touched(),
        )

    def _touched(self) -> list[str]:
        """What others may have read of which shipments are open, and what each carries."""
        touched = list[str]()
        for stored in self.shipments:
            before = self.shipment(stored.id)
            if before is None or before.closed_at != stored.closed_at:
                touched += (SHIPMENTS_SCOPE, *stored.carries)
            elif before.carries != stored.carries:
                touched += stored.carries
        return touched
