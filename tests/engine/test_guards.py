"""What the engine must not do with a state that is right already."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from devices.reading import NoFix, NoFixReason, Reading
from tests.support.cases import Play
from tracker import engine
from tracker.domain.codes import Code
from tracker.domain.errors import Refused
from tracker.domain.policy import Policy
from tracker.domain.state import DeviceState, Lane, ScopeState
from tracker.engine.lanes import arrived, lane_of
from tracker.rules import ORDER
from tracker.rules.base import Rule, View

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = Policy()
SEALED = {"at": 0, "zones": ["plant"], "speed": 0, "seal": {"state": "sealed"}}
CUT = {"at": 1, "zones": [], "km": 1, "speed": 80, "seal": {"event": "cut"}}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def played(*steps: dict[str, Any], rules: tuple[Rule, ...] = ORDER) -> Play:
    play = Play({"steps": list(steps)}, rules)
    play.play()
    return play


def test_a_deadline_alone_changes_no_alert() -> None:
    """Alerts that are told as changed are written anew, with every batch."""
    play = played(SEALED, CUT)
    assert play.state.alerts
    done = engine.with_deadline(play.state, play.plan(), play.policy)
    assert done.alerts == ()
    assert done.findings == ()
    assert done.state.wake_at is not None


def test_the_memory_of_a_rule_that_is_no_more_is_dropped() -> None:
    state = played(SEALED).state
    known = state.devices["L1"]
    old = replace(
        state,
        memory={**state.memory, "gone": {"since": 1}},
        devices={
            "L1": replace(
                known,
                memory={**known.memory, "gone": {"n": 2}},
                live=replace(known.live, memory={**known.live.memory, "gone": {}}),
            )
        },
    )
    assert engine.decode(engine.encode(old)) == state


def test_a_rule_that_refuses_a_reading_has_failed_like_any_other() -> None:
    """Only who declares something can be refused."""

    def refuse(view: View, memory: Any) -> Any:
        raise Refused("not I")

    stubborn = Rule(name="stubborn", on_reading=refuse, on_tick=refuse)
    play = played(SEALED, {"tick": 1}, rules=(*ORDER, stubborn))
    failed = [f.facts for f in play.findings if f.code is Code.RULE_FAILED]
    assert {f["rule"] for f in failed} == {"stubborn"}
    commanded = dataclasses.replace(stubborn, on_reading=None, on_tick=None, on_command=refuse)
    with pytest.raises(Refused, match="not I"):
        played(SEALED, rules=(*ORDER, commanded))


def test_a_leg_that_is_told_again_takes_the_present_nowhere() -> None:
    known = DeviceState(live=Lane(leg=2), heard_at=T0)
    assert arrived(known, 1) is known
    assert arrived(known, 2) is known
    assert arrived(known, 3).live.leg == 3


def test_a_reading_older_than_the_backlog_is_held_against_the_backlogs_leg() -> None:
    """The present is a leg further."""
    known = DeviceState(
        live=Lane(at=at(60), leg=1), backlog=Lane(at=at(20), leg=0), heard_at=at(60)
    )
    scope = ScopeState(scope="S1", devices={"L1": known})
    old = Reading(
        device="L1",
        dialect="native",
        event_time=at(10),
        received_at=at(61),
        position=NoFix(reason=NoFixReason.ABSENT),
    )
    lane, late = lane_of(scope, old, POLICY)
    assert (lane.at, lane.leg, late) == (None, 0, True)
    assert lane_of(scope, replace(old, event_time=at(30)), POLICY)[0].leg == 0
