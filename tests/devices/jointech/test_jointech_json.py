"""Jointech's SDK: any JSON at all, and every key explained."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.jointech import jointech_json
from devices.jointech.names import NAMES
from devices.reading import Reading, SealCondition
from tests.devices.strategies import RECEIVED_AT, documents, write
from tests.devices.vendor import holds, messages
from tests.support.growth import LINEAR, growth

TOPIC = "jointech/7591225008/data"
KEYS = [key for key in NAMES if "." not in key and key != "DeviceID"]
BODY = (
    b'{"GpsTime":"2026-03-01T11:59:58Z","Latitude":27.4,"Longitude":-99.5,"LocationType":1,'
    b'"Speed":80,"Direction":12,"Mileage":5,"GpsSignal":9,"GSMSignal":20,"Alarm":2,'
    b'"Battery":90,"LockStatus":0,"LockRope":0,"BackCover":1,"MCC":334,"MNC":0,"LAC":5,'
    b'"CELLID":7,"IMEI":"86","Awaken":4,"Index":9}'
)
WHOLE = b'{"DeviceID":"7591225008","MsgType":"Location","DataBody":' + BODY + b"}"


@given(
    st.binary(max_size=100)
    | documents.map(lambda found: write(found, ascii_only=False).encode())
    | messages(*KEYS, "SensorType", "LockEvent", "Voltage")
    | messages(*KEYS).map(lambda raw: b'{"MsgType":"Location","DataBody":' + raw + b"}")
    | messages(*KEYS, "Voltage").map(
        lambda raw: raw.replace(b"{", b'{"GpsTime":"2026-03-01T11:59:58Z",', 1)
    )
)
@example(b'{"GpsTime":"2026-03-01T11:59Z","SensorID":1,"SensorType":4,"Event":1e15,"LockTimes":-1}')
@example(b'{"GpsTime":"2026-03-01T11:59Z","LockEvent":{"Type":"x","CardNo":[],"UnLockStatus":7}}')
def test_no_payload_is_too_much(payload: bytes) -> None:
    holds(TOPIC, payload)
    jointech_json.device_of(payload)


@pytest.mark.parametrize("payload", [BODY, WHOLE])
def test_the_fields_cover_what_was_used(payload: bytes) -> None:
    (reading,) = jointech_json.decode(TOPIC, payload, RECEIVED_AT)
    assert isinstance(reading, Reading)
    assert reading.seal is not None
    assert reading.seal.condition is SealCondition.SEALED
    into = {
        field.name.removeprefix("DataBody."): field.into for field in jointech_json.explain(payload)
    }
    kept = {f"extra.{key}" for key in reading.extra}
    told = {where for where in into.values() if where.startswith("extra.")}
    assert told <= kept
    assert kept - told == {"extra.rope_in", "extra.motor_locked"}  # told as seal.condition
    assert all(into.values())


@pytest.mark.parametrize("part", [b"{", b'{"DataBody":', b"[[],", b'{"GpsTime":1},', b'"\\'])
def test_what_much_of_it_costs_grows_with_its_size_alone(part: bytes) -> None:
    def read(payload: bytes) -> object:
        return holds(TOPIC, payload)

    assert growth(read, lambda size: b"[" + part * (size // len(part)), 2**18) < LINEAR


def test_a_password_is_not_kept() -> None:
    payload = (
        b'{"GpsTime":"2026-03-01T11:59:58Z",'
        b'"LockEvent":{"Type":1,"Password":"481516","UnLockStatus":1}}'
    )
    (reading,) = holds(TOPIC, payload)
    assert "481516" not in repr(reading)


@pytest.mark.parametrize("topic", ["jointech/7591225008/data", "frames/jointech_json/7591225008"])
def test_both_topics_name_the_device(topic: str) -> None:
    (found,) = holds(topic, WHOLE)
    assert found.device == jointech_json.device_of(WHOLE) == "7591225008"
