"""JT/T 808: no bytes break it, and every byte is explained."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import identity, jtt808
from devices.common.frames import MAX_BYTES, Field
from devices.jtt808 import encoder as encode
from devices.jtt808.frame import LONGEST_BODY, ODD, build, parse, unescape
from devices.jtt808.frame import xor as fast_xor
from devices.jtt808.stream import split
from devices.reading import Fix, Passed, Reading, Rejected
from tests.devices.jtt808.support import (
    DEVICE,
    VECTORS,
    decode,
    frames,
    one,
    sound_frames,
    streams,
)
from tests.devices.strategies import RECEIVED_AT
from tests.devices.test_vectors import payload_of
from tests.support import jtt808_encode
from tests.support.growth import LINEAR, growth


@given(st.binary(max_size=64), st.integers(0, 0xFFFF), st.booleans(), st.booleans())
def test_a_frame_carries_any_bytes(body: bytes, serial: int, odd: bool, newer: bool) -> None:
    width = 7 if odd else 10 if newer else 6
    id_raw = bytes.fromhex(DEVICE.zfill(2 * width))
    version = 1 if newer and not odd else None
    raw = build(0x0900, id_raw, serial, body, delimiter=ODD if odd else 0x7E, version=version)
    edge = raw[:1]
    assert edge not in raw[1:-1]
    message = parse(raw)
    assert (message.device, message.serial, message.body) == (DEVICE, serial, body)


@given(frames | sound_frames(), st.integers(0, 0xFFFF))
def test_a_frame_alone_says_what_it_says_in_company(frame: bytes, serial: int) -> None:
    """A heartbeat before it carries no reading, but leads past the short way of one frame."""
    company = decode(encode.frame(DEVICE, serial, 0x0002) + frame)
    readings = [item for item in decode(frame) if isinstance(item, Reading)]
    assert readings == [item for item in company if isinstance(item, Reading)]


@given(st.binary(min_size=1, max_size=2000))
def test_the_checksum_is_the_exclusive_or_of_all_bytes(data: bytes) -> None:
    assert fast_xor(data) == reduce(xor, data)


# No bytes break it


@given(st.binary(max_size=300) | streams | sound_frames())
def test_any_bytes(payload: bytes) -> None:
    found = decode(payload)
    assert found
    readings = [item for item in found if isinstance(item, Reading)]
    assert found[: len(readings)] == readings
    for reading in readings:
        said = identity.body(reading)
        assert identity.from_body(DEVICE, said, RECEIVED_AT, reading.buffered, "jtt808") == reading
    for reject in found[len(readings) :]:
        if isinstance(reject, Passed):
            assert len(found) == 1
            continue
        assert isinstance(reject, Rejected)
        assert reject.payload in payload
        assert reject.reason


@given(frames, st.data())
def test_a_changed_frame_is_never_believed(frame: bytes, data: st.DataObject) -> None:
    """One byte other than it was: the checksum, the length or the framing shows it."""
    at = data.draw(st.integers(0, len(frame) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != frame[at]))
    changed = frame[:at] + bytes([other]) + frame[at + 1 :]
    assert all(isinstance(item, Rejected) for item in decode(changed))


@given(frames, st.data())
def test_a_frame_cut_short_is_never_believed(frame: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(frame) - 1))
    assert all(isinstance(item, Rejected) for item in decode(frame[:end]))


@given(st.lists(frames, min_size=1, max_size=4), st.lists(st.binary(max_size=9), max_size=4))
def test_noise_between_frames_costs_none_of_them(good: list[bytes], noise: list[bytes]) -> None:
    clean = [bytes(byte for byte in part if byte not in b"\x7e\xe7(") for part in noise]
    payload = b""
    for number, frame in enumerate(good):
        payload += (clean[number] if number < len(clean) else b"") + frame
    readings = [item for item in decode(payload) if isinstance(item, Reading)]
    assert len(readings) == len(good)


HEAVY = {
    "delimiters": b"\x7e",
    "other delimiters": b"\xe7",
    "both": b"\x7e\xe7",
    "brackets": b"(",
    "texts": b"(1,1,001,BASE,2,TIME)",
    "noise": b"\x01",
    "tiny frames": b"\x7e\x02\x7e",
    "heartbeats": encode.frame(DEVICE, 1, 2),
    "lone parts": build(0x0704, bytes.fromhex("007091234567"), 1, b"x" * 20, total=9, index=3),
    "many parts": build(0x0704, bytes.fromhex("007091234567"), 1, b"", total=65535, index=1),
    "bad items": encode.frame(DEVICE, 1, 0x0704, b"\1\0\0" + b"\0\1x" * 300),
    "extensions": encode.frame(
        DEVICE, 1, 0x0200, encode.position(encode.Position(time=RECEIVED_AT)) + b"\xe1\0" * 480
    ),
}


@pytest.mark.parametrize("name", list(HEAVY))
def test_the_worst_costs_no_more_than_its_size(name: str) -> None:
    unit = HEAVY[name]
    assert growth(decode, lambda size: (unit * (size // len(unit) + 1))[:size], MAX_BYTES) < LINEAR


def test_many_bad_items_over_many_parts() -> None:
    body = b"\xff\xff\1" + b"\0\1x" * 100_000
    *items, rest = decode(b"".join(jtt808_encode.parts(DEVICE, 0, 0x0704, body, LONGEST_BODY)))
    assert len(items) == 1000
    assert isinstance(rest, Rejected)
    assert rest.place == "[0].items[1000]"
    assert "more than 1,000 items" in rest.reason


def test_more_frames_than_a_payload_may_hold() -> None:
    frame = payload_of(VECTORS[0])
    *found, rest = decode(frame * 1001)
    assert [type(item) for item in found] == [Reading] * 1000
    assert isinstance(rest, Rejected)
    assert (rest.payload, rest.place) == (frame, "[1000]")
    assert "more than 1,000 frames" in rest.reason


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 20 * MAX_BYTES])
def test_too_much_is_refused_whole(size: int) -> None:
    """Even where it looks like one frame."""
    (found,) = decode(b"\x7e\x02" + bytes(size - 3) + b"\x7e")
    assert isinstance(found, Rejected)
    assert "expected 1 to 1,048,576" in found.reason


# Every byte is explained


def covered(fields: list[Field]) -> bytes:
    end = 0
    for field in fields:
        assert field.offset == end, field
        assert field.raw or field.name
        end += len(field.raw)
    return b"".join(field.raw for field in fields)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_byte_of_every_vector_is_explained(vector: dict[str, Any]) -> None:
    payload = payload_of(vector)
    fields = jtt808.explain(payload)
    assert covered(fields) == payload
    assert all(field.name and field.meaning for field in fields)


@given(st.binary(max_size=300) | streams | sound_frames())
def test_every_byte_of_anything_is_explained(payload: bytes) -> None:
    assert covered(jtt808.explain(payload)) == payload
    pieces = split(payload)
    assert sum(piece.end - piece.start for piece in pieces) == len(payload)


@given(frames)
def test_an_explanation_names_where_a_value_went(frame: bytes) -> None:
    reading = one(frame)
    fields = {field.name: field for field in jtt808.explain(frame)}
    assert isinstance(reading.position, Fix)
    assert fields["latitude"].into == "position.lat"
    assert f"{abs(reading.position.lat)} degrees" in fields["latitude"].meaning
    assert fields["checksum"].meaning.endswith("right")
    assert unescape(frame)[-1:] in (fields["checksum"].raw, b"\x7d", b"\x7e")


def test_a_wrong_checksum_is_explained_field_by_field() -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == "a wrong checksum")
    fields = {field.name: field for field in jtt808.explain(payload_of(vector))}
    assert "wrong, expected" in fields["checksum"].meaning
    assert fields["latitude"].meaning == "27.4995 degrees north"


def test_the_model_of_a_registration_counts_in_the_explanation_too() -> None:
    vector = next(v for v in VECTORS if v["name"].startswith("G-360P alarm bit 1"))
    fields = {field.name: field for field in jtt808.explain(payload_of(vector))}
    assert fields["registration"].meaning == "of the model 'G-360P'"
    assert fields["alarm"].meaning.startswith("tampered (bit 1)")


def test_positions_of_a_batch_are_told_apart() -> None:
    vector = next(v for v in VECTORS if v["name"].startswith("0704 in three parts"))
    fields = jtt808.explain(payload_of(vector))
    assert {field.record for field in fields if field.name == "time"} == {0, 1, 2}
