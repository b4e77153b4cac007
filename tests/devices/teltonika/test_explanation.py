"""Every byte of a Teltonika payload is explained once, and goes where it is said to go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import teltonika
from devices.reading import Reading
from tests.devices.teltonika.frames import spoilt, tcp_packets, udp_packets, vectors


def _name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def assert_gapless(payload: bytes) -> None:
    fields = teltonika.explain(payload)
    at = 0
    for field in fields:
        assert field.offset == at
        at += len(field.raw)
        assert field.meaning.isprintable()
    assert b"".join(field.raw for field in fields) == payload


@pytest.mark.parametrize("vector", vectors(), ids=_name)
def test_the_vectors_without_gap_or_overlap(vector: dict[str, Any]) -> None:
    assert_gapless(vector["payload"])


@given(st.binary(max_size=150) | spoilt() | tcp_packets | udp_packets)
def test_any_bytes_without_gap_or_overlap(payload: bytes) -> None:
    fields = teltonika.explain(payload)
    assert b"".join(field.raw for field in fields) == payload
    assert all(field.meaning.isprintable() for field in fields)
    assert [field.offset for field in fields] == [
        sum(len(field.raw) for field in fields[:index]) for index in range(len(fields))
    ]


@pytest.mark.parametrize(
    "vector", [one for one in vectors() if not one.keys() & {"rejected", "passed"}], ids=_name
)
def test_a_field_is_where_it_says_it_went(vector: dict[str, Any]) -> None:
    payload = vector["payload"]
    found = teltonika.decode(vector["topic"], payload, vector["received_at"])
    fields = teltonika.explain(payload)
    assert max(field.record for field in fields) == len(found) - 1
    for field in fields:
        if field.into and len(found) == 1:  # else readings are in the order of their times
            (reading,) = found
            assert isinstance(reading, Reading)
            for path in field.into.split(", "):
                assert at(reading, path) is not None, field


def at(reading: Reading, path: str) -> object:
    place, _, rest = path.partition(".")
    value = getattr(reading, place)
    if not rest:
        return value
    return value[rest] if isinstance(value, dict) else getattr(value, rest)


def test_a_wrong_crc_is_named() -> None:
    (vector,) = (one for one in vectors() if one["name"] == "a wrong CRC")
    field = teltonika.explain(vector["payload"])[-1]
    assert field.name == "CRC"
    assert field.meaning.startswith("CRC-16/IBM of the data: not 0000")


def test_what_is_cut_off_is_explained_up_to_there() -> None:
    (vector,) = (one for one in vectors() if one["name"] == "cut off in the middle")
    fields = teltonika.explain(vector["payload"])
    assert [field.name for field in fields][-3:] == ["latitude", "altitude", "not explained"]
    assert "30 are there" in fields[-1].meaning
