"""The gateway on real sockets and a real broker, with a language of its own."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.brokers import Broker, mosquitto
from tests.support.gateways import HOST, gateway
from tests.support.toy import Peer, toy_dialect
from tests.support.waiting import wait_for
from tracker.adapters.clock import SystemClock
from tracker.adapters.gateway.registry import Registry
from tracker.adapters.gateway.server import Gateway
from tracker.adapters.gateway.settings import Limits, Listen
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import NotFound, ServiceUnreachable, UsageError


@pytest.fixture(autouse=True)
def toy() -> Iterator[None]:
    with toy_dialect():
        yield


@contextmanager
def inbox(settings: MqttSettings) -> Iterator[MqttInbox]:
    """What a tracker would get; its session holds what comes while nobody asks."""
    listening = replace(settings, topics=("frames/#",), client_id="tracker")
    with closing(MqttInbox(listening, SystemClock())) as opened:
        opened.wait_connected(5)
        yield opened


def received(settings: MqttSettings, count: int) -> list[tuple[str, bytes]]:
    """The first `count` different messages waiting at the broker, in their order."""
    found: dict[tuple[str, bytes], None] = {}
    with inbox(settings) as opened:
        while len(found) < count and (batch := opened.receive(5)):
            found.update(dict.fromkeys((one.topic, one.payload) for one in batch))
            opened.acknowledge(batch)
    return list(found)


def subscribed(broker: Broker) -> MqttSettings:
    with inbox(broker.settings):
        return broker.settings


# The way of a frame


def test_a_frame_reaches_the_broker_as_it_came_and_then_is_answered(any_broker: Broker) -> None:
    settings = subscribed(any_broker)
    with gateway(settings, "toy") as running, Peer(running.port) as peer:
        peer.say("A1:one", "A1:two")
        assert [peer.hear(), peer.hear()] == ["ok one", "ok two"]
    assert received(settings, 2) == [
        ("frames/toy/A1", b"A1:one\n"), ("frames/toy/A1", b"A1:two\n"),
    ]  # fmt: skip


def test_answers_keep_the_order_of_the_frames(nats_broker: Broker) -> None:
    """A login is answered at once, but not before what came before it."""
    with gateway(subscribed(nats_broker), "toy") as running, Peer(running.port) as peer:
        peer.say("A1?", "A1:one", "A1?", "A1:two", "A1?")
        heard = [peer.hear() for _ in range(5)]
    assert heard == ["hello", "ok one", "hello", "ok two", "hello"]


def test_who_closes_after_the_last_frame_still_gets_the_answer(nats_broker: Broker) -> None:
    with gateway(subscribed(nats_broker), "toy") as running, Peer(running.port) as peer:
        peer.say("A1:last")
        peer.socket.shutdown(1)
        assert [peer.hear(), peer.hear()] == ["ok last", None]


def test_a_frame_in_pieces_is_one(nats_broker: Broker) -> None:
    settings = subscribed(nats_broker)
    with gateway(settings, "toy") as running, Peer(running.port) as peer:
        for piece in (b"A1", b":pi", b"eces\nA1", b":x\n"):
            peer.socket.sendall(piece)
            time.sleep(0.02)
        assert [peer.hear(), peer.hear()] == ["ok pieces", "ok x"]
    assert received(settings, 2)[0] == ("frames/toy/A1", b"A1:pieces\n")


# The broker is away


def test_while_the_broker_is_gone_nobody_is_answered_and_nothing_is_lost(
    any_broker: Broker,
) -> None:
    """One device talks on and on, the broker goes and comes: what was answered is there."""
    settings, lines = subscribed(any_broker), [f"A1:{number}" for number in range(400)]
    with (
        gateway(settings, "toy", unconfirmed=20, frames_per_s=1e6) as running,
        Peer(running.port, patience_s=40.0) as peer,
    ):
        peer.say(*lines[:100])
        assert [peer.hear() for _ in range(100)] == [f"ok {n}" for n in range(100)]
        any_broker.save()
        any_broker.stop()
        time.sleep(0.2)
        peer.say(*lines[100:])
        assert peer.hears_nothing_for(1.0)
        any_broker.start()
        assert [peer.hear() for _ in range(300)] == [f"ok {n}" for n in range(100, 400)]
    assert received(settings, 400) == [("frames/toy/A1", f"{line}\n".encode()) for line in lines]


def test_reading_stops_while_the_broker_is_gone(nats_broker: Broker) -> None:
    """What a device sends then stays in its own buffers: its socket takes no more."""
    settings = subscribed(nats_broker)
    line = b"A1:" + b"x" * 1000 + b"\n"
    with (
        gateway(settings, "toy", unconfirmed=5, frames_per_s=1e6) as running,
        Peer(running.port) as peer,
    ):
        peer.say("A1:first")
        assert peer.hear() == "ok first"
        nats_broker.stop()
        time.sleep(0.2)
        peer.socket.settimeout(1.0)
        with pytest.raises(TimeoutError):
            _send(peer, line, times=50_000)
        nats_broker.start()


def test_who_comes_back_while_the_broker_is_gone_is_there_once(nats_broker: Broker) -> None:
    settings = subscribed(nats_broker)
    with (
        gateway(settings, "toy", unconfirmed=2) as running,
        Peer(running.port) as old,
        Peer(running.port) as new,
    ):
        old.say("A1:0")
        assert old.hear() == "ok 0"
        nats_broker.stop()
        time.sleep(0.2)
        old.say(*(f"A1:{number}" for number in range(1, 10)))
        time.sleep(0.2)
        new.say("A1?", *(f"A1:{number}" for number in range(1, 10)))
        assert new.hear() == "hello"
        assert old.hear() is None, "though it waits for the broker"
        wait_for(lambda: len(running.gateway._connections) == 1)
        nats_broker.start()
        assert [new.hear() for _ in range(9)] == [f"ok {number}" for number in range(1, 10)]
    assert len(received(settings, 10)) == 10


def _send(peer: Peer, line: bytes, *, times: int) -> None:
    for _ in range(times):
        peer.socket.sendall(line)


@pytest.mark.mosquitto
def test_what_the_broker_refuses_is_not_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """MQTT 5 says so; the device keeps its frame, and the log says what is amiss."""
    acl = "topic read #\ntopic readwrite commands/#\ntopic readwrite frames/toy/GOOD\n"
    with mosquitto(tmp_path, acl=acl) as broker:
        settings = subscribed(broker)
        with gateway(settings, "toy") as running:
            with Peer(running.port) as bad:
                bad.say("BAD:one")
                assert bad.hear() is None
            with Peer(running.port) as good:
                good.say("GOOD:one")
                assert good.hear() == "ok one"
    assert "the broker refuses the frame (Not authorized)" in caplog.text


@pytest.mark.mosquitto
def test_what_the_broker_would_throw_away_is_not_answered(
    mosquitto_broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    """Before any tracker has subscribed."""
    with gateway(mosquitto_broker.settings, "toy") as running:
        with Peer(running.port) as early:
            early.say("A1:one")
            assert early.hear() is None
        subscribed(mosquitto_broker)
        with Peer(running.port) as later:
            later.say("A1:one")
            assert later.hear() == "ok one"
    assert "no tracker has subscribed yet" in caplog.text


def test_without_a_broker_it_does_not_start() -> None:
    with (
        pytest.raises(ServiceUnreachable),
        gateway(MqttSettings(port=1, connect_timeout_s=0.3), "toy"),
    ):
        pass


# Who may connect


def test_a_device_that_is_not_listed_is_refused(
    nats_broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway(subscribed(nats_broker), "toy", "A1", "toy A2", "other A3") as running:
        for name in ("A1", "A2"):
            with Peer(running.port) as peer:
                peer.say(f"{name}?")
                assert peer.hear() == "hello"
        for _ in range(3):
            with Peer(running.port) as peer:
                peer.say("A3?", "A3:one")
                assert [peer.hear(), peer.hear()] == ["no", None]
    assert caplog.text.count("A3 is not in the list") == 1, "not once for each attempt"


def test_the_list_may_change(tmp_path: Path) -> None:
    file = tmp_path / "devices.txt"
    file.write_text("# ours\nA1\ntoy A2  # another\n\n")
    registry = Registry(file=file)
    assert [registry.admits("toy", name) for name in ("A1", "A2", "A3")] == [True, True, False]
    file.write_text("A3\n")
    wait_for(lambda: registry.admits("toy", "A3"))
    assert not registry.admits("toy", "A1")
    file.write_text("A4\nA5 is not one\n")
    time.sleep(1.1)
    assert registry.admits("toy", "A3"), "a faulty file changes nothing"


@pytest.mark.parametrize("text", ["a b c\n", "a/b\n", "+\n"])
def test_a_faulty_list_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "devices.txt"
    file.write_text("A1\n" + text)
    with pytest.raises(UsageError) as raised:
        Registry(file=file)
    assert raised.value.where == f"{file}:2"


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Registry(file=tmp_path / "none")


# Limits


def test_connections_are_limited(nats_broker: Broker) -> None:
    with (
        gateway(subscribed(nats_broker), "toy", connections_per_address=2) as running,
        Peer(running.port) as one,
        Peer(running.port) as two,
    ):
        for peer, name in ((one, "A1"), (two, "A2")):
            peer.say(f"{name}?")
            assert peer.hear() == "hello"
        with Peer(running.port) as third:
            assert third.hear() is None
        one.close()
        wait_for(lambda: _is_greeted(running.port))


def _is_greeted(port: int) -> bool:
    with Peer(port) as peer:
        try:
            peer.say("A3?")
        except ConnectionError:
            return False
        return peer.hear() == "hello"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_each_connection_gets_its_file(nats_broker: Broker) -> None:
    """A shell's usual limit of 1,024 would leave none for the broker, with the devices come."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        with gateway(subscribed(nats_broker), "toy", connections=300):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 300
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_flood_is_slowed_down_and_nothing_of_it_lost(nats_broker: Broker) -> None:
    with gateway(subscribed(nats_broker), "toy", frames_per_s=50) as running:
        with Peer(running.port) as peer:
            began = time.monotonic()
            peer.say(*(f"A1:{number}" for number in range(100)))
            assert [peer.hear() for _ in range(100)] == [f"ok {n}" for n in range(100)]
        assert time.monotonic() - began > 0.9, "the first second's at once, the rest in turn"


@pytest.mark.parametrize(
    ("limits", "said", "why"),
    [
        ({"login_s": 0.3}, [], "nobody has said who speaks within 0.3 s"),
        ({"login_s": 0.3, "noise": 99}, [":x", "?"], "nobody has said who speaks within 0.3 s"),
        ({"idle_s": 0.3}, ["A1?"], "no frame within 0.3 s"),
        ({"noise": 2}, ["rubbish"] * 3, "more than 2 times no frame"),
        ({"noise": 2}, [":who"] * 3, "before anybody has said who speaks"),
        ({"noise": 0, "frame_bytes": 20}, ["A1:" + "x" * 20], "a frame of 24 bytes"),
        ({}, [f"A{n}?" for n in range(65)], "more than 64 devices"),
    ],
)
def test_who_does_not_behave_is_closed(
    nats_broker: Broker, caplog: pytest.LogCaptureFixture, limits: dict[str, Any],
    said: list[str], why: str,
) -> None:  # fmt: skip
    with gateway(subscribed(nats_broker), "toy", **limits) as running:
        with Peer(running.port) as peer:
            peer.say(*said)
            while peer.hear() is not None:
                pass
        wait_for(lambda: why in caplog.text, what=lambda: caplog.text)


def test_noise_between_frames_costs_no_frame(nats_broker: Broker) -> None:
    with gateway(subscribed(nats_broker), "toy") as running, Peer(running.port) as peer:
        peer.say("A1:one", "rubbish", "A1:two")
        assert [peer.hear(), peer.hear()] == ["ok one", "ok two"]


def test_a_device_that_connects_anew_ends_its_older_connection(nats_broker: Broker) -> None:
    with (
        gateway(subscribed(nats_broker), "toy") as running,
        Peer(running.port) as old,
        Peer(running.port) as new,
    ):
        old.say("A1?")
        assert old.hear() == "hello"
        new.say("A1?")
        assert new.hear() == "hello"
        assert old.hear() is None
        new.say("A1:on")
        assert new.hear() == "ok on"


def test_one_connection_may_speak_for_several(nats_broker: Broker) -> None:
    settings = subscribed(nats_broker)
    with gateway(settings, "toy") as running, Peer(running.port) as peer:
        peer.say("A1:one", "A2:two")
        assert [peer.hear(), peer.hear()] == ["ok one", "ok two"]
    assert [topic for topic, _ in received(settings, 2)] == ["frames/toy/A1", "frames/toy/A2"]


# UDP


def test_a_datagram_is_answered_once_the_broker_has_it(nats_broker: Broker) -> None:
    settings = subscribed(nats_broker)
    with (
        gateway(settings, "toy", "A1", udp=True) as running,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device,
    ):
        device.settimeout(5)
        device.connect((HOST, running.udp_port))
        device.send(b"A2:not listed")
        device.send(b"rubbish")
        device.send(b"A1:one")
        assert device.recv(100) == b"ok one\n"
        nats_broker.stop()
        time.sleep(0.2)
        device.send(b"A1:two")
        device.settimeout(0.5)
        with pytest.raises(TimeoutError):
            device.recv(100)
        nats_broker.start()
        device.settimeout(1.0)
        assert _again(device, b"A1:two") == b"ok two\n"
    assert received(settings, 2) == [("frames/toy/A1", b"A1:one"), ("frames/toy/A1", b"A1:two")]


def _again(device: socket.socket, data: bytes) -> bytes:
    """As a device does: until it is answered."""
    for _ in range(20):
        device.send(data)
        try:
            return device.recv(100)
        except TimeoutError:
            continue
    raise AssertionError("never answered")


# Starting and stopping


def test_stopping_answers_what_is_on_its_way(nats_broker: Broker) -> None:
    with gateway(subscribed(nats_broker), "toy") as running:
        peer = Peer(running.port)
        peer.say("A1:one")
        assert peer.hear() == "ok one"
    with peer:
        assert peer.hear() is None


def test_a_port_in_use_is_named(nats_broker: Broker) -> None:
    with gateway(nats_broker.settings, "toy") as running:
        second = Gateway(
            replace(nats_broker.settings, topics=("commands/+/+",)), Registry(), Limits(),
            client_id="second", tcp=[Listen("toy", HOST, running.port)],
        )  # fmt: skip
        with pytest.raises(ServiceUnreachable, match="cannot listen"):
            second.run(lambda: True, lambda _: None)


def test_only_dialects_that_connect_can_be_listened_for() -> None:
    for where in ({"tcp": [Listen("native", None, 0)]}, {"udp": [Listen("nothing", None, 0)]}):
        with pytest.raises(NotFound, match="no dialect") as raised:
            Gateway(MqttSettings(), Registry(), Limits(), client_id="g", **where)
        assert "toy" in raised.value.mend


def test_many_devices_at_once(nats_broker: Broker) -> None:
    settings = subscribed(nats_broker)
    heard: list[str | None] = []
    with gateway(settings, "toy", unconfirmed=10) as running:

        def device(number: int) -> None:
            with Peer(running.port) as peer:
                for turn in range(5):
                    peer.say(f"D{number}:{turn}")
                    heard.append(peer.hear())

        threads = [threading.Thread(target=device, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert Counter(heard) == {f"ok {turn}": 50 for turn in range(5)}
    assert len(received(settings, 250)) == 250


def test_nothing_is_said_of_a_device_that_just_goes(
    nats_broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway(subscribed(nats_broker), "toy") as running, Peer(running.port) as peer:
        peer.say("A1?")
        assert peer.hear() == "hello"
        peer.close()
        time.sleep(0.3)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING and "A1" in r.message] == []
