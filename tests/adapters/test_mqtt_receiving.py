"""The inbox's link, which the thread that receives drives, and its socket."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from tests.support.brokers import Broker
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.buffered import PIECE, BufferedSocket
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.publisher import Publisher


@pytest.fixture
def ends() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    """A buffered socket, and what it is connected to."""
    near, far = socket.socketpair()
    near.setblocking(False)
    with closing(near), closing(far):
        yield BufferedSocket(near, None), far


class TestBufferedSocket:
    def test_it_gives_in_pieces_what_was_received_at_once(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        far.sendall(b"abcdef")
        assert buffered.recv(1) == b"a"
        assert buffered.pending() == 5
        assert buffered.recv(2) + buffered.recv(99) == b"bcdef"
        with pytest.raises(BlockingIOError):
            buffered.recv(1)
        assert not buffered.fill()

    def test_what_is_filled_twice_is_given_in_order(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        for piece in (b"ab", b"cd"):
            far.sendall(piece)
            assert buffered.fill()
        assert buffered.recv(1) + buffered.recv(9) == b"abcd"

    def test_no_more_is_received_than_can_be_given(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        far.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                far.send(b"x" * PIECE)
                assert buffered.fill()
                assert buffered.pending() < 2 * PIECE

    def test_the_end_comes_after_all_that_was_received(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        far.sendall(b"last")
        far.close()
        assert buffered.recv(10) == b"last"
        assert buffered.recv(10) == b""
        assert buffered.pending(), "whoever drives has to see it"

    def test_what_finds_no_room_waits_and_stays_in_order(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        sent = bytes(range(256)) * (16 * PIECE // 256)
        assert buffered.send(sent) == len(sent)
        assert buffered.unsent
        buffered.put(b"and this")
        received = b""
        while len(received) < len(sent) + 8:
            received += far.recv(PIECE)
            buffered.flush()
        assert received == sent + b"and this"
        assert not buffered.unsent

    def test_an_error_of_writing_is_told_by_reading(
        self, ends: tuple[BufferedSocket, socket.socket]
    ) -> None:
        buffered, far = ends
        far.close()
        buffered.send(b"x")
        with pytest.raises(OSError, match=r"."):
            buffered.recv(1)


@pytest.mark.mosquitto
@pytest.mark.parametrize("receiver", ["fast", "paho"])
class TestWithoutAReceive:
    """Nobody calls `receive`: a commit takes long, or the journal is away."""

    def test_the_connection_is_kept_alive(self, mosquitto_broker: Broker, receiver: str) -> None:
        settings = replace(
            mosquitto_broker.settings,
            topics=("seals/#",),
            keepalive_s=1,
            receiver=receiver,  # type: ignore[arg-type]
        )
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            inbox.wait_connected(PATIENCE_S)

            def answered() -> bool:
                return mosquitto_broker.log().count(f"Sending PINGRESP to {settings.client_id}") > 2

            wait_for(answered, what=mosquitto_broker.log)
            assert not inbox.trouble

    def test_a_lost_connection_is_made_again(self, mosquitto_broker: Broker, receiver: str) -> None:
        settings = replace(
            mosquitto_broker.settings,
            topics=("seals/#",),
            receiver=receiver,  # type: ignore[arg-type]
        )
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            inbox.wait_connected(PATIENCE_S)
            mosquitto_broker.stop()
            wait_for(lambda: inbox.trouble)
            mosquitto_broker.start()
            inbox.wait_connected(PATIENCE_S)


@pytest.mark.mosquitto
def test_a_waiting_receive_hears_through_an_outage(mosquitto_broker: Broker) -> None:
    """It waits for a message, in its own thread, while the other one connects anew."""
    settings = replace(mosquitto_broker.settings, topics=("seals/#",))
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(PATIENCE_S)
        heard: list[bytes] = []
        waiting = threading.Thread(
            target=lambda: heard.extend(
                message.payload for message in inbox.receive(threading.TIMEOUT_MAX)
            )
        )
        waiting.start()
        mosquitto_broker.stop()
        wait_for(lambda: inbox.trouble)
        mosquitto_broker.start()
        inbox.wait_connected(PATIENCE_S)
        with Publisher(settings, "truck") as publisher:
            publisher.publish("seals/T1/v1", b"after")
        waiting.join(PATIENCE_S)
        assert heard == [b"after"]
