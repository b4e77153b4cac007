"""The web application on a port of its own, for browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import uvicorn

from tests.support.waiting import wait_for
from tracker.config import Config
from tracker.web.app import create
from tracker.web.server import listening


@contextmanager
def running(config: Config) -> Iterator[str]:
    """Its address, without a slash at the end."""
    config = msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, port=0))
    with listening(config) as (opened, address):
        server = uvicorn.Server(
            uvicorn.Config(create(config), log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started or not thread.is_alive(), what="the server listens")
        assert server.started
        try:
            yield address.rstrip("/")
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()
