"""Every vector of every dialect that there is: what must come out, errors too."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from devices import catalogue, native
from devices.reading import Clock, Passed, Reading, Rejected

CASES = {"valid", "no-fix", "dirty", "truncated", "corrupt"}
"""dirty: something in it cannot be, and costs itself alone."""
KEYS_OF_A_VECTOR = {
    *("name", "case", "topic", "received_at", "payload", "payload_hex"),
    *("device", "readings", "absent", "rejected", "passed"),
}


def load(dialect: str) -> list[dict[str, Any]]:
    path = catalogue.dialects()[dialect].vectors
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    vectors: list[dict[str, Any]] = document.pop("vector")
    return [document | vector for vector in vectors]


def all_vectors() -> Iterator[Any]:
    for dialect in catalogue.dialects():
        for vector in load(dialect):
            yield pytest.param(dialect, vector, id=f"{dialect}: {vector['name']}")


def payload_of(vector: dict[str, Any]) -> bytes:
    if "payload_hex" in vector:
        return bytes.fromhex(vector["payload_hex"])
    payload: str = vector["payload"]
    return payload.encode()


@pytest.mark.parametrize("dialect", list(catalogue.dialects()))
def test_a_dialect_has_vectors_of_every_case(dialect: str) -> None:
    vectors = load(dialect)
    assert {vector["case"] for vector in vectors} - {"passed"} == CASES
    names = [vector["name"] for vector in vectors]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("dialect", "vector"), list(all_vectors()))
def test_vector(dialect: str, vector: dict[str, Any]) -> None:
    assert vector.keys() <= KEYS_OF_A_VECTOR
    topic, payload = vector["topic"], payload_of(vector)
    received_at: datetime = vector["received_at"]
    found = catalogue.decode(topic, payload, received_at)
    if vector["case"] == "passed":
        (passed,) = catalogue.dialects()[dialect].decode(topic, payload, received_at)
        assert isinstance(passed, Passed)
        assert (passed.kind, passed.dialect) == (vector["passed"], dialect)
        assert found == []
        return
    assert all(item.dialect == dialect for item in found)
    assert all(item.received_at == received_at for item in found)

    readings = [item for item in found if isinstance(item, Reading)]
    rejects = [item for item in found if isinstance(item, Rejected)]
    assert found == [*readings, *rejects]
    assert len(readings) == len(vector.get("readings", ())), rejects
    assert len(rejects) == len(vector.get("rejected", ())), rejects
    assert bool(rejects) is (vector["case"] in ("corrupt", "truncated"))
    doubted = [one for one in readings if "refused" in one.extra or one.clock is not Clock.DEVICE]
    assert not doubted or vector["case"] != "valid"
    assert doubted or vector["case"] != "dirty"

    for reading, expected in zip(readings, vector.get("readings", ()), strict=True):
        said = native.encode(reading)
        assert_holds(said, expected)
        assert not said.keys() & set(vector.get("absent", ()))
        assert reading.device == vector.get("device", reading.device)
    for reject, expected in zip(rejects, vector.get("rejected", ()), strict=True):
        assert reject.topic == topic
        assert reject.place == expected["place"]
        assert expected["reason"] in reject.reason
        assert reject.payload == (
            expected["payload"].encode() if "payload" in expected else reject.payload
        )
        assert reject.payload in payload
        if not reject.place.startswith("["):
            assert reject.payload == payload


def assert_holds(said: Any, expected: Any) -> None:
    """Every key of `expected` is in `said`, with that value and (5 is not 5.0) that type."""
    if isinstance(expected, dict):
        assert expected.keys() <= said.keys()
        for key, value in expected.items():
            assert_holds(said[key], value)
    else:
        assert (said, type(said)) == (expected, type(expected))


def test_the_native_vectors_cover_every_key_of_its_map() -> None:
    text = b"".join(payload_of(vector) for vector in load("native")).decode("latin-1")
    described = {"time", "lat", "lon", "accuracy", "speed", "course", "altitude", "satellites"}
    described |= {"hdop", "fix_time", "no_fix", "seal", "state", "number", "event", "events"}
    described |= {"credential", "kind", "lock_count", "battery", "jamming", "buffered", "seq"}
    described |= {"id", "cell", "mcc", "mnc", "lac", "cid", "rssi", "device", "device_id"}
    assert {key for key in described if f'"{key}":' not in text} == set()
    assert {key for key in described if key not in (native.__doc__ or "")} == set()
