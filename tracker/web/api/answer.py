"""How the interface answers: JSON by msgspec, its schemas for OpenAPI, ETags, cursors."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

import msgspec
from fastapi import Request, Response

from tracker.web.faults import PROBLEM, TITLES, Fault

JSON = "application/json"
MOST, USUAL = 500, 100
"""Items in one answer: at most, and without `limit`."""


def answer(request: Request, body: Any, *, status: int = 200) -> Response:
    """With an ETag over its bytes; 304 for who has them."""
    encoded = msgspec.json.encode(body)
    etag = f'"{hashlib.sha256(encoded).hexdigest()[:32]}"'
    if request.method == "GET" and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"etag": etag})
    return Response(encoded, status, media_type=JSON, headers={"etag": etag})


class Listed(msgspec.Struct, frozen=True):
    """One page of a list. next: the `cursor` of the one after it; null on the last."""

    items: list[Any]
    next: str | None


def cursor_of(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def key_of(cursor: str | None, kind: Any) -> Any:
    """What `cursor_of` was given; None without one. Raises Fault 422."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded.encode()), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        mend = "give back the `next` of the page before"
        raise Fault(422, "this is no cursor", where="query.cursor", mend=mend) from error


def aware(at: datetime | None, name: str) -> datetime | None:
    """A time of a query. Raises Fault 422 for one without its zone."""
    if at is not None and at.tzinfo is None:
        raise Fault(422, "a time needs its zone", where=f"query.{name}", mend="2026-03-01T08:00Z")
    return at


def described(
    kind: Any, *, faults: tuple[int, ...] = (), status: int = 200
) -> dict[int | str, Any]:
    """`responses=` of a route: what it answers, as a schema made from our own types."""
    (schema,), parts = msgspec.json.schema_components(
        [kind], ref_template="#/components/schemas/{name}"
    )
    SCHEMAS.update(parts)
    told: dict[int | str, Any] = {
        status: {"description": "well", "content": {JSON: {"schema": schema}}}
    }
    for number in sorted({401, 403, 422, 429, *faults}):
        told[number] = {
            "description": TITLES[number],
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return told


SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "required": ["type", "title", "status", "what", "where", "mend"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "what": {"type": "string", "description": "what is wrong"},
            "where": {"type": "string", "description": "where in the request"},
            "mend": {"type": "string", "description": "what helps"},
        },
    }
}
"""Components of the OpenAPI document besides those of FastAPI's own."""
