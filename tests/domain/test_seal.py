"""The seal's record: what it was before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tracker.domain.seal import ON_DUTY, PAST_KEPT, SealRecord, SealState

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def history(*episodes: tuple[SealState, str | None, float]) -> SealRecord:
    """A record that went through these states, with number and minute."""
    seal = SealRecord()
    for state, number, minute in episodes:
        moved = replace(seal, state=state, number=number, since=at(minute))
        seal = seal.moved(moved, at(minute))
    return seal


SEAL = history(
    (SealState.ARMED, "A", 0),
    (SealState.SEALED, "A", 10),
    (SealState.OPEN_AUTHORISED, "A", 20),
    (SealState.SEALED, "B", 30),
)


@pytest.mark.parametrize(
    ("minute", "state", "number"),
    [
        (-1, SealState.UNASSIGNED, None),
        (0, SealState.ARMED, "A"),
        (9.9, SealState.ARMED, "A"),
        (10, SealState.SEALED, "A"),
        (25, SealState.OPEN_AUTHORISED, "A"),
        (30, SealState.SEALED, "B"),
        (99, SealState.SEALED, "B"),
    ],
)
def test_as_it_was_then(minute: float, state: SealState, number: str | None) -> None:
    was = SEAL.as_of(at(minute))
    assert (was.state, was.number) == (state, number)
    assert all(episode.until <= at(minute) for episode in was.past)


def test_a_seal_issued_after_what_it_tells_was_sealed_by_its_own_time() -> None:
    """The shipment was opened at minute 300; the seal says that it was sealed at minute 10."""
    seal = history((SealState.ARMED, "A", 300), (SealState.SEALED, "A", 10))
    assert seal.as_of(at(20)).state is SealState.SEALED
    assert seal.as_of(at(5)).state is not SealState.SEALED


def test_what_was_owed_later_was_not_owed_then() -> None:
    later = replace(SEAL, record_due=at(45), pending_number="C", lock_count=9)
    was = later.as_of(at(15))
    assert (was.record_due, was.pending_number, was.lock_count) == (None, None, None)


def test_only_the_newest_episodes_are_kept() -> None:
    states = (SealState.SEALED, SealState.UNKNOWN)
    seal = history(*((states[n % 2], "A", n) for n in range(PAST_KEPT * 2)))
    assert len(seal.past) == PAST_KEPT
    assert seal.past[-1].until == seal.since
    assert seal.as_of(at(-9)).state is seal.past[0].state


@pytest.mark.parametrize("state", SealState)
def test_on_duty_and_breached_exclude_each_other(state: SealState) -> None:
    seal = SealRecord(state=state)
    assert seal.on_duty is (state in ON_DUTY)
    assert not (seal.on_duty and seal.breached)
