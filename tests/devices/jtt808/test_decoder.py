"""JT/T 808: what is encoded is decoded, whatever zone its clock is in, and no password is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices import jtt808, native
from devices.jtt808 import encoder as encode
from devices.jtt808.frame import LONGEST_BODY
from devices.reading import Cell, Fix, NoFix, Reading, Rejected, SealCondition, SealEvent
from tests.devices.jtt808.support import DEVICE, decode, one, positions, times
from tests.devices.strategies import RECEIVED_AT
from tests.support import jtt808_encode

# What is encoded is decoded


@given(positions, st.integers(0, 0xFFFF), st.booleans())
def test_a_standard_position(said: encode.Position, serial: int, fixed: bool) -> None:
    made = encode.Position(**{**_as_dict(said), "fixed": fixed, "zone_h": 8})
    assume(abs(RECEIVED_AT - said.time - timedelta(hours=8)) > timedelta(minutes=10))
    reading = one(encode.frame(DEVICE, serial, 0x0200, encode.position(made)))
    assert reading.event_time == said.time
    assert reading.seq == serial
    assert reading.extra["clock"] == "gmt+8"
    for tag, value in said.tlvs:
        assert reading.extra[f"tlv_{tag:02X}"] == value.hex()
    if fixed:
        assert reading.position == Fix(
            lat=said.lat,
            lon=said.lon,
            time=said.time,
            speed_kmh=said.speed_kmh,
            course_deg=float(said.course_deg),
            altitude_m=float(said.altitude_m),
        )
    else:
        assert isinstance(reading.position, NoFix)
        assert (reading.extra["lat"], reading.extra["lon"]) == (said.lat, said.lon)


@given(positions, st.booleans(), st.booleans(), st.none() | st.integers(0, 100), st.integers(0, 9))
def test_a_jointech_lock(
    said: encode.Position, rope_in: bool, motor_locked: bool, battery: int | None, wake: int
) -> None:
    bits = encode.lock_bits(rope_in=rope_in, motor_locked=motor_locked, wake=wake)
    tlvs = (encode.battery(battery), encode.cell(334, 20, 1201, 77123), (0x30, b"\x1f"))
    made = encode.Position(**{**_as_dict(said), "statuses": bits, "tlvs": tlvs})
    reading = one(encode.frame(DEVICE, 1, 0x0200, encode.position(made)))
    assert reading.event_time == said.time
    assert reading.battery_pct == battery
    assert reading.extra.get("charging", False) is (battery is None)
    assert reading.cell == Cell(mcc=334, mnc=20, lac=1201, cid=77123, rssi=31)
    assert reading.seal is not None
    shut = rope_in and motor_locked
    assert reading.seal.condition is (SealCondition.SEALED if shut else SealCondition.OPEN)
    moved = {SealEvent.ROPE_IN, SealEvent.ROPE_OUT} & reading.seal.events
    assert moved == ({SealEvent.ROPE_IN if rope_in else SealEvent.ROPE_OUT} if wake == 4 else set())


@given(st.lists(positions, min_size=1, max_size=6), st.booleans(), st.integers(1, 1023))
def test_a_batch_whole_and_in_parts(said: list[encode.Position], backlog: bool, size: int) -> None:
    body = encode.batch(map(encode.position, said), backlog=backlog)
    parts = jtt808_encode.parts(DEVICE, 7, 0x0704, body, size)
    found = decode(b"".join(parts))
    ordered = sorted(said, key=lambda one: one.time)
    readings = [item for item in found if isinstance(item, Reading)]
    assert len(readings) == len(found) == len(said)
    assert [r.buffered for r in readings] == [backlog] * len(said)
    assert [r.position.speed_kmh for r in readings] == [one.speed_kmh for one in ordered]
    if len(body) <= LONGEST_BODY:
        assert decode(encode.frame(DEVICE, 7, 0x0704, body)) == found
    if len(parts) > 1:
        rejects = decode(b"".join(parts[:-1]))
        assert all(isinstance(item, Rejected) for item in rejects)
        assert len(rejects) == len(parts) - 1


@given(
    times,
    st.integers(-53_999_999, 53_999_999).filter(bool),
    st.integers(-107_999_999, 107_999_999),
    st.integers(0, 255),
    st.none() | st.integers(0, 100),
    st.frozensets(st.sampled_from([0, 1, 2, 3, 5, 6])),
)
def test_a_jt705a(
    at: datetime, lat: int, lon: int, speed: int, battery: int | None, alarms: frozenset[int]
) -> None:
    said = jtt808_encode.Report(
        time=at,
        lat=lat / 600_000,
        lon=lon / 600_000,
        speed_kn=speed,
        course_deg=350,
        satellites=9,
        odometer_km=12345,
        battery_pct=battery,
        cid=77123,
        lac=1201,
        alarms=alarms,
    )
    reading = one(encode.frame(DEVICE, 33, 0x5501, jtt808_encode.report(said)))
    assert reading.event_time == at
    assert isinstance(reading.position, Fix)
    assert (reading.position.lat, reading.position.lon) == (lat / 600_000, lon / 600_000)
    assert reading.position.speed_kmh == pytest.approx(speed * 1.852, abs=0.001)
    assert reading.battery_pct == battery
    events = reading.seal.events if reading.seal else frozenset()
    assert (SealEvent.VIBRATION in events, SealEvent.LOW_BATTERY in events) == (
        2 in alarms,
        1 in alarms,
    )
    assert reading.seal is not None
    assert reading.seal.condition is SealCondition.SEALED


# What it keeps to itself


@pytest.mark.parametrize("kind", [0x01, 0x06, 0x1F, 0x29, 0x7F, 0x67])
def test_no_password_is_kept(kind: int) -> None:
    event = (kind, b"739154xx") if kind == 0x67 else jtt808_encode.password_event(kind, "739154", 1)
    body = encode.position(encode.Position(time=RECEIVED_AT, lat=1, lon=1, tlvs=(event,)))
    frame = encode.frame(DEVICE, 1, 0x0200, body)
    said = native.to_json(one(frame))
    assert b"739154" not in said
    assert b"739154".hex().encode() not in said
    assert not any("739154" in field.meaning for field in jtt808.explain(frame))


# Clocks


@pytest.mark.parametrize("late_min", [-9, 0, 9])
@pytest.mark.parametrize("jointech", [True, False])
@pytest.mark.parametrize("zone", [0, 8])
def test_what_is_live_says_which_zone_its_clock_is_in(
    late_min: int, jointech: bool, zone: int
) -> None:
    at = RECEIVED_AT - timedelta(minutes=late_min)
    tlvs = (encode.battery(80),) if jointech else ()
    said = encode.Position(time=at, lat=1, lon=1, zone_h=zone, tlvs=tlvs)
    reading = one(encode.frame(DEVICE, 1, 0x0200, encode.position(said)))
    assert reading.event_time == at
    assert reading.extra["clock"] == {0: "utc", 8: "gmt+8"}[zone]


def _as_dict(said: encode.Position) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.__struct_fields__}
