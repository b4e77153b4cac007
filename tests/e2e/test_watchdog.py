"""`tracker watchdog` beside a real tracker and a real broker, either of which is killed."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.support.brokers import Broker
from tests.support.product import TRACKER, Product
from tests.support.waiting import wait_for

pytestmark = pytest.mark.e2e
NOTIFY = """
[notify.channels.pipe]
kind = "file"
url = "file:alerts.jsonl"
[notify.contacts.ana]
channels = ["pipe"]
language = "en"
"""
QUICK = {
    "TRACKER_INTAKE__HEARTBEAT_S": "0.5",
    "TRACKER_WATCHDOG__SILENT_S": "3",
    "TRACKER_WATCHDOG__LOOK_S": "0.2",
    "TRACKER_WATCHDOG__PING_S": "0.2",
}


def product(folder: Path, **more: str) -> Product:
    made = Product(folder, **QUICK, **more)
    with (folder / "tracker.toml").open("a") as file:
        file.write(NOTIFY)
    return made


def told(folder: Path) -> list[dict[str, Any]]:
    file = folder / "alerts.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


@contextmanager
def watching(made: Product) -> Iterator[Path]:
    """The watchdog runs, and has seen that all is well; what it prints."""
    out = made.folder / "watchdog.log"
    with out.open("ab") as file:
        dog = subprocess.Popen(
            [*TRACKER, "watchdog"], env=made.environment, cwd=ROOT, stdout=file, stderr=file
        )
    try:
        wait_for(lambda: "watched" in out.read_text(), what=out.read_text)
        yield out
        assert dog.poll() is None, out.read_text()
    finally:
        dog.kill()
        dog.wait()


def test_a_tracker_that_is_killed_is_missed_and_welcomed_back(
    any_broker: Broker, tmp_path: Path
) -> None:
    made = product(tmp_path).use(any_broker.settings)
    made.start()
    with watching(made) as out:
        assert told(tmp_path) == []
        made.kill()
        wait_for(lambda: told(tmp_path), what=out.read_text)
        (outage,) = told(tmp_path)
        assert (outage["update"], outage["severity"]) == ("watchdog", "critical")
        assert [one["what"] for one in outage["data"]["wrong"]] == ["gone"]
        with made.running():
            wait_for(lambda: len(told(tmp_path)) == 2, what=out.read_text)
        over = told(tmp_path)[1]
        assert (over["notice"], over["severity"]) == (outage["notice"], "info")
        assert "watched again" in over["title"]


def test_a_broker_that_is_gone_is_told_though_the_tracker_lives(
    any_broker: Broker, tmp_path: Path
) -> None:
    made = product(tmp_path).use(any_broker.settings)
    with made.running(), watching(made) as out:
        any_broker.stop()
        wait_for(lambda: told(tmp_path), what=out.read_text)
        (outage,) = told(tmp_path)
        assert {one["what"] for one in outage["data"]["wrong"]} <= {"broker", "deaf"}
        any_broker.start()
        wait_for(lambda: len(told(tmp_path)) == 2, what=out.read_text)
        assert told(tmp_path)[1]["data"]["over"] is True


def test_from_another_machine_without_the_database(nats_broker: Broker, tmp_path: Path) -> None:
    made = product(tmp_path).use(nats_broker.settings)
    here, there = tmp_path / "here.db", dict(made.environment)
    made.environment["TRACKER_DATABASE__URL"] = f"sqlite:///{here}"
    made.start()
    made.environment, tracker = there, made.environment
    with watching(made) as out:
        made.environment = tracker
        made.kill()
        wait_for(lambda: told(tmp_path), what=out.read_text)
    assert [one["what"] for one in told(tmp_path)[0]["data"]["wrong"]] == ["gone"]


def test_once_for_cron(tmp_path: Path) -> None:
    """With the embedded broker, which ends with its tracker."""
    made = product(tmp_path)
    with made.running():
        (well,) = made.documents("watchdog", "--once")
        assert (well["watched"], well["wrong"], well["unwell"]) == (True, [], [])
    (ill,) = made.documents("watchdog", "--once", code=1)
    assert "broker" in [one["what"] for one in ill["unwell"]]
    wait_for(lambda: made.ran("watchdog", "--once").returncode == 1 and told(tmp_path))
    made.call("watchdog", "--once", code=1)
    assert len(told(tmp_path)) == 1, "told once, whoever looks again"


class Pinged(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Pings)
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing on stderr."""


class Pings(HTTPServer):
    paths: list[str]


@contextmanager
def pings() -> Iterator[Pings]:
    server = Pings(("127.0.0.1", 0), Pinged)
    server.paths = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_ping_goes_out_while_all_is_well(tmp_path: Path) -> None:
    with pings() as server:
        url = f"http://127.0.0.1:{server.server_port}/secret-id"
        made = product(tmp_path, TRACKER_WATCHDOG__PING_URL=url)
        with made.running():
            made.call("watchdog", "--once")
            with watching(made) as out:
                wait_for(lambda: len(server.paths) > 2, what=out.read_text)
            assert "secret-id" not in out.read_text()
    assert set(server.paths) == {"/secret-id"}


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        ({"TRACKER_WATCHDOG__SILENT_S": "1"}, "a sign of life comes every 0.5 s"),
        ({"TRACKER_WATCHDOG__LADDER": "none"}, "there is no ladder 'none'"),
        ({"TRACKER_WATCHDOG__PING_URL": "ftp://x"}, "no address of the web"),
    ],
)
def test_what_cannot_be_is_said_at_once(
    tmp_path: Path, change: dict[str, str], told_of: str
) -> None:
    made = product(tmp_path)
    made.environment |= change
    done = made.ran("watchdog", "--once")
    assert (done.returncode, told_of in done.stderr) == (2, True), done.stderr
