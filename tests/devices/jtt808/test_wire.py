"""JT/T 808 over TCP: frames however they are split, answers, commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import jtt808
from devices.jtt808 import encoder as encode
from devices.jtt808.frame import LONGEST, ODD, Message, build, parse
from devices.reading import Reading, Rejected
from devices.wire import MAX_FRAME, Frame, Noise
from tests.devices.jtt808.support import DEVICE, TOPIC, chunks, loose_bytes
from tests.devices.strategies import RECEIVED_AT as NOW
from tests.support import jtt808_encode

ID = bytes.fromhex("007091234567")
BODY = encode.position(encode.Position(time=NOW, lat=27.5, lon=-99.5, tlvs=(encode.battery(87),)))
POSITION = encode.frame(DEVICE, 17, 0x0200, BODY)
HEARTBEAT = encode.frame(DEVICE, 18, 0x0002)


def feed(*portions: bytes) -> list[Frame | Noise]:
    session = jtt808.session()
    return [found for portion in portions for found in session.feed(portion, NOW)]


def one(portion: bytes) -> Frame:
    (found,) = feed(portion)
    assert isinstance(found, Frame), found
    return found


def told(answer: bytes) -> Message:
    message = parse(answer)
    assert message.device == DEVICE
    return message


# Answers


def test_a_position_is_acknowledged_when_it_is_durable() -> None:
    frame = one(POSITION)
    assert (frame.payload, frame.device, frame.publish) == (POSITION, DEVICE, True)
    answer = told(frame.answer)
    assert (answer.msg, answer.serial) == (0x8001, 0)
    assert answer.body == bytes.fromhex("0011 0200 00")


@pytest.mark.parametrize("msg", [0x0002, 0x0003, 0x0102, 0x0800])
def test_what_carries_no_reading_is_answered_at_once(msg: int) -> None:
    frame = one(encode.frame(DEVICE, 258, msg, b"x"))
    assert not frame.publish
    assert told(frame.answer).body == bytes.fromhex("0102") + msg.to_bytes(2) + b"\0"


@pytest.mark.parametrize("msg", [0x0701, 0x0702, 0x0900])
def test_what_a_device_passes_on_is_published_and_answered(msg: int) -> None:
    frame = one(encode.frame(DEVICE, 258, msg, b"x"))
    assert frame.publish
    assert told(frame.answer).body == bytes.fromhex("0102") + msg.to_bytes(2) + b"\0"
    (reading,) = jtt808.decode(TOPIC, frame.payload, NOW)
    assert isinstance(reading, Reading)
    assert (reading.extra["message"], reading.seq) == (f"{msg:04X}", 258)


def test_a_registration_gets_its_code() -> None:
    frame = one(encode.frame(DEVICE, 1, 0x0100, jtt808_encode.registration("JT709A", "0000001")))
    answer = told(frame.answer)
    assert answer.msg == 0x8100
    assert answer.body == b"\x00\x01\x00" + DEVICE.encode()
    assert not frame.publish


@pytest.mark.parametrize(
    ("msg", "answer_id", "body"),
    [(0x0109, 0x8109, "07EA 03 01 0C 00 00"), (0x0004, 0x8004, "260301120000")],
)
def test_the_time_is_told_in_utc(msg: int, answer_id: int, body: str) -> None:
    (found,) = jtt808.session().feed(
        encode.frame(DEVICE, 1, msg), NOW.astimezone(timezone(timedelta(hours=-6)))
    )
    assert isinstance(found, Frame)
    answer = told(found.answer)
    assert (answer.msg, answer.body) == (answer_id, bytes.fromhex(body))


def test_the_question_for_the_time_in_words() -> None:
    question = b"(7091234567,1,001,BASE,2,TIME)"
    first, second, third = feed(POSITION + question + HEARTBEAT)
    assert isinstance(second, Frame)
    assert second.answer == b"(7091234567,1,001,BASE,2,20260301120000)"
    assert (second.device, second.publish) == (DEVICE, False)
    assert isinstance(first, Frame)
    assert isinstance(third, Frame)
    (other,) = feed(b"(7091234567,1,001,BASE,1,0)")
    assert isinstance(other, Frame)
    assert (other.answer, other.publish) == (b"", False)


def test_a_jt705a_is_answered_where_it_asks_for_it() -> None:
    report = jtt808_encode.report(jtt808_encode.Report(time=NOW, lat=27.5, lon=-99.5))
    assert one(encode.frame(DEVICE, 5, 0x5501, report)).answer == b""
    frame = one(encode.frame(DEVICE, 5, 0x5501, report, attr=0x8000))
    assert frame.publish
    head, id_raw = bytes.fromhex("4401 0003"), ID
    said = head + id_raw + b"\x01" + bytes.fromhex("5501 00")
    check = 0
    for byte in said:
        check ^= byte
    assert frame.answer == b"\x7e" + said + bytes([check]) + b"\x7e"


@pytest.mark.parametrize("delimiter", [ODD, 0x7E])
def test_answers_are_framed_as_the_device_frames(delimiter: int) -> None:
    version = None if delimiter == ODD else 1
    id_raw = bytes.fromhex(DEVICE.zfill(14 if delimiter == ODD else 20))
    raw = build(0x0200, id_raw, 3, BODY, delimiter=delimiter, version=version)
    answer = one(raw).answer
    assert answer[0] == delimiter
    message = told(answer)
    assert (message.version, message.id_raw) == (version, id_raw)


def test_our_serials_count_up() -> None:
    answers = [told(frame.answer) for frame in feed(HEARTBEAT * 3) if isinstance(frame, Frame)]
    assert [answer.serial for answer in answers] == [0, 1, 2]


@pytest.mark.parametrize(
    ("msg", "rest", "publish"),
    [
        (0x0001, "8103 00", False),
        (0x0104, "00", False),
        (0x0201, BODY.hex(), True),
        (0x0500, BODY.hex(), True),
    ],
)
def test_answers_to_our_commands(msg: int, rest: str, publish: bool) -> None:
    frame = one(encode.frame(DEVICE, 40, msg, bytes.fromhex("1234" + rest)))
    assert (frame.reply_to, frame.answer, frame.publish) == (0x1234, b"", publish)


def test_an_answer_that_is_too_short_answers_nothing() -> None:
    assert one(encode.frame(DEVICE, 40, 0x0001, b"\x01")).reply_to is None


def test_a_device_that_may_not_connect_is_told() -> None:
    session = jtt808.session()
    assert session.refusal() == b""
    session.feed(HEARTBEAT, NOW)
    assert told(session.refusal()).body == bytes.fromhex("0012 0002 01")
    session.feed(encode.frame(DEVICE, 1, 0x0100, bytes(37)), NOW)
    refusal = told(session.refusal())
    assert (refusal.msg, refusal.body) == (0x8100, b"\x00\x01\x04")


# Parts


def batch(count: int) -> bytes:
    return encode.batch([BODY] * count, backlog=True)


def test_a_message_in_parts_is_one_payload_and_answered_when_it_is_whole() -> None:
    parts = jtt808_encode.parts(DEVICE, 7, 0x0704, batch(5), 60)
    session = jtt808.session()
    for part in parts[:-1]:
        assert session.feed(part, NOW) == []
    (frame,) = session.feed(parts[-1], NOW)
    assert isinstance(frame, Frame)
    assert frame.payload == b"".join(parts)
    answers = frame.answer.replace(b"\x7e\x7e", b"\x7e|\x7e").split(b"|")
    assert [parse(answer).body[:2] for answer in answers] == [
        (7 + k).to_bytes(2) for k in range(len(parts))
    ]
    found = jtt808.decode(TOPIC, frame.payload, NOW)
    assert [type(item) for item in found] == [Reading] * 5


def test_parts_that_never_become_whole_are_given_up() -> None:
    lost = jtt808_encode.parts(DEVICE, 7, 0x0704, batch(5), 60)[:2]
    whole = jtt808_encode.parts(DEVICE, 20, 0x0704, batch(2), 60)
    assert len(whole) == 2
    *noise, frame = feed(*lost, *whole)
    assert [item.payload for item in noise] == lost
    assert all(isinstance(item, Noise) and "missing" in item.reason for item in noise)
    assert isinstance(frame, Frame)
    assert frame.payload == b"".join(whole)


def test_parts_of_what_is_no_reading_are_not_held() -> None:
    raw = build(0x0801, ID, 9, b"picture", total=40, index=1)
    frame = one(raw)
    assert (frame.payload, frame.publish) == (raw, False)
    assert told(frame.answer).body == bytes.fromhex("0009 0801 00")


def test_parts_take_no_more_memory_than_a_frame_may() -> None:
    session = jtt808.session()
    given_out = 0
    for index in range(1, 201):
        part = build(0x0704, ID, index, bytes(1000), total=65535, index=index)
        found = session.feed(part, NOW)
        assert all(isinstance(item, Noise) for item in found)
        given_out += sum(len(item.payload) for item in found)
        assert index * len(part) - given_out <= MAX_FRAME


def test_a_registration_goes_with_what_depends_on_it() -> None:
    register = encode.frame(DEVICE, 1, 0x0100, jtt808_encode.registration("G-360P", "0000001"))
    alarm = encode.Position(time=NOW, lat=1, lon=1, alarms=frozenset({1}))
    frame = encode.frame(DEVICE, 2, 0x0200, encode.position(alarm))
    found = feed(register + HEARTBEAT + frame)
    assert [item.payload for item in found] == [register, HEARTBEAT, register + frame]
    (reading,) = jtt808.decode(TOPIC, found[-1].payload, NOW)
    assert isinstance(reading, Reading)
    assert reading.seal is not None
    other = encode.frame(DEVICE, 1, 0x0100, jtt808_encode.registration("GT06", "0000001"))
    assert feed(register + other + frame)[-1].payload == frame


# Streams


def frames_of(found: list[Frame | Noise]) -> list[Frame]:
    return [item for item in found if isinstance(item, Frame)]


def noise_of(found: list[Frame | Noise]) -> bytes:
    return b"".join(item.payload for item in found if isinstance(item, Noise))


@given(
    st.lists(chunks | loose_bytes | st.sampled_from([POSITION, HEARTBEAT]), max_size=6),
    st.lists(st.integers(0, 400), max_size=8),
)
def test_however_a_stream_is_split_it_says_the_same(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    portions = [stream[a:b] for a, b in pairwise(edges)]
    at_once, split, byte_by_byte = (
        feed(stream),
        feed(*portions),
        feed(*(stream[k : k + 1] for k in range(len(stream)))),
    )
    assert frames_of(at_once) == frames_of(split) == frames_of(byte_by_byte)
    assert noise_of(at_once) == noise_of(split) == noise_of(byte_by_byte)


@given(st.binary(max_size=200))
def test_it_finds_its_way_back_after_noise(noise: bytes) -> None:
    """A delimiter in the noise may cost the frames up to the next `LONGEST` bytes, no more."""
    many = LONGEST // len(POSITION) + 3
    found = frames_of(feed(noise + POSITION * many))
    assert sum(frame.payload == POSITION for frame in found) >= many - LONGEST // len(POSITION) - 2
    assert frames_of(feed(noise.translate(None, b"\x7e\xe7(") + POSITION)) == feed(POSITION)


def test_an_e7_in_the_noise_holds_nothing_up_once_the_line_has_spoken() -> None:
    found = feed(POSITION, b"\xe7", POSITION)
    assert [type(item) for item in found] == [Frame, Noise, Frame]


def test_frames_that_share_a_delimiter() -> None:
    found = feed(POSITION + HEARTBEAT[1:] + POSITION[1:])
    assert [type(item) for item in found] == [Frame] * 3


def test_a_frame_with_a_fault_is_noise_and_gets_no_answer() -> None:
    bad = POSITION[:-2] + bytes([POSITION[-2] ^ 1]) + POSITION[-1:]
    first, second = feed(bad + POSITION)
    assert isinstance(first, Noise)
    assert first.reason.startswith("the checksum is")
    assert isinstance(second, Frame)


def test_a_frame_that_never_ends_is_let_go() -> None:
    session = jtt808.session()
    found = session.feed(b"\x7e" + b"\x01" * (LONGEST - 2), NOW)
    assert found == []
    found = session.feed(b"\x01" * 10, NOW)
    assert noise_of(found)
    assert isinstance(session.feed(POSITION, NOW)[-1], Frame)


@given(st.binary(max_size=400))
def test_whatever_is_published_the_decoder_takes(stream: bytes) -> None:
    for frame in frames_of(feed(stream)):
        if frame.publish and frame.device:
            found = jtt808.decode(f"frames/jtt808/{frame.device}", frame.payload, NOW)
            assert any(isinstance(item, Reading | Rejected) for item in found)


@given(st.datetimes(datetime(2020, 1, 1)), st.binary(max_size=40))  # noqa: DTZ001
def test_no_bytes_and_no_hour_break_a_session(now: datetime, data: bytes) -> None:
    session = jtt808.session()
    for portion in (data, POSITION, encode.frame(DEVICE, 1, 0x0109), data):
        session.feed(portion, now.replace(tzinfo=UTC))
    session.refusal()
