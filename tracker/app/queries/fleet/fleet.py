"""The rows of all open shipments, kept up to date: what was written since is made anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from tracker import engine
from tracker.app.planning import Geography, Planned
from tracker.app.queries.fleet.row import FleetRow, fleet_row
from tracker.domain.errors import UsageError
from tracker.domain.state import ScopeState
from tracker.ports import Snapshot, StoredShipment


class Followable(Protocol):
    """The part of the journal that the fleet is made of."""

    def load(self) -> Snapshot: ...

    def changes(self, since: int) -> Snapshot: ...

    def version(self) -> int: ...


class Changes(Struct, frozen=True):
    """Since the last look: rows that are new or other than they were; ids that are gone."""

    rows: tuple[FleetRow, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone)


class Fleet:
    """One object, one thread; `rows` may be read by others: it is replaced, never changed."""

    def __init__(self, geography: Geography) -> None:
        self.geography = geography
        self.rows: dict[str, FleetRow] = {}
        self._version: int | None = None
        self._stored: dict[str, StoredShipment] = {}
        self._planned: dict[str, Planned] = {}
        self._lengths = {
            corridor.id: corridor.length_m for corridor in geography.atlas.corridors.values()
        }

    @property
    def version(self) -> int:
        """The journal's, as of which the rows are."""
        return self._version or 0

    def planned(self, shipment: str) -> Planned | None:
        """Its plan, while it is under way."""
        return self._planned.get(shipment)

    def refresh(self, journal: Followable) -> Changes:
        """What was written since the last time; at first, everything that is under way."""
        if self._version is None:
            snapshot = journal.load()
        elif journal.version() == self._version:
            return Changes()
        else:
            snapshot = journal.changes(self._version)
        self._version = snapshot.version
        return self._took(snapshot)

    def _took(self, snapshot: Snapshot) -> Changes:
        gone = self._know(snapshot.shipments)
        states = {stored.scope: stored.body for stored in snapshot.states}
        touched = {*states, *(stored.id for stored in snapshot.shipments)} & self._stored.keys()
        rows, made = dict(self.rows), list[FleetRow]()
        for id_ in gone:
            rows.pop(id_, None)
        for id_ in sorted(touched):
            body = states.get(id_)
            if body is None and id_ in rows:
                continue  # its file changed, and its state comes with the next word
            state = ScopeState(scope=id_) if body is None else engine.decode(body)
            row = fleet_row(self._stored[id_], state, self._planned[id_], self._lengths)
            if rows.get(id_) != row:
                rows[id_] = row
                made.append(row)
        self.rows = rows
        return Changes(tuple(made), gone)

    def _know(self, shipments: Iterable[StoredShipment]) -> tuple[str, ...]:
        """Those that were closed; the others are planned."""
        gone = list[str]()
        for stored in shipments:
            if stored.closed_at is not None:
                if self._stored.pop(stored.id, None) is not None:
                    gone.append(stored.id)
                self._planned.pop(stored.id, None)
                continue
            known = self._stored.get(stored.id)
            if known is None or known.document != stored.document:
                self._planned[stored.id] = self._plan(stored)
            self._stored[stored.id] = stored
        return tuple(gone)

    def _plan(self, stored: StoredShipment) -> Planned:
        try:
            planned = self.geography.plan(stored)
        except UsageError:  # a zone file has lost what it names; the rest is shown
            return self.geography.unplanned(stored)
        for corridor in planned.own.corridors:
            self._lengths[corridor.id] = corridor.length_m
        return planned
