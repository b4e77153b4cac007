"""The demonstration in a browser: `tracker demo --web`, while the trucks drive and afterwards."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from tracker import wiring
from tracker.cli.shared import render
from tracker.config import Config
from tracker.domain.access import Role
from tracker.domain.errors import ServiceUnreachable, UsageError

if TYPE_CHECKING:
    from tracker.ports import Clock

USER = "demo"
STARTS_S = 20.0
"""A server that has not begun to listen by then never will."""


@contextmanager
def shown(config: Config, clock: Clock, port: int | None) -> Iterator[None]:
    """The web application on the demonstration's database, by its clock; says how to look at it.

    Raises UsageError if it is not installed, or the port is taken.
    """
    try:
        from tracker.web import server
    except ImportError as error:
        raise UsageError(
            f"the web application is not installed ({error.name} is missing)",
            where="--web",
            mend="in its folder: make run, or pip install '.[web]'",
        ) from error
    chosen = config.web.port if port is None else port
    config = msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, port=chosen))
    password = secrets.token_urlsafe(9)
    with wiring.commands(config, clock=clock) as commands, wiring.people(config) as people:
        wiring.accounts_of(people, commands).add(
            USER, Role.ADMINISTRATOR, by=USER, password=password
        )
    with server.listening(config) as (opened, url):
        running = server.made(config, clock)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]}, name="web")
        thread.start()
        try:
            _wait(lambda: running.started or not thread.is_alive())
            render.warn(f"look at {url}board: name {USER}, password {password}")
            yield
        finally:
            running.should_exit = True
            thread.join()


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTS_S
    while not ready():
        if time.monotonic() > deadline:
            raise ServiceUnreachable("the web application does not begin", where="--web")
        time.sleep(0.02)


def until_interrupted() -> None:
    render.warn("the trucks have arrived; Ctrl-C ends it")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        render.warn("ended")
