"""What people at a desk do about an alert that stays open, several of them at once.

It is acknowledged by the first who sees it, assigned to who is to see to it, commented, and snoozed
while somebody waits. Each is an entry of the custody log. What is done about an incident is done
about its parts (`Alert.part_of`); what is said of it is said once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tracker.domain.alert import Alert, AlertStatus, Snooze
from tracker.domain.codes import Code, Fact
from tracker.domain.command import (
    AcknowledgeAlert,
    AssignAlert,
    CommentAlert,
    DeskCommand,
    SnoozeAlert,
)
from tracker.domain.errors import Refused
from tracker.domain.finding import Finding, FindingType
from tracker.domain.geo import metres_between
from tracker.domain.lifecycle import concluded, due_at, is_part, opened, parts_of, put
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import DeviceState, Lane, ScopeState

Changes = tuple[ScopeState, list[Finding]]


def done(state: ScopeState, command: DeskCommand, policy: Policy) -> Changes:
    """Raises NotFound if no such alert is open; Refused for what makes no sense."""
    if isinstance(command, AcknowledgeAlert):
        return _acknowledged(state, command)
    if isinstance(command, AssignAlert):
        return _assigned(state, command)
    if isinstance(command, SnoozeAlert):
        return _snoozed(state, command, policy)
    return _commented(state, command)


def _with_parts(state: ScopeState, alert: str) -> list[tuple[str, Alert]]:
    """The open alert, and those that are parts of it, each with its slot."""
    return [opened(state, one) for one in (alert, *parts_of(state, alert))]


def _acknowledged(state: ScopeState, command: AcknowledgeAlert) -> Changes:
    """The first who acknowledges it is who did; a later one is on record beside that."""
    findings: list[Finding] = []
    for slot, alert in _with_parts(state, command.alert):
        if alert.status is AlertStatus.ACKNOWLEDGED and alert.acknowledged_at is not None:
            if alert.id == command.alert:
                type_, code = FindingType.ALERT_COMMENTED, Code.ALERT_ACKNOWLEDGED_BEFORE
                first = alert.acknowledged_at.isoformat()
                facts: dict[str, Fact] = {"note": command.note, "first_at": first}
                findings.append(_entry(state, alert, command, type_, code, facts))
            continue
        seen = replace(
            alert,
            status=AlertStatus.ACKNOWLEDGED,
            acknowledged_at=command.at,
            acknowledged_by=command.by,
            escalate_at=None,
        )
        state = put(state, slot, seen)
        type_, code = FindingType.ALERT_ACKNOWLEDGED, Code.ALERT_ACKNOWLEDGED
        findings.append(_entry(state, seen, command, type_, code, {"note": command.note}))
    return state, findings


def _assigned(state: ScopeState, command: AssignAlert) -> Changes:
    to = command.to.strip()
    if not to:
        raise Refused(f"alert {command.alert} is assigned to nobody", mend="--to WHOM")
    findings: list[Finding] = []
    for slot, alert in _with_parts(state, command.alert):
        theirs = replace(alert, assigned_to=to, assigned_at=command.at)
        state = put(state, slot, theirs)
        type_, code = FindingType.ALERT_ASSIGNED, Code.ALERT_ASSIGNED
        facts: dict[str, Fact] = {"assignee": to, "note": command.note}
        findings.append(_entry(state, theirs, command, type_, code, facts))
    return state, findings


def _commented(state: ScopeState, command: CommentAlert) -> Changes:
    _, alert = opened(state, command.alert)
    if not command.text.strip():
        raise Refused(f"alert {command.alert} is commented with nothing", mend="--text TEXT")
    type_, code = FindingType.ALERT_COMMENTED, Code.ALERT_COMMENTED
    return state, [_entry(state, alert, command, type_, code, {"text": command.text})]


def _snoozed(state: ScopeState, command: SnoozeAlert, policy: Policy) -> Changes:
    """Replaces the limits of an earlier snooze."""
    _, alert = opened(state, command.alert)
    whole = next((one for one in state.alerts.values() if one.id == alert.part_of), None)
    if whole is not None and whole.snooze is not None and whole.snooze.at == command.at:
        return state, []  # done with that
    snooze = _limits(state, alert, command, policy)
    findings: list[Finding] = []
    for slot, each in _with_parts(state, command.alert):
        quiet = replace(each, snooze=snooze, escalate_at=None)
        state = put(state, slot, quiet)
        facts: dict[str, Fact] = {
            "reason": command.reason,
            "until": snooze.until.isoformat(),
            "distance_m": snooze.distance_m,
            "in_zone": snooze.zone,
        }
        type_, code = FindingType.ALERT_SNOOZED, Code.ALERT_SNOOZED
        findings.append(_entry(state, quiet, command, type_, code, facts))
    return state, findings


def _limits(state: ScopeState, alert: Alert, command: SnoozeAlert, policy: Policy) -> Snooze:
    if command.until is None and command.distance_m is None and command.zone is None:
        raise Refused(
            f"alert {alert.id} can't be snoozed without a limit",
            mend="--for 2h, --until TIME, --distance-m METRES or --zone ZONE",
        )
    longest = command.at + minutes(policy.snooze_longest_min)
    until = command.until or longest
    if until <= command.at:
        raise Refused(
            f"alert {alert.id} can't be snoozed until {until.isoformat()}: that is past",
            mend="name a later time",
        )
    if until > longest:
        raise Refused(
            f"alert {alert.id} can't be snoozed for longer than {policy.snooze_longest_min:g} min",
            mend="snooze it again then, or `tracker alerts accept` it within limits",
        )
    known = None if command.distance_m is None and command.zone is None else _known(state, alert)
    device, lane = known or (None, None)
    lat, lon = (alert.lat, alert.lon) if lane is None else _place(lane)
    if command.distance_m is not None and (lat is None or lon is None):
        raise Refused(
            f"nobody knows where the truck of alert {alert.id} is: no distance can be told",
            mend="--for or --until limit by time",
        )
    here = {alert.zone} if lane is None else set(lane.zones)
    if command.zone is not None and command.zone not in here:
        raise Refused(
            f"the truck of alert {alert.id} is not known to be in zone {command.zone}",
            mend="name a zone that it is in ("
            + (", ".join(sorted(one for one in here if one)) or "it is in none")
            + "), or limit by time",
        )
    return Snooze(
        at=command.at,
        until=until,
        distance_m=command.distance_m,
        zone=command.zone,
        device=device,
        lat=lat,
        lon=lon,
    )


def _known(state: ScopeState, alert: Alert) -> tuple[str, Lane] | None:
    """By which device it is known where the truck is: the alert's own, unless another's newest
    position is newer by far. None: by none.
    """
    lanes = {name: known.live for name, known in state.devices.items() if known.live.fix}
    if not lanes:
        return None
    newest = max(lanes, key=lambda name: _seen(lanes[name]))
    own = alert.device
    if own in lanes and _seen(lanes[newest]) - _seen(lanes[own]) <= minutes(OTHERS_MIN):
        newest = own
    return newest, lanes[newest]


OTHERS_MIN = 30.0
"""The alert's own device tells where the truck is, unless it was silent for so long (min) while
another spoke."""


def _seen(lane: Lane) -> datetime:
    assert lane.fix is not None  # noqa: S101 - as `_known` has it
    return lane.fix.time


def _place(lane: Lane) -> tuple[float | None, float | None]:
    """Where it is: one fix away from where it halted moves nothing yet."""
    place = lane.halt if lane.straying is not None and lane.halt is not None else lane.fix
    return (None, None) if place is None else (place.lat, place.lon)


def timed_out(state: ScopeState, now: datetime, policy: Policy) -> Changes:
    """Wake what was snoozed until now."""
    findings: list[Finding] = []
    for slot, alert in state.alerts.items():
        if alert.snooze is None or now < alert.snooze.until:
            continue
        facts: dict[str, Fact] = {"until": alert.snooze.until.isoformat()}
        state, finding = _woken(state, slot, Code.SNOOZE_TIME_OVER, facts, now, now, None, policy)
        findings.append(finding)
    return state, findings


def moved(
    state: ScopeState,
    device: str,
    known: DeviceState,
    *,
    at: datetime,
    now: datetime,
    evidence: str | None,
    policy: Policy,
) -> Changes:
    """Wake what was snoozed within limits of place that this device has left. at: of the reading
    that shows it.
    """
    findings: list[Finding] = []
    for slot, alert in state.alerts.items():
        snooze = alert.snooze
        if snooze is None or (snooze.device is not None and snooze.device != device):
            continue
        left = _left(snooze, known.live)
        if left is not None:
            code, facts = left
            state, finding = _woken(state, slot, code, facts, at, now, evidence, policy)
            findings.append(finding)
    return state, findings


def _left(snooze: Snooze, lane: Lane) -> tuple[Code, dict[str, Fact]] | None:
    if snooze.zone is not None and lane.fix is not None and snooze.zone not in lane.zones:
        return Code.SNOOZE_LEFT_ZONE, {"in_zone": snooze.zone}
    lat, lon = _place(lane)
    limit = snooze.distance_m
    if limit is None or None in (lat, lon, snooze.lat, snooze.lon):
        return None
    assert lat is not None and lon is not None  # noqa: S101, PT018 - as just seen
    assert snooze.lat is not None and snooze.lon is not None  # noqa: S101, PT018
    away = round(metres_between(snooze.lat, snooze.lon, lat, lon))
    if away <= limit:
        return None
    return Code.SNOOZE_LEFT_PLACE, {"distance_m": away, "limit_m": limit}


def _woken(
    state: ScopeState,
    slot: str,
    code: Code,
    facts: dict[str, Fact],
    at: datetime,
    now: datetime,
    evidence: str | None,
    policy: Policy,
) -> tuple[ScopeState, Finding]:
    """It calls again, unless it was over meanwhile."""
    alert = replace(state.alerts[slot], snooze=None)
    if alert.calls:
        due = None if is_part(state, alert) else due_at(alert.severity, now, policy)
        alert = replace(alert, status=AlertStatus.RAISED, escalate_at=due)
    state = put(state, slot, alert)
    type_ = FindingType.ALERT_WOKEN
    return state, concluded(type_, state, alert, now, code, facts, at=at, evidence=evidence)


def _entry(
    state: ScopeState,
    alert: Alert,
    command: DeskCommand,
    type_: FindingType,
    code: Code,
    facts: dict[str, Fact],
) -> Finding:
    at, by = command.at, command.by
    return concluded(type_, state, alert, at, code, facts, at=at, actor=by)


def snoozes(alerts: Iterable[Alert]) -> Iterable[datetime]:
    """Until when each that is snoozed is."""
    return (alert.snooze.until for alert in alerts if alert.snooze is not None)
