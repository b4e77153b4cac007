"""Whether a reading is stored already: asked only where it can be, and always rightly."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from geofences import library
from tests.support import works
from tracker.adapters.journal.memory import MemoryJournal
from tracker.app.planning import Geography
from tracker.app.shipments import ShipmentRegistry
from tracker.app.stored import Identity, StoredSoFar
from tracker.domain.policy import Policy
from tracker.ports import StoredReading, Work


class Counting(MemoryJournal):
    """Counts the readings that are asked for."""

    asked = 0

    def known(self, readings: Iterable[StoredReading]) -> set[Identity]:
        some = list(readings)
        self.asked += len(some)
        return super().known(some)


GEOGRAPHY = Geography(library.load(), Policy())


def so_far(journal: MemoryJournal) -> StoredSoFar:
    return StoredSoFar(journal, ShipmentRegistry(journal, GEOGRAPHY, follows=True))


def test_what_is_newer_than_all_of_its_device_is_not_asked_for() -> None:
    journal = Counting()
    journal.commit(Work(readings=[works.stored(5, "A"), works.stored(9, "B")]), {})
    stored = so_far(journal)
    assert (
        stored.known([works.stored(6, "A"), works.stored(10, "B"), works.stored(0, "C")]) == set()
    )
    assert journal.asked == 0
    again = [works.stored(5, "A"), works.stored(9, "B"), works.stored(8, "B")]
    assert stored.known(again) == {again[0].identity, again[1].identity}
    assert journal.asked == 3


def test_what_others_stored_is_known_once_they_are_followed() -> None:
    journal = Counting()
    registry = ShipmentRegistry(journal, GEOGRAPHY, follows=True)
    registry.refresh()
    stored = StoredSoFar(journal, registry)
    assert stored.known([works.stored(1, "A")]) == set()
    journal.commit(Work(readings=[works.stored(1, "A")]), {})
    registry.refresh()
    assert stored.known([works.stored(1, "A")]) == {works.stored(1, "A").identity}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), unique=True, max_size=8), max_size=12))
def test_it_says_what_the_journal_says(batches: list[list[int]]) -> None:
    journal = MemoryJournal()
    stored = so_far(journal)
    for batch in batches:
        readings = [works.stored(n, f"device-{n % 3}") for n in batch]
        known = stored.known(readings)
        assert known == journal.known(readings)
        new = [item for item in readings if item.identity not in known]
        journal.commit(Work(readings=new), {})
        stored.committed(new)
