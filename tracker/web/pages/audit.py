"""Audits, the log's verification, and what is handed to others: bundles."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import StreamingResponse

from sealproof.trust import Trust
from tracker import wiring
from tracker.app.people.entering import Entered
from tracker.audit.finding import AuditFinding, faulty
from tracker.audit.seals import audit_seals
from tracker.audit.shipment import audit_shipment
from tracker.domain.access import Right
from tracker.domain.errors import TrackerError
from tracker.web.faults import Fault
from tracker.web.pages.page import page
from tracker.web.who import document, having, office_of, record_reading, visible

router = APIRouter(include_in_schema=False)
Auditing = Annotated[Entered, Depends(having(Right.AUDIT))]
CHUNK = 1 << 16
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
    return page(request, "audit.html", entered, rows=rows)


@router.get("/audit/shipments/{shipment}")
def of_shipment(request: Request, shipment: str, entered: Auditing) -> Response:
    """Seal numbers, breaks, openings, custody, alerts and coverage of one shipment."""
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "audit")
        geography = wiring.audit_geography(office.config, desk.records, shipment)
        found = audit_shipment(desk.records, shipment, geography, office.now())
    return _findings(request, entered, found, shipment)


@router.get("/audit/seals")
def of_seals(request: Request, entered: Auditing) -> Response:
    _must_see_all(entered)
    office = office_of(request)
    with office.desk() as desk:
        found = audit_seals(desk.records, office.config.policy, office.now())
    return _findings(request, entered, found, "")


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
    _must_see_all(entered)
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
def bundle(
    request: Request,
    shipment: str,
    entered: Auditing,
    disclose: Annotated[bool, Form()] = False,
) -> Response:
    """A shipment's evidence, as `tracker log export` writes it. Names of people only for who may
    declare: a reader outside is given them by somebody who may.
    """
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
    if disclose and not entered.viewer.may(Right.DECLARE):
        raise Fault(403, "names of people are not yours to take out")
    record_reading(office, entered, shipment, "evidence")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    try:
        with wiring.exporter(office.config, lambda text: None) as exporter:
            exporter.export(file, shipment, by=entered.viewer.name, disclose=disclose)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", shipment)

    def sent() -> Iterator[bytes]:
        with file:
            while chunk := file.read(CHUNK):
                yield chunk

    headers = {"content-disposition": f'attachment; filename="{name}.zip"'}
    return StreamingResponse(sent(), media_type="application/zip", headers=headers)


def _must_see_all(entered: Entered) -> None:
    if not entered.viewer.sees_all:
        raise Fault(403, "this is of all shipments, and you see some")
