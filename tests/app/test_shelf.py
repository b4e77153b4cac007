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
    shelf, plain = StateShelf(ORDER, ready=ready), dict[str, ScopeState]()
    for turn, (what, number) in enumerate(steps):
        scope = f"S{number}"
        if what == "set":
            shelf[scope] = plain[scope] = state(scope, turn)
        elif what == "stored":
            plain[scope] = state(scope, turn)
            shelf.put_stored(scope, engine.encode(plain[scope]))
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
    shelf.clear()
    assert not list(shelf)


def test_who_is_ready_stays_so_and_the_others_are_packed_when_they_are_set() -> None:
    shelf = StateShelf(ORDER, ready=2)
    for turn, scope in enumerate("ABCD"):
        shelf[scope] = state(scope, turn)
    assert set(shelf._packed) == {"C", "D"}
    kept = shelf["A"]
    lent = shelf["C"]
    assert lent == state("C", 2)
    assert shelf["C"] is lent, "a batch asks again and again"
    shelf["C"] = state("C", 9)
    assert (shelf["A"], shelf["C"]) == (kept, state("C", 9))
    del shelf["B"]
    assert shelf["D"] is shelf["D"]
    assert set(shelf._ready) == {"A", "D"}, "there is room again"
