"""Jointech locks over TCP: frames out of a stream, and what the lock is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import jt701
from devices.jt701 import encoder as jt701_encoder
from devices.jt701.wire import MAX_ASCII, JT701Session
from devices.wire import MAX_FRAME, Frame, Noise
from tests.devices.jt701.frames import VECTORS, payload_of

DEVICE = "7502104023"
NOW = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
LONG = jt701_encoder.long_frame(DEVICE, NOW, 27.5, -99.5, serial=42, status=0xC0)
EVENT = jt701_encoder.lock_event(DEVICE, NOW, 27.5, -99.5, serial=77, source=5, unlock=0)
STREAM = b"\r\n".join(
    payload_of(vector) for vector in VECTORS if vector["case"] in ("valid", "no-fix")
)

streams = st.lists(
    st.sampled_from([LONG, EVENT, b"(7502104023,@JT)", b"\r\n", b"noise", b"$", b"(7,", b"\x00)"])
    | st.binary(max_size=8),
    max_size=6,
).map(b"".join)


def feed(*chunks: bytes, session: JT701Session | None = None) -> list[Frame | Noise]:
    session = session or jt701.session()
    return [item for chunk in chunks for item in session.feed(chunk, NOW)]


def frames(items: list[Frame | Noise]) -> list[Frame]:
    return [item for item in items if isinstance(item, Frame)]


def one(payload: bytes) -> Frame:
    (item,) = feed(payload)
    assert isinstance(item, Frame)
    return item


@given(streams, st.lists(st.integers(0, 400), max_size=8))
@example(STREAM, list(range(0, 4000, 7)))
def test_however_the_stream_is_cut_the_frames_are_the_same(stream: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(edges)]
    assert frames(feed(*chunks)) == frames(feed(stream))
    bytewise = (stream[at : at + 1] for at in range(len(stream)))
    assert frames(feed(*bytewise)) == frames(feed(stream))


@given(streams)
def test_every_byte_is_a_frame_noise_a_line_end_or_still_awaited(stream: bytes) -> None:
    session = jt701.session()
    told = b"".join(item.payload for item in session.feed(stream, NOW))
    told += bytes(session._left)
    assert told.translate(None, b"\r\n") == stream.translate(None, b"\r\n")


@given(streams)
def test_what_the_session_publishes_is_what_the_decoder_finds(stream: bytes) -> None:
    """One framer for both: a whole frame of the stream is no noise to the decoder."""
    for frame in frames(feed(stream)):
        found = jt701.decode(f"frames/jt701/{frame.device}", frame.payload, NOW)
        assert not any("frame begins" in getattr(item, "reason", "") for item in found)


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (LONG, b"(P69,0,42)"),
        (LONG.replace(b"\x19\x11", b"\x17\x11", 1), b"(P35)"),
        (LONG.replace(b"\x19\x11", b"\x01\x11", 1), b"(P35)"),
        (EVENT, b"(P69,0,77)"),
        (EVENT[:-1] + b",5,6,7)", b"(P69,0,77)"),
        (EVENT.replace(b",77)", b")"), b""),
        (EVENT.replace(b",77)", b",7x)"), b""),
        (b"(7502104023,P22,2)", b"(P22,010326123456)"),
        (b"(7502104023,P52,2,123456)", b"(P52,2,123456)"),
        (b"(7502104023,@JT)", b""),
        (b"(7502104023,U01,1)", b"(S39)"),
        (b"(7502104023,U02,1)", b"(S39)"),
        (b"(7502104023,U03,1)", b"(S39)"),
        (b"(7502104023,U06,1)", b"(S20)"),
        (b"(7502104023,W01,1)", b""),
        (b"(7502104023,P99,1)", b""),
        (b"(7502104023,1,001,WLNET,5,2," + bytes(28) + b"=\x14" + bytes(5) + b")", b"(P69,0,41)"),
        (b"(7502104023,1,001,WLNET,5,2,short)", b""),
        (b"(7502104023,1,001,WLNET,5,9," + bytes(34) + b")", b""),
        (b"$\x75\x02\x10\x40\x23\x11\x00\x1b" + bytes(27) + b"\x05", b""),
    ],
)
def test_the_answer(payload: bytes, answer: bytes) -> None:
    frame = one(payload)
    assert (frame.payload, frame.device, frame.answer) == (payload, DEVICE, answer)
    assert frame.reply_to is None


def test_the_time_is_told_in_utc() -> None:
    session = jt701.session()
    monterrey = NOW.astimezone(timezone(timedelta(hours=-6)))
    (frame,) = session.feed(b"(7502104023,P22,2)", monterrey)
    assert isinstance(frame, Frame)
    assert frame.answer == b"(P22,010326123456)"


@pytest.mark.parametrize("word", [b"@JT", b"P22,2", b"P52,2,123456"])
def test_what_carries_no_reading_is_not_published(word: bytes) -> None:
    assert not one(b"(7502104023," + word + b")").publish
    assert one(LONG).publish
    assert one(EVENT).publish


def test_all_forms_name_a_lock_alike() -> None:
    binary = jt701_encoder.long_frame("104023", NOW, 1, 1, serial=1, status=0)
    assert one(binary).device == one(b"(104023,@JT)").device == "0000104023"


def test_a_connection_is_that_of_its_first_id() -> None:
    """Noise in the form of a frame invents no device; there is no checksum to tell it by."""
    invented = b"$" + bytes.fromhex("9911223344 19 11 0034") + bytes(52)
    first, noise, again = feed(LONG + invented + EVENT)
    assert isinstance(first, Frame)
    assert first.device == DEVICE
    assert noise == Noise(
        payload=invented, reason=f"the id is 9911223344, and this connection is {DEVICE}'s"
    )
    assert isinstance(again, Frame)
    assert again.device == DEVICE


def test_noise_is_told_and_passed_over() -> None:
    noise, frame = feed(b"GET / HTTP/1.1" + LONG)
    assert noise == Noise(payload=b"GET / HTTP/1.1", reason="a frame begins with $ or (")
    assert isinstance(frame, Frame)


def test_a_bracket_that_is_never_closed_gives_way_to_the_next_message() -> None:
    noise, frame = feed(b"(7502104023,P45,0103" + EVENT)
    assert isinstance(noise, Noise)
    assert isinstance(frame, Frame)
    assert frame.payload == EVENT


def test_no_more_is_held_than_one_frame() -> None:
    session = jt701.session()
    for _ in range(50):
        session.feed(b"(1," + b"x" * 100, NOW)
        session.feed(b"$\x75\x02\x10\x40\x23\x11\xff\xff" + bytes(200), NOW)
        session.feed(b"(1," + b"y" * MAX_ASCII * 2, NOW)
        assert len(session._left) <= MAX_FRAME
    assert feed(b")" + LONG, session=session)[-1] == one(LONG)


def test_there_is_no_word_for_a_refusal() -> None:
    assert jt701.session().refusal() == b""
