"""How much may be sent: counted as it comes, whatever its length is said to be."""

from __future__ import annotations

import contextlib

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.web.faults import Fault, problem


class TooLarge(Exception):
    """More came than may."""


class BoundedBody:
    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > self.most_bytes:
            await self._refuse(scope, receive, send)
            return
        taken, over = 0, False

        async def counted() -> Message:
            nonlocal taken, over
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.most_bytes:
                over = True
                raise TooLarge
            return message

        async def unless_over(message: Message) -> None:
            """What the application makes of a body that breaks off is of no interest."""
            if not over:
                await send(message)

        with contextlib.suppress(TooLarge):
            await self.app(scope, counted, unless_over)
        if over:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = Fault(413, mend=f"send at most {self.most_bytes} bytes ([web] body_kb)")
        await problem(fault)(scope, receive, send)
