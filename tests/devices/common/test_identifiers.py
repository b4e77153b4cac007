"""One rule for ids and seal numbers: hyphens, blanks and case do not count, nor zeros in front."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import catalogue
from devices.common.identifiers import key_of, same
from devices.jtt808 import encoder
from devices.reading import Reading, Rejected
from devices.teltonika.encoder import Record, packet
from tests.devices.strategies import RECEIVED_AT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MX-0100001", "MX0100001"),
        ("mx0100001", "MX0100001"),
        ("MX 0100001", "MX-010 0001"),
        ("0012345", "12345"),
        ("0", "000"),
        ("LOCK-1", "lock1"),
        ("007091234567", "7091234567"),
        ("7502104023/e03b60000a", "7502104023/E03B60000A"),
        ("0007502104023/07", "7502104023/7"),
    ],
)
def test_one(one: str, other: str) -> None:
    assert same(one, other)
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MX0100001", "MX100001"),
        ("MX1", "MX2"),
        ("1/23", "12/3"),
        ("10", "1"),
        ("A.1", "A1"),
        ("maria/phone", "mariaphone"),
    ],
)
def test_two(one: str, other: str) -> None:
    assert not same(one, other)


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(name: str) -> None:
    assert key_of(key_of(name)) == key_of(name)


PACKET = packet([Record(time_ms=int(RECEIVED_AT.timestamp() * 1000))])
LOCK_EVENT = b"(7502104023,P45,010326,115958,27.4,N,99.5,W,A,0,0,5,0,0,1,0,7)"
LINE = b"##S,eSeal,CT1000821,256,3.0.8,Normal,34,2026-03-01,11:59:58,15,V,,,,Close,0,0,3.7,-71,E##"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("seals/v1/LOCK-1/telemetry", b'{"time":1772366398,"device":"lock1"}'),
        ("frames/jt701/0007502104023", LOCK_EVENT),
        ("frames/jtt808/0070-91234567", encoder.frame("7091234567", 1, 0x0900, b"x")),
        ("frames/teltonika/352093-086403655", b"\x00\x0f352093086403655" + PACKET),
        (
            "frames/jointech_json/007591225008",
            b'{"DeviceID":7591225008,"GpsTime":"2026-03-01T11:59:58Z"}',
        ),
        (
            "frames/teratrack/022043750001",
            b'{"MDeviceID":"22043750001","DateTime":"2026-03-01 11:59:58"}',
        ),
        ("frames/eseal/ct1000821", LINE),
    ],
)
def test_the_rule_holds_between_topic_and_payload(topic: str, payload: bytes) -> None:
    (reading,) = catalogue.decode(topic, payload, RECEIVED_AT)
    assert isinstance(reading, Reading), reading
    assert reading.device == topic.split("/")[2]


def test_another_device_is_another() -> None:
    payload = b'{"time":1772366398,"device":"LOCK-11"}'
    (reject,) = catalogue.decode("seals/v1/LOCK-1/telemetry", payload, RECEIVED_AT)
    assert isinstance(reject, Rejected)
