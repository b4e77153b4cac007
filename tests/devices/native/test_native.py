"""The native dialect: no bytes break it, and what it reads it writes."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import native
from devices.common.fields import ReadingError, rfc3339
from devices.common.jsonpayload import MAX_BYTES, parse
from devices.reading import Clock, Decoded, Passed, Reading, Rejected, SealEvent, SealReport
from tests.devices.strategies import (
    DEVICE,
    RECEIVED_AT,
    TOPIC,
    documents,
    readings,
    texts,
    times,
    write,
)
from tests.support.growth import LINEAR, growth

ONE = b'{"time":"2026-03-01T11:59:58Z"}'


def decode(payload: bytes) -> Decoded:
    return native.decode(TOPIC, payload, RECEIVED_AT)


def reject_of(payload: bytes) -> Rejected:
    (found,) = decode(payload)
    assert isinstance(found, Rejected)
    return found


@given(readings)
def test_what_it_reads_it_writes(reading: Reading) -> None:
    assert decode(native.to_json(reading)) == [reading]
    assert decode(native.to_json(reading, device=True)) == [reading]


@given(st.lists(readings, min_size=1, max_size=8))
def test_an_array_comes_out_in_order_and_loses_nothing(batch: list[Reading]) -> None:
    payload = b"[" + b",\n".join(native.to_json(reading) for reading in batch) + b"]"
    lowest = -(2**63) - 1
    ordered = sorted(batch, key=lambda r: (r.event_time, lowest if r.seq is None else r.seq))
    assert decode(payload) == ordered


def test_the_device_comes_first_in_a_line_of_its_own() -> None:
    (reading,) = decode(ONE)
    assert isinstance(reading, Reading)
    line = native.to_json(reading, device=True)
    assert line == b'{"device":"MX-0001","time":"2026-03-01T11:59:58Z"}'


@given(st.frozensets(st.sampled_from(SealEvent), min_size=2), readings)
def test_events_are_written_gravest_first(events: frozenset[SealEvent], like: Reading) -> None:
    reading = Reading(
        device=DEVICE,
        dialect="native",
        event_time=like.event_time,
        received_at=RECEIVED_AT,
        position=like.position,
        seal=SealReport(events=events),
    )
    seal = native.encode(reading)["seal"]
    assert seal == {
        "event": seal["events"][0],
        "events": [event for event in SealEvent if event in events],
    }


@given(times)
def test_a_time_has_no_more_digits_than_it_takes(moment: datetime) -> None:
    text = rfc3339(moment)
    whole, _, digits = text.removesuffix("Z").partition(".")
    assert len(whole) == 19
    assert digits == "" or digits.strip("0")
    assert (
        len(digits)
        in ((0,), (3,), (6,))[
            0 if not moment.microsecond else 1 if moment.microsecond % 1000 == 0 else 2
        ]
    )
    (reading,) = decode(json.dumps({"time": text}).encode())
    assert isinstance(reading, Reading)
    assert reading.event_time == moment


# Whatever the bytes


def check_whatever(payload: bytes) -> None:
    found = decode(payload)
    assert found
    for item in found:
        assert not isinstance(item, Passed)
        assert item.device == DEVICE
        if isinstance(item, Rejected):
            assert item.payload in payload
            assert item.reason.isprintable()
            assert len(item.reason) < 500
            assert item.place.isprintable()
        else:
            assert decode(native.to_json(item)) == [item]


@given(st.binary(max_size=200))
def test_any_bytes(payload: bytes) -> None:
    check_whatever(payload)


@given(documents.map(lambda document: write(document, ascii_only=False).encode()))
def test_any_json(payload: bytes) -> None:
    check_whatever(payload)


SCRAPS = [
    *(b"", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"NaN", b"1e999", b"-", b"0", b"\xff"),
    *(b"null", b"\\ud800", b'"lat":1,', b'"seal":{},', b"true", b"\x00", b"9" * 30),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good payload with some of its bytes replaced, dropped, repeated or moved."""
    batch = draw(st.lists(readings, min_size=1, max_size=3))
    text = b",".join(native.to_json(reading) for reading in batch)
    payload = bytearray(b"[" + text + b"]" if len(batch) > 1 else text)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(payload)))
        end = draw(st.integers(start, min(start + 6, len(payload))))
        payload[start:end] = draw(st.sampled_from(SCRAPS))
    return bytes(payload)


@settings(max_examples=300)
@given(mutated())
def test_good_json_gone_bad(payload: bytes) -> None:
    check_whatever(payload)


plain_bytes = st.binary(max_size=20).filter(lambda scrap: not set(scrap) & set(b'"\\[]{}'))
balanced = st.sampled_from([b'"\xff"', b'"\\ud800"', b'"a" "b"', b"[1 2]", b"{:}", b"[}{]"])


@given(st.integers(0, 4), plain_bytes | balanced)
def test_a_bad_neighbour_never_takes_the_good_ones_along(at: int, scrap: bytes) -> None:
    """However it is broken, while its quotes and brackets tell where it ends."""
    bad = b'{"seal":0,"x":%s}' % scrap
    good = [b'{"time":%d}' % (1772366300 + n) for n in range(4)]
    *came, reject = decode(b"[" + b",".join([*good[:at], bad, *good[at:]]) + b"]")
    assert [native.to_json(item) for item in came if isinstance(item, Reading)] == [
        native.to_json(item) for one in good for item in decode(one) if isinstance(item, Reading)
    ]
    assert isinstance(reject, Rejected)
    assert reject.payload == bad
    assert reject.place.startswith(f"[{at}]")


@pytest.mark.parametrize(
    ("begin", "part", "end", "reason"),
    [
        (b"", b"[", b"", "nested too deeply"),
        (b"", b'{"a":', b"", "nested too deeply"),
        (b'{"time":', b"9", b"}", "not JSON"),
        (b'["', b'\\"', b"", "not JSON"),
        (b"[", b'"', b"", "not JSON"),
        (b"[NaN", b",NaN", b"]", "an array of 250001"),
        (b'{"time":"', b":", b'"}', "expected an RFC 3339 time"),
        (b'{"time":0,"seal":', b"[", b"", "nested too deeply"),
    ],
)
def test_hostile_payloads_cost_what_their_size_explains(
    begin: bytes, part: bytes, end: bytes, reason: str
) -> None:
    def much(size: int) -> bytes:
        return begin + part * (size // len(part)) + end

    payload = much(1_000_000)
    reject = reject_of(payload)
    assert reason in reject.reason
    assert reject.payload == payload
    assert growth(reject_of, much, 1_000_000) < LINEAR


def test_what_is_too_long_is_not_looked_at() -> None:
    reject = reject_of(b" " * (MAX_BYTES + 1))
    assert "has 1,048,577 bytes, expected at most 1,048,576" in reject.reason


def test_a_neighbour_nested_without_end_costs_only_itself() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    reading, reject = decode(b"[" + deep + b"," + ONE + b"]")
    assert isinstance(reading, Reading)
    assert isinstance(reject, Rejected)
    assert (reject.place, reject.payload) == ("[0]", deep)


def test_a_thousand_are_let_in_and_one_more_is_not() -> None:
    assert len(decode(b"[" + b",".join([ONE] * 1000) + b"]")) == 1000
    assert "an array of 1001" in reject_of(b"[" + b",".join([ONE] * 1001) + b"]").reason


def test_exactly_one_mebibyte_is_let_in() -> None:
    (reading,) = decode(ONE + b" " * (MAX_BYTES - len(ONE)))
    assert isinstance(reading, Reading)


def test_a_place_is_never_longer_than_one_can_read() -> None:
    deep = b'{"%s":' % (b"k" * 40) * 200 + b"[" + b"1," * 100_000 + b'{"a":1,"a":2}]' + b"}" * 200
    reject = reject_of(b'{"time":1772366300,"x":' + deep + b"}")
    assert "is given twice" in reject.reason
    assert len(reject.place) < 500
    assert len(reject.reason) < 500


# Duplicate keys: the count of colons against the definition


def has_duplicate(payload: bytes) -> bool:
    """The definition, by way of Python's own parser."""
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({key for key, _ in pairs}) < len(pairs)

    json.loads(payload, object_pairs_hook=look)
    return found


@settings(max_examples=500)
@given(documents, st.booleans())
def test_a_key_given_twice_is_found_and_nothing_else_is(document: Any, ascii_only: bool) -> None:
    payload = write(document, ascii_only).encode()
    try:
        parsed = parse(payload)
    except ReadingError as error:
        assert "is given twice" in error.reason  # noqa: PT017 - the other outcome is in `else`
        assert has_duplicate(payload)
    else:
        assert not has_duplicate(payload)
        assert parsed == json.loads(payload)


# Topic and time


@given(texts)
def test_the_topic_names_the_device(name: str) -> None:
    (found,) = native.decode(f"seals/v1/{name}/telemetry", ONE, RECEIVED_AT)
    if re.fullmatch("[A-Za-z0-9._-]{1,64}", name):
        assert isinstance(found, Reading)
        assert found.device == name
    else:
        assert isinstance(found, Rejected)
        assert found.device is None


@pytest.mark.parametrize("length", [64, 65])
def test_a_device_id_has_at_most_64_characters(length: int) -> None:
    (found,) = native.decode(f"seals/v1/{'x' * length}/telemetry", ONE, RECEIVED_AT)
    assert isinstance(found, Reading) is (length == 64)


def dated(time: object) -> Reading:
    (reading,) = decode(json.dumps({"time": time, "seal": {"event": "cut"}}).encode())
    assert isinstance(reading, Reading)
    assert reading.seal == SealReport(events=frozenset({SealEvent.CUT}))
    return reading


@pytest.mark.parametrize("year", ["0001", "1969", "2013", "2027", "9999"])
@pytest.mark.parametrize(
    "rest", ["-01-01T00:00:00+23:59", "-12-31T23:59:59-23:59", "-06-01T00:00:00Z"]
)
def test_times_at_the_ends_of_the_calendar(year: str, rest: str) -> None:
    reading = dated(year + rest)
    assert (reading.event_time, reading.clock) == (RECEIVED_AT, Clock.RECEIPT)
    assert "device_time" in reading.extra


@pytest.mark.parametrize("number", [-1e300, -1, 0, 1.4e9, 1.4e12, 1.8e9, 1.8e12, 1e300, 10**300])
def test_numbers_far_from_any_time(number: float) -> None:
    reading = dated(number)
    assert (reading.event_time, reading.clock) == (RECEIVED_AT, Clock.RECEIPT)


def test_a_sender_may_vouch_for_an_old_time_and_not_for_tomorrow() -> None:
    def told(time: str) -> Reading:
        (reading,) = decode(json.dumps({"time": time, "event_clock": "device"}).encode())
        assert isinstance(reading, Reading)
        return reading

    old = told("2019-03-01T12:00:00Z")
    assert (old.event_time.year, old.clock, old.extra) == (2019, Clock.DEVICE, {})
    assert native.encode(old) == {"time": "2019-03-01T12:00:00Z"}
    assert told("2026-03-02T12:00:00Z").clock is Clock.RECEIPT


@pytest.mark.parametrize("hours", [-14, -6, 0, 5.5, 14])
def test_zones_are_only_another_way_to_write_a_time(hours: float) -> None:

    zone = timezone(timedelta(hours=hours))
    text = RECEIVED_AT.astimezone(zone).isoformat()
    (reading,) = decode(json.dumps({"time": text}).encode())
    assert isinstance(reading, Reading)
    assert reading.event_time == RECEIVED_AT
    assert reading.event_time.utcoffset() == timedelta(0)


def test_whom_a_payload_names() -> None:
    assert native.device_of(b'{"device":"MX-0001"}') == "MX-0001"
    assert native.device_of(b'[{"device_id":"MX-0002"},{"device":"MX-0001"}]') == "MX-0002"
    for nobody in (b"{}", b"[]", b"7", b"{", b'{"device":7}', b'{"device":"a/b"}'):
        assert native.device_of(nobody) is None
