"""The server: uvicorn, on a socket that is open before anybody is told of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.ports import Clock
from tracker.web.app import create

BACKLOG = 512
END_S = 3
"""How long an open connection may go on when the server is told to end: streams never end."""


@contextmanager
def listening(config: Config) -> Iterator[tuple[socket.socket, str]]:
    """The open socket, and the URL under which browsers find it. Raises UsageError."""
    web = config.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        opened = socket.create_server((web.host, web.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {web.host} port {web.port}: {error.strerror}",
            where="[web]",
            mend="another port, or end who has it",
        ) from error
    with opened:
        port = opened.getsockname()[1]
        host = f"[{web.host}]" if ":" in web.host else web.host
        scheme = "http" if web.tls_certificate is None else "https"
        yield opened, f"{scheme}://{host}:{port}/"


def run(config: Config, opened: socket.socket) -> None:
    """Until SIGINT or SIGTERM."""
    made(config).run(sockets=[opened])


def made(config: Config, clock: Clock | None = None) -> uvicorn.Server:
    """The server, which runs on the sockets that it is given. clock: else the computer's."""
    web = config.web
    return uvicorn.Server(
        uvicorn.Config(
            create(config, clock),
            ssl_certfile=web.tls_certificate,
            ssl_keyfile=web.tls_key,
            proxy_headers=web.behind_proxy,
            forwarded_allow_ips="127.0.0.1,::1" if web.behind_proxy else "",
            server_header=False,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=END_S,
        )
    )
