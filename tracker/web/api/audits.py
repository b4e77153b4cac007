"""Audits, and evidence to take away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tracker.app.people.entering import Entered
from tracker.audit.finding import AuditFinding
from tracker.domain.access import Right
from tracker.web.api.answer import answer, described
from tracker.web.evidence import audited, audited_seals, bundle
from tracker.web.who import having

router = APIRouter(tags=["audits"])
Auditing = Annotated[Entered, Depends(having(Right.AUDIT))]
ShipmentId = Annotated[str, Path(max_length=64)]
ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}


@router.get("/audits/seals", responses=described(list[AuditFinding]))
def seals(request: Request, entered: Auditing) -> Response:
    """The inventory: issued = used + void + on hand, each number once. For who sees all."""
    return answer(request, audited_seals(request, entered))


@router.get("/audits/shipments/{shipment}", responses=described(list[AuditFinding], faults=(404,)))
def shipment(request: Request, shipment: ShipmentId, entered: Auditing) -> Response:
    """Seal numbers, breaks, openings, custody, alerts and coverage of one shipment."""
    return answer(request, audited(request, entered, shipment))


@router.get(
    "/shipments/{shipment}/bundle",
    response_class=Response,
    responses={
        **described(dict[str, str], faults=(404, 409)),
        200: {"description": "a zip", "content": ZIP},
    },
)
def evidence(
    request: Request,
    shipment: ShipmentId,
    entered: Auditing,
    disclose: Annotated[bool, Query()] = False,
) -> Response:
    """The evidence that `tracker log export` writes; `tracker-verify` reads it. disclose: with the
    names of people, for who may declare.
    """
    return bundle(request, entered, shipment, disclose=disclose)
