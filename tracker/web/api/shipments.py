"""Shipments: those that the viewer sees."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tracker.app.people.entering import Entered
from tracker.app.queries.shipment_view import ShipmentView, shipment_view
from tracker.app.queries.watch import watch
from tracker.domain.access import Right
from tracker.domain.shipment import Shipment
from tracker.web import acts
from tracker.web.api.answer import MOST, USUAL, Listed, answer, cursor_of, described, key_of
from tracker.web.api.written import body_of, findings, once, taken
from tracker.web.faults import Fault
from tracker.web.office import Clerk
from tracker.web.who import document, having, office_of, record_reading, visible

router = APIRouter(tags=["shipments"])
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
Declaring = Annotated[Entered, Depends(having(Right.DECLARE))]
ShipmentId = Annotated[str, Path(max_length=64)]


class ShipmentPage(Listed, frozen=True):
    """A page of shipments, the newest first."""

    items: list[ShipmentView]


@router.get("/shipments", responses=described(ShipmentPage))
def shipments(
    request: Request,
    entered: Seeing,
    status: Annotated[Literal["open", "closed"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Those that the caller sees, the newest first."""
    before = key_of(cursor, tuple[str, str])
    office = office_of(request)
    with office.desk() as desk:
        seen = [
            stored
            for stored in reversed(desk.records.shipments(closed=status != "open"))
            if (status != "closed" or stored.closed_at is not None)
            and (before is None or (stored.opened_at.isoformat(), stored.id) < before)
            and entered.viewer.sees(document(stored))
        ]
        now = watch(desk.records, office.now(), office.config.intake.dead_after_s)
        items = [shipment_view(stored, desk.records, now) for stored in seen[:limit]]
    last = seen[limit - 1] if len(seen) > limit else None
    after = None if last is None else cursor_of(last.opened_at.isoformat(), last.id)
    return answer(request, ShipmentPage(items, after))


@router.get("/shipments/{shipment}", responses=described(ShipmentView, faults=(404,)))
def shipment(request: Request, shipment: ShipmentId, entered: Seeing) -> Response:
    """At a glance: where it is, its seals, its custodian, its open alerts."""
    office = office_of(request)
    with office.desk() as desk:
        stored = visible(desk, entered, shipment)
        now = watch(desk.records, office.now(), office.config.intake.dead_after_s)
        view = shipment_view(stored, desk.records, now)
    record_reading(office, entered, shipment, "shipment")
    return answer(request, view)


@router.post(
    "/shipments",
    responses=described(ShipmentView, faults=(400, 409, 413, 415)),
    openapi_extra=taken(Shipment),
)
async def open_shipment(request: Request, entered: Declaring) -> Response:
    """Open the shipment that the body declares (`tracker shipment schema`)."""
    declared = await body_of(request, Shipment)

    def do(clerk: Clerk) -> ShipmentView:
        if not entered.viewer.sees(declared):
            raise Fault(403, "you are not among its custodians")
        office = office_of(request)
        clerk.commands.open(msgspec.json.encode(declared), by=entered.viewer.name)
        with office.desk() as desk:
            now = watch(desk.records, office.now(), office.config.intake.dead_after_s)
            stored = desk.records.shipment(declared.id)
            assert stored is not None  # noqa: S101 - it was opened just now
            return shipment_view(stored, desk.records, now)

    return await asyncio.to_thread(once, request, entered, declared, do)


def _act(act: acts.Act) -> None:
    """A route for what people declare of a shipment."""

    async def route(request: Request, shipment: ShipmentId, entered: Declaring) -> Response:
        fields = await body_of(request, act.fields)

        def do(clerk: Clerk) -> list[dict[str, Any]]:
            with office_of(request).desk() as desk:
                visible(desk, entered, shipment)
            found = acts.done(clerk.commands, shipment, act, fields, entered.viewer.name)
            return findings(found)

        return await asyncio.to_thread(once, request, entered, fields, do)

    route.__doc__ = act.fields.__doc__
    router.add_api_route(
        f"/shipments/{{shipment}}/{act.name}",
        route,
        methods=["POST"],
        name=f"shipment_{act.name}",
        responses=described(list[dict[str, Any]], faults=(400, 404, 409, 413, 415)),
        openapi_extra=taken(act.fields),
    )


for _one in acts.OF_SHIPMENTS.values():
    _act(_one)
