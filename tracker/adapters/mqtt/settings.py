"""How to reach an MQTT broker: what the configuration fills in and the MQTT adapters read.

Apart from the adapters, so that the configuration can be read without importing paho.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tracker.domain.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Tls:
    """TLS to the broker. Without `ca_file` the system's CAs are trusted.

    cert_file, key_file: PEM files of a client certificate, where the broker asks for one.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class MqttSettings:
    """One broker and one session there. Times are in seconds.

    client_id: names the durable session; a second tracker of the same id takes it over.
    session_expiry_s: how long an MQTT 5 broker keeps the session, and what is queued in it, while
        the tracker is away (3.1.1: the broker decides).
    receive_maximum: the most unacknowledged messages asked for. MQTT 3.1.1 cannot ask: there the
        broker decides (Mosquitto: `max_inflight_messages`, 20).
    receiver: who reads the publications: paho, as all else, or a sieve before it (`mqtt.sieve`).
    quiet_s, grace_s: see `MqttInbox.settled`.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: str = "seal-tracker"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    topics: tuple[str, ...] = ()
    keepalive_s: int = 60
    session_expiry_s: int = 7 * 24 * 3600
    receive_maximum: int = 1000
    connect_timeout_s: float = 5.0
    receiver: Literal["fast", "paho"] = "fast"
    quiet_s: float = 1.0
    grace_s: float = 10.0

    @property
    def where(self) -> str:
        """The broker as error messages name it."""
        return f"MQTT broker {self.host}:{self.port}"

    def check_topics(self) -> None:
        """UsageError if there is no topic filter, or one that MQTT does not allow."""
        if not self.topics:
            raise UsageError("no topic to subscribe to", mend='name some, such as "seals/+/v1"')
        for topic in self.topics:
            levels = topic.split("/")
            astray = any(len(level) > 1 and set(level) & {"+", "#"} for level in levels)
            if not topic or astray or "#" in levels[:-1]:
                raise UsageError(
                    f"{topic!r} is not a topic filter",
                    mend="+ stands for one whole level, # for all the rest, at the end only",
                )
