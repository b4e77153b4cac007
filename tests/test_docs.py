"""The examples in docs/ are ones that work."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
import pytest

from devices import catalogue
from devices.reading import SealCondition, SealEvent
from geofences import library
from tests.conftest import ROOT
from tracker.app.planning import Geography
from tracker.domain.declaration import parse
from tracker.domain.policy import Policy
from tracker.domain.shipment import Shipment
from tracker.ports import StoredShipment

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_shipment_file_can_be_planned() -> None:
    text = (ROOT / "docs" / "shipment.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shipment = parse(example.encode())
    stored = StoredShipment(id=shipment.id, document=msgspec.json.encode(shipment), opened_at=NOW)
    planned = Geography(library.load(), Policy()).plan(stored)
    assert len(planned.plan.legs) == 2
    assert planned.policy.stop_warning_min == 20
    used = set(msgspec.to_builtins(shipment))
    declared = {field.encode_name for field in msgspec.structs.fields(Shipment)}
    assert used == declared - {"amendments"}, "those are written by `shipment amend` alone"


@pytest.mark.parametrize("word", [*SealCondition, *SealEvent])
def test_the_seals_words_are_documented(word: str) -> None:
    text = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{word}\b", text)


def test_the_documented_filters_are_subscribed() -> None:
    text = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    for topic in re.findall(r"(?:seals|owntracks)/[^\s`]+", text):
        made = topic.replace("<device>", "d").replace("<user>", "u")
        assert catalogue.dialect_for(made) is not None, topic
