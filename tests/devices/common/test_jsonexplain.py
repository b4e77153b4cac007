"""Every key of a JSON payload, where it stands, and where the payload stops being JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import native, owntracks
from devices.common.jsonexplain import explain
from devices.native import keys
from devices.reading import Reading
from tests.devices.strategies import RECEIVED_AT, documents, json_values, readings, write
from tests.devices.vendor import fits
from tests.support.growth import LINEAR, growth

NAMES = {"time": ("event_time", "UTC"), "seal.event": ("seal.events", ""), "id": ("id", "")}


def test_an_object_inside_that_has_known_keys_is_entered() -> None:
    payload = b' {"time" : 5,\n"seal":{"event":"cut","x":[1]}, "cell":{"tac":9}}'
    fields = explain(payload, NAMES)
    fits(payload, fields)
    assert [(one.name, one.raw, one.meaning, one.into) for one in fields] == [
        ("time", b'"time" : 5', "5 (UTC)", "event_time"),
        ("seal.event", b'"event":"cut"', '"cut"', "seal.events"),
        ("seal.x", b'"x":[1]', "an array", "extra.seal.x"),
        ("cell", b'"cell":{"tac":9}', "an object", "extra.cell"),
    ]


def test_the_objects_of_an_array_are_records() -> None:
    fields = explain(b'[{"id":1},7,{"id":2,"id":3}]', NAMES)
    assert [(one.record, one.name, one.meaning) for one in fields] == [
        (0, "id", "1"),
        (1, "", "no JSON object"),
        (2, "id", "2"),
        (2, "id", "3"),
    ]


@pytest.mark.parametrize(
    ("payload", "named", "broken_at"),
    [
        (b"", 0, 0),
        (b'{"id":1', 1, 7),
        (b'{"id":1,}', 1, 8),
        (b'{"id":1 "x":2}', 1, 7),
        (b'{"id":1}}', 1, 8),
        (b'[{"id":1},{"id"', 1, 15),
        (b'{"id":,"x":2}', 0, 6),
        (b'{"id":"\\', 0, 6),
        (b"{1:2}", 0, 1),
        (b"]", 0, 0),
    ],
)
def test_what_stands_before_the_fault_is_shown(payload: bytes, named: int, broken_at: int) -> None:
    *before, fault = explain(payload, NAMES)
    assert len(before) == named
    assert (fault.name, fault.offset, fault.raw) == ("", broken_at, payload[broken_at:])
    assert fault.meaning == "from here on the payload is not JSON"


@given(
    st.binary(max_size=60)
    | documents.map(lambda found: write(found, ascii_only=True).encode())
    | st.lists(st.sampled_from([b"{", b"}", b"[", b"]", b",", b":", b'"a"', b"1", b" "])).map(
        b"".join
    )
)
@example(b'{"\xff":"\xff"}')
def test_no_bytes_are_too_much(payload: bytes) -> None:
    fits(payload, explain(payload, NAMES))


@given(st.dictionaries(st.text(), json_values))
def test_every_member_is_told_with_its_bytes(document: dict[str, object]) -> None:
    payload = json.dumps(document).encode()
    fields = explain(payload, {})
    assert [json.loads(b"{" + one.raw + b"}") for one in fields] == [
        {key: value} for key, value in document.items()
    ]


@pytest.mark.parametrize("part", [b'{"seal":', b"[", b'{"a":1},', b'"a":1,', b'\\"', b"{", b"  "])
@pytest.mark.parametrize("start", [b"", b"[", b"{"])
def test_what_much_of_it_costs_grows_with_its_size_alone(start: bytes, part: bytes) -> None:
    def read(payload: bytes) -> object:
        return explain(payload, NAMES)

    assert growth(read, lambda size: start + part * (size // len(part)), 2**18) < LINEAR


@given(readings)
def test_native_fields_cover_what_its_decoder_reads(reading: Reading) -> None:
    payload = native.to_json(reading)
    fields = native.explain(payload)
    fits(payload, fields)
    assert not any(one.meaning.startswith("from here") for one in fields)
    (again,) = native.decode("seals/v1/MX-0001/telemetry", payload, RECEIVED_AT)
    assert isinstance(again, Reading)
    top = {one.name.partition(".")[0] for one in fields if not one.into.startswith("extra.")}
    said = json.loads(payload).keys() & keys.KEYS
    assert top >= {key for key in said if key not in ("seal", "cell")}


@pytest.mark.shared_data
def test_owntracks_fields_cover_what_its_decoder_reads(shared_data: Path) -> None:
    payload = (shared_data / "payloads" / "owntracks_sample.json").read_bytes()
    into = {field.name: field.into for field in owntracks.explain(payload)}
    assert {name for name, where in into.items() if where.startswith("extra.")} == {
        *("t", "tid", "vac")
    }
    assert into["tst"] == "event_time"
