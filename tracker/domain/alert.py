"""Alerts: raised once, counted, acknowledged, escalated when not, closed for a reason."""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct

from tracker.domain.codes import Code, Fact


class Severity(enum.StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return ("info", "warning", "critical").index(self.value)


class AlertStatus(enum.StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    CLOSED = "closed"


class AlertKind(enum.StrEnum):
    SEAL_OPENED = "seal_opened"
    SEAL_TAMPERED = "seal_tampered"
    SEAL_SEALING = "seal_sealing"
    SEAL_NUMBER = "seal_number"
    SEAL_RESEALED = "seal_resealed"
    SEAL_UNSEALED_DEPARTURE = "seal_unsealed_departure"
    SEAL_CONTINUITY = "seal_continuity"
    SEAL_RELEASE = "seal_release"
    SEAL_FAULT = "seal_fault"
    SEAL_SILENT = "seal_silent"
    SEAL_WITHOUT_SHIPMENT = "seal_without_shipment"
    UNLOCK_REFUSED = "unlock_refused"
    ROUTE_DEVIATION = "route_deviation"
    WRONG_CROSSING = "wrong_crossing"
    TURNING_BACK = "turning_back"
    BACKTRACKING = "backtracking"
    WAYPOINT = "waypoint"
    DEVICES_APART = "devices_apart"
    LIKELY_THEFT = "likely_theft"
    UNPLANNED_STOP = "unplanned_stop"
    RESTRICTED_ZONE = "restricted_zone"
    SILENCE = "silence"
    SLOW_REPORTING = "slow_reporting"
    JAMMING = "jamming"
    POSITION_NOT_CREDIBLE = "position_not_credible"
    POSITION_LOST = "position_lost"
    POSITION_FROZEN = "position_frozen"
    BATTERY = "battery"
    CLOCK_OFF = "clock_off"
    OVERDUE = "overdue"
    HANDOVER_MISMATCH = "handover_mismatch"
    HANDOVER_NOT_ACCEPTED = "handover_not_accepted"
    UNKNOWN_DEVICE = "unknown_device"
    NOT_UNDERSTOOD = "not_understood"
    NOTICE_UNDELIVERED = "notice_undelivered"
    RULE_FAILED = "rule_failed"


class Verdict(enum.StrEnum):
    """What an alert turned out to be, as the person says who closes or accepts it.

    true: what it told of had happened. Of the false: the receiver or its reception was off (drift,
    jumps), a lawful detour, a lawful delay (queue, inspection, rest), a device at fault, a plan,
    zone or corridor that was wrong. test: a drill, a trial, an installation. unclear: nobody could
    find out.
    """

    TRUE = "true"
    FALSE_DRIFT = "false-drift"
    FALSE_DETOUR = "false-detour"
    FALSE_DELAY = "false-delay"
    FALSE_DEVICE = "false-device"
    FALSE_PLAN = "false-plan"
    TEST = "test"
    UNCLEAR = "unclear"

    @property
    def false(self) -> bool:
        """It should not have been raised."""
        return self.value.startswith("false-")


class Chapter(Struct, frozen=True):
    """One thing that is told of an incident: a code and its facts (`tracker.domain.codes`)."""

    code: Code
    facts: dict[str, Fact] = {}


class Snooze(Struct, frozen=True, kw_only=True):
    """Somebody knows, and is not to be called for it: since `at`, until `until` at the latest.

    distance_m: no longer than `device` is so near to `lat`, `lon`, where it was then (m). zone: no
    longer than it is in that zone. None: no such limit.
    """

    at: datetime
    until: datetime
    distance_m: int | None = None
    zone: str | None = None
    device: str | None = None
    lat: float | None = None
    lon: float | None = None


class Alert(Struct, frozen=True, kw_only=True):
    """One incident. These names are the stable ones of `tracker alerts list --json`.

    occurred_at: when it happened, by the device's clock (the earliest evidence).
    raised_at: when the tracker first knew. last_seen: the newest evidence. count: its number.
    late: the evidence reached us after newer readings, from a device's backlog.
    key: what makes it the same incident (within shipment or device, and kind).
    chapters: what is told of it, in order; the first is what it was raised for, at its gravest.
    detail: words, of an alert that was raised before there were chapters; else empty.
    ended_at: the condition is over, though the alert may still be open.
    escalate_at: when it escalates unless somebody acknowledges it; None if it never will.
    verdict: what it turned out to be; None while it is open, and of one closed before there were
    verdicts.
    part_of: the alert whose incident this is a part of: what people do about that they do about
    this, and that one escalates for both.
    assigned_to: who is to see to it. snooze: what goes on calls nobody within its limits.
    """

    id: str
    shipment: str | None
    device: str | None
    kind: AlertKind
    severity: Severity
    status: AlertStatus
    late: bool
    occurred_at: datetime
    raised_at: datetime
    last_seen: datetime
    count: int
    lat: float | None = None
    lon: float | None = None
    zone: str | None = None
    detail: str = ""
    chapters: tuple[Chapter, ...] = ()
    key: str = ""
    ended_at: datetime | None = None
    escalate_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    escalated_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str | None = None
    verdict: Verdict | None = None
    part_of: str | None = None
    assigned_to: str | None = None
    assigned_at: datetime | None = None
    snooze: Snooze | None = None

    @property
    def scope(self) -> str:
        """The scope whose state it belongs to: ids are that and a number (`lifecycle.raised`)."""
        return self.id.rpartition("-")[0]

    @property
    def lasts(self) -> bool:
        """A condition that was seen more than once, and of which nothing says that it is over."""
        return self.ended_at is None and self.last_seen > self.occurred_at

    @property
    def calls(self) -> bool:
        """Somebody is to look at it: it goes on, or is too grave to pass unseen."""
        unseen = self.status in (AlertStatus.RAISED, AlertStatus.ESCALATED)
        return self.ended_at is None or (self.severity is Severity.CRITICAL and unseen)
