"""Teltonika: what is encoded comes out again, and any bytes at all."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from devices import catalogue, identity, teltonika
from devices.common.clocks import BEHIND
from devices.reading import (
    Clock,
    Decoded,
    Fix,
    NoFixReason,
    Passed,
    Reading,
    Rejected,
    SealCondition,
    SealReport,
)
from devices.teltonika import teltonika_json
from devices.teltonika.beacons import LISTS
from devices.teltonika.elements import KNOWN
from devices.teltonika.encoder import CODEC_8, CODEC_8_EXTENDED, CODEC_16, Record, login, packet
from devices.teltonika.encoder import data as body_of
from tests.devices.strategies import RECEIVED_AT
from tests.devices.teltonika.frames import (
    A_FIX,
    IMEI,
    NOW_MS,
    TOPIC,
    batches,
    spoilt,
    tcp_packets,
    udp_packets,
    vectors,
)
from tests.support.growth import LINEAR, growth
from tests.support.teltonika_encode import udp_packet as over_udp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decode(payload: bytes) -> Decoded:
    return teltonika.decode(TOPIC, payload, RECEIVED_AT)


def readings(payload: bytes) -> list[Reading]:
    found = decode(payload)
    assert all(isinstance(one, Reading) for one in found), found
    return [one for one in found if isinstance(one, Reading)]


@given(batches(), st.booleans())
def test_what_is_encoded_comes_out_again(batch: tuple[int, list[Record]], udp: bool) -> None:
    codec, sent = batch
    payload = over_udp(IMEI, sent, codec) if udp else packet(sent, codec)
    found = readings(payload)
    assert len(found) == len(sent)
    for one, record in zip(found, sorted(sent, key=lambda r: r.time_ms), strict=True):
        assert one.device == IMEI
        assert one.event_time == EPOCH + timedelta(milliseconds=record.time_ms)
        assert_position(one, record)
        assert one.extra["priority"] == record.priority
        assert one.extra["event"] == record.event
        assert one.extra.get("generation", 0) == record.generation
        assert_elements(one, record)


def assert_position(one: Reading, record: Record) -> None:
    position = one.position
    assert position.satellites == record.satellites
    assert position.speed_kmh == record.speed
    if isinstance(position, Fix):
        assert (position.lat, position.lon) == (record.lat / 1e7, record.lon / 1e7)
        assert position.altitude_m == record.altitude
        assert position.time == one.event_time
        course = one.extra.get("course", position.course_deg)
    else:
        zero = record.lat == 0 == record.lon
        assert record.satellites == 0 or zero
        assert position.reason is (NoFixReason.ZERO if record.satellites else NoFixReason.INVALID)
        assert (one.extra["lat"], one.extra["lon"]) == (record.lat / 1e7, record.lon / 1e7)
        assert one.extra["altitude"] == record.altitude
        course = one.extra["course"]
    assert course == record.course


def assert_elements(one: Reading, record: Record) -> None:
    for elements in (record.one, record.two, record.four, record.eight):
        for id_, value in elements.items():
            assert id_ in KNOWN or one.extra[f"io{id_}"] == value
    for id_, data in record.variable.items():
        if id_ not in KNOWN or id_ in LISTS:
            assert one.extra[f"io{id_}"] == data.hex()
    if record.one.get(113, 101) <= 100:
        assert one.battery_pct == record.one[113]
    if 21 in record.one:
        assert one.cell is not None
        assert one.cell.rssi == record.one[21]


@given(batches())
def test_a_reading_can_be_kept_and_read_again(batch: tuple[int, list[Record]]) -> None:
    codec, sent = batch
    for one in readings(packet(sent, codec)):
        body = identity.body(one)
        again = identity.from_body(one.device, body, one.received_at, one.buffered, one.dialect)
        assert identity.body(again) == body


@given(tcp_packets | udp_packets)
def test_a_packet_cut_anywhere_is_rejected(payload: bytes) -> None:
    for size in range(0, len(payload), 7):
        (found,) = decode(payload[:size])
        assert isinstance(found, Rejected)
        assert found.payload == payload[:size]


@given(st.binary(max_size=200) | spoilt() | st.lists(spoilt(), max_size=3).map(b"".join))
def test_any_bytes_come_out_as_something(payload: bytes) -> None:
    found = decode(payload)
    assert found
    for one in found:
        assert one.dialect == "teltonika"
        if isinstance(one, Passed):
            assert len(found) == 1
            continue
        assert one.received_at == RECEIVED_AT
        if isinstance(one, Rejected):
            assert one.reason.isprintable()
            assert one.payload in payload
        else:
            identity.body(one)


@given(
    st.integers(0, 2**64 - 1), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)
)
def test_any_time_and_place_of_a_record(time_ms: int, lat: int, lon: int) -> None:
    (found,) = decode(packet([replace(A_FIX, time_ms=time_ms, lat=lat, lon=lon)]))
    assert isinstance(found, Reading)
    possible = abs(lat) <= 900_000_000 and abs(lon) <= 1_800_000_000
    assert ("refused" in found.extra) is not possible
    believed = NOW_MS - int(BEHIND.total_seconds() * 1000) <= time_ms <= NOW_MS + 600_000
    assert (found.clock is Clock.DEVICE) is believed


@pytest.mark.parametrize(
    "unit",
    [
        b"\xff",
        bytes(1),
        login(IMEI),
        packet([A_FIX], CODEC_8),
        packet([A_FIX] * 255),
        bytes.fromhex("0000000000000003080001"),
        bytes(4) + (15).to_bytes(4, "big") + bytes(19),
    ],
    ids=["pings", "zeros", "logins", "packets", "full packets", "odd", "wrong CRC"],
)
def test_the_longest_payloads_take_time_by_their_length(unit: bytes) -> None:
    def much(size: int) -> bytes:
        return (unit * (size // len(unit) + 1))[:size]

    assert decode(much(2**20))
    assert growth(decode, much, 2**20) < LINEAR


def test_a_payload_that_is_too_long() -> None:
    (found,) = decode(b"\xff" * (2**20 + 1))
    assert isinstance(found, Rejected)
    assert found.reason == "the payload has 1,048,577 bytes, expected at most 1,048,576"


def test_promises_without_bytes_cost_no_memory() -> None:
    head = body_of([A_FIX])[2:28]
    empty = bytes.fromhex("8EFF") + head + b"\xff" * 6 + b"\xff"
    payload = over_udp(IMEI, [A_FIX])[:23] + empty
    payload = (len(payload) - 2).to_bytes(2, "big") + payload[2:]
    decode(payload)
    tracemalloc.start()
    (found,) = decode(payload)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Rejected)
    assert "goes past the end" in found.reason
    assert most < 20_000


def test_live_or_late_alone_or_in_a_batch_it_is_the_same_reading() -> None:
    old = replace(A_FIX, time_ms=A_FIX.time_ms - 3_600_000, one={239: 1})
    (alone,) = readings(packet([old], CODEC_8))
    stored, _ = readings(login(IMEI) + packet([A_FIX, old], CODEC_8))
    assert (alone.buffered, stored.buffered) == (False, True)
    assert identity.digest(alone, identity.body(alone)) == identity.digest(
        stored, identity.body(stored)
    )


def test_the_same_words_as_json_are_the_same_reading() -> None:
    record = replace(
        A_FIX,
        one={239: 1, 21: 4, 113: 87, 200: 1, 10808: 1},
        two={66: 24_079, 182: 9, 206: 1201},
        four={241: 334_020},
        event=239,
        priority=1,
    )
    said = (
        f'{{"state":{{"reported":{{"ts":{record.time_ms},"pr":1,"evt":239,'
        '"latlng":"27.4995,-99.5071","alt":140,"ang":12,"sat":11,"sp":82,"239":1,"21":4,'
        '"113":87,"200":1,"10808":1,"66":24079,"182":9,"206":1201,"241":334020}}}'
    )
    (spoken,) = readings(packet([record]))
    topic = f"fleet/teltonika/{IMEI}/data"
    (written,) = teltonika_json.decode(topic, said.encode(), RECEIVED_AT)
    assert isinstance(written, Reading)
    assert replace(written, dialect="teltonika") == spoken
    assert identity.body(written) == identity.body(spoken)


@pytest.mark.parametrize("codec", [CODEC_8, CODEC_16])
def test_only_codec_8_extended_has_elements_of_any_length(codec: int) -> None:
    with pytest.raises(ValueError, match="no elements of variable length"):
        packet([replace(A_FIX, variable={256: b"x"})], codec)


@pytest.mark.parametrize("codec", [CODEC_8, CODEC_8_EXTENDED])
def test_only_codec_16_says_how_a_record_was_generated(codec: int) -> None:
    with pytest.raises(ValueError, match="how a record was generated"):
        packet([replace(A_FIX, generation=1)], codec)


@pytest.mark.parametrize("topic", ["frames/teltonika/", "frames/teltonika/a b", "teltonika/1"])
def test_a_topic_that_names_no_device(topic: str) -> None:
    (found,) = teltonika.decode(topic, packet([A_FIX]), RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert "expected frames/teltonika/<device>" in found.reason
    assert found.device is None


def test_half_a_position_costs_the_position_alone() -> None:
    bad = replace(A_FIX, lat=2**31 - 1, one={10_808: 0})
    good, found = decode(packet([A_FIX, bad], CODEC_8_EXTENDED))
    assert isinstance(good, Reading)
    assert isinstance(found, Reading)
    assert found.position.reason is NoFixReason.INVALID  # type: ignore[union-attr]
    assert found.extra["refused"]["lat"]["value"] == 214.7483647
    assert found.seal == SealReport(condition=SealCondition.OPEN)


def test_the_vectors_show_every_field_and_name_of_an_element() -> None:
    shown = {
        int.from_bytes(raw[: 1 if len(raw) in (2, 3, 5, 9) and codec == 8 else 2], "big")
        for codec, raw in elements_of_the_vectors()
    }
    assert shown >= KNOWN | LISTS


def elements_of_the_vectors() -> list[tuple[int, bytes]]:
    found = []
    for vector in vectors():
        codec = 0
        for field in teltonika.explain(vector["payload"]):
            if field.name == "codec":
                codec = field.raw[0]
            elif field.name.startswith("IO "):
                found.append((codec, field.raw))
    return found


def test_the_catalogue_finds_both() -> None:
    for topic, name in ((TOPIC, "teltonika"), ("a/b/teltonika/1/data", "teltonika_json")):
        dialect = catalogue.dialect_for(topic)
        assert dialect is not None
        assert dialect.name == name
