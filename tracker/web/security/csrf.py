"""A write must come from a page of ours: the session's own word in the form or a header, and no
foreign origin. Whoever shows a token instead of a cookie needs none: browsers send no tokens.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from tracker.web.faults import Fault

HEADER, FIELD = "x-csrf-token", "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def must_be_ours(request: Request, expected: str, shown: str | None) -> None:
    """Raises Fault 403."""
    must_be_same_origin(request)
    if shown is None or not hmac.compare_digest(shown.encode(), expected.encode()):
        raise Fault(403, "the form is not of this login", mend="load the page again, and repeat")


def must_be_same_origin(request: Request) -> None:
    """Raises Fault 403 if a browser says that another site asks."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Fault(403, "another site asks for this")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Fault(403, "another site asks for this")
