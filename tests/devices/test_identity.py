"""The same reading has the same identity, and another one has another."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import flespi, identity, jtt808, native, owntracks
from devices.common.bcd import moment_ymd
from devices.common.fields import EARLIEST
from devices.jtt808.frame import build
from devices.reading import Clock, Fix, Reading, SealEvent, SealReport
from tests.devices.strategies import DEVICE, RECEIVED_AT, TOPIC, later, readings

PAYLOAD = b'{"seq":7,"time":"2026-03-01T11:00:00Z","lat":25.5,"lon":-100.25,"x":{"b":1,"a":[2]}}'


def decode(payload: bytes, *, after: int = 0) -> Reading:
    received_at = RECEIVED_AT.replace(minute=after)
    (reading,) = native.decode(TOPIC, payload, received_at)
    assert isinstance(reading, Reading)
    return reading


def digest(reading: Reading) -> bytes:
    return identity.digest(reading, identity.body(reading))


@given(readings, st.sampled_from(["native", "jointech"]))
def test_a_reading_is_read_back_from_its_body_exactly(reading: Reading, dialect: str) -> None:
    reading = msgspec.structs.replace(reading, dialect=dialect)
    body = identity.body(reading)
    again = identity.from_body(
        reading.device, body, reading.received_at, reading.buffered, reading.dialect
    )
    assert again == reading
    assert identity.body(again) == body


@given(readings, readings)
def test_identity_is_content(one: Reading, other: Reading) -> None:
    same = identity.body(one) == identity.body(other)
    assert (digest(one) == digest(other)) is same
    if one != other:
        assert same is (msgspec.structs.replace(one, buffered=other.buffered) == other)


@given(readings, later, st.booleans())
def test_how_a_reading_came_is_not_part_of_it(
    reading: Reading, wait: timedelta, buffered: bool
) -> None:
    again = msgspec.structs.replace(
        reading, received_at=reading.received_at + wait, buffered=buffered, dialect="other"
    )
    assert identity.body(again) == identity.body(reading)
    assert digest(again) == digest(reading)


def test_the_body_is_sorted_native_json_and_nothing_more() -> None:
    expected = (
        b'{"lat":25.5,"lon":-100.25,"seq":7,"time":"2026-03-01T11:00:00Z","x":{"a":[2],"b":1}}'
    )
    assert identity.body(decode(PAYLOAD)) == expected


def test_the_digest_is_a_public_recipe() -> None:
    """Written out, for it must never change: stored identities depend on it."""
    reading = decode(PAYLOAD)
    said = b"MX-0001\x00" + identity.body(reading)
    assert digest(reading) == hashlib.sha256(said).digest()[:16]
    assert digest(reading).hex() == "eb452daa934b9c508bf5583cc6f86f68"


@pytest.mark.parametrize(
    "again",
    [
        PAYLOAD,
        b"[" + PAYLOAD + b"]",
        PAYLOAD.replace(b'"seq":7,', b"").replace(b"}}", b'},"seq" : 7, "buffered": true}'),
        PAYLOAD.replace(b"}}", b'},"device":"MX-0001"}'),
        PAYLOAD.replace(b'"2026-03-01T11:00:00Z"', b'"2026-03-01T05:00:00.000-06:00"'),
        PAYLOAD.replace(b'"2026-03-01T11:00:00Z"', b"1772362800"),
    ],
    ids=["redelivered", "batched", "buffered", "device named", "another zone", "Unix seconds"],
)
def test_sent_again_it_is_the_same_reading(again: bytes) -> None:
    assert digest(decode(again, after=30)) == digest(decode(PAYLOAD))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":7', b'"seq":8'),
        (b"11:00:00Z", b"11:00:00.001Z"),
        (b"25.5", b"25.500001"),
        (b'"b":1', b'"b":2'),
        (b"}}", b'},"id":"m-1"}'),
        (b"}}", b'},"seal":{"event":"cut"}}'),
    ],
)
def test_any_other_content_is_another_reading(old: bytes, new: bytes) -> None:
    assert digest(decode(PAYLOAD.replace(old, new))) != digest(decode(PAYLOAD))


def test_the_same_words_of_another_device_are_another_reading() -> None:
    reading = decode(PAYLOAD)
    assert digest(msgspec.structs.replace(reading, device=DEVICE + "2")) != digest(reading)


def test_the_order_of_a_set_does_not_matter() -> None:
    events = list(SealEvent)
    one, other = (
        msgspec.structs.replace(decode(PAYLOAD), seal=SealReport(events=frozenset(order)))
        for order in (events, events[::-1])
    )
    assert identity.body(one) == identity.body(other)


def test_a_reading_of_another_dialect_is_read_back_exactly() -> None:
    payload = (
        b'{"_type":"location","tst":1772366398,"lat":0,"lon":0,"alt":4,"id":3,"cell":"x","acc":-1}'
    )
    (reading,) = owntracks.decode("owntracks/maria/phone", payload, RECEIVED_AT)
    assert isinstance(reading, Reading)
    body = identity.body(reading)
    assert identity.from_body("maria/phone", body, RECEIVED_AT, False, "owntracks") == reading


@pytest.mark.parametrize(
    "clock", ["050101000000", "050101090000", "120229235959", "141231235959", "150101070000"]
)
def test_a_reading_older_than_native_ones_may_be_is_read_back_exactly(clock: str) -> None:
    """A maker's own frame may be dated before 2015; the native dialect is not to be told that."""
    body = bytes.fromhex(f"00000000 00000002 01a39bec 05ee5b9c 008c 0339 000c {clock}")
    frame = build(0x0200, bytes.fromhex("007091234567"), 17, body)
    received_at = moment_ymd(bytes.fromhex(clock)) + timedelta(days=1)
    (reading,) = jtt808.decode("frames/jtt808/7091234567", frame, received_at)
    assert isinstance(reading, Reading)
    assert isinstance(reading.position, Fix)
    assert reading.event_time == reading.position.time < EARLIEST
    body = identity.body(reading)
    assert identity.from_body(reading.device, body, received_at, False, "jtt808") == reading
    (now,) = native.decode(TOPIC, body, RECEIVED_AT)
    assert isinstance(now, Reading)
    assert (now.event_time, now.clock) == (RECEIVED_AT, Clock.RECEIPT)


# Where the receipt stands in for the time


def cut(**said: object) -> bytes:
    return json.dumps({"seal": {"event": "cut"}, **said}).encode()


def digest_of(payload: bytes, received_at: datetime) -> bytes:
    (reading,) = native.decode(TOPIC, payload, received_at)
    assert isinstance(reading, Reading)
    assert reading.clock is Clock.RECEIPT
    body = identity.body(reading)
    again = identity.from_body(DEVICE, body, received_at, False, "native")
    assert again == reading
    assert identity.digest(again, body) == identity.digest(reading, body)
    return identity.digest(reading, body)


@pytest.mark.parametrize(
    "said",
    [{"time": "2000-01-01T00:04:00Z"}, {"seq": 9}, {"id": "a7"}, {"time": "2099-01-01T00:00:00Z"}],
)
def test_a_copy_is_known_whenever_it_comes(said: dict[str, object]) -> None:
    later = RECEIVED_AT + timedelta(hours=3)
    assert digest_of(cut(**said), RECEIVED_AT) == digest_of(cut(**said), later)
    assert digest_of(cut(**said), RECEIVED_AT) != digest_of(cut(**said, battery=3), RECEIVED_AT)


def test_what_counts_nothing_is_one_by_itself() -> None:
    later = RECEIVED_AT + timedelta(hours=3)
    assert digest_of(cut(), RECEIVED_AT) != digest_of(cut(), later)


def test_what_was_stored_when_there_was_no_such_key_keeps_its_identity() -> None:
    body = (
        b'{"clock":"unset","device_time":"2000-01-01T00:00:00Z","no_fix":"clock_unset",'
        b'"seal":{"event":"cut"},"seq":9,"time":"2026-03-01T12:00:00Z"}'
    )
    reading = identity.from_body(DEVICE, body, RECEIVED_AT, False, "jtt808")
    assert identity.body(reading) == body
    said = DEVICE.encode() + b"\0" + body
    assert identity.digest(reading, body) == hashlib.sha256(said).digest()[:16]


def test_a_fix_older_than_native_ones_may_be_is_read_back_exactly() -> None:
    payload = (
        b'{"timestamp":1772366398,"position.timestamp":1344600000,"position.latitude":25.5,'
        b'"position.longitude":-100.25}'
    )
    (reading,) = flespi.decode("flespi/message/gw/devices/7", payload, RECEIVED_AT)
    assert isinstance(reading, Reading)
    assert isinstance(reading.position, Fix)
    assert reading.position.time == datetime(2012, 8, 10, 12, tzinfo=UTC)
    body = identity.body(reading)
    assert identity.from_body("7", body, RECEIVED_AT, False, "flespi") == reading


def test_a_sensor_s_event_may_be_days_older_than_the_fix_that_it_comes_with() -> None:
    """The receipt is not at hand wherever a body is read: the event's time stands in for it."""
    payload = (
        b'{"timestamp":1771761600,"position.timestamp":1772366398,"position.latitude":25.5,'
        b'"position.longitude":-100.25}'
    )
    (reading,) = flespi.decode("flespi/message/gw/devices/7", payload, RECEIVED_AT)
    assert isinstance(reading, Reading)
    again = identity.from_body("7", identity.body(reading), reading.event_time, False, "flespi")
    assert again == msgspec.structs.replace(reading, received_at=reading.event_time)


def test_what_is_no_body_is_refused() -> None:
    with pytest.raises(ValueError, match="time is missing"):
        identity.from_body(DEVICE, b"{}", RECEIVED_AT, False, "native")
    with pytest.raises(ValueError, match="not JSON"):
        identity.from_body(DEVICE, b"\x00", RECEIVED_AT, False, "native")
