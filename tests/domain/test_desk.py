"""What people at a desk do about an alert that stays open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from devices.reading import Fix
from tracker.domain import desk, lifecycle
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity
from tracker.domain.codes import Code
from tracker.domain.command import (
    AcknowledgeAlert,
    AssignAlert,
    CommentAlert,
    DeskCommand,
    SnoozeAlert,
)
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import Finding, FindingType
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy
from tracker.domain.state import DeviceState, Lane, ScopeState

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
STRAYS = Raised(
    kind=AlertKind.ROUTE_DEVIATION,
    severity=Severity.CRITICAL,
    code=Code.STILL_OPEN,
    at=T0,
    seen=T0,
    key="L1",
    lat=26.0,
    lon=-100.0,
)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def raise_(
    state: ScopeState, what: Raised, minutes: float
) -> tuple[ScopeState, FindingType | None]:
    state, finding = lifecycle.raised(
        state, what, device="L1", late=False, now=at(minutes), evidence="e", policy=Policy()
    )
    return state, finding.type if finding else None


def located(lat: float, *, zones: tuple[str, ...] = (), minutes: float = 0) -> DeviceState:
    fix = Fix(lat=lat, lon=-100.0, time=at(minutes))
    lane = Lane(at=at(minutes), fix=fix, zones=dict.fromkeys(zones, at(minutes)))
    return DeviceState(live=lane, heard_at=at(minutes))


def started(**device: Any) -> ScopeState:
    state = ScopeState(scope="S1", devices={"L1": located(26.0, **device)})
    return raise_(state, STRAYS, 0)[0]


def do(state: ScopeState, command: DeskCommand) -> tuple[ScopeState, list[Finding]]:
    return desk.done(state, command, Policy())


def snooze(state: ScopeState, minutes: float = 1, **limits: Any) -> ScopeState:
    command = SnoozeAlert(at=at(minutes), by="ana", alert="S1-1", reason="repair", **limits)
    state, findings = do(state, command)
    assert [(one.type, one.actor) for one in findings] == [(FindingType.ALERT_SNOOZED, "ana")]
    return state


def only(state: ScopeState) -> Alert:
    (alert,) = state.alerts.values()
    return alert


def drive(state: ScopeState, lat: float, minutes: float, **device: Any) -> tuple[ScopeState, Any]:
    known = located(lat, minutes=minutes, **device)
    state, findings = desk.moved(
        state, "L1", known, at=at(minutes), now=at(minutes), evidence="e", policy=Policy()
    )
    return state, [one.code for one in findings]


def test_the_first_who_acknowledges_it_is_who_did() -> None:
    state, (first,) = do(started(), AcknowledgeAlert(at=at(1), by="ana", alert="S1-1"))
    state, (second,) = do(state, AcknowledgeAlert(at=at(2), by="bob", alert="S1-1", note="me too"))
    alert = only(state)
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("ana", at(1))
    assert first.type is FindingType.ALERT_ACKNOWLEDGED
    assert (second.type, second.actor) == (FindingType.ALERT_COMMENTED, "bob")
    assert second.code is Code.ALERT_ACKNOWLEDGED_BEFORE
    assert (second.facts["note"], second.facts["first_at"]) == ("me too", at(1).isoformat())


def test_after_it_called_anew_another_may_acknowledge_it() -> None:
    state = raise_(ScopeState(scope="S1"), replace(STRAYS, severity=Severity.WARNING), 0)[0]
    state, _ = do(state, AcknowledgeAlert(at=at(1), by="ana", alert="S1-1"))
    state, _ = raise_(state, replace(STRAYS, seen=at(2)), 2)
    state, (finding,) = do(state, AcknowledgeAlert(at=at(3), by="bob", alert="S1-1"))
    assert (finding.type, only(state).acknowledged_by) == (FindingType.ALERT_ACKNOWLEDGED, "bob")


def test_assigned_to_somebody_it_still_escalates_until_that_one_has_seen_it() -> None:
    state, (finding,) = do(started(), AssignAlert(at=at(1), by="ana", alert="S1-1", to=" bob "))
    alert = only(state)
    assert (alert.assigned_to, alert.assigned_at) == ("bob", at(1))
    assert alert.status is AlertStatus.RAISED
    assert alert.escalate_at is not None
    assert finding.personal() == {"payload.actor": "ana", "payload.facts.assignee": "bob"}
    with pytest.raises(Refused, match="nobody"):
        do(state, AssignAlert(at=at(1), by="ana", alert="S1-1", to=" "))


def test_a_comment_changes_nothing_and_is_on_record() -> None:
    before = started()
    state, (finding,) = do(before, CommentAlert(at=at(1), by="ana", alert="S1-1", text="called"))
    assert state == before
    assert (finding.type, finding.facts["text"]) == (FindingType.ALERT_COMMENTED, "called")
    with pytest.raises(Refused, match="nothing"):
        do(before, CommentAlert(at=at(1), by="ana", alert="S1-1", text=" "))


@pytest.mark.parametrize(
    "command",
    [
        AcknowledgeAlert(at=T0, by="ana", alert="S1-9"),
        AssignAlert(at=T0, by="ana", alert="S1-9", to="bob"),
        CommentAlert(at=T0, by="ana", alert="S1-9", text="so"),
        SnoozeAlert(at=T0, by="ana", alert="S1-9", until=at(9)),
    ],
)
def test_of_no_open_alert_nothing_is_done(command: DeskCommand) -> None:
    with pytest.raises(NotFound):
        do(started(), command)


def test_a_snoozed_alert_neither_escalates_nor_calls_and_then_calls_again() -> None:
    state = snooze(started(), until=at(60))
    assert lifecycle.escalated(state, at(59))[1] == []
    state, told = raise_(state, replace(STRAYS, seen=at(30)), 30)
    assert told is None
    assert only(state).count == 2
    assert desk.timed_out(state, at(59), Policy())[1] == []
    assert list(desk.snoozes(state.alerts.values())) == [at(60)]
    state, (woken,) = desk.timed_out(state, at(60), Policy())
    assert (woken.type, woken.code) == (FindingType.ALERT_WOKEN, Code.SNOOZE_TIME_OVER)
    alert = only(state)
    assert (alert.snooze, alert.status, alert.escalate_at) == (None, AlertStatus.RAISED, at(65))


def test_what_was_acknowledged_calls_again_past_its_snooze_if_it_goes_on() -> None:
    acknowledged, _ = do(started(), AcknowledgeAlert(at=at(1), by="ana", alert="S1-1"))
    state = snooze(acknowledged, 2, until=at(60))
    assert only(desk.timed_out(state, at(61), Policy())[0]).status is AlertStatus.RAISED
    over = Cleared(kind=STRAYS.kind, code=Code.INSPECTED, key="L1", at=at(20))
    state, _ = lifecycle.cleared(state, over, late=False, now=at(20), evidence=None)
    state, (woken,) = desk.timed_out(state, at(61), Policy())
    assert only(state).status is AlertStatus.ACKNOWLEDGED, "it is over, and somebody has seen it"
    assert not only(state).calls
    assert woken.type is FindingType.ALERT_WOKEN


def test_over_and_again_within_the_snooze_does_not_ask_anew() -> None:
    state, _ = do(started(), AcknowledgeAlert(at=at(1), by="ana", alert="S1-1"))
    state = snooze(state, 2, until=at(60))
    over = Cleared(kind=STRAYS.kind, code=Code.INSPECTED, key="L1", at=at(20))
    state, _ = lifecycle.cleared(state, over, late=False, now=at(20), evidence=None)
    state, told = raise_(state, replace(STRAYS, seen=at(30)), 30)
    assert told is FindingType.ALERT_CHANGED, "which the log says"
    assert (only(state).status, only(state).ended_at) == (AlertStatus.ACKNOWLEDGED, None)


def test_a_graver_turn_breaks_the_snooze_at_once() -> None:
    state = raise_(ScopeState(scope="S1"), replace(STRAYS, severity=Severity.WARNING), 0)[0]
    state = snooze(state, until=at(600))
    state, told = raise_(state, replace(STRAYS, seen=at(5)), 5)
    alert = only(state)
    assert told is FindingType.ALERT_CHANGED
    assert (alert.snooze, alert.status, alert.escalate_at) == (None, AlertStatus.RAISED, at(10))


def test_snoozed_within_a_distance_of_where_the_truck_is() -> None:
    state = snooze(started(), distance_m=1_000)
    assert drive(state, 26.008, 10)[1] == [], "890 m from there"
    state, codes = drive(state, 26.01, 20)
    assert codes == [Code.SNOOZE_LEFT_PLACE]
    assert only(state).snooze is None


def test_snoozed_within_a_zone_that_the_truck_is_in() -> None:
    with pytest.raises(Refused, match="not known to be in zone yard"):
        snooze(started(), zone="yard")
    state = snooze(started(zones=("yard",)), zone="yard")
    assert drive(state, 26.5, 10, zones=("yard", "city"))[1] == []
    assert drive(state, 26.0, 10, zones=("city",))[1] == [Code.SNOOZE_LEFT_ZONE]


def test_limits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(Refused, match="without a limit"):
        snooze(started())
    with pytest.raises(Refused, match="is past"):
        snooze(started(), until=at(1))
    with pytest.raises(Refused, match="longer than 1440 min"):
        snooze(started(), until=at(1442))
    nowhere = raise_(ScopeState(scope="S1"), replace(STRAYS, lat=None, lon=None), 0)[0]
    with pytest.raises(Refused, match="nobody knows where"):
        snooze(nowhere, distance_m=10)


def test_a_place_alone_does_not_silence_for_ever() -> None:
    state = snooze(started(), distance_m=1_000)
    assert desk.timed_out(state, at(1441), Policy())[1] != []


def test_what_is_done_about_a_theft_is_done_about_its_parts() -> None:
    state = started()
    theft = replace(STRAYS, kind=AlertKind.LIKELY_THEFT)
    state, _ = raise_(state, theft, 1)
    state, _ = lifecycle.folded(state, ("route_deviation:L1",), "likely_theft:L1", at(1))
    state, assigned = do(state, AssignAlert(at=at(2), by="ana", alert="S1-2", to="bob"))
    assert len(assigned) == 2
    command = SnoozeAlert(at=at(3), by="ana", alert="S1-2", distance_m=500)
    state, snoozed = do(state, command)
    assert len(snoozed) == 2
    whole, part = (state.alerts[f"{kind}:L1"] for kind in ("likely_theft", "route_deviation"))
    assert whole.snooze == part.snooze is not None
    assert part.assigned_to == "bob"
    assert do(state, replace(command, alert="S1-1"))[1] == [], "told again with its whole"
    state, woken = desk.timed_out(state, at(2_000), Policy())
    assert len(woken) == 2
    assert state.alerts["route_deviation:L1"].escalate_at is None, "that of the theft does"
