"""/live/...: streams for the pages."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from tracker.app.people.entering import Entered
from tracker.app.queries.entries import CustodyEntry, read
from tracker.domain.access import Right
from tracker.web.live.hub import ENTRIES_AT_ONCE, Hub, Mark, News
from tracker.web.live.stream import Event, Tell, events, shared
from tracker.web.pages.board import Filter
from tracker.web.pages.entries import entry_text
from tracker.web.pages.page import TEMPLATES, Reader
from tracker.web.pages.rows import row_text, where_text
from tracker.web.who import having, hub_of, office_of, record_reading, visible

router = APIRouter(prefix="/live", include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]


@router.get("/board")
async def board(
    request: Request,
    entered: Seeing,
    since: Annotated[str | None, Query(max_length=60)] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
    need: Annotated[str, Query(max_length=40)] = "",
    crossing: Annotated[str, Query(max_length=100)] = "",
    custodian: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Rows as the board shows them, in the reader's language and zone. Their forms lack the
    session's word, which the page's script puts in: so one text serves all who read alike.
    """
    office, hub = office_of(request), hub_of(request)
    chosen = Filter(text=q, need=need, crossing=crossing, custodian=custodian)
    reader = Reader(request, entered, office.config)
    row_html = TEMPLATES.get_template("_row.html").module.row  # type: ignore[attr-defined]
    may_answer = entered.viewer.may(Right.ANSWER)

    def tell(news: News) -> Iterable[Event]:
        now = office.clock.now()
        shown = [row for row in news.rows if chosen.shows(row)]
        hidden = [row.id for row in news.rows if not chosen.shows(row)]
        if shown:
            texts = [row_text(row, reader.words, reader.zone, now) for row in shown]
            html = (
                row_html(one, reader.words, reader.moment, now, may_answer, "") for one in texts
            )
            yield "rows", "".join(html)
        if gone := [*news.gone, *hidden]:
            yield "gone", gone
        if news.watch is not None:
            watching = news.watch.watching
            text = "" if news.watch.watched else reader.words(f"health.{watching}")
            yield "health", {"watching": watching, "text": text}
        if news.rows or news.gone:
            yield "count", count_text(hub, entered, reader)

    alike = ("board", chosen, reader.words.language, str(reader.zone), may_answer)
    return streamed_alike(request, entered, Mark.read(last_event_id or since), tell, alike)


def streamed_alike(
    request: Request, entered: Entered, heard: Mark | None, tell: Tell, alike: tuple[Hashable, ...]
) -> StreamingResponse:
    """alike: what the events depend on, besides what the viewer sees."""
    viewer, channels = entered.viewer, request.app.state.channels
    seen = None if viewer.sees_all else (viewer.carrier, viewer.shared)
    return StreamingResponse(
        shared(channels, (*alike, seen), viewer, heard, tell),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


def streamed(
    request: Request,
    entered: Entered,
    heard: Mark | None,
    tell: Tell,
) -> StreamingResponse:
    office, hub = office_of(request), hub_of(request)

    def missed(index: int) -> Sequence[CustodyEntry]:
        with office.desk() as desk:
            return read(desk.records.entries(after=index, limit=ENTRIES_AT_ONCE))

    return StreamingResponse(
        events(hub, entered.viewer, heard, tell, missed),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


def count_text(hub: Hub, entered: Entered, reader: Reader) -> str:
    """How many the viewer sees, and how many of them need a person."""
    seen, needing = hub.counts.of(entered.viewer, hub.fleet.rows)
    return reader.words("board.count", count=seen, needing=needing)


@router.get("/shipments/{shipment}")
def shipment(
    request: Request,
    shipment: str,
    entered: Seeing,
    since: Annotated[str | None, Query(max_length=60)] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> Response:
    """One shipment's entries as its timeline shows them, and where it is."""
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
    record_reading(office, entered, shipment, "live")
    reader = Reader(request, entered, office.config)
    entry_html = TEMPLATES.get_template("_entry.html").module.entry  # type: ignore[attr-defined]

    def tell(news: News) -> Iterable[Event]:
        texts = [entry_text(one, reader.words) for one in news.entries if one.scope == shipment]
        if told := [text for text in texts if text.weight != "routine"]:
            yield "entries", "".join(entry_html(one, reader.words, reader.moment) for one in told)
        for row in news.rows:
            if row.id == shipment:
                yield "where", where_text(row.where, reader.words, office.now())

    return streamed(request, entered, Mark.read(last_event_id or since), tell)
