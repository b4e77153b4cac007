"""When a scope must be ticked at the latest: timers are deadlines in the state."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from tracker import rules as registry
from tracker.domain import desk
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy
from tracker.domain.state import DeviceState, ScopeState
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
            conclusions.failed(rule, replace(view, at=heard, now=heard), error)
            continue
        if due is not None:
            yield due


def still_waits(
    before: ScopeState,
    after: ScopeState,
    policy: Policy,
    rules: tuple[Rule, ...] = registry.ORDER,
) -> bool:
    """Nothing between the two can have brought a deadline nearer, so that `wake_at` may stay as it
    is: who is ticked too early says then when to look again.

    So it is with a truck that drives on: its timers only move away with each word of it.
    """
    same = (
        before.wake_at is not None
        and before.wake_at == after.wake_at
        and before.alerts is after.alerts
        and before.memory is after.memory
        and before.settled is after.settled
        and before.leg == after.leg
        and not (before.closed or after.closed)
        and before.unbound_since is not None
        and before.unbound_since == after.unbound_since
        and before.devices.keys() == after.devices.keys()
    )
    return same and all(
        known is before.devices[device] or _drives_on(before.devices[device], known, policy, rules)
        for device, known in after.devices.items()
    )


def _drives_on(
    before: DeviceState, after: DeviceState, policy: Policy, rules: tuple[Rule, ...]
) -> bool:
    """Its patience, some of its own reports, may fall with their rhythm; but not by more than it
    has spoken later.
    """
    was, is_ = before.live, after.live
    later_s = (after.heard_at - before.heard_at).total_seconds()
    fallen_s = max(was.pace_s - is_.pace_s, was.rest_s - is_.rest_s, 0.0)
    return (
        was.moving
        and is_.moving
        and not (was.jammed or is_.jammed or is_.standing)
        and was.at is not None
        and was.seal is is_.seal
        and was.leg == is_.leg
        and _remember_alike(was.memory, is_.memory, rules)
        and _remember_alike(before.memory, after.memory, rules)
        and was.zones == is_.zones
        and later_s >= fallen_s * policy.silence_reports
        and was.lost == is_.lost
        and was.starved == is_.starved
    )


def _remember_alike(was: dict[str, Any], is_: dict[str, Any], rules: tuple[Rule, ...]) -> bool:
    """As far as those keep it that wait for anything."""
    return was is is_ or all(was.get(name) == is_.get(name) for name in _waiting(rules))


@functools.cache
def _waiting(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    return tuple(rule.name for rule in rules if rule.deadline is not None)
