"""The short ways of the framed dialects say what the long ones say, or leave it to them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from devices import jt701, jt701_encode, jtt808, jtt808_encode, teltonika
from devices.jt701_usual import lock_event
from devices.jtt808_usual import position
from devices.reading import Reading, Rejected
from devices.teltonika_encode import Record, packet
from devices.teltonika_usual import readings
from devices.teltonika_wire import tcp_packet
from tests.devices import jtt808_support, teltonika_frames
from tests.devices.jtt808_support import DEVICE
from tests.devices.strategies import RECEIVED_AT
from tests.devices.teltonika_frames import A_FIX, IMEI, NOW_MS

LOCK = "7502104023"
AGES = st.timedeltas(timedelta(0), timedelta(days=9000)).map(
    lambda age: age - timedelta(microseconds=age.microseconds)
)


def same(found: list[Reading | Rejected], in_full: list[Reading | Rejected]) -> None:
    """Equal, and in the same order and types once written."""
    assert found == in_full
    assert msgspec.json.encode(found) == msgspec.json.encode(in_full)


@st.composite
def mutated(draw: st.DrawFn, data: bytes, odd: st.SearchStrategy[bytes]) -> bytes:
    """Some bytes changed, cut out or put in between."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(changed)))
        changed[at : at + draw(st.integers(0, 2))] = draw(odd)
    return bytes(changed)


# JT/T 808

TLVS = st.sampled_from(
    [
        *((0x01, b"\0\0\1\2"), (0x30, b"\x18"), (0x30, b"\xa0"), (0x31, b"\x0b"), (0x31, b"")),
        *((0xD4, b"\x57"), (0xD4, b"\xff"), (0xD4, b"\x65"), (0xD5, b"\1\x92"), (0xF9, b"\2")),
        *((0xF9, b"\0\2"), (0xFC, b"\5"), (0xFC, b"\0\0\5"), (0xFC, b"\0\0\0\5")),
        *((0xFD, b"\1\x4e\x14\0\1\x2d\x43\4\xb1"), (0xFE, b"\0\0\0\x11"), (0xFB, b"MSCU1234567")),
        *((0x60, b"\0\x11"), (0x0B, b"\x22\0\0\1\2\1"), (0xE1, b"\x7e")),
    ]
)


def same_808(payload: bytes) -> None:
    same(
        jtt808_support.decode(payload),
        jtt808.in_full(jtt808_support.TOPIC, payload, RECEIVED_AT, DEVICE),
    )


@given(jtt808_support.positions, st.lists(TLVS, max_size=7), st.booleans(), st.data())
def test_a_position(
    said: jtt808_encode.Position, tlvs: list[tuple[int, bytes]], fixed: bool, data: st.DataObject
) -> None:
    said = msgspec.structs.replace(said, tlvs=tuple(tlvs), fixed=fixed)
    body = jtt808_encode.position(said)
    same_808(jtt808_encode.frame(DEVICE, 17, 0x0200, body))
    changed = data.draw(mutated(body, st.binary(max_size=2)))
    same_808(jtt808_encode.frame(DEVICE, 17, 0x0200, changed))


@given(jtt808_support.frames | jtt808_support.sound_frames(), st.data())
def test_a_frame(frame: bytes, data: st.DataObject) -> None:
    same_808(frame)
    same_808(data.draw(mutated(frame, st.binary(max_size=2))))


@given(jtt808_support.positions, st.permutations([0x30, 0x31, 0xD4, 0xD5, 0xFC, 0xFD, 0xFE]))
def test_what_a_jointech_lock_says_takes_the_short_way(
    said: jtt808_encode.Position, order: list[int]
) -> None:
    values = {0x30: 1, 0x31: 1, 0xD4: 1, 0xD5: 2, 0xFC: 1, 0xFD: 9, 0xFE: 4}
    tlvs = tuple((tag, b"\1" * values[tag]) for tag in order)
    body = jtt808_encode.position(msgspec.structs.replace(said, tlvs=tlvs, fixed=True))
    frame = jtt808_encode.frame(DEVICE, 17, 0x0200, body)
    assert position(frame, DEVICE, DEVICE, RECEIVED_AT) is not None


# Teltonika

IDS = st.sampled_from([21, 66, 69, 78, 113, 182, 205, 206, 239, 241, 249, 636, 662, 2000, 10809])
VALUES = st.sampled_from([0, 1, 87, 101, 255]) | st.integers(0, 255)


@st.composite
def usual_records(draw: st.DrawFn) -> Record:
    """With the ids that mean something, in Codec 8 Extended."""
    ids = draw(st.lists(IDS, unique=True, max_size=8))
    parts: list[dict[int, int]] = [{}, {}, {}, {}]
    for id_ in ids:
        width = draw(st.integers(0, 3))
        value = 334_020 if id_ == 241 and width > 1 else draw(VALUES)
        parts[width][id_] = value
    return msgspec.structs.replace(
        A_FIX,
        time_ms=NOW_MS - draw(st.integers(-90_000_000, 10**9)),
        satellites=draw(st.integers(0, 3)),
        course=draw(st.sampled_from([0, 360, 361])),
        one=parts[0],
        two=parts[1],
        four=parts[2],
        eight=parts[3],
    )


def same_avl(payload: bytes) -> None:
    topic = teltonika_frames.TOPIC
    same(
        teltonika.decode(topic, payload, RECEIVED_AT),
        teltonika.in_full(topic, payload, RECEIVED_AT, IMEI),
    )


@given(st.lists(usual_records(), min_size=1, max_size=4), st.data())
def test_a_packet(records: list[Record], data: st.DataObject) -> None:
    whole = packet(records)
    same_avl(whole)
    same_avl(whole * 2)
    changed = data.draw(mutated(whole[8:-4], st.binary(max_size=2)))
    same_avl(tcp_packet(changed))


@given(teltonika_frames.tcp_packets | teltonika_frames.spoilt())
def test_any_packet(payload: bytes) -> None:
    same_avl(payload)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_what_a_tracker_mostly_says_takes_the_short_way(ages_ms: list[int]) -> None:
    io = {"one": {239: 1, 21: 4, 113: 87}, "two": {66: 24_079, 182: 9}, "four": {241: 334_020}}
    records = [msgspec.structs.replace(A_FIX, time_ms=NOW_MS - age, **io) for age in ages_ms]
    found = readings(packet(records), IMEI, RECEIVED_AT)
    assert found is not None
    assert len(found) == len(records)


# JT701


def p45(data: st.DataObject) -> bytes:
    return jt701_encode.lock_event(
        LOCK,
        RECEIVED_AT - data.draw(AGES),
        data.draw(st.floats(-90, 90)),
        data.draw(st.floats(-180, 180)),
        serial=data.draw(st.integers(0, 10**6)),
        source=data.draw(st.integers(0, 8)),
        unlock=data.draw(st.integers(0, 12) | st.integers(97, 99)),
        card=data.draw(st.sampled_from(["0000000000", "0009551234", "", "12A", "0 1"])),
        password_right=data.draw(st.booleans()),
        wrong_passwords=data.draw(st.integers(0, 5)),
        fix=data.draw(st.booleans()),
        speed_kmh=data.draw(st.integers(0, 300)),
        course_deg=data.draw(st.integers(0, 361)),
    )


def same_701(payload: bytes) -> None:
    topic = f"frames/jt701/{LOCK}"
    same(
        jt701.decode(topic, payload, RECEIVED_AT),
        jt701.in_full(topic, payload, RECEIVED_AT, LOCK),
    )


@given(st.data())
def test_a_lock_event(data: st.DataObject) -> None:
    frame = p45(data)
    same_701(frame)
    same_701(frame[:-1] + data.draw(st.sampled_from([b",12.5)", b",)", b",x)", b",1,2)"])))
    odd = st.sampled_from(
        [b",", b" ", b"-", b"+", b".", b"0", b"9", b"S", b"(", b")", b"\xb2", b""]
    )
    same_701(data.draw(mutated(frame, odd)))


@given(AGES, st.integers(0, 8), st.integers(0, 99))
def test_a_lock_event_with_a_fix_takes_the_short_way(
    age: timedelta, source: int, unlock: int
) -> None:
    at = max(RECEIVED_AT - age, RECEIVED_AT.replace(year=2005))
    frame = jt701_encode.lock_event(
        LOCK, at, 25.5, -100.25, serial=9, source=source, unlock=unlock, card="0009551234"
    )
    assert lock_event(frame, LOCK, LOCK, RECEIVED_AT) is not None
