"""Which readings are stored already, asked of the journal only where one can be a copy.

A reading that is newer than all that is stored of its device is none. So the newest time of each
device is kept at hand, and nine readings of ten need no question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tracker.app.shipments import ShipmentRegistry
from tracker.ports import Journal, StoredReading

Identity = tuple[str, datetime, bytes]


class StoredSoFar:
    """What is at hand is forgotten whenever somebody else has committed: `registry` knows."""

    def __init__(self, journal: Journal, registry: ShipmentRegistry) -> None:
        self._journal, self._registry = journal, registry
        self._newest: dict[str, datetime | None] = {}
        self._turn = registry.turn

    def known(self, readings: Sequence[StoredReading]) -> set[Identity]:
        """The identities among theirs that are stored."""
        if self._turn != self._registry.turn:
            self._turn = self._registry.turn
            self._newest.clear()
        devices = {item.reading.device for item in readings}
        if missing := devices - self._newest.keys():
            self._newest.update(dict.fromkeys(missing))
            self._newest.update(self._journal.newest_times(missing))
        possible = [item for item in readings if self._can_be_stored(item)]
        return self._journal.known(possible) if possible else set()

    def committed(self, readings: Iterable[StoredReading]) -> None:
        """These are stored now."""
        for item in readings:
            device, at = item.reading.device, item.reading.event_time
            newest = self._newest.get(device)
            if newest is None or at > newest:
                self._newest[device] = at

    def _can_be_stored(self, item: StoredReading) -> bool:
        newest = self._newest[item.reading.device]
        return newest is not None and item.reading.event_time <= newest
