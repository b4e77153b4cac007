"""What the use cases know of the journal: shipments, their plans and states, who carries what.

Nothing is read of what nobody asks for: a scope is fetched when it is needed first, and is then at
hand. The intake, which must see timers run out, holds besides everything that is under way.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from msgspec.structs import replace

from devices.common.zones import ClockSetting
from devices.reading import Reading
from geofences.fleet import FleetAtlas
from geofences.zone import Zone
from tracker.app.declared_clocks import DeclaredClocks
from tracker.app.planning import Geography, Planned
from tracker.app.shelf import StateShelf
from tracker.app.timers import Timers
from tracker.domain.errors import UsageError
from tracker.domain.layers import ShipmentPolicies, always
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.spelling import key_of, spelled
from tracker.domain.state import DEVICE_SCOPE, ScopeState
from tracker.domain.whose import is_of_trip
from tracker.ports import Carried, Journal, Snapshot, StoredShipment, StoredState
from tracker.rules import ORDER
from tracker.rules.base import Rule

log = logging.getLogger(__name__)

KEPT_CLOSED = 256
"""So many closed shipments are kept at hand, for readings that come late; the rest is forgotten."""


@dataclass(slots=True)
class _Known:
    """planned: once somebody asked for it."""

    stored: StoredShipment
    planned: Planned | None = None


class ShipmentRegistry:
    """All that is at hand is as of version `version` of the journal, or of a later one (`as_of`).

    follows: hold all open shipments and all timers, and follow their changes by `refresh`. Without,
    `refresh` forgets everything: a command needs but few scopes, and needs them new.

    clocks: how devices' clocks are set that are not in UTC, by `key_of` their ids: as the open
    shipments say, else as configured. keeps_closed: so many closed shipments stay at hand; None:
    `KEPT_CLOSED`. keeps_ready: so many states are kept as they are, the others packed
    (`StateShelf`). mine: of one that follows, and is one of several: which scopes it holds, and
    lets timers run out of; what belongs to the others is fetched when it is asked for.
    """

    def __init__(
        self,
        journal: Journal,
        geography: Geography,
        rules: tuple[Rule, ...] = ORDER,
        *,
        follows: bool = False,
        clocks: Mapping[str, ClockSetting] = MappingProxyType({}),
        keeps_closed: int | None = None,
        keeps_ready: int | None = None,
        mine: Callable[[str], bool] | None = None,
    ) -> None:
        self.journal, self.geography, self.rules = journal, geography, rules
        self.base = always(geography.policy)
        self._clocks = DeclaredClocks(clocks)
        self.clocks: Mapping[str, ClockSetting] = self._clocks.settings
        self.version = 0
        self.turn = 0
        self.states = StateShelf(rules, ready=keeps_ready)
        self._timers = Timers()
        self._follows, self._loaded = follows, False
        self._keeps_closed = keeps_closed
        self._mine = mine
        self._held: set[str] = set()
        self._as_of: dict[str, int] = {}
        self._shipments: dict[str, _Known] = {}
        self._spelled: dict[str, str] = {}
        self._carried: dict[str, list[Carried]] = {}
        self._settled: OrderedDict[str, None] = OrderedDict()
        self.atlas = FleetAtlas(geography.atlas)
        """The zones on file, and the corridors that the shipments in use brought themselves."""
        self.own_zones: dict[str, tuple[Zone, ...]] = {}
        """By shipment, of those in use that brought zones."""

    # Following the journal

    def refresh(self) -> None:
        """Take over what others committed. `turn` counts how often that concerned what is held."""
        if self._follows and self._loaded and self._mine is not None:
            self._follow_mine(self._mine)
            return
        if not self._follows:
            self.turn += 1
            self._forget(self.journal.version())
        elif not self._loaded:
            self.turn += 1
            self._load()
        elif self.journal.version() != self.version or self._as_of:
            self.turn += 1
            self._follow(self.journal.changes(self.version))

    def hold(self, scopes: Iterable[str]) -> None:
        """Have these scopes at hand, those that are not yet by one question for all."""
        missing = [scope for scope in scopes if scope not in self._held]
        if not missing:
            return
        snapshot = self.journal.fetch(missing)
        self._take(snapshot)
        for scope in missing:
            self._held.add(scope)
            self._carried[scope] = []
            if snapshot.version > self.version:
                self._as_of[scope] = snapshot.version
        for one in snapshot.carried:
            self._carried[one.scope].append(one)
        self._settle(missing)

    def meet(self, devices: Iterable[str]) -> None:
        """Have at hand who carries these devices, with the open shipments that do: they say how
        clocks are set.
        """
        scopes = {DEVICE_SCOPE + device for device in devices}
        self.hold(scopes)
        self._hold_carriers(scopes)

    @property
    def devices(self) -> list[str]:
        """Those of the open shipments at hand."""
        stored = (known.stored for known in self._shipments.values())
        return [name for one in stored if one.closed_at is None for name in one.devices]

    def _hold_carriers(self, scopes: Iterable[str]) -> None:
        carried = (one for scope in scopes for one in self._carried.get(scope, ()))
        self.hold({one.shipment for one in carried if one.closed_at is None})

    def committed(
        self,
        states: Mapping[str, ScopeState],
        shipments: Sequence[StoredShipment],
        read: Iterable[str],
        version: int,
    ) -> None:
        """These states and shipments are durable as `version`, and nobody wrote what was `read` for
        them before that.
        """
        for state in states.values():
            self._put(state)
        for stored in shipments:
            self._know(stored)
            self._recarry(stored)
        if version == self.version + 1:  # nobody else has committed: all is as of now
            self.version = version
        else:
            self._as_of.update(dict.fromkeys(read, version))
        self._settle({*states, *(stored.id for stored in shipments)})
        self._forget_settled()

    @property
    def newest(self) -> int:
        """The newest version of the journal that was seen here."""
        return max(self.version, *self._as_of.values(), 0)

    def as_of(self, scope: str) -> int:
        """The version of the journal as of which the scope, which is at hand, was read."""
        return self._as_of.get(scope, self.version)

    def _forget(self, version: int) -> None:
        self.version, self._loaded = version, True
        for kept in (self.states, self._held, self._as_of, self._shipments, self._carried):
            kept.clear()
        self._settled.clear()
        self._timers.clear()
        self._clocks.clear()
        self._draw_anew()

    def _load(self) -> None:
        snapshot = self.journal.load()
        self._forget(snapshot.version)
        if (mine := self._mine) is not None:
            snapshot = replace(
                snapshot,
                shipments=tuple(one for one in snapshot.shipments if mine(one.id)),
                states=tuple(one for one in snapshot.states if mine(one.scope)),
            )
        self._take(snapshot)
        self._held.update(self._shipments)  # the others are asked what carries them, when heard

    def _follow(self, snapshot: Snapshot) -> None:
        news = {scope for scope, version in snapshot.written.items() if version > self.as_of(scope)}
        open_ = {one.id for one in snapshot.shipments if one.closed_at is None}
        waking = {one.scope for one in snapshot.states if one.wake_at is not None}
        self.version = snapshot.version
        self._as_of.clear()
        for stored in snapshot.shipments:
            if stored.id in news and stored.id in self._held:
                self._know(stored)
            self._recarry(stored)
        for state in snapshot.states:
            if state.scope in news and state.scope in self._held:
                self._put_stored(state)
        self.hold((open_ | waking) & news)
        self._settle(news & self._held)
        self._forget_settled()

    def _follow_mine(self, mine: Callable[[str], bool]) -> None:
        """Only which scopes were written is read of all; what they are now, of those that are held
        or to be held. (What others write all the time are scopes of their own.)
        """
        version, written = self.journal.written(self.version)
        as_of, held = self._as_of, self._held
        news = [
            scope
            for scope, at in written.items()
            if at > as_of.get(scope, self.version) and (scope in held or mine(scope))
        ]
        self.version = version
        as_of.clear()
        if not news:
            return
        self.turn += 1
        held.difference_update(news)
        self.hold(news)
        self._hold_carriers(one for one in news if one.startswith(DEVICE_SCOPE))
        self._forget_settled()

    def _take(self, snapshot: Snapshot) -> None:
        for stored in snapshot.shipments:
            self._know(stored)
        for state in snapshot.states:
            self._put_stored(state)

    def _put(self, state: ScopeState) -> None:
        self.states[state.scope] = state
        self._set_timer(state.scope, state.wake_at)

    def _put_stored(self, state: StoredState) -> None:
        """It is made when it is asked for."""
        known = self._shipments.get(state.scope)
        scope = state.scope if known is None else known.stored.id  # one string for both
        self.states.put_stored(scope, state.body)
        self._set_timer(scope, state.wake_at)

    def _set_timer(self, scope: str, wake_at: datetime | None) -> None:
        if self._mine is None or self._mine(scope):
            self._timers.set(scope, wake_at)

    def _know(self, stored: StoredShipment) -> None:
        """Its plan is made when it is asked for; one whose file did not change keeps it."""
        for device in stored.devices:
            key = key_of(device)
            self._spelled[device if key == device else key] = device
        self._clocks.know(stored)
        known = self._shipments.get(stored.id)
        if known is not None and known.stored.document == stored.document:
            known.stored = stored
            return
        if known is not None:
            self._withdraw(stored.id, known)
        self._shipments[stored.id] = _Known(stored)

    def _recarry(self, stored: StoredShipment) -> None:
        """Who carries what has changed, of what is at hand."""
        for scope in stored.carries:
            carriers = self._carried.get(scope)
            if carriers is None:
                continue
            new = Carried(
                scope=scope,
                shipment=stored.id,
                opened_at=stored.opened_at,
                closed_at=stored.closed_at,
            )
            others = [one for one in carriers if one.shipment != stored.id]
            self._carried[scope] = sorted([*others, new], key=_opening)

    def _settle(self, scopes: Iterable[str]) -> None:
        """Note which of them are closed shipments whose timers have run out."""
        for scope in scopes:
            known = self._shipments.get(scope)
            self._settled.pop(scope, None)
            if known is not None and known.stored.closed_at and self._rests(scope):
                self._settled[scope] = None

    def _forget_settled(self) -> None:
        """All but the last of them; never while a work is being computed from what is at hand."""
        most = KEPT_CLOSED if self._keeps_closed is None else self._keeps_closed
        if len(self._settled) > most and self._mine is not None:
            self.turn += 1  # nobody tells of what is not held
        while len(self._settled) > most:
            scope, _ = self._settled.popitem(last=False)
            self._held.discard(scope)
            self._clocks.forget(scope)
            if (known := self._shipments.get(scope)) is not None:
                self._withdraw(scope, known)
            for kept in (self.states, self._as_of, self._shipments, self._carried):
                kept.pop(scope, None)  # its timer has run out

    def _rests(self, scope: str) -> bool:
        return not self._timers.runs(scope)

    # What is asked

    def adopt(self, geography: Geography) -> None:
        """Hold everything against other zones from here on; every shipment is planned anew."""
        self.geography, self.base = geography, always(geography.policy)
        self._draw_anew()
        for known in self._shipments.values():
            known.planned = None

    def shipment(self, shipment: str) -> StoredShipment | None:
        self.hold((shipment,))
        known = self._shipments.get(shipment)
        return known.stored if known else None

    def carriers(self, scope: str) -> Sequence[Carried]:
        """The shipments that carry or carried "device:<id>" or "number:<number>", by opening."""
        if scope not in self._carried:
            self._held.discard(scope)
            self.hold((scope,))
        return self._carried[scope]

    def named(self, device: str) -> str:
        """The device's id as the newest shipment at hand writes it; else as it is."""
        key = key_of(device)
        if key not in self._spelled:
            carriers = self.carriers(DEVICE_SCOPE + key)
            stored = self.shipment(carriers[-1].shipment) if carriers else None
            if stored is None:
                return device
            self._spelled[key] = spelled(device, stored.devices)
        return self._spelled[key]

    def scope_of(self, device: str, at: datetime) -> str:
        """The shipment that the device was on at that time, or "device:<id>"."""
        found = self._carrier(device, at)
        if found is not None and at >= found.opened_at:
            return found.shipment
        return DEVICE_SCOPE + device

    def whose(self, reading: Reading, *, retained: bool) -> tuple[str, str | None]:
        """The scope to which a reading belongs; and, if it is history of its device alone, the
        shipment that was opened after it (`tracker.domain.whose`).
        """
        found = self._carrier(reading.device, reading.event_time)
        if found is None:
            return DEVICE_SCOPE + reading.device, None
        if reading.event_time >= found.opened_at or reading.received_at < found.opened_at:
            return found.shipment, None  # received before it was opened: our clock was set back
        stored, plan = self.shipment(found.shipment), self.plan(found.shipment)
        began = plan.began if plan else found.opened_at
        numbers = stored.numbers if stored else ()
        policy = self.policy(found.shipment)
        if is_of_trip(reading, began, numbers, policy, retained=retained):
            return found.shipment, None
        return DEVICE_SCOPE + reading.device, found.shipment

    def _carrier(self, device: str, at: datetime) -> Carried | None:
        """The first shipment that was not over by then, and has not been relieved of the device: it
        may have been opened later.
        """
        for carried in self.carriers(DEVICE_SCOPE + device):
            if carried.closed_at is not None and at > carried.closed_at:
                continue
            known = self._shipments.get(carried.shipment)
            if known is None or device in known.stored.devices:
                return carried
        return None

    def planned(self, scope: str) -> Planned | None:
        """The plan of a shipment, with its policy; None for a scope that is none."""
        if scope not in self._held:
            self.hold((scope,))
        known = self._shipments.get(scope)
        if known is None:
            return None
        return known.planned or self._plan(known)

    def judges_by(self, scope: str) -> tuple[Plan | None, ShipmentPolicies]:
        """By what its inputs are judged: asked for each reading."""
        known = self._shipments.get(scope)
        planned = self.planned(scope) if known is None or known.planned is None else known.planned
        return (None, self.base) if planned is None else (planned.plan, planned.policies)

    def plan(self, scope: str) -> Plan | None:
        planned = self.planned(scope)
        return planned.plan if planned else None

    def policy(self, scope: str, at: datetime | None = None) -> Policy:
        """Its thresholds at `at`; None: those of its whole trip."""
        planned = self.planned(scope)
        if planned is None:
            return self.geography.policy
        if at is None:
            return planned.policy
        return planned.policies.at(at, self.state(scope).leg)

    def state(self, scope: str) -> ScopeState:
        if scope not in self._held:
            self.hold((scope,))
        return self.states.get(scope) or ScopeState(scope=scope)

    def under_way(self) -> list[ScopeState]:
        """The states of all open shipments. Of a registry that follows."""
        return [
            self.state(scope)
            for scope, known in list(self._shipments.items())
            if known.stored.closed_at is None
        ]

    def due(self, now: datetime) -> list[str]:
        """The scopes whose timers have run out, the first of them first."""
        return self._timers.due(now)

    def next_due(self) -> datetime | None:
        """When the first timer runs out; None if none runs."""
        return self._timers.first()

    def _draw_anew(self) -> None:
        """What shipments bring of their own is drawn when it is asked for."""
        self.atlas = FleetAtlas(self.geography.atlas)
        self.own_zones.clear()

    def _withdraw(self, scope: str, known: _Known) -> None:
        """Its plan, with what it brought of its own."""
        self.own_zones.pop(scope, None)
        if known.planned is not None and known.planned.own.corridors:
            self.atlas.remove(one.id for one in known.planned.own.corridors)
        known.planned = None

    def _plan(self, known: _Known) -> Planned:
        """One shipment whose zones are gone from the files must not stop the others: it is followed
        without a route, and the log of the program says why.
        """
        if known.planned is None:
            try:
                known.planned = self.geography.plan(known.stored)
            except UsageError as error:
                log.error("shipment %s is followed without its plan: %s", known.stored.id, error)
                known.planned = self.geography.unplanned(known.stored)
            own = known.planned.own
            if own.zones:
                self.own_zones[known.stored.id] = own.zones
            if own.corridors:
                self.atlas.add(own.corridors)
        return known.planned


def _opening(one: Carried) -> tuple[datetime, str]:
    return (one.opened_at, one.shipment)
