"""The whole intake behind a real broker, beside a bare paho client that only acknowledges."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench import load
from bench.stages import _Silent
from tracker.adapters.broker.embedded import EmbeddedBroker
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.app.ingest import Ingest

COUNT = 10_000
PATIENCE_S = 120.0


def report() -> None:
    """Prints messages per second of both, each draining a queue at one broker, and their ratio."""
    with _broker() as settings:
        bare = _bare(replace(settings, client_id="bare"))
        with load.journal() as (journal, geography, clock):
            inbox = _waiting(replace(settings, client_id="tracker"))
            ingest = Ingest(
                inbox=inbox,
                journal=journal,
                clock=clock,
                geography=geography,
                origin="bench/log",
                notifier=_Silent(),
            )
            whole = _drained(inbox, ingest)
    print(f"{COUNT:,} messages waiting at the embedded broker, QoS 1")
    print(f"  {'bare paho, acknowledge only':<28}{bare:>12,.0f}/s")
    print(f"  {'the tracker, durable':<28}{whole:>12,.0f}/s   ratio {whole / bare:.2f}")


@contextmanager
def _broker() -> Iterator[MqttSettings]:
    with tempfile.TemporaryDirectory() as folder:
        broker = EmbeddedBroker(Path(folder), port=0, username="bench", password="bench")  # noqa: S106
        with broker:
            yield replace(broker.settings, topics=("seals/v1/+/telemetry",))


def _waiting(settings: MqttSettings) -> MqttInbox:
    """An inbox for whose session COUNT messages were queued while it was away."""
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(10.0)
    _publish(settings)
    return MqttInbox(settings, SystemClock())


def _drained(inbox: MqttInbox, ingest: Ingest) -> float:
    with closing(inbox):
        begun, done = 0.0, 0
        patience = time.monotonic() + PATIENCE_S
        while done < COUNT and time.monotonic() < patience:
            if messages := inbox.receive(1.0):
                begun = begun or time.perf_counter()
                ingest.take(messages)
                done += len(messages)
        return _rate(done, begun)


def _bare(settings: MqttSettings) -> float:
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(10.0)
    _publish(settings)
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        clean_session=False,
        manual_ack=True,
    )
    client.username_pw_set(settings.username, settings.password)
    times: list[float] = []

    def on_message(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        times.append(time.perf_counter())
        client.ack(message.mid, message.qos)

    client.on_message = on_message
    client.connect(settings.host, settings.port)
    patience = time.monotonic() + PATIENCE_S
    while len(times) < COUNT and time.monotonic() < patience:
        client.loop(1.0)
    client.disconnect()
    return _rate(len(times), times[0])


def _rate(done: int, begun: float) -> float:
    if done < COUNT:
        raise SystemExit(f"only {done} of {COUNT} messages came within {PATIENCE_S:.0f} s")
    return done / (time.perf_counter() - begun)


def _publish(settings: MqttSettings) -> None:
    with Publisher(settings, f"{settings.client_id}-source") as publisher:
        for message in load.messages(COUNT):
            publisher.publish(message.topic, message.payload)
        publisher.flush(PATIENCE_S)
