"""Rules that sleep through a reading would have said nothing: step for step, state for state."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bench.detection.incidents import ALL
from bench.detection.runs import Job, fleet
from tests.rules.test_cases import cases
from tests.support.cases import Play
from tests.support.played import Player, library_geography
from tracker import engine
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain import motion
from tracker.domain.errors import Refused
from tracker.domain.state import ScopeState
from tracker.engine import Step
from tracker.engine.roster import roster
from tracker.rules import ORDER
from tracker.rules.base import ALWAYS, Rule
from tracker.rules.signs import Sign

WIDE_AWAKE = tuple(replace(rule, wakes=ALWAYS) for rule in ORDER)
"""The same rules, asked of every reading."""
STEP = engine.step


def both(*given: Any) -> Step:
    """A step with the rules as they are, held to one with all of them awake, which looks at the
    zones though nothing can have changed there.
    """
    state, what, placement, plan, policy = given[:5]
    usual = STEP(state, what, placement, plan, policy)
    with pytest.MonkeyPatch.context() as long_way:
        long_way.setattr(motion, "stays", lambda *_: False)
        awake = STEP(state, what, placement, plan, policy, WIDE_AWAKE)
    assert usual == awake
    return usual


@pytest.mark.parametrize("case", cases())
def test_every_case_of_every_rule(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "step", both)
    with suppress(Refused):  # which some cases expect
        Play(case).play()


@pytest.mark.parametrize("part", range(4))
def test_journeys_with_every_incident(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "step", both)
    names = sorted(ALL)[part::4]
    played = Player(fleet(Job(40 + part, [*names, None, None])), library_geography())
    assert played.play().alerts()


@pytest.mark.parametrize("part", range(2))
def test_a_timer_that_is_left_as_it_is_never_runs_out_too_late(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, still_waits = Counter[bool](), UnitOfWork._still_waits

    def watched(unit: UnitOfWork, scope: str, state: ScopeState) -> bool:
        kept = still_waits(unit, scope, state)
        left[kept] += 1
        if kept:
            due = unit.deadline(scope).state.wake_at
            assert due is None or (state.wake_at is not None and state.wake_at <= due)
        return kept

    monkeypatch.setattr(UnitOfWork, "_still_waits", watched)
    names = sorted(ALL)[part::6]
    Player(fleet(Job(60 + part, [*names, None, None])), library_geography()).play()
    assert left[True] > 200, "else this shows nothing"


def test_a_rule_that_wakes_for_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the comparison can fail: were tampering asleep, a cut would go unheard."""
    asleep = tuple(
        replace(rule, wakes=int(Sign.GAP)) if rule.name == "seal_tampering" else rule
        for rule in ORDER
    )

    def other(*given: Any) -> Step:
        state, what, placement, plan, policy = given[:5]
        usual = STEP(state, what, placement, plan, policy, asleep)
        awake = STEP(state, what, placement, plan, policy, WIDE_AWAKE)
        assert usual == awake
        return awake

    monkeypatch.setattr(engine, "step", other)
    cut = next(
        c.values[0] for c in cases() if str(c.id).startswith("seal_tampering: the rope is cut")
    )
    with pytest.raises(AssertionError):
        Play(cut).play()


def test_most_rules_sleep_while_a_truck_drives_on() -> None:
    """What is measured as speed rests on this: of a steady reading hardly a rule is asked."""
    asked = roster(ORDER).awake(Sign.FIX, ["wrong_crossing", "turning_back"], [])
    assert len(asked) <= 4, [rule.name for rule, _, _ in asked]


def test_a_rule_without_a_declaration_is_always_asked() -> None:
    quiet = Rule(name="quiet", on_reading=lambda view, memory: (memory, ()))
    counted = Counter(rule.name for rule, _, _ in roster((quiet, *ORDER)).awake(Sign.FIX, [], []))
    assert counted["quiet"] == 1


def test_looking_at_the_zones_too_seldom_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the comparison can fail: were no zone ever looked at, no visit would be told."""

    def never(*given: Any) -> Step:
        state, what, placement, plan, policy = given[:5]
        usual = STEP(state, what, placement, plan, policy)
        with pytest.MonkeyPatch.context() as blind:
            blind.setattr(motion, "stays", lambda *_: True)
            assert STEP(state, what, placement, plan, policy) == usual
        return usual

    monkeypatch.setattr(engine, "step", never)
    visit = next(c.values[0] for c in cases() if str(c.id).startswith("zone_visits"))
    with pytest.raises(AssertionError):
        Play(visit).play()
