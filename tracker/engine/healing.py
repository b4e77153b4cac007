"""The tracker's own clock was set back: what was received lies ahead of now, and blocks timers.

Nothing was received after now, so no deadline is further off than its own limit from now. When each
thing was truly received nobody knows any more; a timer that begins anew is late once, by its limit,
and not by as much as the clock was wrong.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tracker.domain.alert import Alert
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.rules.base import Rule


def is_ahead(state: ScopeState, now: datetime, policy: Policy) -> bool:
    """Something in it was received after now, or waits for longer than it can."""
    latest = now + minutes(policy.escalate_critical_min)
    return (
        any(known.heard_at > now for known in state.devices.values())
        or (state.unbound_since is not None and state.unbound_since > now)
        or any(
            alert.escalate_at is not None and alert.escalate_at > latest
            for alert in state.alerts.values()
        )
    )


def healed(state: ScopeState, now: datetime, policy: Policy, rules: tuple[Rule, ...]) -> ScopeState:
    """The state without a time of receipt, or a deadline that rests on one, that cannot be."""
    since = state.unbound_since
    return replace(
        state,
        devices={
            device: _device(known, now, policy, rules) for device, known in state.devices.items()
        },
        alerts={slot: _alert(alert, now, policy) for slot, alert in state.alerts.items()},
        memory=_memory(state.memory, now, policy, rules),
        unbound_since=None if since is None else min(since, now),
    )


def _device(
    known: DeviceState, now: datetime, policy: Policy, rules: tuple[Rule, ...]
) -> DeviceState:
    held, backlog, recent = known.held_until, known.backlog, known.recent
    return replace(
        known,
        heard_at=min(known.heard_at, now),
        held_until=None if held is None else min(held, now + minutes(policy.backlog_grace_min)),
        live=_lane(known.live, now, policy, rules),
        backlog=None if backlog is None else _lane(backlog, now, policy, rules),
        recent=None if recent is None else _lane(recent, now, policy, rules),
        memory=_memory(known.memory, now, policy, rules),
    )


def _lane(lane: Lane, now: datetime, policy: Policy, rules: tuple[Rule, ...]) -> Lane:
    memory = _memory(lane.memory, now, policy, rules)
    if memory is not lane.memory:
        lane = replace(lane, memory=memory)
    due = lane.seal.record_due
    latest = now + minutes(policy.opening_record_min)
    if due is None or due <= latest:
        return lane
    return replace(lane, seal=replace(lane.seal, record_due=latest))


def _alert(alert: Alert, now: datetime, policy: Policy) -> Alert:
    due, latest = alert.escalate_at, now + minutes(policy.escalate_critical_min)
    return alert if due is None or due <= latest else replace(alert, escalate_at=latest)


def _memory(
    kept: dict[str, Any], now: datetime, policy: Policy, rules: tuple[Rule, ...]
) -> dict[str, Any]:
    changed = {
        rule.name: rule.set_back(kept[rule.name], now, policy)
        for rule in rules
        if rule.set_back is not None and rule.name in kept
    }
    return {**kept, **changed} if changed else kept
