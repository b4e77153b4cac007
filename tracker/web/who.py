"""Who asks, and what it may: by cookie, token or link. What is not visible to it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Request

from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.domain.alert import Alert
from tracker.domain.shipment import Shipment
from tracker.ports import StoredShipment
from tracker.web.faults import Fault
from tracker.web.live.hub import Hub
from tracker.web.office import Desk, Office
from tracker.web.security import csrf

SESSION_COOKIE, SHARE_COOKIE = "tracker_session", "tracker_share"


def office_of(request: Request) -> Office:
    office = request.app.state.office
    assert isinstance(office, Office)  # noqa: S101 - `app.create` has put it there
    return office


def hub_of(request: Request) -> Hub:
    hub = request.app.state.hub
    assert isinstance(hub, Hub)  # noqa: S101 - the lifespan has put it there
    return hub


def anyone(request: Request) -> Entered | None:
    """Who asks, if it has shown who it is. Raises Fault 401 for a token that is none."""
    office = office_of(request)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with office.desk() as desk:
        if kind:
            entered = desk.door.by_token(token.strip()) if kind.lower() == "bearer" else None
            if entered is None:
                raise Fault(
                    401,
                    "the token is not in force",
                    mend="tracker users token NAME makes a new one",
                    headers={"www-authenticate": "Bearer"},
                )
            return entered
        if cookie := request.cookies.get(SESSION_COOKIE):
            entered = desk.door.by_cookie(cookie)
            if entered is not None:
                return entered
        if cookie := request.cookies.get(SHARE_COOKIE):
            return desk.door.by_link(cookie)
    return None


Anyone = Annotated[Entered | None, Depends(anyone)]


async def somebody(request: Request, entered: Anyone) -> Entered:
    """Raises Fault 401 without; 429 for one who asks too often; 403 for a write with a cookie that
    does not come from a page of ours.
    """
    if entered is None:
        raise Fault(401, mend="log in, or send `Authorization: Bearer TOKEN`")
    if wait := request.app.state.requests.wait_s(entered.viewer.name):
        raise Fault(429, mend=f"again in {wait} s", headers={"retry-after": str(wait)})
    if request.method not in csrf.SAFE:
        if entered.share is not None:
            raise Fault(403, "a share link is for reading")
        if entered.session is not None:
            csrf.must_be_ours(request, entered.session.csrf, await _shown(request))
    return entered


async def _shown(request: Request) -> str | None:
    """The session's word, as the request carries it."""
    if (header := request.headers.get(csrf.HEADER)) is not None:
        return header
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return None
    field = (await request.form()).get(csrf.FIELD)
    return field if isinstance(field, str) else None


Somebody = Annotated[Entered, Depends(somebody)]


def having(right: Right) -> Callable[[Entered], Entered]:
    """A dependency: who asks has the right. Raises Fault 403."""

    def checked(entered: Somebody) -> Entered:
        if not entered.viewer.may(right):
            raise Fault(403, f"your role does not give the right to {right}")
        return entered

    return checked


def visible(desk: Desk, entered: Entered, shipment: str) -> StoredShipment:
    """Raises Fault 404: the same for what is not there and for what is not shown."""
    stored = desk.records.shipment(shipment)
    if stored is None or not entered.viewer.sees(document(stored)):
        raise Fault(404, f"there is no shipment {shipment!r}")
    return stored


def alert_of(desk: Desk, entered: Entered, alert: str) -> Alert:
    """Raises Fault 404: the same for what is not there and for what is not shown."""
    known = desk.records.alert(alert)
    if known is not None:
        if known.shipment is None and entered.viewer.sees_all:
            return known
        stored = desk.records.shipment(known.shipment) if known.shipment else None
        if stored is not None and entered.viewer.sees(document(stored)):
            return known
    raise Fault(404, f"there is no alert {alert!r}")


class Seen:
    """Which shipments somebody sees, each looked up once."""

    def __init__(self, desk: Desk, entered: Entered) -> None:
        self._desk, self._entered = desk, entered
        self._known: dict[str, bool] = {}

    def shipment(self, shipment: str) -> bool:
        if self._entered.viewer.sees_all:
            return True
        if shipment not in self._known:
            stored = self._desk.records.shipment(shipment)
            sees = stored is not None and self._entered.viewer.sees(document(stored))
            self._known[shipment] = sees
        return self._known[shipment]

    def alert(self, alert: Alert) -> bool:
        if alert.shipment is None:
            return self._entered.viewer.sees_all
        return self.shipment(alert.shipment)

    def must(self, shipment: str) -> None:
        """Raises Fault 404 for one that is not shown."""
        visible(self._desk, self._entered, shipment)


def document(stored: StoredShipment) -> Shipment:
    return msgspec.json.decode(stored.document, type=Shipment)


def record_reading(office: Office, entered: Entered, shipment: str, what: str) -> None:
    """An entry of the shipment, where what this viewer reads is on record; before it is answered:
    what cannot be recorded is not shown. Raises Passing while the database cannot be written to.
    """
    if entered.viewer.recorded:
        with office.clerk() as clerk:
            clerk.sharing.has_read(entered, shipment, what)
