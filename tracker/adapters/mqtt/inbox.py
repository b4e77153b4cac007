"""The inbox over MQTT 5 or 3.1.1: QoS 1, a durable session, acknowledged by hand."""

from __future__ import annotations

import math
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import paho.mqtt.client as paho
from msgspec import Struct

from tracker.adapters.mqtt.link import Link
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.ports import Clock, Message

ROOM = 65_536
"""The most messages held here unprocessed. More than packet identifiers exist, so this stops only
a flood of QoS 0, by no longer reading: memory stays bounded, and the broker queues or drops."""

CROWD = 10
"""So many unacknowledged messages at once mean that a backlog may be draining: a broker that holds
more back fills its window (20 in Mosquitto, more elsewhere), and a tracker that has caught up
answers each within milliseconds."""


OWN = ("tracker/v1/", "alerts/v1/")
"""Topics that trackers publish on: no device's."""


class _Delivery(Struct, frozen=True):
    """One delivery of one message: the token of a Message. Compared by identity."""

    mid: int


class MqttInbox:
    """`tracker.ports.Inbox` on one MQTT session. Connects by itself, from the constructor on, and
    again with back-off for as long as it lives.

    `receive` raises ServiceUnreachable if the broker refuses the very first connection in a way
    that waiting will not mend: user or password, access rules, certificate, version of MQTT.
    UsageError from the constructor if a topic filter is malformed or a TLS file cannot be used.
    """

    def __init__(self, settings: MqttSettings, clock: Clock) -> None:
        settings.check_topics()
        self._settings, self._clock = settings, clock
        self._arrived: deque[Message] = deque()
        self._unacknowledged: dict[int, _Delivery] = {}  # of this connection, by packet identifier
        self._crowded_at = -math.inf  # on time.monotonic(); so far never
        self._woken = self._closed = False
        self._link = Link(
            settings,
            client_id=settings.client_id,
            durable=True,
            topics=settings.topics,
            on_message=self._on_message,
            on_down=self._unacknowledged.clear,  # their identifiers mean nothing from here on
        )
        self._changed = self._link.changed
        self._link.start()

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        with self._changed:
            self._changed.wait_for(
                lambda: self._arrived or self._woken or self._link.refused, timeout
            )
            self._woken = False
            self._link.raise_if_refused()
            # What came over a connection lost since is handed out all the same: the broker most
            # likely sends it again, but not if it has lost the session, and not QoS 0.
            batch = [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]
            self._changed.notify_all()
            return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        # Under the lock, so that no reconnect comes between the look and the PUBACK: on another
        # connection the same identifier is another message.
        with self._changed:
            self._watch_crowd()
            for message in messages:
                delivery: _Delivery | None = message.token
                if delivery is None:
                    continue
                if self._unacknowledged.get(delivery.mid) is delivery:
                    del self._unacknowledged[delivery.mid]
                    self._link.client.ack(delivery.mid, 1)

    def settled(self) -> bool:
        """As the port says; in figures: connected and subscribed for `grace_s` (what was queued
        during an outage comes first), nothing waiting here, and in the last `quiet_s` never a
        crowd of unacknowledged messages. A steady trickle does not unsettle: with a hundred trucks
        the line is never silent.
        """
        with self._changed:
            now = time.monotonic()
            return (
                self._link.up
                and now - self._link.up_since >= self._settings.grace_s
                and now - self._crowded_at >= self._settings.quiet_s
                and not self._arrived
            )

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._link.close()

    @property
    def trouble(self) -> str:
        """Why there is no connection just now; empty while there is one."""
        return self._link.trouble

    def wait_connected(self, timeout: float) -> None:
        """Wait until connected and subscribed; ServiceUnreachable, with the reason, if it fails."""
        self._link.wait_up(timeout)

    def _on_message(self, arrived: paho.MQTTMessage) -> None:
        try:
            topic = arrived.topic
        except UnicodeDecodeError:
            topic = ""  # forbidden by MQTT; the payload is kept, and rejected further on
        if topic.startswith(OWN):  # heard by who subscribes to "#"
            self._link.client.ack(arrived.mid, arrived.qos)
            return
        delivery = _Delivery(arrived.mid) if arrived.qos else None
        message = Message(
            topic=topic,
            payload=bytes(arrived.payload),
            received_at=self._clock.now(),
            retained=bool(arrived.retain),
            token=delivery,
        )
        with self._changed:
            if delivery is not None and delivery.mid in self._unacknowledged:
                return  # sent again, for want of an answer: the one in hand is the same
            self._changed.wait_for(lambda: len(self._arrived) < ROOM or self._closed)
            self._arrived.append(message)
            if delivery is not None:
                self._unacknowledged[delivery.mid] = delivery
            self._watch_crowd()
            self._changed.notify_all()

    def _watch_crowd(self) -> None:
        if len(self._unacknowledged) >= CROWD:
            self._crowded_at = time.monotonic()


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
