"""The core: one input in, the new state and what it proves out. Pure and deterministic.

`step` reads no clock and does no I/O: time comes from the input (a reading's own, or a Tick), and
timers are deadlines in the state (`wake_at`). So the same code runs live, replays history under
changed rules, and can be hosted elsewhere.

The way of a reading:
 1. choose the lane: the present, or, if a newer reading was heard before it, the backlog's;
 2. advance it: believe the fix or not, confirm zones, follow halts (`domain.motion`);
 3. run the rules in their one visible order; one that raises is a finding, and costs nothing else;
 4. fold what they concluded into seal, alerts and custody, as findings (`engine.conclusions`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Reading
from geofences.placement import Placement
from tracker import rules as registry
from tracker.domain import desk, lifecycle
from tracker.domain.alert import Alert
from tracker.domain.command import (
    AcceptAlert,
    AnyCommand,
    CloseAlert,
    CloseShipment,
    DeskCommand,
    RecordHead,
    ZonesInForce,
)
from tracker.domain.errors import TrackerError
from tracker.domain.finding import Finding
from tracker.domain.motion import advance
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.engine import clocks, healing, lanes, records
from tracker.engine.binding import binding
from tracker.engine.conclusions import Conclusions
from tracker.engine.roster import roster
from tracker.rules.base import Hook, Rule, View, hooked
from tracker.rules.signs import signs


class HeardReading(Struct, frozen=True, kw_only=True, gc=False):
    """A reading to be judged. identity: hex, what findings name as their evidence.

    retained: a broker had kept it: no sign that the device speaks now. history: of the device
    alone, from before the shipment that it is on. learnt_min: how many minutes its clock is ahead
    of UTC, as learnt; 0 if it is not. delivered_at: when the shipment that it was on was closed, of
    a lock that is still shut as then.
    """

    reading: Reading
    identity: str
    retained: bool = False
    history: bool = False
    learnt_min: int = 0
    delivered_at: datetime | None = None


class Spoke(Struct, frozen=True, kw_only=True):
    """The device spoke at `at` (receipt), of what is not this scope's: it is not silent."""

    device: str
    at: datetime


class Tick(Struct, frozen=True, kw_only=True):
    """Time has come to `now`, and no message is waiting."""

    now: datetime


Input = HeardReading | Spoke | Tick | AnyCommand


def dated_at(reading: Reading) -> datetime:
    """Of when a reading is, to choose its policy: by its device's clock, but never after it was
    received.
    """
    return min(reading.event_time, reading.received_at)


def moments(what: Input) -> tuple[datetime, datetime]:
    """Of when an input is, by which its policy is chosen; and when the tracker took it."""
    if isinstance(what, HeardReading):
        return dated_at(what.reading), what.reading.received_at
    at = what.now if isinstance(what, Tick) else what.at
    return at, at


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """What one input changed. alerts: those raised, changed or closed, as they are now.
    late: the input was a reading that was not the present. learnt_min: the reading told how many
    minutes its device's clock is ahead of UTC (0: right again); None if it did not.
    """

    state: ScopeState
    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    late: bool = False
    learnt_min: int | None = None


def step(
    state: ScopeState,
    what: Input,
    placement: Placement | None,
    plan: Plan | None,
    policy: Policy,
    rules: tuple[Rule, ...] = registry.ORDER,
) -> Step:
    """Judge one input. `placement` belongs to a reading, None otherwise.

    Raises TrackerError only for a command that custody forbids; then nothing has changed.
    """
    return run_one(Running(state, plan, policy, rules), what, placement)


def run_one(run: Running, what: Input, placement: Placement | None) -> Step:
    """The one input of this run."""
    if isinstance(what, HeardReading):
        run.heard(what, placement)
    elif isinstance(what, Tick):
        run.tick(what.now)
    elif isinstance(what, Spoke):
        run.spoke(what)
    else:
        run.command(what)
    return run.done()


class Running:
    """One step under way. Everything it holds is a value; nothing outlives `done`."""

    def __init__(
        self, state: ScopeState, plan: Plan | None, policy: Policy, rules: tuple[Rule, ...]
    ) -> None:
        self.before = state
        self.plan, self.policy, self.rules = plan, policy, rules
        self.conclusions = Conclusions(state, policy)
        self.closed: list[Alert] = []
        self.late = False

    @property
    def state(self) -> ScopeState:
        return self.conclusions.state

    @state.setter
    def state(self, state: ScopeState) -> None:
        self.conclusions.state = state

    # The three kinds of input

    def heard(self, what: HeardReading, placement: Placement | None) -> None:
        reading, policy = what.reading, self.policy
        self.conclusions.evidence, self.conclusions.clock = what.identity, reading.clock
        state = self.before
        known = state.devices.get(reading.device)
        if known is None:
            known = DeviceState(live=Lane(), heard_at=reading.received_at)
        if what.learnt_min and (moved := clocks.reclocked(known, reading, what.learnt_min)):
            known = moved
            self._put(reading.device, known)
            state = self.state
        before, self.late = lanes.lane_of(state, reading, policy)
        lane, moves = advance(before, reading, placement, self.plan, policy)
        view = View(self.plan, policy, state, clocks.dated(reading, policy), reading.received_at)
        view.device, view.known, view.before = reading.device, known, before
        view.lane, view.moves, view.seal = lane, moves, lane.seal
        view.reading, view.placement = reading, placement
        view.late, view.retained = self.late or what.retained, what.retained
        view.history, view.learnt_min = what.history, what.learnt_min
        view.delivered_at = what.delivered_at
        stored = before.ahead > 0 and lanes.in_burst(known, reading)
        if reading.received_at > known.heard_at and not what.retained:
            known = replace(known, heard_at=reading.received_at)
        known, lane = self._device_rules(view, known, lane, "on_reading")
        known = lanes.kept(known, before, lane, reading, self.late, policy, stored=stored)
        self._put(reading.device, lanes.arrived(known, lane.leg))
        state = self.state
        if state.alerts and not view.late and not what.history:
            self._wake(view, known)
        if len(state.devices) > 1:
            view.state = self.state
            self._on_scope(view, "on_reading")
        self._on_alerts(view)

    def spoke(self, what: Spoke) -> None:
        known = self.state.devices.get(what.device)
        if known is not None and known.heard_at < what.at:
            self._put(what.device, replace(known, heard_at=what.at))

    def tick(self, now: datetime) -> None:
        if healing.is_ahead(self.state, now, self.policy):
            self.state = healing.healed(self.state, now, self.policy, self.rules)
        if self.state.alerts:
            self.state, woken = desk.timed_out(self.state, now, self.policy)
            self.state, escalated = lifecycle.escalated(self.state, now)
            self.conclusions.findings += [*woken, *escalated]
        self.conclusions.findings += binding(self.state, self.policy, now)
        if self.state.closed:
            return
        for device in self.state.devices:
            self._on_device(device, now, "on_tick")
        view = View(plan=self.plan, policy=self.policy, state=self.state, at=now, now=now)
        self._on_scope(view, "on_tick")
        self._on_alerts(view)

    def command(self, command: AnyCommand) -> None:
        at = command.at
        if isinstance(command, DeskCommand):
            self.state, findings = desk.done(self.state, command, self.policy)
            self.conclusions.findings += findings
            return
        if isinstance(command, CloseAlert | AcceptAlert):
            for alert in (command.alert, *lifecycle.parts_of(self.state, command.alert)):
                self._look(replace(command, alert=alert))
            return
        view = View(
            plan=self.plan, policy=self.policy, state=self.state, at=at, now=at, command=command
        )
        if (opening := records.opening(command)) is not None:
            self.conclusions.note(view, opening)
        for device in self.state.devices:
            self._on_device(device, at, "on_command", command)
        self._on_scope(view, "on_command")
        self._on_alerts(view)
        if isinstance(command, ZonesInForce):
            self.state = replace(self.state, zones_version=command.version)
        entries = self.state.log_seq + len(self.conclusions.findings) + 1
        if isinstance(command, RecordHead):
            self.conclusions.note(view, records.head(command, entries))
        if isinstance(command, CloseShipment):
            self.conclusions.note(view, records.closing(command, entries))
            self.state = replace(self.state, closed=True)

    def _look(self, command: CloseAlert | AcceptAlert) -> None:
        """Somebody is through with one alert."""
        self.state, finding, alert = lifecycle.closed(self.state, command, self.policy)
        self.closed.append(alert)
        self.conclusions.findings.append(finding)

    def _wake(self, view: View, known: DeviceState) -> None:
        """What was snoozed within a place that the truck has left."""
        if view.device is None or all(one.snooze is None for one in self.state.alerts.values()):
            return
        self.state, woken = desk.moved(
            self.state,
            view.device,
            known,
            at=view.at,
            now=view.now,
            evidence=self.conclusions.evidence,
            policy=self.policy,
        )
        self.conclusions.findings += woken

    def done(self) -> Step:
        state, old, conclusions = self.state, self.before.alerts, self.conclusions
        alerts: tuple[Alert, ...] = ()
        if state.alerts is not old:
            alerts = tuple(a for slot, a in state.alerts.items() if old.get(slot) is not a)
        return Step(
            state=state,
            findings=tuple(conclusions.findings),
            alerts=(*alerts, *self.closed),
            late=self.late,
            learnt_min=conclusions.learnt_min,
        )

    # Rules

    def _on_device(
        self, device: str, now: datetime, hook: str, command: AnyCommand | None = None
    ) -> None:
        known = self.state.devices[device]
        view = View(
            plan=self.plan,
            policy=self.policy,
            state=self.state,
            at=now,
            now=now,
            device=device,
            known=known,
            before=known.live,
            lane=known.live,
            seal=known.live.seal,
            command=command,
        )
        known, lane = self._device_rules(view, known, known.live, hook)
        self._put(device, replace(known, live=lane))

    def _device_rules(
        self, view: View, known: DeviceState, lane: Lane, hook: str
    ) -> tuple[DeviceState, Lane]:
        kept = {"lane": lane.memory, "device": known.memory}
        if hook == "on_reading" and self.plan is not None:
            self._hear(view, kept)
        else:
            self._run(hooked(self.rules, hook, "device", self.plan is not None), view, kept)
        own, memory = kept["device"], kept["lane"]
        if own is not known.memory:
            known = replace(known, memory=own)
        if memory is not lane.memory or view.seal is not lane.seal or view.lane is not lane:
            lane = replace(view.lane, memory=memory, seal=view.seal)
        return known, lane

    def _on_alerts(self, view: View) -> None:
        """Ask those rules until they change no alert any more: what one folds, another may join."""
        before = self.before.alerts
        for _ in self.rules:
            if self.conclusions.state.alerts is before:
                return
            before = self.conclusions.state.alerts
            view.state = self.state
            self._on_scope(view, "on_alerts")

    def _on_scope(self, view: View, hook: str) -> None:
        kept = {"scope": self.state.memory}
        self._run(hooked(self.rules, hook, "scope", self.plan is not None), view, kept)
        if kept["scope"] is not self.state.memory:
            self.state = replace(self.state, memory=kept["scope"])

    def _hear(self, view: View, kept: dict[str, dict[str, Any]]) -> None:
        """Ask those rules whom the reading wakes, and once one concludes anything all after it: the
        seal may not be what it was.
        """
        rules = roster(self.rules)
        for rule, function, rest in rules.awake(signs(view), kept["lane"], kept["device"]):
            if self._ask(rule, function, view, kept):
                self._run(rest, view, kept)
                return

    def _run(
        self, rules: tuple[tuple[Rule, Hook], ...], view: View, kept: dict[str, dict[str, Any]]
    ) -> None:
        """Each in turn."""
        for rule, function in rules:
            self._ask(rule, function, view, kept)

    def _ask(self, rule: Rule, function: Hook, view: View, kept: dict[str, dict[str, Any]]) -> bool:
        """With its own of the memories that are `kept`, which change with it; whether it concluded
        anything.
        """
        own = kept[rule.keeps]
        memory = own.get(rule.name, rule.blank)
        try:
            new, outcomes = function(view, memory)
        except Exception as error:
            if isinstance(error, TrackerError) and view.command is not None:
                raise
            self.conclusions.failed(rule, view, error)
            return True
        for outcome in outcomes:
            self.conclusions.fold(view, outcome)
        if new is not memory and new != memory:
            kept[rule.keeps] = {**own, rule.name: new}
            if new == rule.blank:  # which is not worth keeping
                del kept[rule.keeps][rule.name]
        return bool(outcomes)

    def _put(self, device: str, known: DeviceState) -> None:
        state = self.conclusions.state
        self.conclusions.state = replace(state, devices={**state.devices, device: known})
