"""Every rule says why it told, or why not, at every input of every case.

Where it raises an alert, all that it weighed for that kind speaks; where it does not, something
does not.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import pytest

from geofences.placement import Placement
from tests.rules.test_cases import cases
from tests.support.cases import Play
from tracker import engine
from tracker.domain.alert import AlertKind
from tracker.domain.errors import Refused
from tracker.domain.policy import Policy
from tracker.engine import Scale
from tracker.engine.weighing import UNSAID, WAITS
from tracker.rules import ORDER


@dataclass
class Weighing(Play):
    """Keeps what was weighed at each input."""

    scales: list[Scale] = field(default_factory=list)

    def step(self, what: engine.Input, placement: Placement | None = None) -> engine.Step:
        with contextlib.suppress(Refused):
            said = engine.weigh(self.state, what, placement, self.plan(), self.policy, self.rules)
            self.scales += said[1]
        done = super().step(what, placement)
        assert said[0] == done, "weighing changes nothing"
        return done


@cache
def weighed() -> dict[str, tuple[Scale, ...]]:
    """By the case's name."""
    found = {}
    for param in cases():
        play = Weighing(param.values[0])
        with contextlib.suppress(Refused):
            play.play()
        found[str(param.id)] = tuple(play.scales)
    return found


@cache
def raising() -> dict[str, frozenset[AlertKind]]:
    """The kinds of alert that each rule has raised in some case."""
    found: dict[str, set[AlertKind]] = defaultdict(set)
    for scales in weighed().values():
        for scale in scales:
            found[scale.rule] |= {one.kind for one in scale.raised}
    return {rule: frozenset(kinds) for rule, kinds in found.items() if kinds}


@pytest.mark.parametrize("rule", [rule.name for rule in ORDER if rule.weighs is not None])
def test_what_it_weighed_explains_what_it_raised(rule: str) -> None:
    kinds = raising()[rule]
    for case, scales in weighed().items():
        for scale in (one for one in scales if one.rule == rule):
            assert {one.kind for one in scale.weighed} <= kinds, case
            for kind in kinds:
                told = [one for one in scale.weighed if one.kind == kind]
                tale = f"{case}, at {scale.at:%H:%M:%S}: {kind}: {told}"
                assert told, tale
                raised = any(one.kind == kind for one in scale.raised)
                assert all(one.speaks for one in told) is raised, tale
                assert not {UNSAID, WAITS} & {one.measure for one in told}, tale


def test_every_rule_that_raises_weighs() -> None:
    mute = {rule.name for rule in ORDER if rule.weighs is None}
    assert mute & raising().keys() == set()


@pytest.mark.parametrize("rule", [rule.name for rule in ORDER if rule.weighs is not None])
def test_a_threshold_that_is_named_is_the_limit(rule: str) -> None:
    names: set[str] = set(Policy.__struct_fields__)
    for scales in weighed().values():
        for one in (one for scale in scales if scale.rule == rule for one in scale.weighed):
            assert one.threshold is None or one.threshold in names
            assert one.threshold is None or one.limit is not None
            assert one.measure.isidentifier()
            assert one.measure == one.measure.lower()
