"""/live/map: where the trucks are, as it becomes known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.web.live.hub import Mark, News
from tracker.web.live.routes import count_text, streamed_alike
from tracker.web.live.stream import Event
from tracker.web.live.trucks import Trucks
from tracker.web.pages.board import Filter
from tracker.web.pages.page import Reader
from tracker.web.shown import record_shown
from tracker.web.who import having, hub_of, office_of

router = APIRouter(prefix="/live", include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]


@router.get("/map")
async def live_map(
    request: Request,
    entered: Seeing,
    since: Annotated[str | None, Query(max_length=60)] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
    need: Annotated[str, Query(max_length=40)] = "",
    crossing: Annotated[str, Query(max_length=100)] = "",
    custodian: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """`trucks` (`trucks.FIELDS`), `gone` (ids), `health` and `count` as the board has them."""
    office, hub = office_of(request), hub_of(request)
    chosen = Filter(text=q, need=need, crossing=crossing, custodian=custodian)
    reader = Reader(request, entered, office.config)
    trucks: Trucks = request.app.state.trucks
    await asyncio.to_thread(record_shown, request, entered, "map")

    def tell(news: News) -> Iterable[Event]:
        shown = [row for row in news.rows if chosen.shows(row)]
        hidden = [row.id for row in news.rows if not chosen.shows(row)]
        if shown:
            yield "trucks", trucks.event(shown)
        if gone := [*news.gone, *hidden]:
            yield "gone", gone
        if news.watch is not None:
            watching = news.watch.watching
            text = "" if news.watch.watched else reader.words(f"health.{watching}")
            yield "health", {"watching": watching, "text": text}
        if news.rows or news.gone:
            trucks.keep(hub.fleet.rows)
            yield "count", count_text(hub, entered, reader)

    alike = ("map", chosen, reader.words.language)
    return streamed_alike(request, entered, Mark.read(last_event_id or since), tell, alike)
