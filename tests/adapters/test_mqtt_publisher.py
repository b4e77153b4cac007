from __future__ import annotations

import signal
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.brokers import PASSWORD, Broker, mosquitto
from tests.support.ports import free_port
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import ROOM, Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import ServiceUnreachable


def test_everything_arrives_in_order_though_the_broker_is_killed(nats_broker: Broker) -> None:
    """At least once: a number may come twice, but none is missing and no first one comes late."""
    count = 3000
    settings = replace(nats_broker.settings, topics=("seals/#",))
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(5)

    finished = threading.Event()

    def crash() -> None:
        time.sleep(0.2)
        nats_broker.kill()
        time.sleep(0.2)
        nats_broker.start()
        finished.wait(60)  # the broker ends with the thread that started it

    with Publisher(nats_broker.settings, "truck") as publisher:
        crashing = threading.Thread(target=crash)
        crashing.start()
        for number in range(count):
            publisher.publish("seals/T1/v1", b"%d" % number)
            if number % 100 == 0:
                time.sleep(0.02)
        publisher.flush()
        assert publisher.pending == 0

    firsts: dict[int, None] = {}
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        while len(firsts) < count and (batch := inbox.receive(5)):
            firsts.update(dict.fromkeys(int(message.payload) for message in batch))
            inbox.acknowledge(batch)
    finished.set()
    crashing.join()
    assert list(firsts) == list(range(count))


def publish_more_than_there_is_room_for(publisher: Publisher) -> None:
    for _ in range(ROOM + 1):
        publisher.publish("seals/T1/v1", b"x")


def test_what_is_pending_is_bounded_and_waits_for_the_broker(nats_broker: Broker) -> None:
    with Publisher(nats_broker.settings, "truck", patience_s=0.5) as publisher:
        publisher.publish("seals/T1/v1", b"first")
        publisher.flush()
        nats_broker.stop()
        with pytest.raises(ServiceUnreachable):
            publish_more_than_there_is_room_for(publisher)
        assert publisher.pending <= ROOM
        nats_broker.start()
        publisher.flush(10)
        assert publisher.pending == 0


@pytest.mark.mosquitto
def test_a_message_that_the_broker_refuses(tmp_path: Path) -> None:
    acl = "user tracker\ntopic write allowed/#\n"
    with (
        mosquitto(tmp_path, password=PASSWORD, acl=acl) as broker,
        Publisher(broker.settings, "truck") as publisher,
    ):
        publisher.publish("allowed/a", b".")
        publisher.flush()
        publisher.publish("forbidden/a", b".")
        with pytest.raises(ServiceUnreachable, match="refuses a message to forbidden/a"):
            publisher.flush()


def test_nobody_there() -> None:
    settings = MqttSettings(port=free_port(), connect_timeout_s=0.3)
    with pytest.raises(ServiceUnreachable, match="Connection refused"), Publisher(settings, "x"):
        pass


def test_a_wrong_password(nats_broker: Broker) -> None:
    settings = replace(nats_broker.settings, password="guess")
    with pytest.raises(ServiceUnreachable, match="user name or password"), Publisher(settings, "x"):
        pass


def fail_while_a_message_is_pending(broker: Broker) -> None:
    with Publisher(broker.settings, "truck", patience_s=threading.TIMEOUT_MAX) as publisher:
        assert broker.process is not None
        broker.process.send_signal(signal.SIGSTOP)
        publisher.publish("seals/T1/v1", b".")
        assert publisher.pending == 1
        raise KeyError("mine")


def test_an_error_inside_is_not_held_up_by_a_flush(nats_broker: Broker) -> None:
    """Which would wait for a broker that answers no more for as long as it is told to: for ever."""
    with pytest.raises(KeyError, match="mine"):
        fail_while_a_message_is_pending(nats_broker)
