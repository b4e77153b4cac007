"""An alert's life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tracker.domain import desk, lifecycle
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Chapter, Severity
from tracker.domain.codes import Code
from tracker.domain.command import AcceptAlert, AcknowledgeAlert, CloseAlert
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import Finding, FindingType
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy
from tracker.domain.state import ScopeState

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUT = Raised(
    kind=AlertKind.SEAL_TAMPERED,
    severity=Severity.CRITICAL,
    code=Code.ROPE_CUT,
    at=T0,
    key="L1",
    lat=1.0,
)
SHAKEN = replace(CUT, severity=Severity.WARNING, code=Code.VIBRATION)
LIMIT = replace(CUT, code=Code.RESEALED_OVER_LIMIT, facts={"times": 4, "limit": 3}, part=True)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def raise_(
    state: ScopeState, what: Raised, now: float = 0, *, late: bool = False
) -> tuple[ScopeState, FindingType | None]:
    state, finding = lifecycle.raised(
        state, what, device="L1", late=late, now=at(now), evidence="e", policy=Policy()
    )
    return state, finding.type if finding else None


def clear(state: ScopeState, minutes: float) -> tuple[ScopeState, FindingType | None]:
    what = Cleared(kind=CUT.kind, code=Code.INSPECTED, key="L1", at=at(minutes))
    state, finding = lifecycle.cleared(state, what, late=False, now=at(minutes), evidence=None)
    return state, finding.type if finding else None


def only(state: ScopeState) -> Alert:
    (alert,) = state.alerts.values()
    return alert


START = ScopeState(scope="S1")


def close(state: ScopeState, reason: str, minutes: float = 1) -> tuple[ScopeState, Finding, Alert]:
    command = CloseAlert(at=at(minutes), by="ana", alert="S1-1", reason=reason)
    return lifecycle.closed(state, command, Policy())


STRAYS = replace(
    CUT,
    kind=AlertKind.ROUTE_DEVIATION,
    code=Code.STILL_OPEN,
    severity=Severity.WARNING,
    lat=26.0,
    lon=-100.0,
    seen=T0,
)


def on(minutes: float, **more: Any) -> Raised:
    """The deviation that began at T0 goes on."""
    return replace(STRAYS, seen=at(minutes), **more)


def test_what_goes_on_after_its_alert_was_closed_is_raised_again_past_a_limit() -> None:
    state, _ = raise_(START, STRAYS)
    state, _ = raise_(state, on(1), 1)
    state, _, _ = close(state, "a detour", 2)
    assert raise_(state, on(30), 30)[1] is None
    assert raise_(state, on(63), 63)[1] is FindingType.ALERT_RAISED, "an hour later it goes on"
    assert raise_(state, on(30, lat=26.06), 30)[1] is FindingType.ALERT_RAISED, "7 km from there"
    graver = on(5, severity=Severity.CRITICAL)
    assert raise_(state, graver, 5)[1] is FindingType.ALERT_RAISED


def test_accepted_within_limits() -> None:
    state, _ = raise_(START, STRAYS)
    with pytest.raises(Refused, match="without a limit"):
        accept(state)
    later, finding, alert = accept(state, until=at(240))
    assert (finding.code, alert.status) == (Code.ALERT_ACCEPTED, AlertStatus.CLOSED)
    assert raise_(later, on(239, lat=26.5), 239)[1] is None, "the time is the only limit"
    assert raise_(later, on(241), 241)[1] is FindingType.ALERT_RAISED
    near, _, _ = accept(state, distance_m=1_000)
    assert raise_(near, on(600), 600)[1] is None
    assert raise_(near, on(10, lat=26.02), 10)[1] is FindingType.ALERT_RAISED
    there, _, _ = accept(state, zone="yard")
    assert raise_(there, on(10, zone="yard"), 10)[1] is None
    assert raise_(there, on(10, zone="other"), 10)[1] is FindingType.ALERT_RAISED


def accept(state: ScopeState, **limits: Any) -> tuple[ScopeState, Finding, Alert]:
    command = AcceptAlert(at=at(2), by="ana", alert="S1-1", reason="agreed", **limits)
    return lifecycle.closed(state, command, Policy())


def acknowledge(
    state: ScopeState, alert: str, *, by: str, note: str, now: datetime
) -> tuple[ScopeState, Finding]:
    command = AcknowledgeAlert(at=now, by=by, alert=alert, note=note)
    state, findings = desk.done(state, command, Policy())
    return state, findings[0]


def test_raised_once_and_then_counted() -> None:
    state, first = raise_(START, CUT)
    state, second = raise_(state, replace(CUT, at=at(3)), 3)
    alert = only(state)
    assert (first, second) == (FindingType.ALERT_RAISED, None)
    assert (alert.id, alert.count, alert.occurred_at, alert.last_seen) == ("S1-1", 2, T0, at(3))
    assert alert.shipment == "S1"


def test_the_newest_evidence_may_be_newer_than_the_incident() -> None:
    state, _ = raise_(START, replace(CUT, seen=at(9)))
    assert (only(state).occurred_at, only(state).last_seen) == (T0, at(9))


def test_a_device_without_a_shipment_has_alerts_too() -> None:
    state, _ = raise_(ScopeState(scope="device:L1"), CUT)
    assert (only(state).id, only(state).shipment) == ("device:L1-1", None)


def test_another_key_is_another_incident() -> None:
    state, _ = raise_(START, CUT)
    state, found = raise_(state, replace(CUT, key="L2"))
    assert found is FindingType.ALERT_RAISED
    assert [alert.id for alert in state.alerts.values()] == ["S1-1", "S1-2"]


def test_graver_evidence_makes_it_graver_and_asks_for_attention() -> None:
    state, _ = raise_(START, SHAKEN)
    assert only(state).escalate_at is None
    state, _ = acknowledge(state, "S1-1", by="ana", note="", now=at(1))
    state, found = raise_(state, replace(CUT, at=at(2)), 2)
    alert = only(state)
    assert found is FindingType.ALERT_CHANGED
    assert (alert.severity, alert.status) == (Severity.CRITICAL, AlertStatus.RAISED)
    assert (alert.chapters, alert.escalate_at) == ((Chapter(Code.ROPE_CUT),), at(7))
    state, found = raise_(state, replace(SHAKEN, at=at(3)), 3)
    assert (found, only(state).severity) == (None, Severity.CRITICAL)


def test_earlier_evidence_from_the_backlog_moves_its_beginning() -> None:
    state, _ = raise_(START, CUT)
    state, found = raise_(state, replace(CUT, at=at(-60), lat=2.0), 5, late=True)
    alert = only(state)
    assert found is FindingType.ALERT_CHANGED
    assert (alert.occurred_at, alert.raised_at, alert.last_seen) == (at(-60), T0, T0)
    assert (alert.late, alert.lat) == (True, 2.0)


def test_a_further_chapter_is_told_with_it() -> None:
    state, _ = raise_(START, CUT)
    state, found = raise_(state, replace(LIMIT, at=at(1)), 1)
    assert found is FindingType.ALERT_CHANGED
    told = (Chapter(Code.ROPE_CUT), Chapter(LIMIT.code, {"times": 4, "limit": 3}))
    assert only(state).chapters == told


def test_an_alert_from_before_there_were_chapters_keeps_its_words() -> None:
    state, _ = raise_(START, SHAKEN)
    ((slot, alert),) = state.alerts.items()
    old = replace(state, alerts={slot: replace(alert, chapters=(), detail="shaken")})
    state, _ = raise_(old, replace(LIMIT, severity=Severity.WARNING, at=at(1)), 1)
    assert (only(state).detail, [one.code for one in only(state).chapters]) == (
        "shaken",
        [LIMIT.code],
    )
    state, _ = raise_(old, CUT, 1)
    assert (only(state).detail, only(state).chapters) == ("", (Chapter(Code.ROPE_CUT),))


def test_over_and_again() -> None:
    state, _ = raise_(START, CUT)
    state, found = clear(state, 2)
    assert (found, only(state).ended_at) == (FindingType.ALERT_ENDED, at(2))
    assert clear(state, 3)[1] is None
    state, _ = acknowledge(state, "S1-1", by="ana", note="seen", now=at(3))
    state, found = raise_(state, replace(CUT, at=at(4)), 4)
    assert found is FindingType.ALERT_CHANGED
    assert (only(state).ended_at, only(state).status) == (None, AlertStatus.RAISED)


def test_old_evidence_does_not_reopen_what_is_over() -> None:
    state, _ = raise_(START, CUT)
    state, _ = clear(state, 2)
    state, found = raise_(state, replace(CUT, at=at(1)), 5, late=True)
    assert (found, only(state).ended_at) == (None, at(2))


def test_nothing_ends_before_its_newest_evidence() -> None:
    state, _ = raise_(START, replace(CUT, seen=at(9)))
    assert clear(state, 8) == (state, None)


def test_what_was_never_raised_is_not_over() -> None:
    assert clear(START, 1) == (START, None)


def test_a_critical_alert_escalates_once_when_nobody_acknowledges() -> None:
    state, _ = raise_(START, CUT)
    assert lifecycle.escalated(state, at(4.9)) == (state, [])
    state, findings = lifecycle.escalated(state, at(5))
    assert [finding.type for finding in findings] == [FindingType.ALERT_ESCALATED]
    assert (only(state).status, only(state).escalated_at) == (AlertStatus.ESCALATED, at(5))
    assert lifecycle.escalated(state, at(60)) == (state, [])


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING])
def test_lesser_alerts_never_escalate(severity: Severity) -> None:
    state, _ = raise_(START, replace(CUT, severity=severity))
    assert lifecycle.escalated(state, at(10_000)) == (state, [])


def test_acknowledged_it_does_not_escalate() -> None:
    state, _ = raise_(START, CUT)
    state, finding = acknowledge(state, "S1-1", by="ana", note="calling", now=at(1))
    alert = only(state)
    assert (finding.actor, finding.code, finding.facts["note"]) == (
        "ana",
        Code.ALERT_ACKNOWLEDGED,
        "calling",
    )
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("ana", at(1))
    assert lifecycle.escalated(state, at(60)) == (state, [])


def test_closed_with_a_reason_it_leaves_and_the_next_is_another() -> None:
    state, _ = raise_(START, CUT)
    state, finding, alert = close(state, "a test")
    assert (finding.type, finding.actor, finding.facts["reason"]) == (
        FindingType.ALERT_CLOSED,
        "ana",
        "a test",
    )
    assert (alert.status, alert.close_reason, state.alerts) == (AlertStatus.CLOSED, "a test", {})
    state, _ = raise_(state, replace(CUT, at=at(2)), 2)
    assert only(state).id == "S1-2"


THEFT = Raised(
    kind=AlertKind.LIKELY_THEFT,
    severity=Severity.CRITICAL,
    code=Code.LIKELY_THEFT,
    at=T0,
    seen=T0,
)
SLOT = f"{CUT.kind}:{CUT.key}"


def folded(state: ScopeState) -> ScopeState:
    state, _ = raise_(state, THEFT)
    state, findings = lifecycle.folded(state, (SLOT,), "likely_theft:", at(0))
    assert [finding.facts["into"] for finding in findings] == ["S1-2"]
    return state


def test_a_part_does_not_escalate_by_itself_nor_when_it_grows_graver() -> None:
    state = folded(raise_(START, SHAKEN)[0])
    state, _ = raise_(state, CUT, now=1)
    part = state.alerts[SLOT]
    assert (part.severity, part.part_of, part.escalate_at) == (Severity.CRITICAL, "S1-2", None)
    state, findings = lifecycle.escalated(state, at(60))
    assert [finding.facts["alert"] for finding in findings] == ["S1-2"]
    assert lifecycle.parts_of(state, "S1-2") == ("S1-1",)


def test_what_folds_takes_its_own_parts_along_and_folds_once() -> None:
    state, _ = raise_(START, CUT)
    state, _ = raise_(state, replace(CUT, key="L2"))
    state, _ = lifecycle.folded(state, (f"{CUT.kind}:L2",), SLOT, at(0))
    state, _ = raise_(state, THEFT)
    state, findings = lifecycle.folded(state, (SLOT, "jamming:"), "likely_theft:", at(0))
    assert len(findings) == 2
    assert lifecycle.parts_of(state, "S1-3") == ("S1-1", "S1-2")
    assert lifecycle.folded(state, (SLOT,), "likely_theft:", at(1)) == (state, [])
    assert lifecycle.folded(state, (SLOT,), "silence:", at(1)) == (state, [])


def test_a_part_whose_whole_was_closed_escalates_again_when_it_grows_graver() -> None:
    state = folded(raise_(START, SHAKEN)[0])
    command = CloseAlert(at=at(1), by="ana", alert="S1-2", reason="police informed")
    state, _, _ = lifecycle.closed(state, command, Policy())
    state, _ = raise_(state, CUT, now=2)
    assert state.alerts[SLOT].escalate_at == at(7)


def test_a_further_part_wakes_what_was_acknowledged() -> None:
    state, _ = raise_(START, THEFT)
    state, _ = acknowledge(state, "S1-1", by="ana", note="", now=at(1))
    further = replace(THEFT, code=Code.ROPE_CUT, part=True)
    assert only(raise_(state, further, now=2)[0]).status is AlertStatus.ACKNOWLEDGED
    state, _ = raise_(state, replace(further, wakes=True), now=2)
    assert (only(state).status, only(state).escalate_at) == (AlertStatus.RAISED, at(7))


def test_not_closed_without_a_reason() -> None:
    state, _ = raise_(START, CUT)
    with pytest.raises(Refused, match="without a reason"):
        close(state, "  ")


def test_nobody_acknowledges_or_closes_what_is_not_open() -> None:
    with pytest.raises(NotFound):
        acknowledge(START, "S1-1", by="ana", note="", now=T0)
    with pytest.raises(NotFound):
        close(START, "so")
