"""The sieve hears what paho hears: the same messages in the same order, and the same end."""

from __future__ import annotations

import itertools
import socket
from contextlib import closing
from typing import NamedTuple

import paho.mqtt.client as paho
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from tracker.adapters.mqtt.client import ReceivingClient
from tracker.adapters.mqtt.sieve import Publication, Sieve

TOPIC = "seals/v1/TRUCK-1/telemetry"
SUBACK, PINGRESP = b"\x90\x03\x00\x01\x01", b"\xd0\x00"
ODD_PROPERTIES = b"\x02\x00\x00\x00\x3c" + b"\x26\x00\x01k\x00\xc8" + b"v" * 200
"""Message expiry, and a user property that makes their length take two bytes."""


class Heard(NamedTuple):
    messages: list[Publication]
    alive: bool


class Wired(ReceivingClient):
    """A receiving client whose connection is one end of a pair of sockets."""

    near: socket.socket

    def _create_socket_connection(self) -> socket.socket:
        return self.near


def heard(pieces: list[bytes], *, v5: bool, sifting: bool) -> Heard:
    """What comes out if a broker sends CONNACK and then these, one after the other."""
    client = Wired(
        CallbackAPIVersion.VERSION2,
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
    )
    client.on_socket_register_write = lambda *_: None
    messages: list[Publication] = []

    def on_message(_client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic.encode()
        except UnicodeDecodeError:
            topic = b"?"
        messages.append((topic, bytes(message.payload), message.mid, bool(message.retain)))

    client.on_message = on_message
    client.sifting = sifting
    client.near, far = socket.socketpair()
    client.connect_async("broker")
    with closing(far), closing(client.near):
        client.reconnect()
        buffered = client.buffered
        assert buffered is not None
        for piece in (b"\x20\x03\x00\x00\x00" if v5 else b"\x20\x02\x00\x00", *pieces):
            far.sendall(piece)
            while buffered.fill():
                if buffered.sieve is not None:
                    messages += [(_text(one[0]), *one[1:]) for one in buffered.sieve.caught]
                    buffered.sieve.caught.clear()
                while buffered.pending():
                    if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                        return Heard(messages, alive=False)
        return Heard(messages, alive=True)


def _text(topic: bytes) -> bytes:
    return topic if topic.decode(errors="replace").encode() == topic else b"?"


def packet(kind: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (128 if left else 0))
        if not left:
            return bytes([kind]) + length + body


def publication(topic: bytes, payload: bytes, mid: int, flags: int, properties: bytes) -> bytes:
    """A PUBLISH; properties come with their length, and only in MQTT 5."""
    number = mid.to_bytes(2, "big") if flags & 6 else b""
    return packet(
        0x30 | flags, len(topic).to_bytes(2, "big") + topic + number + properties + payload
    )


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[a:b] for a, b in itertools.pairwise(places)]


topics = st.text(min_size=1, max_size=200).map(str.encode) | st.just(b"a/\xff\xfe")
payloads = st.binary(max_size=40) | st.integers(100, 20_000).map(bytes)
numbers = st.integers(1, 65_535)
flags = st.sampled_from([0x00, 0x01, 0x02, 0x03, 0x0A, 0x0B])
cuts = st.lists(st.integers(0, 100_000), max_size=8)


def streams(*properties: bytes) -> st.SearchStrategy[bytes]:
    publications = st.builds(
        publication, topics, payloads, numbers, flags, st.sampled_from(properties)
    )
    return st.lists(publications | st.just(PINGRESP), max_size=12).map(b"".join)


@given(streams(b""), cuts)
def test_publications_of_mqtt_3(stream: bytes, cuts: list[int]) -> None:
    pieces = cut(stream, cuts)
    assert heard(pieces, v5=False, sifting=True) == heard(pieces, v5=False, sifting=False)


@given(streams(b"\0", b"\x05\x02\0\0\0\x3c", b"\xd3\x01" + ODD_PROPERTIES), cuts)
def test_publications_of_mqtt_5(stream: bytes, cuts: list[int]) -> None:
    pieces = cut(stream, cuts)
    assert heard(pieces, v5=True, sifting=True) == heard(pieces, v5=True, sifting=False)


@given(streams(b""), st.binary(max_size=60), streams(b""), cuts)
@example(b"", b"\x30\xff\xff\xff\xff\x01", b"", [])
@example(b"", b"\x32\x03\x00\x01a", b"", [])
@example(b"", publication(b"a", b"twice", 7, 0x04, b""), publication(b"a", b"", 8, 2, b""), [])
@settings(max_examples=300)
def test_anything_among_them(before: bytes, odd: bytes, after: bytes, cuts: list[int]) -> None:
    pieces = cut(before + odd + after, cuts)
    assert heard(pieces, v5=False, sifting=True) == heard(pieces, v5=False, sifting=False)


@pytest.mark.parametrize("v5", [False, True])
def test_what_is_no_publication_goes_through_alone(v5: bool) -> None:
    sieve = Sieve(v5=v5)
    plain = publication(TOPIC.encode(), b"x" * 300, 3, 2, b"\0" if v5 else b"")
    assert sieve.sift(SUBACK + plain + PINGRESP + plain[:50]) == SUBACK
    assert (sieve.more, sieve.caught) == (True, []), "what follows waits until paho has read it"
    assert sieve.sift(b"") == PINGRESP
    assert sieve.sift(b"") == b""
    assert not sieve.more
    assert sieve.sift(plain[50:]) == b""
    assert sieve.caught == [(TOPIC.encode(), b"x" * 300, 3, False)] * 2


def test_from_something_odd_on_paho_reads_it_all() -> None:
    sieve = Sieve(v5=False)
    plain = publication(b"a", b"", 1, 2, b"")
    of_qos_2 = publication(b"a", b"", 2, 4, b"")
    assert sieve.sift(plain + of_qos_2 + plain) == of_qos_2 + plain
    assert sieve.sift(plain) == plain
    assert len(sieve.caught) == 1
