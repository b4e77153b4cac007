"""The board: one row an open shipment, those first that need a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from msgspec import Struct
from starlette.responses import RedirectResponse

from tracker.app.people.entering import Entered
from tracker.app.queries.fleet import FleetRow, Need
from tracker.domain.access import Right
from tracker.domain.command import AcknowledgeAlert
from tracker.web.live.hub import sees_row
from tracker.web.pages.page import Reader, page
from tracker.web.pages.rows import row_text
from tracker.web.who import alert_of, having, hub_of, office_of

router = APIRouter(include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
Answering = Annotated[Entered, Depends(having(Right.ANSWER))]


LISTED = 400
"""Rows on one page."""


class Filter(Struct, frozen=True, kw_only=True):
    """What of the board is shown; it lives in the URL. "" shows all."""

    text: str = ""
    need: str = ""
    crossing: str = ""
    custodian: str = ""

    def shows(self, row: FleetRow) -> bool:
        if self.need and row.need != self.need:
            return False
        if self.crossing and row.crossing != self.crossing:
            return False
        if self.custodian and self.custodian not in row.custodians:
            return False
        if not self.text:
            return True
        parts = (row.id, row.plates, row.trailer, row.seal_number, *row.lane)
        said = " ".join(filter(None, parts)).lower()
        return self.text.lower() in said

    @property
    def any(self) -> bool:
        return self != Filter()


@router.get("/board")
def board(
    request: Request,
    entered: Seeing,
    q: Annotated[str, Query(max_length=100)] = "",
    need: Annotated[str, Query(max_length=40)] = "",
    crossing: Annotated[str, Query(max_length=100)] = "",
    custodian: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """So many rows a page: nobody reads four thousand, and those who need a person come first."""
    office, hub = office_of(request), hub_of(request)
    chosen = Filter(text=q, need=need, crossing=crossing, custodian=custodian)
    reader, now = Reader(request, entered, office.config), office.now()
    seen = [row for row in hub.fleet.rows.values() if sees_row(entered.viewer, row)]
    rows = sorted(filter(chosen.shows, seen), key=lambda row: row.order)
    shown = rows[(number - 1) * LISTED : number * LISTED]
    texts = [row_text(row, reader.words, reader.zone, now) for row in shown]
    return page(
        request,
        "board.html",
        entered,
        rows=[text for text in texts if text.need != Need.ARRIVED],
        arrived=[text for text in texts if text.need == Need.ARRIVED],
        filter=chosen,
        needs=counted(row.need.value for row in seen),
        crossings=counted(row.crossing for row in seen),
        custodians=counted(name for row in seen for name in row.custodians),
        needing=sum(row.need is Need.CRITICAL for row in seen),
        count=len(seen),
        before=_page(request, number - 1) if number > 1 else None,
        after=_page(request, number + 1) if len(rows) > number * LISTED else None,
        left=max(len(rows) - number * LISTED, 0),
        watch=hub.watch,
        mark=str(hub.mark),
        now=now,
        may_answer=entered.viewer.may(Right.ANSWER),
    )


def _page(request: Request, number: int) -> str:
    """The address of another page of the same list."""
    return f"/board?{request.url.include_query_params(page=number).query}"


@router.post("/alerts/{alert}/ack")
def acknowledge(
    request: Request,
    alert: str,
    entered: Answering,
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """From the board, by its button or key; without scripts it leads back to the board."""
    office = office_of(request)
    with office.desk() as desk:
        alert_of(desk, entered, alert)
    with office.clerk() as clerk:
        command = AcknowledgeAlert(
            at=clerk.commands.now(), by=entered.viewer.name, alert=alert, note=note
        )
        clerk.commands.submit_alert(alert, command)
    if "json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse("/board", status_code=303)


def counted(names: Iterable[str | None]) -> Mapping[str, int]:
    """By name; how many rows have each."""
    counted = Counter(name for name in names if name is not None)
    return dict(sorted(counted.items()))
