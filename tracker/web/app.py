"""Puts the web application together."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from tracker import wiring
from tracker.app.queries.fleet import Fleet
from tracker.config import Config
from tracker.domain.errors import TrackerError
from tracker.ports import Clock
from tracker.web import api, pages
from tracker.web.api.described import openapi
from tracker.web.faults import Fault, fault_of, problem, wants_json
from tracker.web.live import positions, routes
from tracker.web.live.hub import Hub
from tracker.web.live.stream import Channels
from tracker.web.live.trucks import Trucks
from tracker.web.office import Office
from tracker.web.pages.page import fault_page
from tracker.web.pages.tiles import Archives
from tracker.web.security.bodies import BoundedBody
from tracker.web.security.headers import SafeHeaders, policy
from tracker.web.security.limits import Limit
from tracker.web.shown import Recorded

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
SHARED: list[str | tuple[str, str]] = [("tracker.map", "assets/shared")]
"""What the pages have in common with the maps that `tracker zones show` writes."""


def create(config: Config, clock: Clock | None = None) -> FastAPI:
    """The application, which holds its connections while it runs. clock: else the computer's."""
    web = config.web
    office = Office(config, clock or wiring.system_clock())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hub = Hub(
            Fleet(office.geography),
            office.store(),
            office.now,
            every_s=web.live_ms / 1000,
            dead_after_s=config.intake.dead_after_s,
        )
        app.state.hub, app.state.channels = hub, Channels(hub)
        hub.start()
        try:
            yield
        finally:
            hub.stop()
            office.close()

    app = FastAPI(
        title="Tracker",
        summary="Where the truck is, how its seal is, who has it.",
        version=version("seal-tracker"),
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page needs scripts from elsewhere
        redoc_url=None,
    )
    app.state.office = office
    app.state.trucks, app.state.recorded = Trucks(), Recorded()
    app.state.archives = Archives()
    app.state.requests = Limit(web.requests_per_min, time.monotonic)
    app.state.logins = Limit(web.logins_per_min, time.monotonic)
    app.state.secure = web.tls_certificate is not None or web.behind_proxy
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(routes.router)
    app.include_router(positions.router)
    app.mount("/static", StaticFiles(directory=STATIC, packages=SHARED), name="static")
    for kind in (Fault, TrackerError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _answered)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]  # as FastAPI documents it
    app.add_middleware(BoundedBody, most_bytes=int(web.body_kb * 1024))
    app.add_middleware(
        SafeHeaders,
        names=(*web.names, web.host),
        csp=policy(web.tiles),
        secure=app.state.secure,
    )
    return app


def _answered(request: Request, error: Exception) -> Response:
    """What went wrong, as whoever asked can read it."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        error = Fault(422, str(first["msg"]), where=where)
    fault = fault_of(error)
    if fault.status >= 500:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
    if wants_json(request):
        return problem(fault)
    if fault.status == 401 and request.method == "GET":
        return RedirectResponse(f"/login?next={request.url.path}", status_code=303)
    return fault_page(request, fault)
