"""When a scope must be ticked at the latest: timers are deadlines in the state."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from tracker import rules as registry
from tracker.domain import desk
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import ScopeState
from tracker.engine.binding import due_at
from tracker.engine.conclusions import Conclusions
from tracker.engine.step import Step
from tracker.rules.base import Rule, Run, View, hooked, remembered

_NEVER = datetime.min.replace(tzinfo=UTC)


def with_deadline(
    state: ScopeState,
    plan: Plan | None,
    policy: Policy,
    rules: tuple[Rule, ...] = registry.ORDER,
    *,
    until: datetime | None = None,
) -> Step:
    """The state with `wake_at` set: the earliest of what its alerts and rules wait for. until:
    when another policy comes into force, which may be more impatient; None: never.

    Once after all steps of a batch, not after each: nothing in between looks at it. A rule that
    raises here waits for nothing, and is a finding as in `step`.
    """
    due = [alert.escalate_at for alert in state.alerts.values() if alert.escalate_at is not None]
    due += desk.snoozes(state.alerts.values())
    if (bind_at := due_at(state, policy)) is not None:
        due.append(bind_at)
    conclusions = Conclusions(state, policy)
    if not state.closed:
        if until is not None:
            due.append(until)
        view = View(plan=plan, policy=policy, state=state, at=_NEVER, now=_NEVER)
        for device, known in state.devices.items():
            view.device, view.known, view.lane = device, known, known.live
            view.before, view.seal = known.live, known.live.seal
            kept = {"lane": known.live.memory, "device": known.memory}
            due += _waits(view, rules, "device", kept, conclusions)
        due += _waits(view, rules, "scope", {"scope": state.memory}, conclusions)
    return Step(
        state=replace(conclusions.state, wake_at=min(due, default=None)),
        findings=tuple(conclusions.findings),
        alerts=tuple(
            a for slot, a in conclusions.state.alerts.items() if state.alerts.get(slot) != a
        ),
    )


def _waits(
    view: View,
    rules: tuple[Rule, ...],
    run: Run,
    kept: dict[str, dict[str, Any]],
    conclusions: Conclusions,
) -> Iterator[datetime]:
    for rule, deadline in hooked(rules, "deadline", run, view.plan is not None):
        try:
            due: Any = deadline(view, remembered(rule, kept[rule.keeps]))
        except Exception as error:  # noqa: BLE001 - a rule's fault must cost only that rule
            heard = max(known.heard_at for known in view.state.devices.values())
            conclusions.failed(rule, dataclasses.replace(view, at=heard, now=heard), error)
            continue
        if due is not None:
            yield due
