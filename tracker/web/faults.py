"""Errors as whoever asked is told them: problem+json (RFC 9457), or a page for people."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import Request, Response
from starlette.exceptions import HTTPException

from tracker.domain.errors import (
    NotFound,
    Passing,
    Refused,
    ServiceUnreachable,
    TrackerError,
    UsageError,
)

STATUS: tuple[tuple[type[TrackerError], int], ...] = (
    (Passing, 503),
    (ServiceUnreachable, 503),
    (NotFound, 404),
    (UsageError, 422),
    (Refused, 409),
    (TrackerError, 500),
)
TITLES = {
    400: "the request cannot be read",
    401: "nobody is logged in",
    403: "not allowed",
    404: "there is no such thing",
    405: "not with this method",
    409: "the rules forbid it",
    412: "it was changed meanwhile",
    413: "the request is too large",
    415: "not in this format",
    422: "something in the request is wrong",
    428: "a condition is missing",
    429: "too many requests",
    500: "a fault of the tracker's",
    503: "the database does not answer",
}
PROBLEM = "application/problem+json"


class Fault(Exception):
    """An answer with this status. where: in the request; mend: what helps."""

    def __init__(
        self,
        status: int,
        what: str = "",
        *,
        where: str = "",
        mend: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status, self.where, self.mend = status, where, mend
        self.what = what or TITLES.get(status, "")
        self.headers = headers or {}
        super().__init__(self.what)


def fault_of(error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    if isinstance(error, TrackerError):
        status = next(status for kind, status in STATUS if isinstance(error, kind))
        return Fault(status, error.what, where=error.where, mend=error.mend)
    if isinstance(error, HTTPException):
        return Fault(error.status_code, headers=dict(error.headers or {}))
    return Fault(500, mend="the server's own log has it")


def problem(fault: Fault) -> Response:
    """`type` is about:blank: the status says the kind, `what` the case."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(fault.status, "it did not work"),
        "status": fault.status,
        "what": fault.what,
        "where": fault.where,
        "mend": fault.mend,
    }
    return Response(
        msgspec.json.encode(body), fault.status, media_type=PROBLEM, headers=fault.headers
    )


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or "json" in request.headers.get("accept", "")
