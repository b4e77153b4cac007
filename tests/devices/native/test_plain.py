"""The quick way through a plain message comes to what the definitive one comes to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import identity, native
from devices.common.jsonpayload import decode_each
from devices.native import plain
from devices.native.keys import Message
from devices.reading import Reading

TOPIC, DEVICE = "seals/v1/T-1/telemetry", "T-1"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAID = {
    "time": "2026-03-02T11:59:58.250Z",
    "lat": 25.7,
    "lon": -100.3,
    "speed": 71,
    "course": 12.5,
    "satellites": 11,
    "hdop": 0.9,
    "seal": {"state": "sealed", "number": "MX-1", "lock_count": 3},
    "battery": 83,
    "seq": 7,
    "id": "a",
    "cell": {"mcc": 334, "rssi": -71},
}

odd = st.sampled_from(
    [None, True, 0, -1, 5.0, 5.5, 2**63, 2**70, 1e300, "", "x", '":', "2026-03-02T10:00:00+02:00",
     "2026-03-02", 1772452798, 1772452798123, "open", "cut", ["cut", "opened"], [], {},
     {"state": "open", "event": "opened", "credential": {"kind": "rfid", "id": "7"}},
     {"state": "open", "door": 1}, {"kind": "rfid", "why": 2}, "\ud800", "\u0000"]
)  # fmt: skip
keys = st.sampled_from(
    [*Message.__struct_fields__, "door", "~lat", "Time", "", 'a":', "lon ", "se\tal"]
)


def slow(payload: bytes) -> Any:
    return decode_each(
        native.read, TOPIC, payload, NOW, device=DEVICE, dialect="native", max_items=1000
    )


@st.composite
def objects(draw: st.DrawFn) -> str:
    said = {**SAID, **draw(st.dictionaries(keys, odd, max_size=2))}
    for gone in draw(st.lists(st.sampled_from(sorted(SAID)), max_size=2)):
        said.pop(gone, None)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : "), (",\n", "\t:")]))
    text = json.dumps(said, separators=separators, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):  # a key given twice
        again = json.dumps(draw(keys)) + draw(st.sampled_from([":", " :"])) + json.dumps(draw(odd))
        text = text[:-1] + "," + again + "}"
    return text


@given(st.lists(objects(), min_size=1, max_size=3), st.booleans())
def test_it_comes_to_the_same(parts: list[str], array: bool) -> None:
    text = "[" + ",".join(parts) + "]" if array else parts[0]
    payload = text.encode("utf-8", "surrogatepass")
    assert native.decode(TOPIC, payload, NOW) == slow(payload)


@pytest.mark.parametrize("said", [SAID, [SAID, {**SAID, "seq": 8}]])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_plain_one_goes_the_quick_way(said: object, separators: tuple[str, str]) -> None:
    payload = json.dumps(said, separators=separators).encode()
    assert plain.messages(payload) is not None
    assert native.decode(TOPIC, payload, NOW) == slow(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"time":1772452798,"seq":1,"seq":2}',
        b'{"time":1772452798,"seq" :1,"seq":2}',
        b'{"time":1772452798,"seq":1,"s\\u0065q":2}',
        b'{"time":1772452798,"door":1}',
        b'{"time":1772452798,"seal":{"door":1}}',
        b'{"time":1772452798,"seq":null}',
    ],
)
def test_what_is_not_plain_does_not(payload: bytes) -> None:
    assert plain.messages(payload) is None


@given(objects())
def test_the_canonical_body_is_the_same(text: str) -> None:
    for found in slow(text.encode("utf-8", "surrogatepass")):
        if isinstance(found, Reading) and not found.extra:
            said = native.encode(found)
            said.pop("buffered", None)
            assert identity.body(found) == identity._write(said)
