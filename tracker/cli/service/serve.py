"""`tracker serve`: the web application."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import load_config
from tracker.domain.errors import UsageError

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Listen here; else [web] host.")] = None,
    port: Annotated[int | None, typer.Option(help="On this TCP port; else [web] port.")] = None,
) -> None:
    """Serve the web application: board, map, shipments, audit; and /api/v1. Until interrupted.

    It reads the database that `tracker run` writes, and is a process of its own.
    """
    import msgspec

    config = load_config(ctx)
    web = msgspec.structs.replace(
        config.web,
        host=host if host is not None else config.web.host,
        port=port if port is not None else config.web.port,
    )
    config = msgspec.structs.replace(config, web=web)
    safe = web.tls_certificate is not None or web.behind_proxy or web.host in LOCAL
    if not safe:
        raise UsageError(
            f"{web.host} can be reached from other machines, and passwords would be readable",
            where="[web] host",
            mend="name tls_certificate and tls_key, or say behind_proxy = true",
        )
    try:
        from tracker.web.server import listening, run
    except ImportError as error:
        raise UsageError(
            f"the web application is not installed ({error.name} is missing)",
            mend="in its folder: make run, or pip install '.[web]'",
        ) from error
    with listening(config) as (socket, url):
        render.warn(f"web application ready: {url}")
        run(config, socket)
