"""flespi: a recorded message, any JSON at all, and who it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices import flespi
from devices.reading import NoFix, NoFixReason, Reading, Rejected, SealCondition, SealReport
from tests.devices.strategies import RECEIVED_AT, documents, write
from tests.devices.vendor import holds, messages
from tests.support.growth import LINEAR, growth

TOPIC = "flespi/message/gw/devices/5539228"


@pytest.mark.shared_data
def test_a_recorded_message(shared_data: Path) -> None:
    payload = (shared_data / "payloads" / "flespi_sample_scooter_omni.json").read_bytes()
    received_at = datetime(2024, 2, 2, 20, 20, tzinfo=UTC)
    (reading,) = flespi.decode(TOPIC, payload, received_at)
    assert isinstance(reading, Reading)
    assert reading.device == "015136001986400"
    assert reading.event_time == datetime(2024, 2, 2, 20, 19, 30, 172580, tzinfo=UTC)
    assert reading.position == NoFix(reason=NoFixReason.ABSENT)
    assert reading.seal == SealReport(condition=SealCondition.SEALED)
    assert reading.battery_pct == 70.0
    assert reading.extra.keys() == {
        *("battery.charging.status", "battery.voltage", "channel.id", "device.id", "device.name"),
        *("device.type.id", "gsm.signal.level", "message.type", "peer", "protocol.id"),
        *("server.timestamp", "vendor.code"),
    }
    into = {field.name: field.into for field in flespi.explain(payload)}
    assert {name for name, where in into.items() if not where.startswith("extra.")} == {
        *("battery.level", "ident", "lock.status", "timestamp"),
    }


@given(
    st.binary(max_size=100)
    | documents.map(lambda found: write(found, ascii_only=False).encode())
    | messages(*flespi.NAMES)
    | messages(*flespi.NAMES).map(lambda raw: raw.replace(b"{", b'{"timestamp":1772366398,', 1))
)
@example(b'{"timestamp":1420070400,"position.fix.age":1e300}')
@example(b'{"timestamp":253402300799.9999}')
def test_no_payload_is_too_much(payload: bytes) -> None:
    holds(TOPIC, payload)
    flespi.device_of(payload)


@pytest.mark.parametrize("part", [b"{", b'{"a":', b"[", b"[[],", b'{"timestamp":1},', b'"\\'])
def test_what_much_of_it_costs_grows_with_its_size_alone(part: bytes) -> None:
    def read(payload: bytes) -> object:
        return holds(TOPIC, payload)

    assert growth(read, lambda size: b"[" + part * (size // len(part)), 2**18) < LINEAR


@pytest.mark.parametrize(
    ("ident", "device"),
    [
        ('"352625333222111"', "352625333222111"),
        ("352625333222111", "352625333222111"),
        ('"a/b"', "5539228"),
        ('"' + "9" * 65 + '"', "5539228"),
        ("null", "5539228"),
        ("[1]", "5539228"),
    ],
)
def test_the_ident_is_the_device_where_it_can_be(ident: str, device: str) -> None:
    payload = f'{{"ident":{ident},"timestamp":1772366398}}'.encode()
    (found,) = holds(TOPIC, payload)
    assert found.device == device
    assert flespi.device_of(payload) == (device if device != "5539228" else None)


@pytest.mark.parametrize("topic", ["flespi/message/gw/devices/a b", "flespi/message/gw/devices/"])
def test_other_topics_are_rejected(topic: str) -> None:
    (found,) = flespi.decode(topic, b'{"timestamp":1772366398}', RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert "expected flespi/message/gw/devices/<id>" in found.reason
