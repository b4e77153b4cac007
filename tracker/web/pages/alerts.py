"""Alerts: a list by filter, and one with its story."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from sealproof.wording import kind as kind_name
from tracker import wiring
from tracker.app.people.entering import Entered
from tracker.app.queries.entries import read
from tracker.domain.access import Right
from tracker.domain.alert import AlertKind, AlertStatus, Severity
from tracker.domain.errors import TrackerError
from tracker.web import acts
from tracker.web.pages.alert_words import alert_line
from tracker.web.pages.entries import entry_text
from tracker.web.pages.page import Reader, page
from tracker.web.who import Seen, alert_of, having, office_of, record_reading

router = APIRouter(include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]
LISTED = 200
"""Alerts on one page."""


@router.get("/alerts")
def listed(
    request: Request,
    entered: Seeing,
    status: Annotated[str, Query(max_length=10)] = "open",
    severity: Annotated[str, Query(max_length=10)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    shipment: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The gravest open ones first; of closed ones the newest."""
    office = office_of(request)
    wanted = OPEN if status == "open" else [AlertStatus.CLOSED.value] if status == "closed" else []
    with office.desk() as desk:
        seen = Seen(desk, entered)
        found = [
            alert
            for alert in reversed(
                desk.records.alerts(
                    shipment=shipment or None,
                    status=wanted,
                    severity=severity if severity in set(Severity) else None,
                    kinds=[kind] if kind in set(AlertKind) else [],
                )
            )
            if alert.part_of is None and seen.alert(alert)
        ]
    if status == "open":
        found.sort(key=lambda alert: (-alert.severity.rank, alert.raised_at))
    words = Reader(request, entered, office.config).words
    return page(
        request,
        "alerts.html",
        entered,
        alerts=[alert_line(alert, words) for alert in found[:LISTED]],
        count=len(found),
        chosen={"status": status, "severity": severity, "kind": kind, "shipment": shipment},
        kinds=[(kind.value, kind_name(kind, words.language)) for kind in AlertKind],
        severities=list(Severity),
    )


@router.get("/alerts/{alert}")
def one(request: Request, alert: str, entered: Seeing) -> Response:
    """What happened, what was compared with what, what became of it, and what may be done."""
    office = office_of(request)
    reader = Reader(request, entered, office.config)
    with office.desk() as desk:
        known = alert_of(desk, entered, alert)
        if known.shipment is not None:
            record_reading(office, entered, known.shipment, "alert")
        entries = [
            entry for entry in read(desk.records.entries(scope=known.scope)) if entry.alert == alert
        ]
        parts = [
            other
            for other in desk.records.alerts(shipment=known.shipment)
            if other.part_of == alert
        ]
        try:
            story, trouble = wiring.story(office.config, desk.records, known), ""
        except TrackerError as error:  # zones or a policy that cannot be used
            story, trouble = None, error.what
    may = known.status is not AlertStatus.CLOSED and entered.viewer.may(Right.ANSWER)
    return page(
        request,
        "alert.html",
        entered,
        alert=alert_line(known, reader.words),
        events=[entry_text(entry, reader.words) for entry in entries],
        parts=[alert_line(part, reader.words) for part in parts],
        story=story,
        trouble=trouble,
        acts=list(acts.OF_ALERTS) if may else [],
        zone_of=known.zone or "",
    )
