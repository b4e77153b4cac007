"""A shipment as its parties declare it: what is read, what is refused, and the schema of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tracker.domain.shipment import (
    Authorisation,
    Custodian,
    Device,
    Shipment,
    as_opened,
    is_as_opened,
    public,
)

FULL: dict[str, Any] = {
    "id": "MTY-0001",
    "devices": [{"id": "L1"}, {"id": "T1", "role": "tracker"}],
    "vehicle": {"plates": "72AK9B", "scac": "ABCD"},
    "trailer": {"plates": "84UB2C"},
    "documents": [{"kind": "pedimento", "number": "26 24 3420 6000123"}],
    "custodians": [{"id": "shipper", "name": "Vidrio SA", "role": "shipper"}],
    "seals": [{"number": "MX100", "device": "L1"}, {"number": "BOLT-7"}],
    "legs": [
        {
            "from": "plant",
            "to": {"type": "Point", "coordinates": [-99.5, 27.5]},
            "corridor": "mty-nld",
            "corridor_half_width_m": 400.0,
            "custodian": "shipper",
            "latest": "2026-03-02T18:00:00Z",
        }
    ],
    "crossing": "world-trade-bridge",
    "planned_stops": [{"zone": "sabinas", "minutes": 30.0, "reason": "fuel"}],
    "authorisations": [{"zone": "customs", "agency": "ANAM", "from": "2026-03-02T12:00:00Z"}],
    "credentials": ["C1"],
    "loaded_at": "2026-03-02T11:00:00-06:00",
    "policy": {"stop_warning_min": 20.0},
}


def read(**changes: Any) -> Shipment:
    return msgspec.json.decode(json.dumps(FULL | changes).encode(), type=Shipment)


def test_written_and_read_again_it_is_the_same() -> None:
    shipment = read()
    assert msgspec.json.decode(msgspec.json.encode(shipment), type=Shipment) == shipment
    assert json.loads(msgspec.json.encode(shipment)).keys() == FULL.keys()


def test_only_id_and_devices_are_needed() -> None:
    small = msgspec.json.decode(b'{"id": "S1", "devices": [{"id": "L1"}]}', type=Shipment)
    assert json.loads(msgspec.json.encode(small)) == {"id": "S1", "devices": [{"id": "L1"}]}


def test_the_schema_names_every_key_as_it_is_written() -> None:
    schema = msgspec.json.schema(Shipment)
    parts = schema["$defs"]
    assert parts["Shipment"]["required"] == ["id", "devices"]
    assert parts["Shipment"]["additionalProperties"] is False
    assert set(FULL) <= set(parts["Shipment"]["properties"])
    assert {"from", "to"} <= set(parts["Leg"]["properties"])
    assert {"from", "until"} <= set(parts["Authorisation"]["properties"])


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"sealz": []}, "sealz"),
        ({"devices": []}, r"\$\.devices"),
        ({"id": "-S1"}, r"\$\.id"),
        ({"id": "S/1"}, r"\$\.id"),
        ({"seals": [{"number": "000"}]}, r"\$\.seals\[0\]\.number"),
        ({"seals": [{"number": ""}]}, r"\$\.seals\[0\]\.number"),
        ({"seals": [{"number": "A" * 22}]}, r"\$\.seals\[0\]\.number"),
        ({"vehicle": {"plates": "A" * 18}}, r"\$\.vehicle\.plates"),
        ({"loaded_at": "2026-03-02T11:00:00"}, r"\$\.loaded_at"),
        ({"planned_stops": [{"zone": "a", "minutes": 0}]}, r"\$\.planned_stops\[0\]\.minutes"),
        ({"legs": [{"form": "plant"}]}, "form"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=where):
        read(**changes)


@pytest.mark.parametrize("number", ["A", "0001", "MX-100", "A" * 21])
def test_seal_numbers_as_the_pedimento_allows_them(number: str) -> None:
    assert read(seals=[{"number": number}]).seals[0].number == number


def test_the_file_as_it_was_opened_is_known_by_its_hash() -> None:
    """Of today's file, which may have leave to open at its end that was recorded since."""
    opened = Shipment(
        id="S1",
        devices=(Device(id="L1"),),
        custodians=(Custodian(id="acme", contact="Rosa, 81 5555 0000"),),
        authorisations=(Authorisation(zone="customs", agency="ANAM", officer="R. Luna"),),
    )
    later = Authorisation(zone="dps", agency="DPS", recorded_by="eva")
    today = replace(opened, authorisations=(*opened.authorisations, later))
    document = msgspec.json.encode(today)
    digest = hashlib.sha256(public(opened)).hexdigest()
    assert as_opened(document, digest) == opened
    assert is_as_opened(document, digest)
    with_people = hashlib.sha256(msgspec.json.encode(opened)).hexdigest()
    assert as_opened(document, with_people) is None
    assert is_as_opened(document, with_people)
    for wrong in (None, "00" * 32, hashlib.sha256(document + b" ").hexdigest()):
        assert not is_as_opened(document, wrong)
    for name in (b"Rosa", b"Luna", b"eva"):
        assert name not in public(today)
