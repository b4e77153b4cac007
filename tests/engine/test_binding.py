"""When the readings that no custody entry speaks of are to be bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.domain.codes import Code
from tracker.domain.finding import FindingType
from tracker.domain.policy import Policy
from tracker.domain.state import ScopeState
from tracker.engine.binding import binding, due_at

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = Policy()
DUE = T0 + timedelta(minutes=POLICY.readings_bound_min)


def test_the_first_that_is_not_bound_sets_the_time() -> None:
    state = ScopeState(scope="S1", heard=7, bound=4, unbound_since=T0)
    assert due_at(state, POLICY) == DUE
    assert binding(state, POLICY, DUE - timedelta(microseconds=1)) == ()
    (entry,) = binding(state, POLICY, DUE)
    assert (entry.type, entry.occurred_at) == (FindingType.READINGS_BOUND, DUE)
    assert (entry.code, entry.facts) == (Code.READINGS_BOUND, {"readings": 7, "fresh": 3})


def test_where_all_are_bound_nothing_is_due() -> None:
    for state in (
        ScopeState(scope="S1"),
        ScopeState(scope="S1", heard=7, bound=7),
        ScopeState(scope="S1", heard=7, bound=7, unbound_since=T0),
    ):
        assert due_at(state, POLICY) is None
        assert binding(state, POLICY, DUE) == ()
