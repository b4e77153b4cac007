"""Logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from tracker.domain.errors import Refused
from tracker.web.pages.page import page
from tracker.web.security import csrf
from tracker.web.who import SESSION_COOKIE, SHARE_COOKIE, Anyone, Somebody, office_of

router = APIRouter(include_in_schema=False)


@router.get("/login")
def form(request: Request, next: str = "/") -> Response:  # noqa: A002 - its name in the URL
    return page(request, "login.html", next=local(next), name="", fault="")


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=512)] = "/",  # noqa: A002
) -> Response:
    """A new session with a new cookie, whatever cookie came: a session cannot be planted."""
    csrf.must_be_same_origin(request)
    address = request.client.host if request.client else ""
    limit = request.app.state.logins
    if wait := max(limit.wait_s(f"name {name.lower()}"), limit.wait_s(f"address {address}")):
        fault = ("login.often", {"seconds": wait})
        answer = page(request, "login.html", status=429, next=local(next), name=name, fault=fault)
        answer.headers["retry-after"] = str(wait)
        return answer
    try:
        with office_of(request).desk() as desk:
            cookie, session = desk.door.log_in(name, password)
    except Refused:
        fault = ("login.wrong", {})
        return page(request, "login.html", status=401, next=local(next), name=name, fault=fault)
    answer = RedirectResponse(local(next), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=int((session.expires_at - session.created_at).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure,
    )
    answer.delete_cookie(SHARE_COOKIE)
    return answer


@router.post("/logout")
def log_out(request: Request, entered: Somebody) -> Response:
    if entered.session is not None:
        with office_of(request).desk() as desk:
            desk.door.log_out(entered.session)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/s/{secret}")
def by_link(request: Request, secret: str) -> Response:
    """A share link: its secret moves into a cookie, out of the address."""
    with office_of(request).desk() as desk:
        entered = desk.door.by_link(secret)
    if entered is None or entered.share is None:
        return page(request, "login.html", status=404, next="/", name="", fault=("share.over", {}))
    share = entered.share
    answer = RedirectResponse(f"/shipments/{share.shipment}", status_code=303)
    answer.set_cookie(
        SHARE_COOKIE,
        secret,
        expires=share.expires_at,
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure,
    )
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/")
def home(entered: Anyone) -> Response:
    if entered is not None and entered.share is not None:
        return RedirectResponse(f"/shipments/{entered.share.shipment}", status_code=303)
    return RedirectResponse("/board" if entered else "/login", status_code=303)


def local(path: str) -> str:
    """A path of ours; "/" for anything that leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if safe and path.isprintable() and "\\" not in path else "/"
