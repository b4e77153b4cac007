"""The tracker's own clock was set back: no rule waits for a time that cannot be."""

from __future__ import annotations

from datetime import timedelta

from tests.support.cases import T0
from tracker.domain.policy import Policy
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.engine.healing import healed
from tracker.rules import ORDER, silence, unplanned_stop


def test_what_a_rule_waits_for_is_reckoned_anew() -> None:
    late = T0 + timedelta(days=300)
    waiting = DeviceState(
        live=Lane(memory={"unplanned_stop": unplanned_stop.Memory(halt=T0, looked=T0, due=late)}),
        heard_at=late,
        memory={"silence": silence.Memory(until=late)},
    )
    state = ScopeState(scope="S1", devices={"L1": waiting})
    back = healed(state, T0, Policy(), ORDER).devices["L1"]
    assert back.heard_at == T0
    assert back.memory["silence"] == silence.Memory()
    assert back.live.memory["unplanned_stop"] == unplanned_stop.Memory(halt=T0)
