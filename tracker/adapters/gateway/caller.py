"""Ordering a command from outside the gateway: publish it, and hear what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from types import TracebackType

import msgspec
import paho.mqtt.client as paho

from tracker.adapters.gateway.orders import Order, Result, result_topic, topic
from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings

ELSEWHERE_S = 1.0
"""One gateway says that the device is not there: so long another may say that it is."""


class Caller:
    """A context manager; connected, and hearing of this one device, once entered.

    Raises ServiceUnreachable if the broker does not answer.
    """

    def __init__(self, settings: MqttSettings, client_id: str, dialect: str, device: str) -> None:
        self._settings, self._topic = settings, topic(dialect, device)
        self._heard: SimpleQueue[Result] = SimpleQueue()
        self._link = Link(
            settings,
            client_id=client_id,
            durable=False,
            topics=(result_topic(dialect, device),),
            on_message=self._on_message,
        )

    def __enter__(self) -> Caller:
        self._link.open(self._settings.connect_timeout_s)
        return self

    def __exit__(
        self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._link.close()

    def order(
        self, id_: str, serial: int, name: str, arguments: dict[str, str], wait_s: float
    ) -> Iterator[Result]:
        """Order it (see `Order`). What becomes of it, as it becomes known; ends when nothing more
        is to come, or after `wait_s` seconds. Nothing at all: no gateway has heard of it.
        """
        order = Order(id=id_, serial=serial, name=name, arguments=arguments)
        self._link.client.publish(self._topic, msgspec.json.encode(order), qos=1)
        deadline = time.monotonic() + wait_s
        while True:
            try:
                result = self._heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                return
            if result.id != order.id:
                continue
            yield result
            if result.status == "not_connected":
                deadline = min(deadline, time.monotonic() + ELSEWHERE_S)
            elif result.status != "sent":
                return

    def _on_message(self, message: paho.MQTTMessage) -> None:
        self._link.client.ack(message.mid, message.qos)
        try:
            self._heard.put(msgspec.json.decode(message.payload, type=Result))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # somebody else's words on this topic
