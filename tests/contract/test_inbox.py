"""What `tracker.ports.Inbox` promises, on every broker and version of MQTT, by each receiver."""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.support.brokers import Broker
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.clock import ManualClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import Publisher
from tracker.ports import Inbox, Message

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)

Open = Callable[..., MqttInbox]


@pytest.fixture(params=["fast", "paho"])
def open_inbox(request: pytest.FixtureRequest, any_broker: Broker) -> Iterator[Open]:
    """Opens inboxes of one session; a second one is the first after a restart."""
    opened: list[MqttInbox] = []
    usual = replace(any_broker.settings, receiver=request.param)

    def open_one(topics: Sequence[str] = ("seals/#",), **changes: float) -> MqttInbox:
        settings = replace(usual, topics=tuple(topics), **changes)  # type: ignore[arg-type]
        opened.append(MqttInbox(settings, ManualClock(NOW)))
        opened[-1].wait_connected(PATIENCE_S)
        return opened[-1]

    yield open_one
    for inbox in opened:
        inbox.close()


@pytest.fixture
def publisher(any_broker: Broker) -> Iterator[Publisher]:
    with Publisher(any_broker.settings, "truck") as publisher:
        yield publisher


def publish(publisher: Publisher, *payloads: bytes, topic: str = "seals/T1/v1") -> None:
    for payload in payloads:
        publisher.publish(topic, payload)
    publisher.flush()


def collect(inbox: Inbox, count: int, within: float = PATIENCE_S) -> list[Message]:
    """Receive until there are `count`, or for so many seconds, acknowledging nothing."""
    messages: list[Message] = []
    deadline = time.monotonic() + within
    while len(messages) < count and time.monotonic() < deadline:
        messages += inbox.receive(0.1)
    return messages


def payloads(messages: Sequence[Message]) -> list[bytes]:
    return [message.payload for message in messages]


def test_a_message_arrives_as_it_was_published(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox()
    publish(publisher, b"\x00\xff not text", topic="seals/T1/ñ")
    (message,) = inbox.receive(PATIENCE_S)
    assert (message.topic, message.payload) == ("seals/T1/ñ", b"\x00\xff not text")
    assert message.received_at == NOW


def test_order_is_kept_for_each_topic(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox()
    for number in range(600):
        publisher.publish(f"seals/T{number % 5}/v1", b"%d" % number)
    by_topic: dict[str, list[int]] = defaultdict(list)
    seen = 0
    while seen < 600 and (batch := inbox.receive(PATIENCE_S)):
        for message in batch:
            by_topic[message.topic].append(int(message.payload))
        inbox.acknowledge(batch)
        seen += len(batch)
    assert by_topic == {f"seals/T{truck}/v1": list(range(truck, 600, 5)) for truck in range(5)}


def test_a_lone_message_is_not_held_back(open_inbox: Open, publisher: Publisher) -> None:
    """Neither until others come nor until the time is over: here that would be for ever."""
    inbox = open_inbox()
    for number in range(5):
        publisher.publish("seals/T1/v1", b"%d" % number)
        batch = inbox.receive(threading.TIMEOUT_MAX)
        assert payloads(batch) == [b"%d" % number]
        inbox.acknowledge(batch)


def test_receive_ends_without_a_message_after_its_time(open_inbox: Open) -> None:
    inbox = open_inbox()
    started = time.monotonic()
    assert inbox.receive(0.2) == []
    assert time.monotonic() - started >= 0.2


def test_receive_ends_when_woken(open_inbox: Open) -> None:
    inbox = open_inbox()
    waker = threading.Timer(0.1, inbox.wake)
    waker.start()
    assert inbox.receive(threading.TIMEOUT_MAX) == []
    waker.join()
    started = time.monotonic()
    assert inbox.receive(0.2) == []
    assert time.monotonic() - started >= 0.2, "once woken is not woken for ever"


def test_receive_gives_what_has_arrived_up_to_the_limit(
    open_inbox: Open, publisher: Publisher
) -> None:
    inbox = open_inbox()
    publish(publisher, *(b"%d" % number for number in range(15)))
    wait_for(lambda: len(inbox._arrived) == 15)
    assert payloads(inbox.receive(PATIENCE_S, limit=4)) == [b"0", b"1", b"2", b"3"]
    assert len(inbox.receive(PATIENCE_S)) == 11


def test_what_is_held_for_long_is_given_out_once(
    any_broker: Broker, open_inbox: Open, publisher: Publisher
) -> None:
    """NATS sends it again, and again, for want of an answer; it is in hand already."""
    inbox = open_inbox()
    publish(publisher, b"a", b"b")
    held = collect(inbox, 2)
    assert inbox.receive(any_broker.redelivers_within_s) == []
    inbox.acknowledge(held)
    publish(publisher, b"c")
    assert payloads(collect(inbox, 1)) == [b"c"]
    inbox.close()
    again = open_inbox().receive(any_broker.redelivers_within_s)
    assert payloads(again) == [b"c"], "what was held was acknowledged"


def test_the_unacknowledged_come_again_after_a_restart_and_only_they(
    any_broker: Broker, open_inbox: Open, publisher: Publisher
) -> None:
    inbox = open_inbox()
    publish(publisher, b"a", b"b", b"c", b"d")
    first = collect(inbox, 4)
    inbox.acknowledge(first[:2])
    inbox.close()

    restarted = open_inbox()
    again = collect(restarted, 2)
    assert payloads(again[:2]) == [b"c", b"d"]
    restarted.acknowledge(again)
    # What a broker holds for lost, because a busy machine was slow to acknowledge it, comes twice.
    while more := restarted.receive(any_broker.redelivers_within_s):
        assert {message.payload for message in more} <= {b"c", b"d"}
        restarted.acknowledge(more)
    restarted.close()

    assert open_inbox().receive(0.2) == []


def test_messages_arrive_that_were_published_while_the_client_was_away(
    open_inbox: Open, publisher: Publisher
) -> None:
    open_inbox().close()
    publish(publisher, b"1", b"2", b"3")
    assert payloads(collect(open_inbox(), 3)) == [b"1", b"2", b"3"]


def test_acknowledging_twice_is_harmless(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox()
    publish(publisher, b"a")
    batch = collect(inbox, 1)
    inbox.acknowledge(batch)
    publish(publisher, b"b")
    inbox.acknowledge(batch)
    assert payloads(collect(inbox, 1)) == [b"b"]
    inbox.close()
    assert payloads(collect(open_inbox(), 1)) == [b"b"]


def test_a_killed_broker_is_found_again_and_has_lost_nothing(
    any_broker: Broker, open_inbox: Open, publisher: Publisher
) -> None:
    inbox = open_inbox()
    publish(publisher, b"a", b"b")
    before = collect(inbox, 2)
    any_broker.save()
    any_broker.kill()
    wait_for(lambda: inbox.trouble, what="the inbox to notice")
    any_broker.start()
    publish(publisher, b"c")
    inbox.acknowledge(before)  # of a connection that is gone: it must not reach the new one

    assert sorted(payloads(collect(inbox, 3))) == [b"a", b"b", b"c"]


def test_several_filters_and_nothing_besides(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox(("seals/+/v1", "owntracks/#"))
    for topic in ("seals/T1/v2", "seals/T1/v1", "other", "owntracks/a/b", "owntracks/a/b/event"):
        publish(publisher, b".", topic=topic)
    messages = collect(inbox, 3)
    assert inbox.receive(0.3) == []
    # Order is promised for each device, not across filters.
    assert sorted(message.topic for message in messages) == [
        "owntracks/a/b",
        "owntracks/a/b/event",
        "seals/T1/v1",
    ]


def test_a_payload_of_two_mebibytes(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox()
    big = bytes(range(256)) * (2 * 2**20 // 256)
    publish(publisher, big, b"small")
    assert payloads(collect(inbox, 2)) == [big, b"small"]


def test_more_than_the_brokers_window_unacknowledged_does_not_block(
    open_inbox: Open, publisher: Publisher
) -> None:
    inbox = open_inbox()
    publish(publisher, *(b"%d" % number for number in range(300)))
    wait_for(lambda: len(inbox._arrived) >= 20)  # Mosquitto sends no more before some are confirmed
    received = inbox.receive(0)
    while len(received) < 300:
        inbox.acknowledge(received)
        batch = inbox.receive(PATIENCE_S)
        assert batch, f"stuck after {len(received)}"
        received += batch
    assert payloads(received) == [b"%d" % number for number in range(300)]


def test_settled_only_after_the_time_of_grace(open_inbox: Open) -> None:
    assert not open_inbox(grace_s=3_600, quiet_s=0.0).settled()
    inbox = open_inbox(grace_s=0.2, quiet_s=0.0)
    wait_for(inbox.settled)
    assert time.monotonic() - inbox._link.up_since >= 0.2


def test_not_settled_while_a_message_waits(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox(grace_s=0.0, quiet_s=0.0)
    publish(publisher, b"a")
    wait_for(lambda: inbox._arrived)
    assert not inbox.settled()
    inbox.acknowledge(inbox.receive(0))
    assert inbox.settled()


def test_not_settled_during_a_backlog_nor_just_after(
    open_inbox: Open, publisher: Publisher
) -> None:
    open_inbox().close()
    publish(publisher, *(b"%d" % number for number in range(200)))
    inbox = open_inbox(grace_s=3_600, quiet_s=3_600)
    received = 0
    while received < 200 and (batch := inbox.receive(PATIENCE_S)):
        time.sleep(0.02)  # a commit, meanwhile more arrives
        inbox.acknowledge(batch)
        received += len(batch)
        assert not inbox.settled()
    inbox._settings = replace(inbox._settings, grace_s=0.0)
    assert not inbox.settled(), "the crowd was there within the last hour"
    inbox._settings = replace(inbox._settings, quiet_s=0.2)
    wait_for(inbox.settled)
    assert time.monotonic() - inbox._crowded_at >= 0.2


def test_a_crowd_is_there_until_it_is_acknowledged(open_inbox: Open, publisher: Publisher) -> None:
    """However long its commit took: the broker sends the next ones only now."""
    inbox = open_inbox(grace_s=0.0, quiet_s=3_600)
    publish(publisher, *(b"%d" % number for number in range(15)))
    wait_for(lambda: len(inbox._arrived) == 15)
    batch = inbox.receive(0)
    inbox._crowded_at = -math.inf  # it arrived long ago
    inbox.acknowledge(batch)
    assert not inbox.settled()


def test_settled_while_messages_trickle_in(open_inbox: Open, publisher: Publisher) -> None:
    inbox = open_inbox(grace_s=0.0, quiet_s=3_600)
    for number in range(60):
        publisher.publish("seals/T1/v1", b"%d" % number)
        inbox.acknowledge(inbox.receive(PATIENCE_S))
        assert inbox.settled()
        time.sleep(0.01)


def test_not_settled_without_a_connection(any_broker: Broker, open_inbox: Open) -> None:
    inbox = open_inbox(grace_s=0.0, quiet_s=0.0)
    assert inbox.settled()
    any_broker.stop()
    wait_for(lambda: not inbox.settled())
    any_broker.start()
    inbox.wait_connected(PATIENCE_S)
    assert inbox.settled()
