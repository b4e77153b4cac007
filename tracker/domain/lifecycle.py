"""An alert's life: raised once, counted, acknowledged, escalated when nobody does, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tracker.domain.alert import Alert, AlertStatus, Chapter, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import AcceptAlert, CloseAlert
from tracker.domain.errors import NotFound, Refused
from tracker.domain.finding import Finding, FindingType
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import ScopeState, Settled

Change = tuple[ScopeState, Finding | None]


def raised(
    state: ScopeState,
    what: Raised,
    *,
    device: str | None,
    late: bool,
    now: datetime,
    evidence: str | None,
    policy: Policy,
) -> Change:
    """Raise an alert for this incident, or count the evidence in the one that is open.

    More evidence of an incident that was closed raises nothing for a while, and near there; what
    goes on longer or elsewhere does, and a graver turn or a new incident at once.
    """
    slot = f"{what.kind}:{what.key}"
    alert, seen = state.alerts.get(slot), what.seen or what.at
    if alert is None and _is_settled(state, slot, what):
        return state, None
    if alert is None:
        number = state.alert_count + 1
        alert = Alert(
            id=f"{state.scope}-{number}",
            shipment=state.shipment,
            device=device,
            kind=what.kind,
            severity=what.severity,
            status=AlertStatus.RAISED,
            late=late,
            occurred_at=what.at,
            raised_at=now,
            last_seen=seen,
            count=1,
            lat=what.lat,
            lon=what.lon,
            zone=what.zone,
            chapters=(Chapter(what.code, what.facts),),
            key=what.key,
            escalate_at=due_at(what.severity, now, policy),
        )
        state = replace(state, alert_count=number)
        return put(state, slot, alert), concluded(
            FindingType.ALERT_RAISED,
            state,
            alert,
            now,
            what.code,
            what.facts,
            at=what.at,
            late=late,
            evidence=evidence,
        )
    graver = what.severity.rank > alert.severity.rank
    again = alert.ended_at is not None and seen > alert.ended_at
    earlier = what.at < alert.occurred_at
    changes: dict[str, Any] = {"count": alert.count + 1, "last_seen": max(alert.last_seen, seen)}
    if again:
        changes["ended_at"] = None
    if earlier:  # the backlog tells that it began before we first saw it
        changes |= {
            "occurred_at": what.at,
            "late": alert.late or late,
            "lat": what.lat,
            "lon": what.lon,
            "zone": what.zone,
        }
    if graver:
        changes["severity"] = what.severity
    if what.part:
        changes["chapters"] = (*alert.chapters, Chapter(what.code, what.facts))
    elif graver:
        changes |= {"chapters": (Chapter(what.code, what.facts),), "detail": ""}
    asks = what.part and what.wakes
    if graver or asks:
        changes["snooze"] = None
    asleep = alert.snooze is not None and not asks
    awake = again or asks
    if graver or (awake and not asleep and alert.status is AlertStatus.ACKNOWLEDGED):
        severity = what.severity if graver else alert.severity
        due = None if is_part(state, alert) else due_at(severity, now, policy)
        changes |= {"status": AlertStatus.RAISED, "escalate_at": due}
    alert = replace(alert, **changes)
    state = put(state, slot, alert)
    if not (graver or again or earlier or what.part):
        return state, None
    return state, concluded(
        FindingType.ALERT_CHANGED,
        state,
        alert,
        now,
        what.code,
        what.facts,
        at=what.at,
        late=late,
        evidence=evidence,
    )


def folded(
    state: ScopeState, takes: tuple[str, ...], into: str, now: datetime
) -> tuple[ScopeState, list[Finding]]:
    """These open alerts ("kind:key") become parts of the open one `into` ("kind:key"); so do their
    own parts.
    """
    whole, findings = state.alerts.get(into), list[Finding]()
    for slot in takes if whole is not None else ():
        part = state.alerts.get(slot)
        if part is None or whole is None or slot == into or part.part_of == whole.id:
            continue
        for name, alert in state.alerts.items():
            if alert is not part and alert.part_of != part.id:
                continue
            inner = replace(alert, part_of=whole.id, escalate_at=None, snooze=whole.snooze)
            state = put(state, name, inner)
            facts: dict[str, Fact] = {"into": whole.id}
            type_, code = FindingType.ALERT_CHANGED, Code.ALERT_FOLDED
            findings.append(concluded(type_, state, inner, now, code, facts, at=now))
    return state, findings


def parts_of(state: ScopeState, alert_id: str) -> tuple[str, ...]:
    """Ids of the open alerts that are parts of this one."""
    return tuple(alert.id for alert in state.alerts.values() if alert.part_of == alert_id)


def is_part(state: ScopeState, alert: Alert) -> bool:
    """Of an alert that is still open, and that people look at instead."""
    return alert.part_of is not None and any(
        whole.id == alert.part_of for whole in state.alerts.values()
    )


def cleared(
    state: ScopeState, what: Cleared, *, late: bool, now: datetime, evidence: str | None
) -> Change:
    slot = f"{what.kind}:{what.key}"
    alert = state.alerts.get(slot)
    if alert is None or alert.ended_at is not None or what.at < alert.last_seen:
        return state, None  # newer evidence outweighs it (another device's, or the present's)
    alert = replace(alert, ended_at=what.at)
    return put(state, slot, alert), concluded(
        FindingType.ALERT_ENDED,
        state,
        alert,
        now,
        what.code,
        what.facts,
        at=what.at,
        late=late,
        evidence=evidence,
    )


def escalated(state: ScopeState, now: datetime) -> tuple[ScopeState, list[Finding]]:
    """Escalate what is due at `now`."""
    findings = []
    for slot, alert in state.alerts.items():
        if alert.escalate_at is None or now < alert.escalate_at:
            continue
        grown = replace(alert, status=AlertStatus.ESCALATED, escalated_at=now, escalate_at=None)
        state = put(state, slot, grown)
        findings.append(
            concluded(
                FindingType.ALERT_ESCALATED,
                state,
                grown,
                now,
                Code.ALERT_NOT_ACKNOWLEDGED,
                {},
                at=now,
            )
        )
    return state, findings


def closed(
    state: ScopeState, command: CloseAlert | AcceptAlert, policy: Policy
) -> tuple[ScopeState, Finding, Alert]:
    """Close it: it leaves the state. The same incident going on raises another only past a limit:
    those of an acceptance, else those of the policy.

    Raises NotFound if no such alert is open, Refused without a reason.
    """
    slot, alert = opened(state, command.alert)
    if not command.reason.strip():
        raise Refused(
            f"alert {command.alert} can't be closed without a reason",
            mend="say what came of it: --reason TEXT",
        )
    alert = replace(
        alert,
        status=AlertStatus.CLOSED,
        closed_at=command.at,
        closed_by=command.by,
        close_reason=command.reason,
        verdict=command.verdict,
        escalate_at=None,
        snooze=None,
    )
    rest = {s: a for s, a in state.alerts.items() if s != slot}
    settled = _settled(alert, command, policy)
    state = replace(state, alerts=rest, settled={**state.settled, slot: settled})
    code = Code.ALERT_CLOSED
    facts: dict[str, Fact] = {"reason": command.reason, "verdict": command.verdict}
    if isinstance(command, AcceptAlert):
        code = Code.ALERT_ACCEPTED
        facts |= {
            "until": command.until.isoformat() if command.until else None,
            "distance_m": command.distance_m,
            "in_zone": command.zone,
        }
    finding = concluded(
        FindingType.ALERT_CLOSED,
        state,
        alert,
        command.at,
        code,
        facts,
        at=command.at,
        actor=command.by,
    )
    return state, finding, alert


def _settled(alert: Alert, command: CloseAlert | AcceptAlert, policy: Policy) -> Settled:
    until: datetime | None = command.at + minutes(policy.closed_again_min)
    within: float | None = policy.closed_again_m
    zone = None
    if isinstance(command, AcceptAlert):
        if command.until is None and command.distance_m is None and command.zone is None:
            raise Refused(
                f"alert {command.alert} can't be accepted without a limit",
                mend="--until TIME, --distance-m METRES or --zone ZONE",
            )
        until, within, zone = command.until, command.distance_m, command.zone
    return Settled(
        until=alert.last_seen,
        severity=alert.severity,
        quiet_until=until,
        within_m=within,
        in_zone=zone,
        lat=alert.lat,
        lon=alert.lon,
        zone=alert.zone,
    )


def opened(state: ScopeState, alert_id: str) -> tuple[str, Alert]:
    for slot, alert in state.alerts.items():
        if alert.id == alert_id:
            return slot, alert
    raise NotFound(f"no open alert {alert_id}", mend="tracker alerts list --open shows them")


def _is_settled(state: ScopeState, slot: str, what: Raised) -> bool:
    """It goes on as it was when its alert was closed: within the limits of that, and no graver."""
    settled = state.settled.get(slot)
    if settled is None or what.seen is None:  # a single event is always an incident of its own
        return False
    if what.at > settled.until or what.severity.rank > settled.severity.rank:
        return False
    if settled.quiet_until is not None and what.seen > settled.quiet_until:
        return False
    if what.zone is not None and what.zone not in (settled.zone, settled.in_zone):
        return settled.in_zone is None and settled.within_m is not None and _near(settled, what)
    return _near(settled, what)


def _near(settled: Settled, what: Raised) -> bool:
    if settled.within_m is None or settled.lat is None or settled.lon is None:
        return True
    if what.lat is None or what.lon is None:
        return True
    return metres_between(settled.lat, settled.lon, what.lat, what.lon) <= settled.within_m


def due_at(severity: Severity, now: datetime, policy: Policy) -> datetime | None:
    if severity is not Severity.CRITICAL:
        return None
    return now + minutes(policy.escalate_critical_min)


def put(state: ScopeState, slot: str, alert: Alert) -> ScopeState:
    return replace(state, alerts={**state.alerts, slot: alert})


def concluded(
    type_: FindingType,
    state: ScopeState,
    alert: Alert,
    now: datetime,
    code: Code,
    facts: dict[str, Fact],
    *,
    at: datetime,
    late: bool = False,
    actor: str | None = None,
    evidence: str | None = None,
) -> Finding:
    return Finding(
        type=type_,
        scope=state.scope,
        occurred_at=at,
        recorded_at=now,
        device=alert.device,
        late=late,
        lat=alert.lat,
        lon=alert.lon,
        zone=alert.zone,
        actor=actor,
        evidence=evidence,
        code=code,
        facts={
            **facts,
            "alert": alert.id,
            "kind": alert.kind,
            "severity": alert.severity,
            "status": alert.status,
            "count": alert.count,
        },
    )
