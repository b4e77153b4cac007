"""Whatever one field of a sound reading holds, the seal's word still comes out, in every dialect.

What is left alone: who says it, and what the seal says itself.
"""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import catalogue, identity
from devices.common.refusal import KEY
from devices.jt701 import binary
from devices.jt701 import encoder as jt701_encoder
from devices.jtt808 import encoder as jtt808_encoder
from devices.jtt808.location import HEAD
from devices.reading import Reading, Rejected, SealEvent, SealReport
from devices.teltonika.encoder import CODEC_8_EXTENDED, Record, packet
from tests.devices.strategies import RECEIVED_AT, json_values, numbers
from tests.support import jtt808_encode

WHEN = RECEIVED_AT - timedelta(seconds=2)


def told(topic: str, payload: bytes) -> Reading:
    found = catalogue.decode(topic, payload, RECEIVED_AT)
    assert len(found) == 1, found
    (reading,) = found
    assert isinstance(reading, Reading), reading
    body = identity.body(reading)
    again = identity.from_body(reading.device, body, RECEIVED_AT, reading.buffered, reading.dialect)
    assert identity.body(again) == body
    return reading


# JSON

ANY = st.one_of(
    json_values,
    numbers(),
    st.sampled_from([-1, 101, 270, 7.0, 1e308, 10**30, -0.0, "", " ", "60", "-1", "NaN", "٣"]),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), "\ud800", "\x00", "\n", "(", "é"]),
    st.sampled_from(["2026-03-01T11:58:60Z", "2026-02-30 25:61:61", "2099-01-01", "2007-01-01"]),
    st.sampled_from([0, 1, 4e9, 1e12, 1e300, 946_684_800, 2_000_000_000_000]),
    st.integers(40, 60).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)


class Message(NamedTuple):
    """said: a sound message. kept: the paths of who says it, and of the seal's own words."""

    topic: str
    said: dict[str, Any]
    kept: frozenset[str]


MESSAGES = {
    "native": Message(
        "seals/v1/LOCK-1/telemetry",
        {
            "time": WHEN.isoformat(),
            "lat": 27.5,
            "lon": -99.6,
            "accuracy": 4,
            "speed": 60,
            "course": 12,
            "altitude": 140,
            "satellites": 9,
            "hdop": 0.9,
            "battery": 87,
            "fix_time": WHEN.isoformat(),
            "jamming": False,
            "buffered": False,
            "seq": 7,
            "id": "a7",
            "cell": {"mcc": 334, "mnc": 20, "lac": 1, "cid": 2, "rssi": -71},
            "device": "LOCK-1",
            "door": "left",
            "no_fix": None,
            "event_clock": None,
            "seal": {
                "state": "cut",
                "event": "cut",
                "number": "MX-0100001",
                "lock_count": 3,
                "credential": {"kind": "rfid", "id": "7"},
                "torque": 4,
            },
        },
        frozenset({"device", "seal", "seal.state", "seal.event"}),
    ),
    "flespi": Message(
        "flespi/message/gw/devices/7",
        {
            "ident": "861234567890123",
            "timestamp": WHEN.timestamp(),
            "event.seqnum": 4,
            "position.latitude": 27.5,
            "position.longitude": -99.6,
            "position.speed": 60,
            "position.direction": 12,
            "position.altitude": 140,
            "position.satellites": 9,
            "position.hdop": 0.9,
            "position.valid": True,
            "position.fix.age": 3,
            "position.timestamp": WHEN.timestamp(),
            "battery.level": 87,
            "gsm.mcc": 334,
            "gsm.jamming.event": False,
            "message.buffered.status": False,
            "x": 1,
            "lock.status": False,
            "back.cap.open.alarm": True,
        },
        frozenset({"ident", "lock.status", "back.cap.open.alarm"}),
    ),
    "jointech_json": Message(
        "jointech/7591225008/data",
        {
            "DeviceID": "7591225008",
            "MsgType": "Location",
            "ReplyMsg": "(P69,0,9)",
            "DataBody": {
                "GpsTime": f"{WHEN:%Y-%m-%dT%H:%M:%SZ}",
                "Latitude": 27.5,
                "Longitude": -99.6,
                "LocationType": 1,
                "Speed": 60,
                "Direction": 12,
                "Mileage": 5,
                "GpsSignal": 9,
                "GSMSignal": 24,
                "Battery": 87,
                "MCC": 334,
                "MNC": 20,
                "LAC": 1,
                "CELLID": 2,
                "Index": 7,
                "DataType": 1,
                "IMEI": "861234567890123",
                "AlarmArea": 0,
                "LockStatus": 0,
                "LockRope": 0,
                "BackCover": 1,
                "Alarm": 1,
                "Awaken": 1,
            },
        },
        frozenset(
            {"DeviceID", "DataBody"}
            | {f"DataBody.{key}" for key in ("LockStatus", "LockRope", "Alarm", "Awaken")}
        ),
    ),
    "jointech_json, a lock event": Message(
        "jointech/7591225008/data",
        {
            "DateTime": f"{WHEN:%Y-%m-%dT%H:%M:%SZ}",
            "Latitude": 27.5,
            "Longitude": -99.6,
            "LocationType": 1,
            "Speed": 0,
            "Direction": 12,
            "Mileage": 5,
            "Index": 9,
            "UnlockFenceID": -1,
            "PsdErrorTimes": 0,
            "Event": 2,
            "RFIDNo": "0009551235",
        },
        frozenset({"Event", "RFIDNo"}),
    ),
    "jointech_json, a sub-lock": Message(
        "jointech/7591225008/data",
        {
            "GpsTime": f"{WHEN:%Y-%m-%dT%H:%M:%SZ}",
            "Latitude": 27.5,
            "Longitude": -99.6,
            "DateTime": f"{WHEN:%Y-%m-%dT%H:%M:%SZ}",
            "LocationType": 1,
            "Speed": 0,
            "SensorID": "E03B60000A",
            "LockTimes": 12,
            "Index": 3,
            "Voltage": "3.91",
            "Power": 90,
            "RSSI": 40,
            "SensorType": 4,
            "Event": 4,
        },
        frozenset({"SensorID", "SensorType", "Event", "LockTimes"}),
    ),
    "teltonika_json": Message(
        "x/teltonika/352093086403655/data",
        {
            "state": {
                "reported": {
                    "ts": int(WHEN.timestamp() * 1000),
                    "latlng": "27.5,-99.6",
                    "alt": 140,
                    "ang": 12,
                    "sat": 9,
                    "sp": 60,
                    "pr": 0,
                    "evt": 0,
                    "113": 87,
                    "249": 0,
                    "182": 9,
                    "21": 4,
                    "241": 334020,
                    "205": 7,
                    "206": 9,
                    "78": 5,
                    "x": 1,
                    "10808": 0,
                }
            },
            "y": 2,
        },
        frozenset({"state", "state.reported", "state.reported.10808"}),
    ),
    "teratrack": Message(
        "frames/teratrack/022043750001",
        {
            "MDeviceID": "022043750001",
            "DateTime": f"{WHEN:%Y-%m-%d %H:%M:%S}",
            "Latitude": "27.5",
            "Longitude": "99.6",
            "LatitudeState": "1",
            "LongitudeState": "0",
            "Speed": "60",
            "Mileage": "5",
            "GSM": "24",
            "Index": "7",
            "Power": "87",
            "DataType": "2",
            "MessageAck": "1",
            "IMEI": "861234567890123",
            "LockCutOff": "1",
            "LockOpen": "0",
            "LockStatus": "1",
            "LockRope": "0",
        },
        frozenset({"MDeviceID", "LockCutOff", "LockOpen", "LockStatus", "LockRope"}),
    ),
}
PLACES = [
    (name, place)
    for name, message in MESSAGES.items()
    for place in (
        *message.said,
        *(
            f"{outer}.{inner}"
            for outer, value in message.said.items()
            if isinstance(value, dict)
            for inner in value
        ),
        *(f"state.reported.{key}" for key in message.said.get("state", {}).get("reported", ())),
        *(f"seal.credential.{key}" for key in ("kind", "id") if "seal" in message.said),
    )
    if place not in message.kept
]


def put(document: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    """The document with another value there; keys may have dots of their own."""
    changed = copy.deepcopy(document)
    inside, key = changed, place
    while key not in inside:
        outer, _, key = key.partition(".")
        inside = inside[outer]
    inside[key] = value
    return changed


@settings(max_examples=400)
@given(st.sampled_from(PLACES), ANY)
def test_json(where: tuple[str, str], value: object) -> None:
    name, place = where
    message = MESSAGES[name]
    sound = told(message.topic, json.dumps(message.said).encode())
    dirty = told(message.topic, json.dumps(put(message.said, place, value)).encode())
    assert sound.seal is not None
    assert dirty.seal is not None
    assert dirty.seal.events == sound.seal.events != frozenset() or name == "teltonika_json"
    assert dirty.seal.condition is sound.seal.condition
    assert dirty.device == sound.device


@pytest.mark.parametrize(("name", "place"), PLACES)
@pytest.mark.parametrize("value", [None, -1, float("nan"), "x", [], {}, True])
def test_json_place_by_place(name: str, place: str, value: object) -> None:
    message = MESSAGES[name]
    sound = told(message.topic, json.dumps(message.said).encode())
    dirty = told(message.topic, json.dumps(put(message.said, place, value)).encode())
    assert dirty.seal is not None
    assert sound.seal is not None
    assert (dirty.seal.events, dirty.seal.condition) == (sound.seal.events, sound.seal.condition)


# Frames

CUT = jt701_encoder.long_frame(
    *("7502104023", WHEN, 27.5, -99.5),
    serial=42,
    status=jt701_encoder.status_word(SealEvent.CUT, "motor_locked", "cover_closed"),
    satellites=9,
    battery_pct=87,
)


def _spans() -> dict[str, tuple[int, int]]:
    """The fields of a long frame that say nothing of the seal or of who speaks."""
    point = {"time": (10, 16), "lat": (16, 20), "lon": (20, 25), "speed": (25, 26)}
    point["course"] = (26, 27)
    starts = [0, *binary.LONG.ends]
    tail = {
        name: (binary.TAIL_AT + start, binary.TAIL_AT + end)
        for name, start, end in zip(binary.LONG.names, starts, binary.LONG.ends, strict=False)
        if name not in ("status", "wake")
    }
    return point | tail | {"version": (6, 7), "serial": (len(CUT) - 1, len(CUT))}


SPANS = _spans()


@settings(max_examples=300)
@given(st.sampled_from(sorted(SPANS)), st.data())
def test_jt701(name: str, data: st.DataObject) -> None:
    start, end = SPANS[name]
    raw = data.draw(st.binary(min_size=end - start, max_size=end - start))
    dirty = told("frames/jt701/7502104023", CUT[:start] + raw + CUT[end:])
    assert dirty.seal == told("frames/jt701/7502104023", CUT).seal


P45 = jt701_encoder.lock_event(
    *("7502104023", WHEN, 27.5, -99.5), serial=7, source=2, unlock=0, card="0009551235"
).decode()
words = st.text(
    st.characters(exclude_characters="(),\x00", exclude_categories=["Cs"], max_codepoint=255),
    max_size=8,
)


@settings(max_examples=200)
@given(st.sampled_from([*range(2, 11), *range(14, 17)]), words)
def test_jt701_a_lock_event(at: int, word: str) -> None:
    """All fields but who, what, by which card, and with what result."""
    fields = P45[1:-1].split(",")
    fields[at] = word
    dirty = told("frames/jt701/7502104023", f"({','.join(fields)})".encode("latin-1"))
    sound = told("frames/jt701/7502104023", P45.encode())
    assert dirty.seal == sound.seal
    assert dirty.seal is not None
    assert dirty.seal.events == {SealEvent.WRONG_CARD}


DEVICE = "7091234567"
OUT = jtt808_encoder.position(
    jtt808_encoder.Position(
        time=WHEN,
        lat=27.5,
        lon=-99.5,
        statuses=jtt808_encoder.lock_bits(rope_in=False, motor_locked=True, wake=4),
        tlvs=(jtt808_encoder.battery(87), (0x30, b"\x18"), (0xD5, b"\1\x92")),
    )
)
HEADS = {"lat": (8, 12), "lon": (12, 16), "alt": (16, 18), "speed": (18, 20), "course": (20, 22)}
HEADS |= {"time": (22, HEAD.size), "battery": (30, 31), "rssi": (33, 34), "volts": (36, 38)}


@settings(max_examples=300)
@given(st.sampled_from(sorted(HEADS)), st.data(), st.booleans())
def test_jtt808(name: str, data: st.DataObject, batch: bool) -> None:
    start, end = HEADS[name]
    raw = data.draw(st.binary(min_size=end - start, max_size=end - start))
    body = OUT[:start] + raw + OUT[end:]
    frame = jtt808_encoder.frame(DEVICE, 17, 0x0200, body)
    if batch:
        frame = jtt808_encoder.frame(DEVICE, 17, 0x0704, jtt808_encoder.batch([body], backlog=True))
    dirty = told(f"frames/jtt808/{DEVICE}", frame)
    assert dirty.seal is not None
    assert dirty.seal.events == {SealEvent.ROPE_OUT}


@settings(max_examples=200)
@given(st.integers(0, 29), st.binary(min_size=1, max_size=6))
def test_jt705a(at: int, raw: bytes) -> None:
    """All of a report up to its product, which says what its bits mean."""
    report = jtt808_encode.report(
        jtt808_encode.Report(time=WHEN, lat=27.5, lon=-99.5, alarms=frozenset({7}))
    )
    body = (report[:at] + raw)[:30] + report[len((report[:at] + raw)[:30]) :]
    dirty = told(f"frames/jtt808/{DEVICE}", jtt808_encoder.frame(DEVICE, 1, 0x5501, body))
    assert dirty.seal is not None
    assert dirty.seal.events == {SealEvent.UNLOCK_REFUSED}


fields = st.fixed_dictionaries(
    {},
    optional={
        "time_ms": st.integers(0, 2**64 - 1),
        **dict.fromkeys(("lat", "lon"), st.integers(-(2**31), 2**31 - 1)),
        "altitude": st.integers(-(2**15), 2**15 - 1),
        **dict.fromkeys(("course", "speed", "event"), st.integers(0, 65_535)),
        **dict.fromkeys(("satellites", "priority"), st.integers(0, 255)),
        "one": st.dictionaries(st.integers(0, 65_535).filter(lambda n: not 10808 <= n <= 10811),
                               st.integers(0, 255), max_size=3).map(lambda io: io | {10_808: 0}),
        "eight": st.dictionaries(st.sampled_from([21, 78, 113, 182, 205, 206, 241, 249, 636]),
                                 st.integers(0, 2**64 - 1), max_size=3),
    },
)  # fmt: skip


@settings(max_examples=300)
@given(fields, st.integers(0, 65_535))
def test_teltonika(changed: dict[str, Any], total: int) -> None:
    sound: dict[str, Any] = {"time_ms": int(WHEN.timestamp() * 1000), "one": {10_808: 0}}
    sound |= {"lat": 275_000_000, "lon": -995_000_000, "satellites": 9}
    frame = packet([Record(**sound | changed)], CODEC_8_EXTENDED)
    dirty = told("frames/teltonika/352093086403655", frame)
    assert dirty.seal is not None
    assert dirty.seal.condition == "open"


LINE = (
    "##S,eSeal,1000821,256,3.0.8,Event-Shock,34,2026-03-01,11:59:58,15,A,27.4995N 99.5071W,"
    "12,82,Open,0.06,0,3.72,-71,E##"
)
NOT_SEAL = [1, 3, 4, *range(6, 14), 15, 17, 18]


@settings(max_examples=300)
@given(
    st.sampled_from(NOT_SEAL),
    st.text(st.characters(exclude_characters=",#\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
                          exclude_categories=["Cs"], max_codepoint=255), max_size=9),
)  # fmt: skip
def test_eseal(at: int, word: str) -> None:
    parts = LINE.split(",")
    parts[at] = word
    dirty = told("frames/eseal/1000821", ",".join(parts).encode("latin-1"))
    assert dirty.seal == SealReport(
        condition=dirty.seal.condition if dirty.seal else None,
        events=frozenset({SealEvent.VIBRATION}),
    )
    assert dirty.seal is not None
    assert dirty.seal.condition == "open"


# A phone has no seal: its position is what must not be lost


@settings(max_examples=200)
@given(st.sampled_from(["acc", "vel", "cog", "alt", "batt", "tid", "t", "conn", "x"]), ANY)
def test_owntracks(key: str, value: object) -> None:
    said: dict[str, Any] = {"_type": "location", "tst": WHEN.timestamp(), "lat": 27.5, "lon": -99.6}
    payload = json.dumps(said | {key: value}).encode()
    reading = told("owntracks/maria/phone", payload)
    assert (reading.position.lat, reading.position.lon) == (27.5, -99.6)  # type: ignore[union-attr]


# What was refused is named


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("native", "speed", -1),
        ("native", "satellites", 7.0),
        ("native", "cell.mcc", "x"),
        ("flespi", "position.latitude", 91),
        ("jointech_json", "DataBody.Longitude", 270),
        ("teratrack", "DateTime", "soon"),
        ("teltonika_json", "state.reported.sp", -1),
    ],
)
def test_it_is_kept_with_its_reason(name: str, place: str, value: object) -> None:
    message = MESSAGES[name]
    dirty = told(message.topic, json.dumps(put(message.said, place, value)).encode())
    (refused,) = dirty.extra[KEY].items()
    assert refused[0] in (place, place.removeprefix("DataBody."))
    assert refused[1]["value"] == value
    assert "expected" in refused[1]["why"]


def test_no_one_else_s_word_is_taken() -> None:
    message = MESSAGES["native"]
    for device in ("LOCK-2", "x"):
        payload = json.dumps(put(message.said, "device", device)).encode()
        (reject,) = catalogue.decode(message.topic, payload, RECEIVED_AT)
        assert isinstance(reject, Rejected)
        assert reject.place == "device"
