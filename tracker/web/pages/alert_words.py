"""An alert in words, as pages show it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sealproof.wording import kind as kind_name
from tracker import wording
from tracker.domain.alert import Alert, AlertStatus
from tracker.web.words import Words


class AlertLine(Struct, frozen=True, kw_only=True):
    """status_text: in words. over: what it tells of has ended."""

    id: str
    shipment: str
    device: str
    kind: str
    kind_text: str
    severity: str
    severity_text: str
    status: str
    status_text: str
    text: str
    occurred_at: datetime
    raised_at: datetime
    last_seen: datetime
    count: int
    late: bool
    over: bool
    open: bool
    part_of: str
    acknowledged_by: str
    acknowledged_at: datetime | None
    assigned_to: str
    closed_by: str
    closed_at: datetime | None
    close_reason: str


def alert_line(alert: Alert, words: Words) -> AlertLine:
    return AlertLine(
        id=alert.id,
        shipment=alert.shipment or "",
        device=alert.device or "",
        kind=alert.kind,
        kind_text=kind_name(alert.kind, words.language),
        severity=alert.severity,
        severity_text=words(f"severity.{alert.severity}"),
        status=alert.status,
        status_text=words(f"status.{alert.status}"),
        text=wording.of_alert(alert, words.language),
        occurred_at=alert.occurred_at,
        raised_at=alert.raised_at,
        last_seen=alert.last_seen,
        count=alert.count,
        late=alert.late,
        over=alert.ended_at is not None,
        open=alert.status is not AlertStatus.CLOSED,
        part_of=alert.part_of or "",
        acknowledged_by=alert.acknowledged_by or "",
        acknowledged_at=alert.acknowledged_at,
        assigned_to=alert.assigned_to or "",
        closed_by=alert.closed_by or "",
        closed_at=alert.closed_at,
        close_reason=alert.close_reason or "",
    )
