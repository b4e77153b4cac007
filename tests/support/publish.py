"""Trucks that publish from a process of their own, with paho alone: nothing of the product.

    with publishing(settings, messages, rate=400) as publisher:
        ...
        assert publisher.wait() == 0      # 0: the broker has confirmed every message

As a program: messages on standard input, one JSON array [topic, payload in base64] a line; the
connection in the environment. Prints how many the broker has confirmed.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.mqtt.settings import MqttSettings

ROOT = Path(__file__).parents[2]
Published = tuple[str, bytes]


def said(device: str, *readings: dict[str, Any]) -> Published:
    """A native message: one reading, or an array of several."""
    body = readings[0] if len(readings) == 1 else list(readings)
    return f"seals/v1/{device}/telemetry", json.dumps(body).encode()


@contextmanager
def publishing(
    settings: MqttSettings, messages: Iterable[Published], *, rate: float | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, publishing; `rate`: messages a second at most. Ended with the context."""
    with tempfile.TemporaryFile() as lines:
        lines.writelines(_line(message) for message in messages)
        lines.seek(0)
        with _process(settings, lines, rate) as process:
            yield process


class Trucks:
    """What they are to say is given bit by bit, so that a test decides what there is at a moment.

    with trucks(settings) as some:
        some.say(messages); ...; some.say(more)
        some.end()          # asserts that the broker has confirmed every message
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def say(self, messages: Iterable[Published]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.writelines(_line(message) for message in messages)
        self._process.stdin.flush()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(5 * PATIENCE_S) == 0


@contextmanager
def trucks(settings: MqttSettings, *, rate: float | None = None) -> Iterator[Trucks]:
    """`rate`: messages a second at most, from the beginning on."""
    with _process(settings, subprocess.PIPE, rate) as process:
        yield Trucks(process)


def _line(message: Published) -> bytes:
    topic, payload = message
    return json.dumps([topic, base64.b64encode(payload).decode()]).encode() + b"\n"


@contextmanager
def _process(
    settings: MqttSettings, lines: IO[bytes] | int, rate: float | None
) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "MQTT": json.dumps(
            [settings.host, settings.port, settings.protocol, settings.username, settings.password]
        ),
        "RATE": str(rate or 0),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.publish"], stdin=lines, env=environment, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()


def publish(settings: MqttSettings, messages: Iterable[Published]) -> None:
    """Publish all from another process, and wait until the broker has confirmed them."""
    with publishing(settings, messages) as process:
        assert process.wait(5 * PATIENCE_S) == 0


def _main() -> int:
    host, port, protocol, username, password = json.loads(os.environ["MQTT"])
    rate = float(os.environ["RATE"])
    version = MQTTProtocolVersion.MQTTv5 if protocol == "5" else MQTTProtocolVersion.MQTTv311
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="trucks", protocol=version)
    client.reconnect_delay_set(1, 1)
    client.max_inflight_messages_set(100)
    if username is not None:
        client.username_pw_set(username, password)
    confirmed: list[int] = []
    client.on_publish = lambda _client, _userdata, mid, _reason, _properties: confirmed.append(mid)
    client.connect(host, port)
    client.loop_start()
    began = time.monotonic()
    number = -1
    for number, line in enumerate(sys.stdin):
        topic, payload = json.loads(line)
        client.publish(topic, base64.b64decode(payload), qos=1)  # kept while there is no broker
        if rate and (ahead := number / rate - (time.monotonic() - began)) > 0:
            time.sleep(ahead)
    try:
        wait_for(lambda: len(confirmed) > number, progress=lambda: len(confirmed))
    except AssertionError:
        return 1
    client.disconnect()
    client.loop_stop()
    return 0


if __name__ == "__main__":
    sys.exit(_main())
