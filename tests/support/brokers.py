"""Real brokers for tests, each a child process on a free loopback port with a store of its own.

with mosquitto(tmp_path) as broker:
    broker.settings     # MqttSettings, without topics
    broker.kill(); broker.start()
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from tests.support.certificates import Authority
from tests.support.ports import HOST, free_port
from tracker.adapters.broker import tether
from tracker.adapters.broker.nats_server import configuration, find_server
from tracker.adapters.mqtt.settings import MqttSettings, Tls

USERNAME, PASSWORD = "tracker", "a secret: \"'\\ä$1"
INSTALL_MOSQUITTO = "apt-get install mosquitto"


@dataclass
class Broker:
    """A broker that can be stopped, killed and started again on the same port and store."""

    settings: MqttSettings
    command: list[str]
    log_file: Path
    redelivers_within_s: float = 0.5
    saves_on: signal.Signals | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens. It ends with the thread that calls this (Linux)."""
        command = self.command
        if sys.platform == "linux":  # so that it ends with a test run that is killed
            shim = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid())]
            command = [*shim, *command]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection((HOST, self.settings.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would (kill -9)."""
        self._end(signal.SIGKILL)

    def save(self) -> None:
        """Have it write its store now. NATS is configured to do so before it confirms a message;
        Mosquitto does when told to, else every half hour, so that is what its crash would lose.
        """
        if self.saves_on is not None:
            assert self.process is not None
            self.process.send_signal(self.saves_on)
            time.sleep(0.3)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def _end(self, way: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(way)
            self.process.wait(10)
            self.process = None


@contextmanager
def nats(folder: Path) -> Iterator[Broker]:
    """The NATS server, configured as the embedded broker is (MQTT 3.1.1 only)."""
    port, config = free_port(), folder / "nats.conf"
    config.write_text(
        configuration(
            folder,
            host=HOST,
            port=port,
            username=USERNAME,
            password=PASSWORD,
            max_payload=8 * 2**20,
        )
    )
    yield from _running(
        Broker(
            MqttSettings(
                host=HOST, port=port, protocol="3.1.1", username=USERNAME, password=PASSWORD
            ),
            [find_server(), "--config", str(config)],
            folder / "nats.log",
            redelivers_within_s=3.0,  # `ack_wait`, and some
        )
    )


@contextmanager
def mosquitto(
    folder: Path,
    *,
    protocol: Literal["5", "3.1.1"] = "5",
    tls: Authority | None = None,
    password: str | None = None,
    acl: str | None = None,
    may_subscribe: Sequence[str] | None = None,
    extra_conf: str = "",
) -> Iterator[Broker]:
    """Mosquitto.

    tls: the authority that signs its certificate (for localhost and 127.0.0.1).
    password: of the user `tracker`; None lets anybody in.
    acl: the text of an acl_file. It never denies a subscription, only what would be delivered.
    may_subscribe: deny all other subscriptions (by the dynamic security plugin; with `password`).
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip(f"Mosquitto is not installed: {INSTALL_MOSQUITTO}")
    port = free_port()
    lines = [
        f"listener {port} {HOST}",
        f"allow_anonymous {'false' if password else 'true'}",
        "persistence true",
        f"persistence_location {folder}/",
        # By default it keeps 1,000 messages for a client that is away, confirms the rest to their
        # publisher, and drops them.
        "max_queued_messages 0",
        "log_type all",
        extra_conf,
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # it would become a user that may not write to the folder
    if tls:
        pair = tls.issue("localhost", HOST)
        lines += [f"certfile {pair.cert_file}", f"keyfile {pair.key_file}"]
    if may_subscribe is not None:
        assert password is not None
        lines += _dynamic_security(folder, password, may_subscribe)
    elif password is not None:
        passwords = folder / "passwords"
        make = ["mosquitto_passwd", "-b", "-c", str(passwords), USERNAME, password]
        subprocess.run(make, check=True, capture_output=True)
        lines.append(f"password_file {passwords}")
    if acl is not None:
        (folder / "acl").write_text(acl)
        (folder / "acl").chmod(0o600)
        lines.append(f"acl_file {folder / 'acl'}")
    config = folder / "mosquitto.conf"
    config.write_text("\n".join(lines) + "\n")
    settings = MqttSettings(host=HOST, port=port, protocol=protocol)
    if password is not None:
        settings = replace(settings, username=USERNAME, password=password)
    if tls:
        settings = replace(settings, tls=Tls(ca_file=tls.cert_file))
    log_file = folder / "mosquitto.log"
    yield from _running(
        Broker(settings, [program, "-c", str(config)], log_file, saves_on=signal.SIGUSR1)
    )


def _running(broker: Broker) -> Iterator[Broker]:
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def _dynamic_security(folder: Path, password: str, may_subscribe: Sequence[str]) -> list[str]:
    """Configuration lines for the plugin, and its file, with one user."""
    plugins = sorted(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"))
    if not plugins:
        pytest.skip("Mosquitto's dynamic security plugin is not installed")
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    rules = [
        {"acltype": "subscribePattern", "topic": topic, "priority": 0, "allow": True}
        for topic in may_subscribe
    ]
    file = folder / "dynamic-security.json"
    file.write_text(
        json.dumps(
            {
                "defaultACLAccess": {
                    "publishClientSend": True,
                    "publishClientReceive": True,
                    "subscribe": False,
                    "unsubscribe": True,
                },
                "roles": [{"rolename": "reader", "acls": rules}],
                "clients": [
                    {
                        "username": USERNAME,
                        "password": base64.b64encode(digest).decode(),
                        "salt": base64.b64encode(salt).decode(),
                        "iterations": 101,
                        "roles": [{"rolename": "reader"}],
                    }
                ],
            }
        )
    )
    return [f"plugin {plugins[0]}", f"plugin_opt_config_file {file}"]
