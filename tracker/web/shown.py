"""Which shipments under way a viewer sees, and the record of being shown all of them at once."""

from __future__ import annotations

import threading
import time

from fastapi import Request

from tracker.app.people.entering import Entered
from tracker.app.queries.fleet import FleetRow
from tracker.web.live.hub import sees_row
from tracker.web.who import hub_of, office_of, record_reading

AGAIN_S = 600.0
"""Who looks on, or comes back to a live page within so long, still reads what it began to read."""


class Recorded:
    """When each reader was last put on record for each shipment and what it read. One a process."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def due(self, key: tuple[str, ...], now: float) -> bool:
        with self._lock:
            return now - self._at.get(key, -AGAIN_S) >= AGAIN_S

    def done(self, key: tuple[str, ...], now: float) -> None:
        with self._lock:
            self._at = {k: at for k, at in self._at.items() if now - at < AGAIN_S}
            self._at[key] = now


def rows_seen(request: Request, entered: Entered) -> list[FleetRow]:
    """Those under way, in the board's order."""
    rows = hub_of(request).fleet.rows.values()
    seen = [row for row in rows if sees_row(entered.viewer, row)]
    return sorted(seen, key=lambda row: row.order)


def record_shown(request: Request, entered: Entered, what: str) -> None:
    """An entry for each shipment that was shared with this reader, before it is shown. Who sees all
    shipments is on record for each that it opens: a list of thousands says nothing of one.
    """
    viewer = entered.viewer
    if not viewer.recorded or viewer.sees_all:
        return
    now, office = time.monotonic(), office_of(request)
    recorded: Recorded = request.app.state.recorded
    share = entered.share.id if entered.share else ""
    for row in rows_seen(request, entered):
        key = viewer.name, share, row.id, what
        if recorded.due(key, now):
            record_reading(office, entered, row.id, what)
            recorded.done(key, now)
