"""Users and share links: who may what, and what was given to whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from tracker.app.people.entering import Entered
from tracker.domain.access import Right, Role
from tracker.domain.errors import TrackerError
from tracker.ports.people import in_force
from tracker.web.pages.page import LANGUAGE_COOKIE, page
from tracker.web.security import csrf
from tracker.web.who import Anyone, having, office_of, visible
from tracker.web.words import LANGUAGES

router = APIRouter(include_in_schema=False)
Administering = Annotated[Entered, Depends(having(Right.PEOPLE))]
SharingRight = Annotated[Entered, Depends(having(Right.SHARE))]
Name = Annotated[str, Form(max_length=64)]


@router.get("/people")
def people(request: Request, entered: Administering) -> Response:
    return _people(request, entered)


@router.post("/people")
def add(
    request: Request,
    entered: Administering,
    name: Name,
    role: Annotated[Role, Form()],
    password: Annotated[str, Form(max_length=1024)],
    carrier: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    try:
        with office_of(request).clerk() as clerk:
            clerk.accounts.add(
                name, role, by=entered.viewer.name, password=password, carrier=carrier or None
            )
    except TrackerError as error:
        return _people(request, entered, error)
    return RedirectResponse("/people", status_code=303)


@router.post("/people/{name}")
def change(
    request: Request,
    entered: Administering,
    name: str,
    role: Annotated[Role | None, Form()] = None,
    carrier: Annotated[str, Form(max_length=64)] = "",
    disabled: Annotated[bool | None, Form()] = None,
) -> Response:
    """Another role, or disabled, or enabled again."""
    by = entered.viewer.name
    try:
        with office_of(request).clerk() as clerk:
            if role is not None:
                clerk.accounts.change(name, by=by, role=role, carrier=carrier or None)
            if disabled is not None:
                (clerk.accounts.disable if disabled else clerk.accounts.enable)(name, by=by)
    except TrackerError as error:
        return _people(request, entered, error)
    return RedirectResponse("/people", status_code=303)


def _people(request: Request, entered: Entered, fault: TrackerError | None = None) -> Response:
    with office_of(request).desk() as desk:
        users = desk.people.users()
    status = 200 if fault is None else 422
    return page(
        request, "people.html", entered, status=status, users=users, roles=list(Role), fault=fault
    )


@router.get("/shipments/{shipment}/share")
def shares(request: Request, shipment: str, entered: SharingRight) -> Response:
    return _shares(request, entered, shipment)


@router.post("/shipments/{shipment}/share")
def share(
    request: Request,
    shipment: str,
    entered: SharingRight,
    reader: Annotated[str, Form(max_length=200)],
    days: Annotated[float, Form()] = 7.0,
    user: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """A link, which is shown this once; or for a user, who logs in."""
    office, by, link = office_of(request), entered.viewer.name, ""
    with office.desk() as desk:
        visible(desk, entered, shipment)
    try:
        with office.clerk() as clerk:
            if user:
                clerk.sharing.with_user(shipment, user, by=by, days=days)
            else:
                secret, _ = clerk.sharing.by_link(shipment, reader, by=by, days=days)
                link = str(request.url_for("by_link", secret=secret))
    except TrackerError as error:
        return _shares(request, entered, shipment, fault=error)
    return _shares(request, entered, shipment, link=link)


@router.post("/shipments/{shipment}/share/{id_}/withdraw")
def withdraw(request: Request, shipment: str, id_: str, entered: SharingRight) -> Response:
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
    with office.clerk() as clerk:
        clerk.sharing.withdraw(id_, by=entered.viewer.name, shipment=shipment)
    return RedirectResponse(f"/shipments/{shipment}/share", status_code=303)


def _shares(
    request: Request,
    entered: Entered,
    shipment: str,
    *,
    link: str = "",
    fault: TrackerError | None = None,
) -> Response:
    office = office_of(request)
    now = office.now()
    with office.desk() as desk:
        visible(desk, entered, shipment)
        known = desk.people.shares(shipment=shipment)
    return page(
        request,
        "share.html",
        entered,
        status=200 if fault is None else 422,
        shipment=shipment,
        shares=[(one, in_force(one, now)) for one in reversed(known)],
        link=link,
        fault=fault,
    )


@router.post("/language")
def language(
    request: Request,
    entered: Anyone,
    to: Annotated[str, Form(max_length=5)],
    back: Annotated[str, Form(max_length=512)] = "/",
) -> Response:
    """In which the pages are from now on: kept with the user, or in the browser."""
    from tracker.web.pages.login import local

    csrf.must_be_same_origin(request)
    answer = RedirectResponse(local(back), status_code=303)
    if to not in LANGUAGES:
        return answer
    answer.set_cookie(LANGUAGE_COOKIE, to, max_age=31_536_000, samesite="lax", httponly=True)
    if entered is not None and entered.user is not None:
        with office_of(request).clerk() as clerk:
            zone = entered.user.time_zone
            clerk.accounts.prefer(entered.user.name, language=to, time_zone=zone)
    return answer
