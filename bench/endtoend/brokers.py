"""The brokers that are measured, each a child process on a free loopback port."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.machine import mosquitto as find_mosquitto
from tracker.adapters.broker.embedded import EmbeddedBroker
from tracker.adapters.broker.nats_server import free_port

HOST = "127.0.0.1"
PATIENCE_S = 10.0


class Address(NamedTuple):
    """Where a broker listens. An empty user: it lets anybody in. pid: its process."""

    port: int
    user: str = ""
    password: str = ""
    pid: int = 0


@contextmanager
def mosquitto(window: int) -> Iterator[Address]:
    """Mosquitto, losing nothing. window: the most messages it sends ahead of acknowledgements (20
    as it comes).
    """
    port = free_port(HOST)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        lines = [
            f"listener {port} {HOST}",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {folder}/",
            "max_queued_messages 0",
            f"max_inflight_messages {window}",
            "log_dest none",
        ]
        if os.geteuid() == 0:
            lines.append("user root")
        config.write_text("\n".join(lines) + "\n")
        command = [find_mosquitto(), "-c", str(config)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            wait(port)
            yield Address(port, pid=process.pid)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def embedded() -> Iterator[Address]:
    """The NATS server, as the tracker runs it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedBroker(Path(folder), port=0, username="bench", password="bench") as broker,  # noqa: S106
    ):
        yield Address(broker.settings.port, "bench", "bench", broker.pid or 0)


def wait(port: int) -> None:
    """Until somebody listens there. Raises OSError if nobody does in time."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
