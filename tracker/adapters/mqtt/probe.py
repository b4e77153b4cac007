"""Whether the broker answers as the tracker needs it to, without disturbing one that runs."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import paho.mqtt.client as paho

from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings


def probe(settings: MqttSettings, timeout: float = 5.0) -> str:
    """Connect as the tracker would, subscribe to its topics, and see a message to itself return.

    Says in a line what the broker answered. Uses a session of its own, so that a tracker running
    on these settings is not disturbed. Raises ServiceUnreachable with the mend.
    """
    settings.check_topics()
    name = f"{settings.client_id}-probe-{secrets.token_hex(4)}"
    topic = f"$seal-tracker/probe/{name}"  # no filter of the kind "#" sees topics that begin with $
    echoes: list[float] = []

    def echo(message: paho.MQTTMessage) -> None:
        if message.topic == topic:
            with link.changed:
                echoes.append(time.monotonic())
                link.changed.notify_all()

    link = Link(
        replace(settings, connect_timeout_s=timeout),
        client_id=name,
        durable=False,
        topics=(*settings.topics, topic),
        on_message=echo,
    )
    started = time.monotonic()
    link.start()
    try:
        link.wait_up(timeout)
        up = time.monotonic()
        link.client.publish(topic, b"probe", qos=1)
        with link.changed:
            link.changed.wait_for(lambda: echoes, timeout)
    finally:
        link.close()
    back = (
        f"a message to itself came back in {(echoes[0] - up) * 1000:.0f} ms"
        if echoes
        else "a message to itself did not come back (this user may not publish)"
    )
    return (
        f"{settings.where} speaks MQTT {settings.protocol}, connected in "
        f"{(up - started) * 1000:.0f} ms, {len(settings.topics)} topic filters granted; {back}"
    )
