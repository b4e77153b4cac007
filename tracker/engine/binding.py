"""Raw telemetry that no custody entry speaks of yet: after a while an entry of its own does.

Every entry of a scope states how many readings there were and the running hash over them. Where
nothing else happens for `readings_bound_min`, this makes such an entry.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.codes import Code
from tracker.domain.finding import Finding, FindingType
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import ScopeState


def due_at(state: ScopeState, policy: Policy) -> datetime | None:
    """When the scope's readings are to be bound at the latest; None if all are."""
    if state.unbound_since is None or state.heard == state.bound:
        return None
    return state.unbound_since + minutes(policy.readings_bound_min)


def binding(state: ScopeState, policy: Policy, now: datetime) -> tuple[Finding, ...]:
    """The entry, if it is due."""
    due = due_at(state, policy)
    if due is None or now < due:
        return ()
    return (
        Finding(
            type=FindingType.READINGS_BOUND,
            scope=state.scope,
            occurred_at=now,
            recorded_at=now,
            code=Code.READINGS_BOUND,
            facts={"readings": state.heard, "fresh": state.heard - state.bound},
        ),
    )
