"""Writes through the interface: the body against its fields, once under its idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from fastapi import Request, Response
from msgspec import Struct

from tracker import wording
from tracker.app.people.entering import Entered
from tracker.domain.finding import Finding
from tracker.ports.people import KeptAnswer
from tracker.web.api.answer import JSON, SCHEMAS
from tracker.web.faults import Fault
from tracker.web.office import Clerk
from tracker.web.who import office_of

T = TypeVar("T", bound=Struct)
KEY_CHARACTERS = 128


def taken(kind: type[Struct]) -> dict[str, Any]:
    """`openapi_extra=` of a route: what it takes."""
    (schema,), parts = msgspec.json.schema_components(
        [kind], ref_template="#/components/schemas/{name}"
    )
    SCHEMAS.update(parts)
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "the same write under the same key is done once, and answered alike",
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS},
    }
    return {
        "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
        "parameters": [key],
    }


async def body_of(request: Request, kind: type[T]) -> T:
    """Raises Fault 415 for what is no JSON, 422 with the path of what is wrong."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise Fault(415, mend=f"send it as {JSON}")
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise Fault(422, what, where=place.strip("`") or "body") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault(400, f"the body is no JSON: {error}", where="body") from error


def once(request: Request, entered: Entered, asked: Any, act: Callable[[Clerk], Any]) -> Response:
    """Do it, or answer as before if it was done under this key. Raises Fault 409 for a key that
    stood for another request.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= KEY_CHARACTERS:
        raise Fault(422, "this is no key", where="header.idempotency-key")
    digest = hashlib.sha256(
        msgspec.json.encode([request.method, request.url.path, asked], order="deterministic")
    ).digest()
    with office_of(request).clerk() as clerk:
        people, user = clerk.accounts.people, entered.viewer.name
        if key is not None and (kept := people.kept_answer(user, key)) is not None:
            if kept.request != digest:
                raise Fault(409, "this key stood for another request", mend="use a new one")
            return Response(kept.body, kept.status, media_type=JSON)
        body = msgspec.json.encode(act(clerk))
        if key is not None:
            at = clerk.commands.now()
            people.keep_answer(
                KeptAnswer(user=user, key=key, request=digest, status=200, body=body, at=at)
            )
    return Response(body, 200, media_type=JSON)


def findings(found: list[Finding]) -> list[dict[str, Any]]:
    """As the command line's `--json` prints them."""
    return [wording.document(finding) for finding in found]
