"""Is a seal number that appears fit to? Asked once for each number that a scope shows."""

from __future__ import annotations

from datetime import datetime

from devices.common.identifiers import key_of
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.command import ReportNumber
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.state import NUMBER_SCOPE, SEALS_SCOPE, ScopeState
from tracker.rules import seal_inventory


class NumberCheck:
    """Remembers what it has looked at, until the inventory changes."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._as_of: ScopeState | None = None

    def report(self, unit: UnitOfWork, scope: str, number: str, at: datetime) -> None:
        """Let the shipment know of a number that is void, was never issued, or is another's."""
        stored = unit.registry.states.get(SEALS_SCOPE)
        if stored is self._as_of and (scope, number) in self._seen:
            return
        inventory = unit.state(SEALS_SCOPE)
        stored = unit.registry.states.get(SEALS_SCOPE)  # None: there is none, and it is at hand
        if stored is not self._as_of:
            self._seen.clear()
            self._as_of = stored
        self._seen.add((scope, number))
        memory = inventory.memory.get(seal_inventory.RULE.name) or seal_inventory.Memory()
        fault = _fault(unit, scope, number, memory)
        if fault is not None:
            why, elsewhere = fault
            unit.judge(
                scope,
                ReportNumber(at=at, by=SYSTEM_ACTOR, number=number, why=why, elsewhere=elsewhere),
            )


def _fault(
    unit: UnitOfWork, scope: str, number: str, inventory: seal_inventory.Memory
) -> tuple[str, str | None] | None:
    if key_of(number) in inventory.voided:
        return "void", None
    carried = NUMBER_SCOPE + key_of(number)
    unit.registry.hold({carried})
    others = [one for one in unit.carriers(carried) if one.shipment != scope]
    open_ = next((one.shipment for one in others if one.closed_at is None), None)
    if open_ is not None:
        return "elsewhere", open_
    if inventory.issued and not inventory.holds(number):
        return "never_issued", None
    return None
