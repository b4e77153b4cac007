"""The product as its user has it: a folder made by `tracker init`, and `tracker` as processes.

with Product(tmp_path).running() as product:
    product.call("replay", "track.csv", "--device", "A1")
    product.documents("alerts", "list")
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_S, wait_for
from tracker import config, wiring
from tracker.adapters.journal import SqlJournal
from tracker.adapters.mqtt.settings import MqttSettings

ROOT = Path(__file__).parents[2]
TRACKER = (sys.executable, "-m", "tracker.cli.main")
READY_S = STOP_S = PATIENCE_S
CALL_S = 2 * PATIENCE_S


class Product:
    """`environment` overrides the configuration, as a user's would (TRACKER_SECTION__KEY)."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        own = {key: value for key, value in os.environ.items() if not key.startswith("TRACKER_")}
        # A port of its own: several tests may run on one machine.
        port = {"TRACKER_BROKER__PORT": str(free_port())}
        settings = {"TRACKER_CONFIG": str(folder / "tracker.toml"), "PYTHONPATH": str(ROOT)}
        self.environment = own | port | environment
        self.call("init", str(folder))
        self.environment |= settings

    def use(self, broker: MqttSettings) -> Product:
        """Point the configuration at a broker of somebody else's."""
        chosen = {
            "EMBEDDED": "false",
            "HOST": broker.host,
            "PORT": str(broker.port),
            "PROTOCOL": broker.protocol,
            "USERNAME": broker.username,
            "PASSWORD": broker.password,
        }
        for key, value in chosen.items():
            if value is not None:
                self.environment[f"TRACKER_BROKER__{key}"] = value
        return self

    @property
    def config(self) -> config.Config:
        return config.load(None, env=self.environment)

    @property
    def broker(self) -> MqttSettings:
        """How a truck reaches the configured broker."""
        return wiring.mqtt_settings(self.config)

    @contextmanager
    def journal(self) -> Iterator[SqlJournal]:
        """The product's own database, to read it beside the running tracker."""
        with wiring.journal(self.config) as opened:
            yield opened

    @property
    def log(self) -> str:
        """What `tracker run` has written so far, of all its starts."""
        file = self.folder / "run.log"
        return file.read_text(errors="replace") if file.exists() else ""

    # Commands

    def call(self, *arguments: str, code: int = 0, input_: str | None = None) -> str:
        """Run a command to its end; its standard output. Asserts its exit code."""
        done = self.ran(*arguments, input_=input_)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done.stdout

    def ran(self, *arguments: str, input_: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        return subprocess.run(
            [*TRACKER, *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
            input=input_,
            timeout=CALL_S,
            check=False,
        )

    def documents(self, *arguments: str, **options: Any) -> list[Any]:
        """The JSON lines that a command prints."""
        return [
            json.loads(line) for line in self.call(*arguments, "--json", **options).splitlines()
        ]

    # The tracker's own process

    @contextmanager
    def running(self) -> Iterator[Product]:
        """`tracker run`, ready, in a process of its own; ended as Ctrl-C ends it."""
        self.start()
        try:
            yield self
            self.stop()
        finally:
            self.kill()

    def start(self) -> None:
        """Start `tracker run`, and wait until it says that it is ready."""
        starts = self.log.count("tracker ready")
        self.launch()
        self.wait(lambda: self.log.count("tracker ready") > starts, READY_S)

    def launch(self) -> None:
        """Start `tracker run`, and wait for nothing."""
        with (self.folder / "run.log").open("ab") as file:
            self.process = subprocess.Popen(
                [*TRACKER, "run"], env=self.environment, cwd=ROOT, stdout=file, stderr=file
            )

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(STOP_S) == 130, self.log
        self.process = None

    def kill(self) -> None:
        """End it as a crash would (kill -9)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def wait(self, until: Callable[[], Any], seconds: float = PATIENCE_S) -> None:
        """Poll until it is so, while the tracker runs and takes in more every `seconds`."""

        def alive() -> Any:
            ended = self.process is not None and self.process.poll() is not None
            assert not ended, f"tracker run has ended\n{self.log[-2_000:]}"
            return until()

        wait_for(
            alive,
            seconds,
            what=lambda: f"tracker run says\n{self.log[-2_000:]}",
            progress=self._taken_in,
        )

    def _taken_in(self) -> object:
        """How much of what; None as long as there is no database."""
        if not (self.folder / "tracker.db").exists():
            return None
        with self.journal() as journal:
            return journal.counts()
