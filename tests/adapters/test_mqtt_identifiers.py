"""A packet identifier means something on its own connection only.

A broker that has lost its session begins again at 1, so that what was received over the connection
before may bear the number of another message of this one. Acknowledging the one must not tell the
broker that the other is safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from tests.support.brokers import Broker
from tests.support.waiting import wait_for
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.ports import Message

pytestmark = pytest.mark.mosquitto
TOPIC = "seals/T1/v1"


@pytest.fixture
def settings(mosquitto_broker: Broker) -> MqttSettings:
    return replace(mosquitto_broker.settings, topics=("seals/#",))


@pytest.fixture
def inbox(settings: MqttSettings) -> Iterator[MqttInbox]:
    with closing(MqttInbox(settings, SystemClock())) as opened:
        opened.wait_connected(10)
        yield opened


def received(inbox: MqttInbox, settings: MqttSettings, *payloads: bytes) -> list[Message]:
    """These, published and received; none is acknowledged."""
    with Publisher(settings, "truck") as publisher:
        for payload in payloads:
            publisher.publish(TOPIC, payload)
        publisher.flush()
    batch: list[Message] = []
    while len(batch) < len(payloads):
        more = inbox.receive(10)
        assert more, batch
        batch += more
    assert [message.payload for message in batch] == list(payloads)
    return batch


def test_an_old_message_does_not_acknowledge_the_new_one_of_its_number(
    mosquitto_broker: Broker, settings: MqttSettings, inbox: MqttInbox
) -> None:
    old = received(inbox, settings, b"old 1", b"old 2")
    mosquitto_broker.kill()  # before it has saved its store: it forgets session and messages
    wait_for(lambda: inbox.trouble, 10, what="the inbox to notice")
    mosquitto_broker.start()
    inbox.wait_connected(10)
    new = received(inbox, settings, b"new 1", b"new 2")
    assert [message.token.mid for message in new] == [message.token.mid for message in old]
    inbox.acknowledge(old)
    inbox.acknowledge(new[:1])
    inbox.close()
    with closing(MqttInbox(settings, SystemClock())) as again:
        assert [message.payload for message in again.receive(10)] == [b"new 2"]


def test_what_was_received_before_the_connection_was_lost_is_not_acknowledged_on_the_next(
    mosquitto_broker: Broker, settings: MqttSettings, inbox: MqttInbox
) -> None:
    """Not even while nothing new bears its number here: it may be under way."""

    def acknowledged() -> int:
        return mosquitto_broker.log().count(f"Received PUBACK from {settings.client_id} ")

    old = received(inbox, settings, b"old 1", b"old 2")
    mosquitto_broker.kill()
    wait_for(lambda: inbox.trouble, 10, what="the inbox to notice")
    mosquitto_broker.start()
    inbox.wait_connected(10)
    inbox.acknowledge(old)
    inbox.acknowledge(received(inbox, settings, b"new"))  # it is heard of after whatever was before
    wait_for(acknowledged, what=mosquitto_broker.log)
    assert acknowledged() == 1
