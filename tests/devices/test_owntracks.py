"""OwnTracks: a real message, and any bytes at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import catalogue, owntracks
from devices.reading import Fix, Passed, Reading, Rejected
from tests.devices.strategies import RECEIVED_AT, documents, write

TOPIC = "owntracks/maria/phone"


@pytest.mark.shared_data
def test_a_recorded_message(shared_data: Path) -> None:
    payload = (shared_data / "payloads" / "owntracks_sample.json").read_bytes()
    fixed_at = datetime(2024, 1, 31, 9, 42, 30, tzinfo=UTC)
    received_at = fixed_at + timedelta(seconds=2)
    (reading,) = owntracks.decode("owntracks/jjolie/jj", payload, received_at)
    assert reading == Reading(
        device="jjolie/jj",
        dialect="owntracks",
        event_time=fixed_at,
        received_at=received_at,
        position=Fix(
            lat=20.634506,
            lon=-87.078073,
            time=fixed_at,
            accuracy_m=5.0,
            speed_kmh=12.0,
            course_deg=67.0,
            altitude_m=0.0,
        ),
        battery_pct=11.0,
        extra={"t": "u", "tid": "JJ", "vac": -1},
    )


@given(st.binary(max_size=100) | documents.map(lambda d: write(d, ascii_only=False).encode()))
def test_whatever_is_no_location_is_rejected(payload: bytes) -> None:
    (found,) = owntracks.decode(TOPIC, payload, RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert found.payload == payload
    assert found.reason.isprintable()


@pytest.mark.parametrize("user", ["maria", "maria@example.com", "María", "x" * 64])
def test_the_topic_names_user_and_device(user: str) -> None:
    payload = b'{"_type":"location","tst":1772366398}'
    (found,) = owntracks.decode(f"owntracks/{user}/phone", payload, RECEIVED_AT)
    assert isinstance(found, Reading)
    assert found.device == f"{user}/phone"


@pytest.mark.parametrize("topic", ["owntracks/maria", "owntracks/a/b/cmd", "owntracks/a\n/b"])
def test_other_topics_are_rejected(topic: str) -> None:
    (found,) = owntracks.decode(topic, b'{"_type":"location","tst":1772366398}', RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert "expected owntracks/<user>/<device>" in found.reason


@pytest.mark.parametrize("kind", [*owntracks.PASSED])
def test_what_an_app_tells_of_itself_is_passed_over(kind: str) -> None:
    payload = json.dumps({"_type": kind, "tst": 1772366398, "lat": 27.5, "lon": -99.5}).encode()
    (found,) = owntracks.decode(TOPIC, payload, RECEIVED_AT)
    assert isinstance(found, Passed)
    assert catalogue.decode(TOPIC, payload, RECEIVED_AT) == []


def test_a_transition_is_where_the_phone_was() -> None:
    payload = (
        b'{"_type":"transition","tst":1772366398,"wtst":1772000000,"lat":27.5,"lon":-99.5,'
        b'"acc":12,"event":"enter","desc":"yard","t":"c"}'
    )
    (found,) = catalogue.decode(TOPIC + "/event", payload, RECEIVED_AT)
    assert isinstance(found, Reading)
    assert found.device == TOPIC.removeprefix("owntracks/")
    assert found.position == Fix(lat=27.5, lon=-99.5, time=found.event_time, accuracy_m=12.0)
    assert found.extra == {
        "type": "transition",
        "event": "enter",
        "desc": "yard",
        "t": "c",
        "wtst": 1772000000,
    }


def test_whom_a_message_names() -> None:
    assert owntracks.device_of(b'{"topic":"owntracks/maria/phone"}') == "maria/phone"
    for nobody in (b"{}", b"[]", b"{", b'{"topic":7}', b'{"topic":"owntracks/maria"}'):
        assert owntracks.device_of(nobody) is None
