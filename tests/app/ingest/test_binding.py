"""Readings that no entry speaks of are bound by one of their own, however they stream."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.chain import assert_whole
from tests.support.office import START, Office, message, reading, trip
from tracker.domain.policy import Policy
from tracker.log import leaf

BOUND_MIN = Policy().readings_bound_min


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def said(office: Office, number: float) -> None:
    """The truck drives, and says so; nothing follows from it."""
    office.clock.set(minute(number))
    office.hear(message("L1", reading(number, north_km=number, speed=60)))


def bound(office: Office) -> list[tuple[float, int]]:
    """Of each binding entry: when it was recorded, and how many readings it speaks of."""
    found = []
    for row in office.journal.entries(scope="S1"):
        if row.type == "readings_bound":
            entry = leaf.parse(row.leaf)
            at = datetime.fromisoformat(entry["recorded_at"])
            found.append(((at - START).total_seconds() / 60, entry["heard"]["count"]))
    return found


def test_readings_that_stream_without_a_pause_are_bound_after_five_minutes(office: Office) -> None:
    """Each new one must not put off what the first is due to."""
    office.open(trip())
    steps = [step / 2 for step in range(33)]
    for number in steps:
        said(office, number)
    # The first reading of each run waits for five minutes, and what came meanwhile goes with it.
    assert bound(office) == [(5.0, 11), (10.5, 22), (16.0, 33)]
    assert_whole(office.journal)


def test_readings_that_another_entry_speaks_of_need_none_of_their_own(office: Office) -> None:
    office.open(trip())
    said(office, 0)
    said(office, 1)
    office.clock.set(minute(2))
    cut = reading(2, north_km=2, seal={"state": "cut", "number": "MXL1", "event": "cut"})
    office.hear(message("L1", cut))
    office.tick(minute(2 + BOUND_MIN - 0.1))
    assert bound(office) == []
    state = office.ingest.registry.state("S1")
    assert (state.bound, state.heard, state.unbound_since) == (3, 3, None)


def test_bound_once_and_not_again_while_nothing_is_heard(office: Office) -> None:
    office.open(trip())
    said(office, 0)
    for number in (4.9, 5, 6, 8):
        office.tick(minute(number))
    assert bound(office) == [(5.0, 1)]
