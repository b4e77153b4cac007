"""Devices: when each was heard last, and how well."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.ports import DeviceRow
from tracker.web.api.answer import MOST, USUAL, Listed, answer, cursor_of, described, key_of
from tracker.web.who import Seen, having, office_of

router = APIRouter(tags=["devices"])
Seeing = Annotated[Entered, Depends(having(Right.SEE))]


class DevicePage(Listed, frozen=True):
    """A page of devices, by their ids."""

    items: list[DeviceRow]


@router.get("/devices", responses=described(DevicePage))
def devices(
    request: Request,
    entered: Seeing,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Those of shipments that the caller sees; for who sees all, every device heard of."""
    (after,) = key_of(cursor, tuple[str]) or ("",)
    with office_of(request).desk() as desk:
        seen = Seen(desk, entered)
        rows = [
            row
            for row in sorted(desk.records.devices(), key=lambda row: row.device)
            if row.device > after
            and (entered.viewer.sees_all or (row.shipment and seen.shipment(row.shipment)))
        ]
    following = cursor_of(rows[limit - 1].device) if len(rows) > limit else None
    return answer(request, DevicePage(rows[:limit], following))
