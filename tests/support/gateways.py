"""The gateway in a thread of this process, on ports of its own; or in a process of its own.

with gateway(broker.settings, "toy", everybody=True) as running:
    Peer(running.port)
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.support.ports import free_port
from tests.support.product import ROOT, TRACKER, Product
from tests.support.waiting import wait_for
from tracker.adapters.gateway.orders import TOPICS
from tracker.adapters.gateway.registry import Registry
from tracker.adapters.gateway.server import Gateway
from tracker.adapters.gateway.settings import Limits, Listen
from tracker.adapters.mqtt.settings import MqttSettings

HOST = "127.0.0.1"


@dataclass
class Running:
    gateway: Gateway
    port: int = 0
    udp_port: int = 0


@contextmanager
def gateway(
    settings: MqttSettings,
    dialect: str,
    *devices: str,
    udp: bool = False,
    registry: Registry | None = None,
    **limits: Any,
) -> Iterator[Running]:
    """devices: those that may connect; none: all of them."""
    running = Running(
        Gateway(
            replace(settings, topics=TOPICS),
            registry or Registry(devices, everybody=not devices),
            Limits(**limits),
            client_id="gateway",
            tcp=[Listen(dialect, HOST, 0)],
            udp=[Listen(dialect, HOST, 0)] if udp else [],
        )
    )
    stop = threading.Event()
    failures: list[Exception] = []

    def ready(listening: list[str]) -> None:
        ports = [int(text.partition(" (")[0].rpartition(":")[2]) for text in listening]
        running.udp_port = ports[1] if udp else 0
        running.port = ports[0]

    def run() -> None:
        try:
            running.gateway.run(stop.is_set, ready)
        except Exception as error:  # noqa: BLE001 - raised again where the test is
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(lambda: running.port or failures, what="the gateway is ready")
        if not failures:
            yield running
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the gateway has not stopped"
    if failures:
        raise failures[0]


class GatewayProcess:
    """`tracker gateway` in a process of its own, on ports that stay the same when it is killed.

    listen, udp: dialects; `ports` are those of `listen`, `port` its first.
    """

    def __init__(
        self, product: Product, *options: str, listen: str | tuple[str, ...], udp: str = ""
    ) -> None:
        self.product, self.log_file = product, product.folder / "gateway.log"
        dialects = (listen,) if isinstance(listen, str) else listen
        self.ports = {dialect: free_port() for dialect in dialects}
        self.port, self.udp_port = self.ports[dialects[0]], free_port()
        self._arguments = list(options)
        for dialect, port in self.ports.items():
            self._arguments += ["--listen", f"{dialect}={HOST}:{port}"]
        if udp:
            self._arguments += ["--listen-udp", f"{udp}={HOST}:{self.udp_port}"]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def start(self) -> None:
        starts = self.log.count("gateway ready")
        with self.log_file.open("ab") as file:
            process = self.process = subprocess.Popen(
                [*TRACKER, "gateway", *self._arguments],
                env=self.product.environment,
                cwd=ROOT,
                stdout=file,
                stderr=file,
            )

        def ready() -> bool:
            assert process.poll() is None, self.log
            return self.log.count("gateway ready") > starts

        wait_for(ready, 30.0, what=lambda: self.log)

    def kill(self) -> None:
        """End it as a crash would (kill -9)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def running(self) -> Iterator[GatewayProcess]:
        """Ended as Ctrl-C ends it."""
        self.start()
        try:
            yield self
            assert self.process is not None
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(20) == 130, self.log
            self.process = None
        finally:
            self.kill()
