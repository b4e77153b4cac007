"""Commands down to a device, and what became of them back, over a real broker."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from tests.support.brokers import Broker
from tests.support.gateways import gateway
from tests.support.toy import Peer, toy_dialect
from tests.support.waiting import wait_for
from tracker.adapters.gateway.caller import Caller
from tracker.adapters.gateway.orders import Order, Orders, Result
from tracker.adapters.mqtt.publisher import Publisher


@pytest.fixture(autouse=True)
def toy() -> Iterator[None]:
    with toy_dialect():
        yield


def statuses(broker: Broker, name: str = "lock", wait_s: float = 2.0) -> list[str]:
    """What becomes of a command to A1."""
    with Caller(broker.settings, "caller", "toy", "A1") as caller:
        return [result.status for result in caller.order("o", 7, name, {}, wait_s)]


def test_a_command_reaches_the_device_and_its_answer_comes_back(any_broker: Broker) -> None:
    with gateway(any_broker.settings, "toy") as running, Peer(running.port) as peer:
        peer.say("A1?")
        assert peer.hear() == "hello"
        with Caller(any_broker.settings, "caller", "toy", "A1") as caller:
            heard = caller.order("o", 7, "interval", {"seconds": "30"}, 10.0)
            sent = next(heard)
            assert (sent.status, sent.device, sent.dialect) == ("sent", "A1", "toy")
            assert peer.hear() == "interval 7 30"
            peer.say("A1!6", "A1!7")
            (answered,) = heard
    assert (answered.status, bytes.fromhex(answered.payload)) == ("answered", b"A1!7\n")


def test_a_device_that_is_not_there(nats_broker: Broker) -> None:
    with gateway(nats_broker.settings, "toy"):
        assert statuses(nats_broker) == ["not_connected"]


def test_a_device_that_has_gone(nats_broker: Broker) -> None:
    with gateway(nats_broker.settings, "toy") as running:
        with Peer(running.port) as peer:
            peer.say("A1?")
            assert peer.hear() == "hello"
        wait_for(lambda: not running.gateway._devices)
        assert statuses(nats_broker) == ["not_connected"]


def test_no_gateway(nats_broker: Broker) -> None:
    assert statuses(nats_broker, wait_s=0.3) == []


def test_the_newest_connection_gets_it(nats_broker: Broker) -> None:
    with (
        gateway(nats_broker.settings, "toy") as running,
        Peer(running.port) as old,
        Peer(running.port) as new,
    ):
        for peer in (old, new):
            peer.say("A1?")
            assert peer.hear() == "hello"
        assert statuses(nats_broker, wait_s=0.5) == ["sent"]
        assert new.hear() == "lock 7 "
        assert old.hear() is None


def test_a_command_that_the_dialect_does_not_know(nats_broker: Broker) -> None:
    with gateway(nats_broker.settings, "toy"):
        assert statuses(nats_broker, "explode") == ["refused"]


def test_a_command_while_no_gateway_runs_does_not_come_true_later(nats_broker: Broker) -> None:
    """An unlock that waited for hours at the broker would open the wrong door."""
    with gateway(nats_broker.settings, "toy"):
        pass
    assert statuses(nats_broker, "unlock", wait_s=0.3) == []
    with gateway(nats_broker.settings, "toy") as running, Peer(running.port) as peer:
        peer.say("A1?")
        assert peer.hear() == "hello"
        assert peer.hears_nothing_for(0.5)


def test_what_is_no_command_harms_nobody(nats_broker: Broker) -> None:
    with gateway(nats_broker.settings, "toy") as running, Peer(running.port) as peer:
        peer.say("A1?")
        assert peer.hear() == "hello"
        with Publisher(nats_broker.settings, "vandal") as vandal:
            for payload in (b"", b"\xff\xfe", b"[]", b'{"id":1}', b'{"id":"x","serial":"y"}'):
                vandal.publish("commands/toy/A1", payload)
        assert statuses(nats_broker, wait_s=0.5) == ["sent"]
        assert peer.hear() == "lock 7 "


def test_orders_whose_answer_never_comes_do_not_fill_the_memory() -> None:
    told: list[Result] = []
    orders = Orders(
        lambda *_: True,
        lambda _topic, payload: told.append(msgspec.json.decode(payload, type=Result)),
    )
    for serial in range(10_050):
        order = Order(id=f"order-{serial}", serial=serial, name="lock")
        orders.take("commands/toy/A1", msgspec.json.encode(order))
    orders.answered("toy", "A1", 10, b"too late")
    orders.answered("toy", "A1", 10_049, b"in time")
    assert [(r.id, r.status) for r in told[-2:]] == [
        ("order-10049", "sent"), ("order-10049", "answered"),
    ]  # fmt: skip
