"""The commit loop: compute, commit in one transaction, compute again if others were first."""

from __future__ import annotations

from collections.abc import Callable

from tracker.app.shipments import ShipmentRegistry
from tracker.app.unit_of_work import UnitOfWork, fresh_salt
from tracker.ports import Journal, Stale


class Transactions:
    """Of one journal and the registry that follows it. The core is pure: what was computed from a
    state that others have changed meanwhile is computed once more from the newer one.
    """

    def __init__(
        self,
        journal: Journal,
        registry: ShipmentRegistry,
        origin: str,
        salt: Callable[[], bytes] = fresh_salt,
    ) -> None:
        self.journal, self.registry = journal, registry
        self._origin, self.salt = origin, salt

    def refresh(self) -> None:
        """Take over what others committed."""
        self.registry.refresh(self.journal.load(self.registry.version))

    def run(self, fill: Callable[[UnitOfWork], None]) -> UnitOfWork:
        """Commit what `fill` puts into a unit of work; it, durable. Nothing to write is nothing to
        commit. `fill` is called again, with a new unit, whenever somebody else committed first.
        """
        while True:
            unit = UnitOfWork(self.registry, self._origin, self.salt)
            fill(unit)
            if unit.empty:
                return unit
            try:
                version = self.journal.commit(unit.work(), self.registry.version)
            except Stale:
                self.refresh()
                continue
            self.registry.committed(unit.states.values(), unit.shipments, version)
            return unit
