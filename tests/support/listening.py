"""Someone who hears what trackers publish."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from secrets import token_hex

import paho.mqtt.client as paho

from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings


@contextmanager
def heard(
    settings: MqttSettings, topic: str = "alerts/#"
) -> Iterator[Callable[[], list[tuple[str, bytes]]]]:
    """Someone who listens, from now on and for what is retained: no tracker, whose inbox passes
    over what trackers publish.
    """
    said: list[tuple[str, bytes]] = []
    news = threading.Event()

    def hear(arrived: paho.MQTTMessage) -> None:
        said.append((arrived.topic, bytes(arrived.payload)))
        link.client.ack(arrived.mid, arrived.qos)
        news.set()

    link = Link(
        settings,
        client_id=f"listener-{token_hex(4)}",
        durable=False,
        topics=(topic,),
        on_message=hear,
    )
    link.open(5)
    with closing(link):

        def more() -> list[tuple[str, bytes]]:
            while news.wait(1.0):
                news.clear()
            return said

        yield more
