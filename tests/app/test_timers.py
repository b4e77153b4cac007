"""Timers: the heap says what a look at every scope would say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.app.timers import Timers

T0 = datetime(2026, 3, 2, tzinfo=UTC)
SETTINGS = st.tuples(st.sampled_from("ABCDE"), st.none() | st.integers(0, 12))


def at(minute: int) -> datetime:
    return T0 + timedelta(minutes=minute)


@given(st.lists(st.tuples(SETTINGS, st.integers(0, 12)), max_size=200))
def test_it_says_what_a_look_at_every_scope_says(steps: list[tuple[tuple[str, int], int]]) -> None:
    timers, plain = Timers(), dict[str, datetime]()
    for (scope, minute), now in steps:
        when = None if minute is None else at(minute)
        timers.set(scope, when)
        plain.pop(scope, None)
        if when is not None:
            plain[scope] = when
        assert timers.first() == min(plain.values(), default=None)
        due = sorted((when, scope) for scope, when in plain.items() if when <= at(now))
        assert timers.due(at(now)) == [scope for _, scope in due]


def test_a_timer_that_is_set_again_and_again_costs_no_memory() -> None:
    timers = Timers()
    for minute in range(10_000):
        timers.set("A", at(minute % 500))
    assert len(timers._heap) < 100
    assert timers.due(at(499)) == ["A"]
    timers.clear()
    assert timers.first() is None
