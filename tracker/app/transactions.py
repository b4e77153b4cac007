"""The commit loop: compute, commit in one transaction, compute again if it was stale."""

from __future__ import annotations

from collections.abc import Callable

from tracker.app.shipments import ShipmentRegistry
from tracker.app.unit_of_work import UnitOfWork, fresh_salt
from tracker.domain.errors import Passing
from tracker.ports import Journal, Stale


class OlderCopy(Passing):
    """The journal lacks what was committed to it: somebody put a copy in its place."""


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
        """Take over what others committed. Raises OlderCopy."""
        found, known = self.journal.version(), self.registry.newest
        if found < known:
            raise OlderCopy(
                f"this is an older copy of the database: it is at version {found}, and version "
                f"{known} was committed",
                where="the database",
                mend="put the newest one back; nothing is appended to this one",
            )
        self.registry.refresh()

    def run(self, fill: Callable[[UnitOfWork], None]) -> UnitOfWork:
        """Commit what `fill` puts into a unit of work; it, durable. Nothing to write is nothing to
        commit. `fill` is called again, with a new unit, whenever somebody else wrote first what it
        has read.
        """
        while True:
            unit = UnitOfWork(self.registry, self._origin, self.salt)
            fill(unit)
            if unit.empty:
                return unit
            work = unit.work()
            try:
                version = self.journal.commit(work, unit.expected)
            except Stale:
                self.refresh()
                continue
            self.registry.committed(unit.states, unit.shipments, unit.expected, version)
            return unit
