"""Audits, the log's verification, and what is handed to others: bundles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from sealproof.trust import Trust
from tracker import wiring
from tracker.app.people.entering import Entered
from tracker.app.queries.audit_trail import Topic
from tracker.audit.finding import AuditFinding, faulty
from tracker.domain.access import Right
from tracker.domain.errors import TrackerError
from tracker.web.evidence import audited, audited_seals, bundle, must_see_all
from tracker.web.pages.page import page
from tracker.web.who import document, having, office_of

router = APIRouter(include_in_schema=False)
Auditing = Annotated[Entered, Depends(having(Right.AUDIT))]
LISTED = 50
"""Shipments audited on one page: each is read whole."""


@router.get("/audit")
def overview(request: Request, entered: Auditing) -> Response:
    """Which shipments, the newest first; the inventory and the log for who sees all."""
    with office_of(request).desk() as desk:
        rows = [
            stored
            for stored in reversed(desk.records.shipments())
            if entered.viewer.sees(document(stored))
        ][:LISTED]
    return page(request, "audit.html", entered, rows=rows, topics=list(Topic))


@router.get("/audit/shipments/{shipment}")
def of_shipment(request: Request, shipment: str, entered: Auditing) -> Response:
    """Seal numbers, breaks, openings, custody, alerts and coverage of one shipment."""
    return _findings(request, entered, audited(request, entered, shipment), shipment)


@router.get("/audit/seals")
def of_seals(request: Request, entered: Auditing) -> Response:
    return _findings(request, entered, audited_seals(request, entered), "")


def _findings(
    request: Request, entered: Entered, found: list[AuditFinding], shipment: str
) -> Response:
    ordered = sorted(found, key=lambda one: -one.severity.rank)
    counts = {name: sum(f.severity == name for f in found) for name in ("critical", "warning")}
    return page(
        request,
        "audit_findings.html",
        entered,
        found=ordered,
        faulty=faulty(found),
        counts=counts,
        shipment=shipment,
    )


@router.post("/audit/log")
def verify(request: Request, entered: Auditing) -> Response:
    """The whole log, from its stored bytes. It takes some seconds for a million entries."""
    must_see_all(entered)
    config = office_of(request).config
    try:
        verdict = wiring.check_log(
            config, trust=Trust(), kept=None, progress=lambda done, whole: None
        )
        lines, grade = list(verdict.lines()), verdict.grade.name
    except TrackerError as error:
        lines, grade = [str(error)], ""
    return page(request, "verified.html", entered, lines=lines, grade=grade)


@router.post("/shipments/{shipment}/bundle")
def taken_away(
    request: Request,
    shipment: str,
    entered: Auditing,
    disclose: Annotated[bool, Form()] = False,
) -> Response:
    return bundle(request, entered, shipment, disclose=disclose)
