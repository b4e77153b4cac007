"""A lone message is not held back to fill a batch: from the truck to its finding, end to end.

Held against what the same broker and disk need for the bare minimum, in turns within one run: a
message there and back by paho alone, and one row committed by SQLite alone.
"""

from __future__ import annotations

import queue
import socket
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.brokers import Broker
from tests.support.publish import said
from tracker import wiring
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.config import Config
from tracker.config.secret import Secret
from tracker.config.sections import BrokerSection, DatabaseSection
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding

pytestmark = pytest.mark.e2e

ROUNDS = 15
TIMES = 20.0
"""It takes two to four of them; waiting for company would take some fifty."""


class Told:
    """A notifier: told after the commit. Each device without a shipment is told of once."""

    def __init__(self) -> None:
        self._told: queue.Queue[tuple[str | None, float]] = queue.Queue()

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None:
        for finding in findings:
            self._told.put((finding.device, time.monotonic()))

    def at(self, device: str) -> float:
        """When the first finding on this device was told; what is told of others is passed over."""
        while True:
            said, at = self._told.get(timeout=60)
            if said == device:
                return at


class Bare:
    """A subscriber and a table, with nothing of the product between them."""

    def __init__(self, client: paho.Client, table: sqlite3.Connection) -> None:
        self._client, self._table = client, table
        self._arrived: queue.Queue[bytes | bytearray] = queue.Queue()
        client.on_message = lambda _client, _userdata, message: self._arrived.put(message.payload)

    def takes(self) -> float:
        """Seconds from publishing until the row is durable."""
        began = time.monotonic()
        self._client.publish("bare/1", b"x" * 200, qos=1)
        self._table.execute("INSERT INTO rows VALUES (?)", (self._arrived.get(timeout=60),))
        self._table.commit()
        return time.monotonic() - began


def at_once(_client: paho.Client, _userdata: Any, opened: Any) -> None:
    """What is acknowledged need not wait for the broker's kernel."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextmanager
def bare(there: MqttSettings, file: Path) -> Iterator[Bare]:
    version = MQTTProtocolVersion.MQTTv5 if there.protocol == "5" else MQTTProtocolVersion.MQTTv311
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bare", protocol=version)
    if there.username is not None:
        client.username_pw_set(there.username, there.password)
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_socket_open = at_once
    client.connect(there.host, there.port)
    client.loop_start()
    try:
        with closing(sqlite3.connect(file)) as table:
            table.execute("PRAGMA journal_mode = WAL")
            table.execute("PRAGMA synchronous = FULL")
            table.execute("CREATE TABLE rows (body BLOB)")
            made = Bare(client, table)
            client.subscribe("bare/#", qos=1)
            assert subscribed.wait(60)
            yield made
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_lone_message_is_told_of_in_a_few_times_the_bare_minimum(
    any_broker: Broker, tmp_path: Path
) -> None:
    there = any_broker.settings
    config = Config(
        database=DatabaseSection(url=f"sqlite:///{tmp_path}/tracker.db"),
        broker=BrokerSection(embedded=False, host=there.host, port=there.port,
                             protocol=there.protocol, username=there.username),
        broker_password=Secret(there.password) if there.password else None,
    )  # fmt: skip
    told, stop = Told(), threading.Event()
    took: list[float] = []
    least: list[float] = []
    with (
        wiring.ingest(config, notifier=told) as ingest,
        Publisher(there, "truck") as truck,
        bare(there, tmp_path / "bare.db") as minimum,
    ):
        thread = threading.Thread(target=ingest.run, args=(stop.is_set,))
        thread.start()
        try:
            for number in range(ROUNDS):
                least.append(minimum.takes())
                took.append(lone(truck, told, f"D{number}"))
        finally:
            stop.set()
            thread.join(60)
    ratio = statistics.median(took) / statistics.median(least)
    print(f"\nlone message: median {statistics.median(took) * 1000:.1f} ms, "
          f"{ratio:.1f} times the bare minimum")  # fmt: skip
    assert ratio < TIMES


def lone(truck: Publisher, told: Told, device: str) -> float:
    """Seconds from publishing until the finding is durable; each waits for the one before it."""
    topic, payload = said(device, {"time": time.time(), "lat": 25.9, "lon": -100.1})
    began = time.monotonic()
    truck.publish(topic, payload)
    return told.at(device) - began
