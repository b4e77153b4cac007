"""States that are packed while nobody asks for them, and are the same when somebody does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker import engine
from tracker.app.shelf import StateShelf
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.rules import ORDER

T0 = datetime(2026, 3, 2, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "stored", "get", "drop"]), st.integers(0, 9)), max_size=120
)


def state(scope: str, turn: int) -> ScopeState:
    heard = DeviceState(live=Lane(), heard_at=T0 + timedelta(minutes=turn))
    return ScopeState(scope=scope, alert_count=turn, devices={"L1": heard})


@given(STEPS, st.integers(1, 4))
def test_it_is_a_mapping_whatever_is_packed(steps: list[tuple[str, int]], ready: int) -> None:
    away = list[str]()
    shelf, plain = StateShelf(ORDER, laid_away=away.append, ready=ready), dict[str, ScopeState]()
    for turn, (what, number) in enumerate(steps):
        scope = f"S{number}"
        if what == "set":
            shelf[scope] = plain[scope] = state(scope, turn)
        elif what == "stored":
            plain[scope] = state(scope, turn)
            shelf.put_packed(scope, engine.encode(plain[scope]))
        elif what == "drop":
            assert shelf.pop(scope, None) == plain.pop(scope, None)
        assert shelf.get(scope) == plain.get(scope)
        assert (scope in shelf) == (scope in plain)
        assert len(shelf._ready) <= ready
    assert sorted(shelf) == sorted(plain)
    assert len(shelf) == len(plain)
    heard = [known.heard_at for one in plain.values() for known in one.devices.values()]
    assert shelf.heard_last() == max(heard, default=None)
    looked = {one.scope: one for one in shelf.looked_through()}
    assert looked == plain
    assert set(away) <= {f"S{number}" for _, number in steps}
    shelf.clear()
    assert not list(shelf)


def test_what_was_used_last_stays_as_it_is() -> None:
    away = list[str]()
    shelf = StateShelf(ORDER, laid_away=away.append, ready=2)
    shelf["A"], shelf["B"] = state("A", 1), state("B", 2)
    kept = shelf["A"]
    shelf["C"] = state("C", 3)
    shelf["D"] = state("D", 4)
    assert away[0] == "A"
    assert shelf["A"] == kept
    kept = shelf["A"]
    shelf["B"] = state("B", 5)
    assert shelf["A"] is kept
    assert away == ["A", "B", "C", "D"]
