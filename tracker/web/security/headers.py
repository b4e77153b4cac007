"""Headers of every answer, and the names under which we answer at all."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.web.faults import Fault, problem

YEAR_S = 31_536_000


def policy(tiles: str | None = None) -> str:
    """No inline script or style, nothing from elsewhere, but the tiles that were configured."""
    origin = ""
    if tiles is not None and "://" in tiles:
        parts = urlsplit(tiles)
        origin = f" {parts.scheme}://{parts.netloc}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data:{origin}; connect-src 'self'{origin}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


class SafeHeaders:
    """names: hosts that may be asked for: another name is somebody's DNS that points at us.
    secure: browsers reach us by TLS alone.
    """

    def __init__(self, app: ASGIApp, *, names: Sequence[str], csp: str, secure: bool) -> None:
        self.app, self.secure = app, secure
        self.names = {name.lower() for name in names}
        self.headers = {
            "content-security-policy": csp,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "geolocation=(), camera=(), microphone=()",
        }
        if secure:
            self.headers["strict-transport-security"] = f"max-age={YEAR_S}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if _name(host) not in self.names:
            fault = Fault(400, "this server has another name", mend="[web] names lists them")
            await problem(fault)(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def _name(host: str) -> str:
    """Without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
