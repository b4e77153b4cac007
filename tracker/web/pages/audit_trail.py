"""Audits over all shipments that the viewer sees: by topic and period; how alerts were handled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from sealproof.wording import kind as kind_name
from tracker.app.people.entering import Entered
from tracker.app.queries.audit_trail import Topic, handled, trail
from tracker.domain.access import Right
from tracker.domain.errors import UsageError
from tracker.web.faults import Fault
from tracker.web.pages.entries import entry_text
from tracker.web.pages.page import Reader, page
from tracker.web.who import Seen, having, office_of, record_reading

router = APIRouter(include_in_schema=False)
Auditing = Annotated[Entered, Depends(having(Right.AUDIT))]
When = Annotated[str, Query(max_length=40)]
LISTED = 500
"""Lines on one page."""
DAYS = 30
"""How far back it goes where nothing is said."""


@router.get("/audit/trail/{topic}")
def by_topic(
    request: Request, topic: Topic, entered: Auditing, since: When = "", until: When = ""
) -> Response:
    """Entries of one kind of question, recorded in the period; each shipment's is on record where
    what this viewer reads is.
    """
    office = office_of(request)
    reader = Reader(request, entered, office.config)
    begin, end = _period(reader, office.now(), since, until)
    with office.desk() as desk:
        seen = Seen(desk, entered)
        found, more = trail(
            desk.records,
            topic,
            since=begin,
            until=end,
            sees=lambda scope: (
                entered.viewer.sees_all or (":" not in scope and seen.shipment(scope))
            ),
            limit=LISTED,
        )
    for shipment in sorted({entry.scope for entry in found if ":" not in entry.scope}):
        record_reading(office, entered, shipment, f"audit {topic}")
    lines = [(entry.scope, entry_text(entry, reader.words)) for entry in found]
    return page(
        request, "audit_trail.html", entered,
        topic=topic.value, topics=list(Topic), lines=lines, more=more, since=begin, until=end,
        chosen={"since": since, "until": until},
    )  # fmt: skip


@router.get("/audit/alerts")
def of_alerts(request: Request, entered: Auditing, since: When = "", until: When = "") -> Response:
    """Alerts raised in the period: when somebody answered, and what they turned out to be."""
    office = office_of(request)
    reader = Reader(request, entered, office.config)
    begin, end = _period(reader, office.now(), since, until)
    with office.desk() as desk:
        seen = Seen(desk, entered)
        alerts = [a for a in desk.records.alerts(since=begin, until=end) if seen.alert(a)]
    shown = [alert for alert in reversed(alerts) if alert.part_of is None]
    for shipment in sorted({alert.shipment for alert in shown[:LISTED] if alert.shipment}):
        record_reading(office, entered, shipment, "audit alerts")
    language = reader.words.language
    return page(
        request, "audit_alerts.html", entered,
        alerts=[(alert, kind_name(alert.kind, language)) for alert in shown[:LISTED]],
        handled=handled(alerts), more=len(shown) > LISTED, topics=list(Topic), since=begin,
        until=end, chosen={"since": since, "until": until}, took=took,
    )  # fmt: skip


def took(time: timedelta | None) -> str:
    """As people say it: 4 min, 2 h 05 min."""
    if time is None:
        return ""
    hours, minutes = divmod(round(time.total_seconds() / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _period(
    reader: Reader, now: datetime, since: str, until: str
) -> tuple[datetime, datetime | None]:
    """Raises Fault 422 for what is no time."""
    try:
        begin = reader.moment_of(since) if since else now - timedelta(days=DAYS)
        return begin, reader.moment_of(until) if until else None
    except UsageError as error:
        raise Fault(422, error.what, where="query", mend=error.mend or "") from error
