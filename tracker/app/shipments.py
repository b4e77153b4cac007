"""The tracker's picture of the journal: shipments, their plans and states, who carries what."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from geofences.atlas import Atlas
from tracker import engine
from tracker.app.planning import Geography, Planned
from tracker.domain.errors import UsageError
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import DEVICE_SCOPE, ScopeState
from tracker.ports import Snapshot, StoredShipment
from tracker.rules import ORDER
from tracker.rules.base import Rule

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Known:
    stored: StoredShipment
    planned: Planned


class ShipmentRegistry:
    """Follows the journal by `refresh`; `version` is the journal's version that it shows."""

    def __init__(self, geography: Geography, rules: tuple[Rule, ...] = ORDER) -> None:
        self.geography, self.rules = geography, rules
        self.version = 0
        self.atlas: Atlas = geography.atlas
        self.states: dict[str, ScopeState] = {}
        self._shipments: dict[str, _Known] = {}
        self._carried: dict[str, list[StoredShipment]] = {}

    def refresh(self, snapshot: Snapshot) -> None:
        """Take over what changed. Plans of shipments whose file did not change are kept."""
        for state in snapshot.states:
            self.states[state.scope] = engine.decode(state.body, self.rules)
        self._take(snapshot.shipments)
        self.version = snapshot.version

    def committed(
        self, states: Iterable[ScopeState], shipments: Sequence[StoredShipment], version: int
    ) -> None:
        """These states and shipments are durable as `version`."""
        self.states.update((state.scope, state) for state in states)
        self._take(shipments)
        self.version = version

    def _take(self, shipments: Sequence[StoredShipment]) -> None:
        geometry = False
        for stored in shipments:
            known = self._shipments.get(stored.id)
            if known is not None and known.stored.document == stored.document:
                known.stored = stored
            else:
                planned = self._planned(stored)
                geometry |= bool(planned.own.zones or planned.own.corridors or known)
                self._shipments[stored.id] = _Known(stored, planned)
        if shipments:
            self._index()
        if geometry:
            self._redraw()

    def adopt(self, geography: Geography) -> None:
        """Hold everything against other zones from here on; every shipment is planned anew."""
        self.geography = geography
        for known in self._shipments.values():
            known.planned = self._planned(known.stored)
        self._redraw()

    def _planned(self, stored: StoredShipment) -> Planned:
        """One shipment whose zones are gone from the files must not stop the others: it is followed
        without a route, and the log of the program says why.
        """
        try:
            return self.geography.plan(stored)
        except UsageError as error:
            log.error("shipment %s is followed without its plan: %s", stored.id, error)
            return self.geography.unplanned(stored)

    def _index(self) -> None:
        carried: dict[str, list[StoredShipment]] = {}
        for known in self._shipments.values():
            for device in known.stored.devices:
                carried.setdefault(device, []).append(known.stored)
        for shipments in carried.values():
            shipments.sort(key=lambda stored: stored.opened_at)
        self._carried = carried

    def _redraw(self) -> None:
        own = [known.planned.own for known in self._shipments.values()]
        self.atlas = self.geography.atlas.extended(
            [zone for geofences in own for zone in geofences.zones],
            [corridor for geofences in own for corridor in geofences.corridors],
        )

    def shipment(self, shipment: str) -> StoredShipment | None:
        known = self._shipments.get(shipment)
        return known.stored if known else None

    def shipments(self) -> list[StoredShipment]:
        return [known.stored for known in self._shipments.values()]

    def scope_of(self, device: str, at: datetime) -> str:
        """The shipment that the device was on at that time, or "device:<id>".

        A reading from before the first opening belongs to that first shipment: what a seal stored
        before it was declared is still its history.
        """
        for stored in self._carried.get(device, ()):
            if stored.closed_at is None or at <= stored.closed_at:
                return stored.id
        return DEVICE_SCOPE + device

    def plan(self, scope: str) -> Plan | None:
        known = self._shipments.get(scope)
        return known.planned.plan if known else None

    def policy(self, scope: str) -> Policy:
        known = self._shipments.get(scope)
        return known.planned.policy if known else self.geography.policy

    def state(self, scope: str) -> ScopeState:
        return self.states.get(scope) or ScopeState(scope=scope)

    def due(self, now: datetime) -> list[str]:
        """The scopes whose timers have run out."""
        return [
            scope
            for scope, state in self.states.items()
            if state.wake_at is not None and state.wake_at <= now
        ]

    def next_due(self) -> datetime | None:
        """When the first timer runs out; None if none runs."""
        waits = (state.wake_at for state in self.states.values() if state.wake_at is not None)
        return min(waits, default=None)
