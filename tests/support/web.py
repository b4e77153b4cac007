"""The web application over a workspace of a test's own, asked as browsers and programs ask it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from fastapi.testclient import TestClient

from tests.support.browser import Browser
from tests.support.ports import free_port
from tests.support.waiting import wait_for
from tracker import wiring
from tracker.config import Config
from tracker.config.sections import DatabaseSection, LogSection
from tracker.domain.access import Role
from tracker.web import server
from tracker.web.app import create

PASSWORD = "a long enough one"
HOST = "http://localhost"


def config_in(folder: Path, **web: Any) -> Config:
    """Of an unsigned log and an empty database in `folder`."""
    config = Config(
        database=DatabaseSection(url=f"sqlite:///{folder}/tracker.db"),
        log=LogSection(
            origin="test/log",
            key_file=str(folder / "log.key"),
            checkpoints=str(folder / "checkpoints.jsonl"),
        ),
    )
    chosen = {"port": free_port(), **web}
    return msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, **chosen))


def add_user(config: Config, name: str, role: Role, *, carrier: str | None = None) -> str:
    """Its token."""
    with wiring.accounts(config) as accounts:
        accounts.add(name, role, by="test", password=PASSWORD, carrier=carrier)
        return accounts.new_token(name, "test", by="test", days=None)


def open_shipment(config: Config, **document: Any) -> None:
    with wiring.commands(config) as commands:
        commands.open(msgspec.json.encode(document), by="test")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@contextmanager
def served(config: Config) -> Iterator[TestClient]:
    """Without a socket; follows no redirects, so that each answer is seen."""
    with TestClient(create(config), base_url=HOST, follow_redirects=False) as client:
        yield client


def log_in(client: TestClient, name: str, password: str = PASSWORD) -> str:
    """The word that forms must carry."""
    answer = client.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 303, answer.text
    page = client.get("/board").text
    found = re.search(r'<meta name="csrf" content="([^"]+)"', page)
    assert found is not None, page
    return found[1]


@contextmanager
def listening(config: Config) -> Iterator[str]:
    """On a real socket, in a thread of its own; its address. Ended and begun again on the same
    port, it is the same server to a browser.
    """
    with server.listening(config) as (opened, url):
        running = server.made(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        try:
            wait_for(lambda: running.started, what="the web server")
            yield url.rstrip("/").replace("127.0.0.1", "localhost")
        finally:
            running.should_exit = True
            thread.join(timeout=20)


def enter(browser: Browser, url: str, name: str, path: str = "/board") -> None:
    """Log in, and go to a page."""
    browser.driver.get(f"{url}/login?next={path}")
    browser.run(
        "const form = document.querySelector('form.narrow');"
        "form.elements.name.value = arguments[0]; form.elements.password.value = arguments[1];"
        "form.submit();",
        name,
        PASSWORD,
    )
    wait_for(lambda: browser.driver.current_url == url + path, what="the login to lead there")
