"""One shipment: its card, way, seals, custody, alerts and timeline; and what people may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from tracker.app.people.entering import Entered
from tracker.app.queries.entries import read
from tracker.app.queries.shipment_view import shipment_view
from tracker.app.queries.watch import watch
from tracker.domain.access import Right
from tracker.domain.alert import Alert, AlertStatus
from tracker.domain.shipment import Shipment
from tracker.ports import StoredShipment
from tracker.web import acts
from tracker.web.pages.alert_words import alert_line
from tracker.web.pages.entries import custody, entry_text, seals
from tracker.web.pages.page import Reader, page
from tracker.web.pages.rows import row_text
from tracker.web.pages.tiles import template_of
from tracker.web.who import document, having, hub_of, office_of, record_reading, visible

router = APIRouter(include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
LISTED = 200
"""Shipments on one page of the list."""


@router.get("/shipments")
def listed(
    request: Request, entered: Seeing, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """All that the viewer sees, closed ones too, the newest first."""
    with office_of(request).desk() as desk:
        found = [
            stored
            for stored in reversed(desk.records.shipments())
            if _matches(stored, q) and entered.viewer.sees(document(stored))
        ]
    return page(request, "shipments.html", entered, rows=found[:LISTED], more=len(found), q=q)


def _matches(stored: StoredShipment, text: str) -> bool:
    said = " ".join((stored.id, *stored.devices, *stored.numbers)).lower()
    return text.lower() in said


@router.get("/shipments/{shipment}")
def shipment(
    request: Request,
    shipment: str,
    entered: Seeing,
    all: bool = False,  # noqa: A002
) -> Response:
    """all: what only binds and counts stands in the timeline, too."""
    office, hub = office_of(request), hub_of(request)
    with office.desk() as desk:
        stored = visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "shipment")
        declared, now = document(stored), office.now()
        entries = read(desk.records.entries(scope=shipment))
        alerts = desk.records.alerts(shipment=shipment)
        seen = watch(desk.records, now, office.config.intake.dead_after_s)
        view = shipment_view(stored, desk.records, seen)
    reader = Reader(request, entered, office.config)
    row = hub.fleet.rows.get(shipment)
    texts = [entry_text(entry, reader.words) for entry in entries]
    end = stored.closed_at or now
    return page(
        request,
        "shipment.html",
        entered,
        shipment=declared,
        stored=stored,
        view=view,
        row=row_text(row, reader.words, reader.zone, now) if row else None,
        way=row.where if row else None,
        timeline=[text for text in reversed(texts) if all or text.weight != "routine"],
        routine=sum(text.weight == "routine" for text in texts),
        all=all,
        holders=custody(entries, _first_holder(declared)),
        spans=seals(entries, end),
        alerts=[alert_line(alert, reader.words) for alert in _ordered(alerts)],
        acts=_acts(entered, stored),
        mark=str(hub.mark),
        tiles=template_of(office.config.web.tiles) or "",
        newest=entries[-1].index if entries else -1,
        may_answer=entered.viewer.may(Right.ANSWER),
        may_share=entered.viewer.may(Right.SHARE),
        may_audit=entered.viewer.may(Right.AUDIT),
    )


def _first_holder(declared: Shipment) -> str | None:
    first = next((leg.custodian for leg in declared.legs if leg.custodian), None)
    return first or (declared.custodians[0].id if declared.custodians else None)


def _ordered(alerts: Sequence[Alert]) -> list[Alert]:
    """Open ones first, the gravest of them first; then the newest."""

    def order(alert: Alert) -> tuple[bool, int, float]:
        closed = alert.status is AlertStatus.CLOSED
        return closed, -alert.severity.rank if not closed else 0, -alert.raised_at.timestamp()

    return sorted(alerts, key=order)


def _acts(entered: Entered, stored: StoredShipment) -> list[str]:
    if not entered.viewer.may(Right.DECLARE):
        return []
    closed = stored.closed_at is not None
    return [name for name, act in acts.OF_SHIPMENTS.items() if act.closed is closed]
