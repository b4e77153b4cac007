"""Teltonika's JSON: its numbers in either form, and any bytes at all."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import identity
from devices.reading import Passed, Reading, Rejected
from devices.teltonika import teltonika_json
from tests.devices.strategies import RECEIVED_AT, documents, json_values, write
from tests.devices.teltonika.frames import EARLIEST_MS, IMEI, NOW_MS

TOPIC = f"fleet/teltonika/{IMEI}/data"

numbers = {
    "pr": st.integers(0, 2),
    "evt": st.integers(0, 65_535),
    "alt": st.integers(-500, 9000),
    "ang": st.integers(0, 360),
    "sat": st.integers(0, 40),
    "sp": st.integers(0, 200),
    "21": st.integers(0, 5),
    "66": st.integers(0, 65_535),
    "113": st.integers(0, 100),
    "182": st.integers(0, 500),
    "239": st.integers(0, 1),
    "241": st.integers(0, 999_999),
    "249": st.integers(0, 1),
    "10808": st.integers(0, 1),
}


def decode(reported: Any, topic: str = TOPIC) -> Reading | Rejected:
    payload = msgspec.json.encode({"state": {"reported": reported}})
    (found,) = teltonika_json.decode(topic, payload, RECEIVED_AT)
    assert not isinstance(found, Passed)
    return found


@given(st.fixed_dictionaries({"ts": st.integers(EARLIEST_MS, NOW_MS)}, optional=numbers), st.data())
def test_a_number_may_be_a_string(said: dict[str, int], draw: st.DataObject) -> None:
    as_number = decode(said)
    some = draw.draw(st.sets(st.sampled_from(sorted(said))))
    as_string = decode({key: str(v) if key in some else v for key, v in said.items()})
    assert isinstance(as_number, Reading)
    assert as_string == as_number


@given(
    st.dictionaries(
        st.sampled_from([*numbers, "ts", "latlng", "78", "205", "636", "x", "256"]), json_values
    )
)
def test_whatever_is_reported_comes_out_as_something(reported: dict[str, Any]) -> None:
    found = decode({"ts": NOW_MS} | reported)
    if isinstance(found, Reading):
        body = identity.body(found)
        again = identity.from_body(found.device, body, RECEIVED_AT, False, "teltonika_json")
        assert identity.body(again) == body
    else:
        assert found.reason.isprintable()
        assert found.place.startswith("state.reported")


@given(st.binary(max_size=100) | documents.map(lambda d: write(d, ascii_only=False).encode()))
def test_whatever_is_no_report_is_rejected(payload: bytes) -> None:
    (found,) = teltonika_json.decode(TOPIC, payload, RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert found.payload == payload
    teltonika_json.explain(payload)


@pytest.mark.parametrize("prefix", ["", "fleet/", "a/b/", "a/b/c/", "/", "teltonika/"])
def test_up_to_three_levels_stand_before(prefix: str) -> None:
    found = decode({"ts": NOW_MS}, f"{prefix}teltonika/{IMEI}/data")
    assert isinstance(found, Reading)
    assert found.device == IMEI


@pytest.mark.parametrize(
    "topic", ["teltonika//data", "teltonika/a b/data", "a/b/c/d/teltonika/1/data", "teltonika/1"]
)
def test_other_topics_are_rejected(topic: str) -> None:
    found = decode({"ts": NOW_MS}, topic)
    assert isinstance(found, Rejected)
    assert "expected <up to 3 levels>/teltonika/<imei>/data" in found.reason


def test_it_explains_what_goes_where() -> None:
    payload = (
        b'{"state":{"reported":{"ts":1772366398250,"21":"4","24":5,"x":1,"249":"no","113":120,'
        b'"205":7,"636":9,"10828":"11"}}}'
    )
    fields = {field.name: field for field in teltonika_json.explain(payload)}
    into = {name.removeprefix("state.reported."): field.into for name, field in fields.items()}
    assert into == {
        "ts": "event_time",
        "21 GSM signal": "cell.rssi",
        "24": "extra.io24",
        "x": "extra.x",
        "249": "extra.io249",
        "113 battery level": "extra.io113",
        "205 GSM cell id": "extra.io205",
        "636 UMTS/LTE cell id": "cell.cid",
        "10828": "extra.io10828",
    }
    assert fields["state.reported.21 GSM signal"].meaning == "4 of 5 bars"
    assert fields["state.reported.x"].raw == b'"x":1'
