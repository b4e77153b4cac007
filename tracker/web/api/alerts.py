"""Alerts of the shipments that the viewer sees, their story, and what people do about them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tracker import wiring, wording
from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.domain.alert import AlertKind, AlertStatus, Severity
from tracker.domain.finding import Finding
from tracker.ports import AlertDocument
from tracker.web import acts
from tracker.web.api.answer import MOST, USUAL, Listed, answer, aware, cursor_of, described, key_of
from tracker.web.api.written import body_of, findings, once, taken
from tracker.web.office import Clerk
from tracker.web.who import Seen, alert_of, having, office_of, record_reading

router = APIRouter(tags=["alerts"])
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
Answering = Annotated[Entered, Depends(having(Right.ANSWER))]
OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]
AlertId = Annotated[str, Path(max_length=200)]


class AlertPage(Listed, frozen=True):
    """A page of alerts, the newest first."""

    items: list[AlertDocument]


@router.get("/alerts", responses=described(AlertPage, faults=(404,)))
def alerts(
    request: Request,
    entered: Seeing,
    shipment: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[Literal["open", "closed"] | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
    kind: Annotated[list[AlertKind] | None, Query()] = None,
    since: Annotated[datetime | None, Query()] = None,
    until: Annotated[datetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Those of shipments that the caller sees; by when they were raised, the newest first."""
    before = key_of(cursor, tuple[str, str])
    wanted = OPEN if status == "open" else [AlertStatus.CLOSED.value] if status else []
    with office_of(request).desk() as desk:
        seen = Seen(desk, entered)
        if shipment is not None:
            seen.must(shipment)
        found = [
            alert
            for alert in reversed(
                desk.records.alerts(
                    shipment=shipment,
                    status=wanted,
                    severity=severity,
                    kinds=[one.value for one in kind or ()],
                    since=aware(since, "since"),
                    until=aware(until, "until"),
                )
            )
            if (before is None or (alert.raised_at.isoformat(), alert.id) < before)
            and seen.alert(alert)
        ]
    last = found[limit - 1] if len(found) > limit else None
    after = None if last is None else cursor_of(last.raised_at.isoformat(), last.id)
    return answer(request, {"items": [wording.document(a) for a in found[:limit]], "next": after})


@router.get("/alerts/{alert}", responses=described(AlertDocument, faults=(404,)))
def one(request: Request, alert: AlertId, entered: Seeing) -> Response:
    """As it is now."""
    office = office_of(request)
    with office.desk() as desk:
        known = alert_of(desk, entered, alert)
    if known.shipment is not None:
        record_reading(office, entered, known.shipment, "alert")
    return answer(request, wording.document(known))


@router.get("/alerts/{alert}/story", responses=described(dict[str, Any], faults=(404,)))
def story(request: Request, alert: AlertId, entered: Seeing) -> Response:
    """What led to it, what was compared, what became of it (`Story` of docs/json.md)."""
    office = office_of(request)
    with office.desk() as desk:
        known = alert_of(desk, entered, alert)
        if known.shipment is not None:
            record_reading(office, entered, known.shipment, "alert")
        told = wiring.story(office.config, desk.records, known)
    return answer(request, told)


def _act(act: acts.Act) -> None:
    """A route for what people do about an alert."""

    async def route(request: Request, alert: AlertId, entered: Answering) -> Response:
        fields = await body_of(request, act.fields)

        def do(clerk: Clerk) -> list[dict[str, Any]]:
            with office_of(request).desk() as desk:
                alert_of(desk, entered, alert)
            command = act.command(fields, clerk.commands.now(), entered.viewer.name, alert)
            found: list[Finding] = clerk.commands.submit_alert(alert, command)
            return findings(found)

        return await asyncio.to_thread(once, request, entered, fields, do)

    route.__doc__ = act.fields.__doc__
    router.add_api_route(
        f"/alerts/{{alert}}/{act.name}",
        route,
        methods=["POST"],
        name=f"alert_{act.name}",
        responses=described(list[dict[str, Any]], faults=(400, 404, 409, 413, 415)),
        openapi_extra=taken(act.fields),
    )


for _one in acts.OF_ALERTS.values():
    _act(_one)
