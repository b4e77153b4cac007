"""`tracker run` as a process of its own, with the embedded broker and a database file."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.cli.conftest import Run
from tests.cli.test_startup import ENVIRONMENT, PROGRAM
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_S
from tracker import wiring
from tracker.config import load

READING = {
    "time": "2025-03-01T08:00:00Z", "lat": 27.5, "lon": -99.5,
    "seal": {"state": "sealed", "number": "MX1"},
}  # fmt: skip


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*PROGRAM, *arguments], cwd=folder, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as started:  # fmt: skip
        try:
            yield started
        finally:
            started.kill()


def until(stream: IO[str] | None, wanted: Callable[[str], bool]) -> str:
    """The first line that is wanted; fails if the stream ends before."""
    assert stream is not None
    seen = []
    for line in stream:
        seen.append(line)
        if wanted(line):
            return line
    raise AssertionError(f"ended after {''.join(seen)}")


def is_ready(line: str) -> bool:
    return line.startswith("tracker ready: ")


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("how", "code", "options"),
    [
        (signal.SIGTERM, 0, ()),
        (signal.SIGINT, 130, ()),
        (signal.SIGTERM, 0, ("--workers", "2")),
        (signal.SIGINT, 130, ("--workers", "2")),
    ],
)
def test_it_takes_in_until_it_is_told_to_stop(
    started: Run, tmp_path: Path, how: signal.Signals, code: int, options: tuple[str, ...]
) -> None:
    config = load(tmp_path / "tracker.toml", {})
    with process(tmp_path, "run", "--json", *options) as tracker:
        assert ("2 workers" in until(tracker.stderr, is_ready)) == bool(options)
        with wiring.publisher(config, "test") as publisher:
            publisher.publish("seals/v1/SEAL-1/telemetry", json.dumps(READING).encode())
            publisher.publish("seals/v1/SEAL-1/telemetry", b"{")
        finding = json.loads(until(tracker.stdout, lambda line: "seal_without_shipment" in line))
        assert finding["scope"] == "device:SEAL-1"
        with process(tmp_path, "alerts", "watch", "--json") as watch:
            alert = json.loads(until(watch.stdout, lambda line: "seal_without_shipment" in line))
            assert alert["device"] == "SEAL-1"
            started("alerts", "close", alert["id"], "--as", "test", "--reason", "a test")
            closed = json.loads(until(watch.stdout, lambda line: '"status":"closed"' in line))
            assert (closed["id"], closed["status"]) == (alert["id"], "closed")
        tracker.send_signal(how)
        _, err = tracker.communicate(timeout=PATIENCE_S)
    assert tracker.returncode == code, err
    assert "Traceback" not in err
    (device,) = started("devices", "list", "--json").documents
    assert (device["device"], device["readings"], device["rejects"]) == ("SEAL-1", 1, 1)
    with pytest.raises(OSError, match="refused"):  # the broker has ended with its tracker
        socket.create_connection(("127.0.0.1", config.broker.port), timeout=5).close()


@pytest.mark.e2e
def test_it_ends_when_its_reader_has_gone_and_blames_no_message(
    started: Run, tmp_path: Path
) -> None:
    config = load(tmp_path / "tracker.toml", {})
    with process(tmp_path, "run", "--json") as tracker:
        until(tracker.stderr, is_ready)
        assert tracker.stdout is not None
        tracker.stdout.close()
        with wiring.publisher(config, "test") as publisher:
            publisher.publish("seals/v1/SEAL-1/telemetry", json.dumps(READING).encode())
        assert tracker.wait(timeout=PATIENCE_S) == 1
        assert tracker.stderr is not None
        assert "Traceback" not in tracker.stderr.read()
    assert started("rejects", "list", "--json").documents == []
    (device,) = started("devices", "list", "--json").documents
    assert device["readings"] == 1


@pytest.mark.e2e
def test_a_broker_out_of_reach_ends_with_3(started: Run, tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "elsewhere.toml"
    file.write_text(f"[broker]\nembedded = false\nport = {port}\n")
    err = started("--config", str(file), "run", code=3).err
    assert f"127.0.0.1:{port}" in err
    assert "->" in err


@pytest.mark.e2e
def test_a_worker_is_nothing_for_people(started: Run, run: Run) -> None:
    assert "tracker run --workers" in started("worker", "0", "2", code=2).err
    assert " worker " not in run("--help").out


@pytest.mark.e2e
def test_told_to_stop_before_its_workers_are_ready_it_does(started: Run, tmp_path: Path) -> None:
    with process(tmp_path, "run", "--workers", "2") as tracker:
        until(tracker.stderr, is_ready)
        tracker.send_signal(signal.SIGTERM)
        _, err = tracker.communicate(timeout=PATIENCE_S)
    assert tracker.returncode == 0, err
    assert "Traceback" not in err


def test_an_embedded_broker_without_a_password_is_a_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").touch()
    assert "tracker init" in run("run", code=2).err


@pytest.mark.e2e
def test_it_says_that_a_log_without_a_key_is_not_signed(started: Run, tmp_path: Path) -> None:
    (tmp_path / "log.key").unlink()
    with process(tmp_path, "run") as tracker:
        said = until(tracker.stderr, lambda line: "not signed" in line)
        assert str(tmp_path / "log.key") in said
        assert "tracker key new" in until(tracker.stderr, lambda line: "->" in line)
        until(tracker.stderr, is_ready)


@pytest.mark.e2e
def test_what_it_takes_in_is_signed_while_it_runs_and_when_it_ends(
    started: Run, tmp_path: Path
) -> None:
    with process(tmp_path, "run") as tracker:
        until(tracker.stderr, is_ready)
        tracker.send_signal(signal.SIGTERM)
        assert tracker.wait(timeout=PATIENCE_S) == 0
    (released,) = started("log", "checkpoint", "--newest", "--json").documents
    assert released["size"] == len(started("log", "show", "--json").documents) >= 1
