"""The inbox over MQTT 5 or 3.1.1: QoS 1, a durable session, acknowledged by hand."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import datetime

import paho.mqtt.client as paho
from msgspec import Struct

from tracker.adapters.mqtt.receiving import ReceivingLink
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.adapters.mqtt.sieve import Publication
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

NAMELESS = ""
"""A topic that is not UTF-8, which MQTT forbids: the payload is kept, and rejected further on."""

KNOWN_TOPICS = 262_144
"""Topics are decoded once, and all messages of a truck share one; when there are so many, anew."""


class _Delivery(Struct, frozen=True, gc=False):
    """One delivery of one message: the token of a Message. Compared by identity."""

    mid: int


class MqttInbox:
    """`tracker.ports.Inbox` on one MQTT session. Connects by itself, from the constructor on, and
    again with back-off for as long as it lives. Reads in the thread that calls `receive`.

    `receive` raises ServiceUnreachable if the broker refuses the very first connection in a way
    that waiting will not mend: user or password, access rules, certificate, version of MQTT.
    UsageError from the constructor if a topic filter is malformed or a TLS file cannot be used.
    """

    def __init__(self, settings: MqttSettings, clock: Clock) -> None:
        settings.check_topics()
        self._settings, self._clock = settings, clock
        # Both change only while the link is driven, and by whoever drives it.
        self._arrived: list[Message] = []
        self._unacknowledged: dict[int, _Delivery] = {}  # of this connection, by packet identifier
        self._crowded_at = -math.inf  # on time.monotonic(); so far never
        self._topics: dict[bytes, str] = {}
        self._link = ReceivingLink(
            settings,
            client_id=settings.client_id,
            topics=settings.topics,
            take=self._take,
            on_message=self._on_message,
            full=lambda: len(self._arrived) >= ROOM,
            on_down=self._unacknowledged.clear,  # their identifiers mean nothing from here on
        )
        self._link.start()

    def receive(self, timeout: float, limit: int = 4096) -> list[Message]:
        link, left = self._link, timeout
        deadline = time.monotonic() + timeout
        while left >= 0 and not (self._arrived or link.woken or link.refused):
            link.turn(left)
            left = deadline - time.monotonic()
        link.woken = False
        link.raise_if_refused()
        # What came over a connection lost since is handed out all the same: the broker most
        # likely sends it again, but not if it has lost the session, and not QoS 0.
        with link.driving:
            batch, self._arrived = self._arrived[:limit], self._arrived[limit:]
        return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        # Driving, so that no reconnect comes between the look and the PUBACK: on another connection
        # the same identifier is another message.
        with self._link.driving:
            self._watch_crowd()
            waiting, answered = self._unacknowledged, []
            for message in messages:
                delivery: _Delivery | None = message.token
                if delivery is not None and waiting.get(delivery.mid) is delivery:
                    del waiting[delivery.mid]
                    answered.append(delivery.mid)
            self._link.acknowledge(answered)

    def settled(self) -> bool:
        """As the port says; in figures: connected and subscribed for `grace_s` (what was queued
        during an outage comes first), nothing waiting here, and in the last `quiet_s` never a
        crowd of unacknowledged messages. A steady trickle does not unsettle: with a hundred trucks
        the line is never silent.
        """
        self._watch_crowd()
        link, now = self._link, time.monotonic()
        if self._arrived or now - self._crowded_at < self._settings.quiet_s:
            return False
        link.turn(0)  # what has come, and nobody has read yet
        return link.up and now - link.up_since >= self._settings.grace_s and not self._arrived

    def wake(self) -> None:
        self._link.wake()

    def close(self) -> None:
        self._link.close()

    @property
    def trouble(self) -> str:
        """Why there is no connection just now; empty while there is one."""
        return self._link.trouble

    def wait_connected(self, timeout: float) -> None:
        """Wait until connected and subscribed; ServiceUnreachable, with the reason, if it fails."""
        self._link.wait_up(timeout)

    # --- whoever drives the link

    def _take(self, caught: list[Publication]) -> None:
        """Keep publications as the sieve gives them."""
        now, topics = self._clock.now(), self._topics
        for raw, payload, mid, retained in caught:
            try:
                topic = topics[raw]
            except KeyError:
                topic = self._named(raw)
            self._keep(topic, payload, mid, retained, now)

    def _on_message(self, arrived: paho.MQTTMessage) -> None:
        """Keep a publication as paho gives it."""
        try:
            topic = arrived.topic
        except UnicodeDecodeError:
            topic = NAMELESS
        payload, mid = bytes(arrived.payload), arrived.mid if arrived.qos else 0
        self._keep(topic, payload, mid, bool(arrived.retain), self._clock.now())

    def _keep(self, topic: str, payload: bytes, mid: int, retained: bool, now: datetime) -> None:
        delivery = None
        if mid:
            if mid in self._unacknowledged:
                return  # sent again, for want of an answer: the one in hand is the same
            if topic.startswith(OWN):
                self._link.acknowledge([mid])
                return
            delivery = self._unacknowledged[mid] = _Delivery(mid)
        elif topic.startswith(OWN):
            return
        self._arrived.append(
            Message(
                topic=topic,
                payload=payload,
                received_at=now,
                retained=retained,
                token=delivery,
            )
        )

    def _named(self, raw: bytes) -> str:
        if len(self._topics) >= KNOWN_TOPICS:
            self._topics.clear()
        try:
            topic = raw.decode()
        except UnicodeDecodeError:
            topic = NAMELESS
        self._topics[raw] = topic
        return topic

    def _watch_crowd(self) -> None:
        if len(self._unacknowledged) >= CROWD:
            self._crowded_at = time.monotonic()
