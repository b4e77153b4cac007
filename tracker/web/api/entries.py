"""Custody entries, as the log holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from tracker.app.people.entering import Entered
from tracker.app.queries.entries import document_of
from tracker.domain.access import Right
from tracker.domain.finding import FindingType
from tracker.web.api.answer import MOST, USUAL, Listed, answer, aware, cursor_of, described, key_of
from tracker.web.faults import Fault
from tracker.web.who import Seen, having, office_of, record_reading

router = APIRouter(tags=["entries"])
Auditing = Annotated[Entered, Depends(having(Right.AUDIT))]


class Entry(msgspec.Struct, frozen=True):
    """One entry: what stands beside its leaf, the leaf itself, and what its commitments hide."""

    index: int
    id: str
    scope: str
    seq: int
    type: str
    leaf: dict[str, Any]
    disclosed: dict[str, str]


class EntryPage(Listed, frozen=True):
    """A page of entries, the oldest first."""

    items: list[Entry]


@router.get("/entries", responses=described(EntryPage, faults=(404,)))
def entries(
    request: Request,
    entered: Auditing,
    shipment: Annotated[str | None, Query(max_length=64)] = None,
    kind: Annotated[list[FindingType] | None, Query()] = None,
    since: Annotated[datetime | None, Query()] = None,
    until: Annotated[datetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """By when they were recorded, the oldest first (`Entry` of docs/json.md); of one shipment, or
    of all for who sees all and is not on record. Names of people are not for readers outside.
    """
    (after,) = key_of(cursor, tuple[int]) or (-1,)
    office, viewer = office_of(request), entered.viewer
    with office.desk() as desk:
        if shipment is not None:
            Seen(desk, entered).must(shipment)
        elif not viewer.sees_all or viewer.recorded:
            raise Fault(422, "of which shipment?", where="query.shipment", mend="?shipment=ID")
        rows = list(
            desk.records.entries(
                scope=shipment,
                types=[one.value for one in kind or ()],
                after=after,
                since=aware(since, "since"),
                until=aware(until, "until"),
                limit=limit + 1,
            )
        )
    if shipment is not None:
        record_reading(office, entered, shipment, "entries")
    shown = [document_of(row, disclosed=not viewer.recorded) for row in rows[:limit]]
    following = cursor_of(rows[limit - 1].index) if len(rows) > limit else None
    return answer(request, {"items": shown, "next": following})
