"""The embedded broker: a NATS server with JetStream and MQTT 3.1.1, as a child on loopback.

It is for one machine and one tracker: the default until somebody names a broker of their own.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from tracker.adapters.broker.nats_server import configuration, find_server, free_port
from tracker.adapters.broker.process_file import ProcessFile
from tracker.adapters.broker.server_log import Listener, newest
from tracker.adapters.children import ended, keep_running, tethered
from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import ServiceUnreachable, UsageError

log = logging.getLogger(__name__)

START_S = 15.0  # a store of some gigabytes is read at the start
STOP_S = 5.0
FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 10.0
LISTEN_S = 1.0  # how often the server's log is looked into
RECENT = timedelta(hours=1)


class EmbeddedBroker:
    """Runs the server while the context is entered; starts it again, with back-off, if it dies.

    It ends with the tracker, even with one that is killed: by the kernel on Linux, elsewhere when
    the next tracker starts on the same store. `settings` reaches it once entered.

    store_dir: made if absent; holds the messages, the configuration (mode 0600, for it has the
        password), the log and the process file.
    port: 0 picks a free one, which stays the same for the life of this object.
    max_payload: the largest message, in bytes.

    Entering raises ServiceUnreachable if the program is missing, the port is taken, another tracker
    uses the store, or the server does not come up.
    """

    def __init__(
        self,
        store_dir: Path,
        *,
        username: str,
        password: str,
        host: str = "127.0.0.1",
        port: int = 0,
        max_payload: int = 8 * 2**20,
    ) -> None:
        self._store = store_dir.resolve()
        self._config = self._store / "nats.conf"
        self._process_file = ProcessFile(
            self._store / "nats.pid", command_has=f"--config {self._config}"
        )
        self._username, self._password, self._max_payload = username, password, max_payload
        self._host, self._port = host, port
        self._program = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._started, self._stopping = threading.Event(), threading.Event()
        self._monitor = threading.Thread(target=self._keep_running, name="broker", daemon=True)

    @property
    def settings(self) -> MqttSettings:
        """How to reach it (without topics)."""
        return MqttSettings(
            host=self._host,
            port=self._port,
            protocol="3.1.1",
            username=self._username,
            password=self._password,
        )

    @property
    def pid(self) -> int | None:
        """The server's process just now, if it runs."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def log_tail(self, lines: int = 5) -> str:
        """The last lines of what the server wrote."""
        texts = [
            file.read_text(errors="replace")
            for file in (self._store / "nats.log", self._store / "nats.err")
            if file.exists()
        ]
        return "\n".join("".join(texts).splitlines()[-lines:])

    def rehearse(self) -> str:
        """Look whether it could be started, and start nothing; the program that would be.

        Raises as entering does.
        """
        program = find_server()
        self._make_store()
        self._refuse_taken_port()
        return program

    def thrown_out(self) -> list[str]:
        """The clients that the server threw out within the last hour for a blank in a topic."""
        found = newest(self._store / "nats.log", RECENT, datetime.now(UTC))
        return sorted({one.client for one in found if one.blank})

    def __enter__(self) -> EmbeddedBroker:
        self._program = find_server()
        self._make_store()
        self._process_file.take()
        try:
            self._port = self._port or free_port(self._host)
            self._refuse_taken_port()
            self._write_configuration()
            self._monitor.start()
            self._wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server: SIGTERM, and SIGKILL if it takes longer than 5 s. Idempotent."""
        self._stopping.set()
        if self._monitor.is_alive():
            self._monitor.join()
        self._process_file.release()

    def _make_store(self) -> None:
        try:
            self._store.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self._store):
                pass
        except OSError as error:
            raise UsageError(
                f"the embedded broker cannot write there: {error.strerror}",
                where=str(self._store),
                mend="let this user write there, or name another folder in [embedded] store",
            ) from error

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                probe.bind((self._host, self._port))
            except OSError as error:
                raise ServiceUnreachable(
                    f"the embedded broker cannot listen there: {error.strerror}",
                    where=f"{self._host}:{self._port}",
                    mend="give it another port in the configuration, or end what uses this one",
                ) from error

    def _write_configuration(self) -> None:
        self._config.unlink(missing_ok=True)
        descriptor = os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            file.write(
                configuration(
                    self._store,
                    host=self._host,
                    port=self._port,
                    username=self._username,
                    password=self._password,
                    max_payload=self._max_payload,
                )
            )

    def _wait_ready(self) -> None:
        """Until the server answers an MQTT CONNECT with our user and password."""
        deadline = time.monotonic() + START_S
        self._started.wait(START_S)
        while not self._listens():
            if self.pid is None or time.monotonic() > deadline:
                raise ServiceUnreachable(
                    f"the embedded broker did not start. Its last words:\n{self.log_tail()}",
                    where=str(self._store),
                )
            time.sleep(0.02)
        link = Link(self.settings, client_id="seal-tracker-start", durable=False)
        link.start()
        try:
            link.wait_up(START_S)
        finally:
            link.close()

    def _listens(self) -> bool:
        try:
            socket.create_connection((self._host, self._port), timeout=1.0).close()
        except OSError:
            return False
        return True

    # --- the monitor's thread. It is the one that forks: on Linux the child gets its signal when
    # the thread that forked it ends, and this one lives exactly as long as the server is wanted.

    def _keep_running(self) -> None:
        keep_running(
            self._try_once,
            self._stopping,
            self._tell,
            first_s=FIRST_DELAY_S,
            longest_s=LONGEST_DELAY_S,
        )

    def _tell(self, ending: str, delay_s: float) -> None:
        log.error(
            "the embedded broker ended (%s); starting it again in %.1f s. Its last words:\n%s",
            ending,
            delay_s,
            self.log_tail(),
        )

    def _try_once(self) -> str:
        try:
            return self._run_once()
        finally:
            self._started.set()  # or could not be: nobody need wait for it any longer

    def _run_once(self) -> str:
        """Start the server and stay until it ends or is to end; how it ended."""
        listener, looked = Listener(self._store / "nats.log"), time.monotonic()
        process = self._process = self._spawn()
        self._process_file.write(process.pid)
        self._started.set()
        while process.poll() is None and not self._stopping.wait(0.1):
            if time.monotonic() - looked >= LISTEN_S:
                looked = time.monotonic()
                for complaint in listener.news():
                    log.warning("%s", complaint)
        return ended(process, STOP_S)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = tethered([self._program, "--config", str(self._config)])
        with (self._store / "nats.err").open("wb") as errors:
            return subprocess.Popen(  # noqa: S603 - our own program and file
                command,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the tracker, which then ends the server
            )
