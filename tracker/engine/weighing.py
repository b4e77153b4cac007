"""What the rules compare at one input: the step is run again, and each is asked before its turn.

Nothing of it is part of judging: whoever wants an explanation runs it, on a state from before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from geofences.placement import Placement
from tracker import rules as registry
from tracker.domain.outcome import Raised
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import ScopeState
from tracker.domain.weighing import Weighed
from tracker.engine.roster import roster
from tracker.engine.step import Input, Running, Step, run_one
from tracker.rules.base import Hook, Rule, View, remembered

UNSAID, WAITS = "concluded_by", "waits_for_more"
"""Measures of what a rule does not say itself: that it raised; or not, though all spoke for it."""


class Scale(Struct, frozen=True, kw_only=True):
    """What one rule compared at one input, and what it raised. device: None for a rule of the whole
    scope. at: of when the input is.
    """

    rule: str
    device: str | None
    at: datetime
    weighed: tuple[Weighed, ...]
    raised: tuple[Raised, ...]


def weigh(
    state: ScopeState,
    what: Input,
    placement: Placement | None,
    plan: Plan | None,
    policy: Policy,
    rules: tuple[Rule, ...] = registry.ORDER,
) -> tuple[Step, tuple[Scale, ...]]:
    """The step as `step` makes it, and what each rule weighed that says it.

    Raises TrackerError only for a command that custody forbids.
    """
    run = _Weighing(state, plan, policy, rules)
    return run_one(run, what, placement), tuple(run.scales)


class _Weighing(Running):
    def __init__(
        self, state: ScopeState, plan: Plan | None, policy: Policy, rules: tuple[Rule, ...]
    ) -> None:
        super().__init__(state, plan, policy, rules)
        self.scales = list[Scale]()

    def _hear(self, view: View, kept: dict[str, dict[str, Any]]) -> None:
        """Those that would have slept say why there is nothing."""
        self._run(roster(self.rules).all, view, kept)

    def _run(
        self, rules: tuple[tuple[Rule, Hook], ...], view: View, kept: dict[str, dict[str, Any]]
    ) -> None:
        for rule, function in rules:
            memory = remembered(rule, kept[rule.keeps])
            raised = _raised(function, view, memory)
            weighed = () if rule.weighs is None else rule.weighs(view, memory)
            self.scales.append(
                Scale(
                    rule=rule.name,
                    device=None if rule.keeps == "scope" else view.device,
                    at=view.at,
                    weighed=_balanced(rule, weighed, raised),
                    raised=raised,
                )
            )
            super()._run(((rule, function),), view, kept)


def _balanced(
    rule: Rule, weighed: tuple[Weighed, ...], raised: tuple[Raised, ...]
) -> tuple[Weighed, ...]:
    """The rule's own conclusion decides. Where it raised, what spoke for that is told; where it did
    not, all, and if nothing spoke against it, that it waits for more.
    """
    told, found = {one.kind for one in raised}, list[Weighed]()
    for kind in dict.fromkeys((*(one.kind for one in weighed), *told)):
        own = [one for one in weighed if one.kind is kind]
        speaking = [one for one in own if one.speaks]
        if kind in told:
            found += speaking or [Weighed(kind=kind, measure=UNSAID, value=rule.name, speaks=True)]
        elif len(speaking) == len(own):
            found += [*own, Weighed(kind=kind, measure=WAITS, value=True)]
        else:
            found += own
    return tuple(found)


def _raised(function: Hook, view: View, memory: Any) -> tuple[Raised, ...]:
    """A rule is pure: to ask it once more changes nothing."""
    try:
        _, outcomes = function(view, memory)
    except Exception:  # noqa: BLE001 - the step itself tells it: a command refused, a rule's fault
        return ()
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Raised))
