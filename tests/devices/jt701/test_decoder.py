"""Jointech locks: what holds for any bytes, and that encoder, decoder and explanation agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import jt701, native
from devices.common import jointech_seal
from devices.common.clocks import BEHIND
from devices.common.frames import Field
from devices.common.jointech_codes import BUFFERED, KINDS
from devices.common.jointech_point import KMH_PER_KNOT
from devices.identity import body, from_body
from devices.jt701 import encoder as jt701_encoder
from devices.reading import (
    Cell,
    CredentialKind,
    Fix,
    NoFix,
    Reading,
    Rejected,
    SealCondition,
    SealEvent,
)
from tests.devices.jt701.frames import PAYLOADS, VECTORS, payload_of
from tests.support.growth import LINEAR, growth

DEVICE = "7502104023"
TOPIC = f"frames/jt701/{DEVICE}"
RECEIVED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = jt701_encoder.long_frame(
    DEVICE, RECEIVED_AT, 27.5, -99.5, serial=1, status=jt701_encoder.status_word("rope_in")
)

seconds = st.integers(0, BEHIND // timedelta(seconds=1)).map(
    lambda number: RECEIVED_AT - timedelta(seconds=number)
)
lats, lons = (st.integers(-n * 600_000, n * 600_000).map(lambda n: n / 600_000) for n in (90, 180))
bytes_ = st.integers(0, 255)
words = st.integers(0, 0xFFFF)
cells = st.builds(
    Cell,
    mcc=st.integers(1, 999),
    mnc=st.integers(1, 999).filter(lambda mnc: mnc >> 8 != 0x0F),
    lac=st.integers(1, 0xFFFE),
    cid=st.integers(1, 0x0FFF_FFFF).filter(lambda cid: cid != 0xFFFF),
    rssi=st.integers(0, 31),
)
mangled = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=3).map(b"".join),
    st.builds(
        lambda payload, at, new: payload[: at % (len(payload) + 1)] + new + payload[at + 1 :],
        st.sampled_from(PAYLOADS),
        st.integers(0, 120),
        st.binary(max_size=3),
    ),
)
"""Any bytes, whole frames in a row, and frames with a byte too few, too many or another."""


def only(payload: bytes) -> Reading:
    (reading,) = jt701.decode(TOPIC, payload, RECEIVED_AT)
    assert isinstance(reading, Reading), reading
    return reading


@given(
    time=seconds,
    lat=lats,
    lon=lons,
    serial=bytes_,
    status=words,
    kind=st.integers(0, 15),
    knots=bytes_,
    course=st.integers(0, 180),
    mileage=st.integers(0, 2**32 - 1),
    satellites=bytes_,
    battery=st.none() | st.integers(0, 100),
    cell=st.none() | cells,
    fence=bytes_,
    wake=st.integers(0, 15),
    imei=st.just("") | st.from_regex(r"[1-9][0-9]{14}", fullmatch=True),
    vehicle=st.integers(0, 2**32 - 1),
)
def test_a_long_frame_comes_back_as_it_was_written(
    time: datetime,
    lat: float,
    lon: float,
    serial: int,
    status: int,
    kind: int,
    knots: int,
    course: int,
    mileage: int,
    satellites: int,
    battery: int | None,
    cell: Cell | None,
    fence: int,
    wake: int,
    imei: str,
    vehicle: int,
) -> None:
    reading = only(
        jt701_encoder.long_frame(
            DEVICE,
            time,
            lat,
            lon,
            serial=serial,
            status=status,
            kind=kind,
            speed_kmh=knots * KMH_PER_KNOT,
            course_deg=2 * course,
            mileage_km=mileage,
            satellites=satellites,
            battery_pct=battery,
            cell=cell,
            fence=fence,
            wake=wake,
            imei=imei,
            vehicle=vehicle,
        )
    )
    position, extra = reading.position, reading.extra
    assert (reading.event_time, reading.seq, reading.cell) == (time, serial, cell)
    assert position.speed_kmh == pytest.approx(knots * KMH_PER_KNOT, abs=0.001)
    assert position.satellites == satellites
    if lat == 0 == lon:
        assert isinstance(position, NoFix)
    else:
        assert isinstance(position, Fix)
        assert (position.lat, position.lon, position.course_deg) == (lat, lon, 2 * course)
        assert position.time == time
    assert (reading.battery_pct, extra.get("charging", False)) == (battery, battery is None)
    assert reading.buffered is (kind in BUFFERED)
    assert extra["report"] == KINDS.get(kind, kind)
    assert extra["mileage_km"] == mileage
    assert extra.get("fence_id", 0) == fence
    assert extra.get("imei", "") == imei
    assert int(extra.get("vehicle_card", 0)) == vehicle
    assert extra.get("wake", 15) == jointech_seal.WAKE.get(wake, wake)
    assert reading.seal == jointech_seal.status(status, wake).seal


def test_a_long_frame_alone_says_what_it_says_in_company() -> None:
    company = jt701.decode(TOPIC, f"({DEVICE},@JT)".encode() + HERE, RECEIVED_AT)
    assert company == [only(HERE)]


@given(status=words, wake=st.none() | st.integers(0, 15))
def test_every_bit_of_a_status_word_is_told(status: int, wake: int | None) -> None:
    seal, extra = jointech_seal.status(status, wake)
    for bit in range(16):
        what = jointech_seal.STATUS.get(bit, f"bit_{bit}")
        told = what in seal.events if isinstance(what, SealEvent) else extra.get(what, False)
        woken = wake == 3 and what is SealEvent.COVER_OPENED
        assert told is bool(status >> bit & 1) or woken
    cut, rope, locked = (bool(status >> bit & 1) for bit in (3, 6, 7))
    assert (seal.condition is SealCondition.CUT) is cut
    assert (seal.condition is SealCondition.SEALED) is (rope and locked and not cut)


@given(
    time=seconds,
    lat=lats,
    lon=lons,
    serial=bytes_,
    source=st.integers(1, 7),
    unlock=st.integers(0, 99),
    card=st.from_regex(r"[0-9]{9}[1-9]", fullmatch=True),
    right=st.booleans(),
    wrong=st.integers(0, 99),
    fix=st.booleans(),
)
def test_a_lock_event_comes_back_as_it_was_written(
    time: datetime,
    lat: float,
    lon: float,
    serial: int,
    source: int,
    unlock: int,
    card: str,
    right: bool,
    wrong: int,
    fix: bool,
) -> None:
    written = jt701_encoder.lock_event(
        DEVICE,
        time,
        lat,
        lon,
        serial=serial,
        source=source,
        unlock=unlock,
        card=card,
        password_right=right,
        wrong_passwords=wrong,
        fix=fix,
    )
    reading = only(written)
    assert (reading.event_time, reading.seq) == (time, serial)
    assert isinstance(reading.position, Fix) is (fix and not (abs(lat) < 1e-6 and abs(lon) < 1e-6))
    if isinstance(reading.position, Fix):
        assert reading.position.lat == pytest.approx(lat, abs=1e-6)
        assert reading.position.lon == pytest.approx(lon, abs=1e-6)
    assert reading.extra["unlock"] == unlock
    assert reading.extra.get("wrong_passwords", 0) == wrong
    assert reading.seal == jointech_seal.lock_event(source, unlock, card, right)
    shown = reading.seal.credential if reading.seal else None
    if shown is not None:
        rfid = (CredentialKind.RFID, CredentialKind.BLUETOOTH)
        assert shown.id == (card if shown.kind in rfid else None)


@given(mangled)
@example(b"(" * 300)
@example(b"$" * 300)
def test_no_bytes_make_it_raise_and_all_that_it_says_can_be_written(payload: bytes) -> None:
    found = jt701.decode(TOPIC, payload, RECEIVED_AT)
    readings = [item for item in found if isinstance(item, Reading)]
    assert found
    assert found[: len(readings)] == readings
    assert readings == sorted(
        readings, key=lambda r: (r.event_time, -1 if r.seq is None else r.seq)
    )
    for reading in readings:
        assert reading.device.split("/")[0] == DEVICE
        again = from_body(reading.device, body(reading), RECEIVED_AT, reading.buffered, "jt701")
        assert native.encode(again) == native.encode(reading)
    for item in found:
        if isinstance(item, Rejected):
            assert item.payload in payload
            assert item.reason


@given(mangled)
@example(b"\r\n".join(PAYLOADS))
def test_the_explanation_covers_every_byte_in_order(payload: bytes) -> None:
    fields = jt701.explain(payload)
    assert b"".join(field.raw for field in fields) == payload
    at = 0
    for field in fields:
        assert field.offset == at
        assert field.meaning
        at += len(field.raw)


def told_by_the_bytes(vector: dict[str, Any]) -> bool:
    """Whether what becomes of it hangs neither on the topic nor on the receipt."""
    reasons = " ".join(reject["reason"] for reject in vector.get("rejected", ()))
    judged = ("far ahead", "rolled over", "hours ahead", "a year behind")
    return "the topic" not in reasons and not any(word in vector["name"] for word in judged)


@pytest.mark.parametrize(
    "vector", [*filter(told_by_the_bytes, VECTORS)], ids=lambda vector: vector["name"]
)
def test_what_the_explanation_names_is_in_the_reading(vector: dict[str, Any]) -> None:
    payload = payload_of(vector)
    found = jt701.decode(vector["topic"], payload, vector["received_at"])
    fields = jt701.explain(payload)
    for field in fields:
        for place in filter(None, field.into.split(", ")):
            reading = found[field.record]
            assert isinstance(reading, Reading)
            assert _value(reading, place) is not None, (field, reading)
    if any(isinstance(item, Reading) for item in found):
        named = {place for field in fields for place in field.into.split(", ")}
        notes = {"extra.clock", "extra.sensor_clock"}
        every = {
            f"extra.{key}" for item in found if isinstance(item, Reading) for key in item.extra
        }
        assert every - notes <= named
    meanings = " ".join(field.meaning for field in fields)
    for reject in found:
        if isinstance(reject, Rejected) and payload.strip():
            assert reject.reason in meanings


def _value(reading: Reading, place: str) -> object:
    value: object = reading
    for name in place.split("."):
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def test_a_field_in_words() -> None:
    fields = {field.name: field for field in jt701.explain(HERE)}
    assert fields["speed"] == Field(
        name="speed",
        offset=25,
        raw=b"\0",
        meaning="0 knots, 0.0 km/h",
        into="position.speed_kmh",
    )
    assert fields["lon"].meaning == "099 degrees 30.0000 minutes; fix, north, west"
    assert fields["status"].into.startswith("seal.condition, extra.rope_in")


@pytest.mark.parametrize(
    "unit", [b"(1,@JT)", b"(1,", b"$", b"(", HERE, HERE[:30], b"\x00", b"(1,$"]
)
def test_time_grows_with_the_size_alone(unit: bytes) -> None:
    def decode(payload: bytes) -> object:
        return jt701.decode(TOPIC, payload, RECEIVED_AT)

    assert growth(decode, lambda size: unit * (size // len(unit)), 200_000) < LINEAR


def test_more_than_a_mebibyte_is_not_looked_at() -> None:
    (reject,) = jt701.decode(TOPIC, HERE * 20_000, RECEIVED_AT)
    assert isinstance(reject, Rejected)
    assert "at most 1,048,576" in reject.reason


def test_the_same_frame_is_the_same_reading_whenever_it_comes() -> None:
    later = RECEIVED_AT + timedelta(hours=3)
    (again,) = jt701.decode(TOPIC, HERE, later)
    assert isinstance(again, Reading)
    assert body(again) == body(only(HERE))


def test_what_is_shared_between_readings_is_not_changed_by_them() -> None:
    only(HERE).extra["rope_in"] = "spoilt"
    assert only(HERE).extra["rope_in"] is True


def test_no_password_leaves_the_decoder() -> None:
    """Not even where firmware writes it in the place of the card."""
    for source in (4, 6):
        event = jt701_encoder.lock_event(
            DEVICE, RECEIVED_AT, 1, 1, serial=1, source=source, unlock=98, card="0000123456"
        )
        assert b"123456" not in native.to_json(only(event))
