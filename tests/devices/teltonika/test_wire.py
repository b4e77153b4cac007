"""A Teltonika tracker's connection: login, packets, answers; any stream, split anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from devices import teltonika
from devices.common.frames import FrameError
from devices.reading import Rejected
from devices.teltonika.encoder import CODEC_8, login, packet
from devices.teltonika.wire import tcp_packet, text_packet
from devices.wire import MAX_FRAME, Frame, Noise
from tests.devices.strategies import RECEIVED_AT
from tests.devices.teltonika.frames import (
    A_FIX,
    IMEI,
    TOPIC,
    logins,
    pings,
    spoilt,
    tcp_packets,
    texts,
    udp_packets,
    vectors,
)
from tests.support.teltonika_encode import udp_packet

LOGIN = login(IMEI)


def feed(*parts: bytes) -> list[Frame | Noise]:
    """What one connection makes of the parts."""
    session = teltonika.session()
    return [item for part in parts for item in session.feed(part, RECEIVED_AT)]


def frames(items: list[Frame | Noise]) -> list[Frame]:
    return [item for item in items if isinstance(item, Frame)]


def test_a_login_is_accepted_and_not_published() -> None:
    assert feed(LOGIN) == [Frame(payload=LOGIN, device=IMEI, answer=b"\x01", publish=False)]
    assert teltonika.session().refusal() == b"\x00"


def test_a_packet_is_answered_with_the_count_of_its_records() -> None:
    data = packet([A_FIX] * 3, CODEC_8)
    _, frame = feed(LOGIN, data)
    assert frame == Frame(payload=data, device=IMEI, answer=b"\0\0\0\x03")


def test_a_rejected_record_is_taken_too_for_its_bytes_are_kept() -> None:
    data = packet([A_FIX, replace(A_FIX, lat=2**31 - 1)])
    _, frame = feed(LOGIN, data)
    assert frame == Frame(payload=data, device=IMEI, answer=b"\0\0\0\x02")


@pytest.mark.parametrize(
    "data",
    [
        packet([A_FIX])[:-1] + b"\0",
        tcp_packet(bytes.fromhex("080100")),
        tcp_packet(bytes.fromhex("07010001")),
        tcp_packet(bytes.fromhex("55010001")),
        tcp_packet(bytes.fromhex("080000")),
    ],
    ids=["CRC", "counts", "GH3000", "unknown codec", "no record"],
)
def test_what_is_not_sound_is_published_and_none_of_it_taken(data: bytes) -> None:
    """So its bytes are kept among the rejects, and the device sends the records again."""
    _, frame = feed(LOGIN, data)
    assert frame == Frame(payload=data, device=IMEI, answer=b"\0\0\0\0")
    (found,) = teltonika.decode(TOPIC, data, RECEIVED_AT)
    assert isinstance(found, Rejected)


@pytest.mark.parametrize("codec", [0x0C, 0x0D, 0x0E])
def test_a_commands_text_gets_no_answer(codec: int) -> None:
    data = text_packet(b"OK", codec, 0x06)
    _, frame = feed(LOGIN, data)
    assert frame == Frame(payload=data, device=IMEI, publish=False)


def test_a_ping_gets_no_answer() -> None:
    _, ping, data = feed(LOGIN + b"\xff" + packet([A_FIX]))
    assert ping == Frame(payload=b"\xff", device=IMEI, publish=False)
    assert isinstance(data, Frame)
    assert data.publish


def test_a_packet_before_the_login_is_noise() -> None:
    data = packet([A_FIX])
    noise, _, frame = feed(data, LOGIN, data)
    assert noise == Noise(payload=data, reason="a packet before the login, expected an IMEI")
    assert isinstance(frame, Frame)


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x00",
        b"\x00\x00\x00",
        b"\x00\x0fABC",
        b"\x00\x30",
        bytes.fromhex("0000000000000002"),
        bytes.fromhex("00000000FFFFFFFF08"),
        bytes.fromhex("0000000100000036"),
    ],
)
def test_behind_noise_the_next_packet_is_found(noise: bytes) -> None:
    data = packet([A_FIX])
    items = feed(LOGIN, noise + data + data)
    assert frames(items)[1:] == [
        Frame(payload=data, device=IMEI, answer=b"\0\0\0\x01") for _ in range(2)
    ]
    assert b"".join(item.payload for item in items) == LOGIN + noise + data + data


def test_the_longest_frame_is_taken_and_a_longer_one_is_noise() -> None:
    longest = tcp_packet(b"\x55" + bytes(MAX_FRAME - 13))
    assert len(longest) == MAX_FRAME
    _, frame = feed(LOGIN, longest)
    assert frame.payload == longest
    _, noise, *_ = feed(LOGIN, tcp_packet(b"\x55" + bytes(MAX_FRAME - 12)))
    assert isinstance(noise, Noise)


streams = st.lists(
    logins | pings | texts | tcp_packets | spoilt() | st.binary(max_size=30), max_size=5
).map(b"".join)


@st.composite
def split_streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    stream = draw(streams)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    ends = [*cuts, len(stream)]
    return stream, [stream[a:b] for a, b in zip([0, *cuts], ends, strict=True)]


@given(split_streams())
def test_a_stream_split_anywhere_gives_the_same_frames(case: tuple[bytes, list[bytes]]) -> None:
    stream, parts = case
    whole = feed(stream)
    assert frames(feed(*parts)) == frames(whole)
    assert frames(feed(*(stream[at : at + 1] for at in range(len(stream))))) == frames(whole)


@given(split_streams())
def test_no_byte_of_a_stream_is_lost(case: tuple[bytes, list[bytes]]) -> None:
    stream, parts = case
    got = b"".join(item.payload for item in feed(*parts))
    assert stream.startswith(got)
    behind = stream[len(got) :]
    assert len(behind) < MAX_FRAME


@given(st.lists(tcp_packets, max_size=4))
def test_what_is_said_over_tcp_is_decoded_as_it_was_sent(sent: list[bytes]) -> None:
    _, *found = feed(LOGIN + b"".join(sent))
    assert [item.payload for item in found] == sent
    for frame in frames(found):
        decoded = teltonika.decode(TOPIC, frame.payload, RECEIVED_AT)
        assert frame.answer == len(decoded).to_bytes(4, "big")


# UDP


def test_the_makers_example_over_udp() -> None:
    (vector,) = (one for one in vectors() if one["name"] == "UDP: the maker's example")
    (frame,) = teltonika.datagram(vector["payload"], RECEIVED_AT)
    assert frame == Frame(
        payload=vector["payload"],
        device="352093086403655",
        answer=bytes.fromhex("0005CAFE010501"),
    )


def test_packets_over_udp_that_are_not_sound_are_not_taken() -> None:
    data = bytearray(udp_packet(IMEI, [A_FIX], packet_id=0x1234, avl_id=9))
    data[-1] = 2
    (frame,) = teltonika.datagram(bytes(data), RECEIVED_AT)
    assert isinstance(frame, Frame)
    assert frame.answer.hex() == "00051234010900"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello, world", "it begins with 68 65 6C 6C"),
        (LOGIN, "a login, expected a UDP packet"),
        (packet([A_FIX]), "a TCP packet, expected a UDP packet"),
        (udp_packet(IMEI, [A_FIX])[:-1], "the UDP packet is cut off"),
    ],
)
def test_a_datagram_that_is_no_packet(data: bytes, reason: str) -> None:
    (noise,) = teltonika.datagram(data, RECEIVED_AT)
    assert isinstance(noise, Noise)
    assert noise.payload == data
    assert noise.reason.startswith(reason)


def test_an_empty_datagram() -> None:
    assert teltonika.datagram(b"", RECEIVED_AT) == []


def test_a_ping_over_udp() -> None:
    assert teltonika.datagram(b"\xff", RECEIVED_AT) == [
        Frame(payload=b"\xff", device=None, publish=False)
    ]


@given(udp_packets | spoilt() | st.binary(max_size=100))
def test_any_datagram(data: bytes) -> None:
    items = teltonika.datagram(data, RECEIVED_AT)
    assert b"".join(item.payload for item in items) == data
    for frame in frames(items):
        if frame.publish:
            assert len(frame.answer) == 7


# Commands


def test_where_are_you() -> None:
    told = teltonika.command(IMEI, "locate", {}, 7)
    assert told == bytes.fromhex("00000000 0000000E 0C 01 05 00000006 676574677073 01 0000CCD7")
    assert [command.name for command in teltonika.COMMANDS] == ["locate"]
    assert not any(command.unlocks for command in teltonika.COMMANDS)


def test_the_makers_example_of_a_command() -> None:
    assert text_packet(b"getinfo").hex() == "000000000000000f0c010500000007676574696e666f0100004312"


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("unlock", {}, "cannot be told 'unlock', expected one of locate"),
        ("locate", {"now": "yes"}, "locate takes no arguments, and is given 'now'"),
    ],
)
def test_what_it_cannot_be_told(name: str, arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(FrameError, match=reason):
        teltonika.command(IMEI, name, arguments, 1)
