"""docs/json.md against the program: the same names, in the same order."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from devices.reading import Rejected
from geofences.checks.lint import Fault
from tests.cli.conftest import Run
from tests.conftest import ROOT
from tracker.adapters.channels.event import AlertNews
from tracker.adapters.gateway.orders import Result
from tracker.app.erasure import PersonalValue
from tracker.app.explain import told
from tracker.app.notify.status import ChannelStatus
from tracker.app.queries.policy_view import Threshold
from tracker.app.queries.shipment_view import DeviceNow, ShipmentView
from tracker.app.queries.track import TrackPoint
from tracker.app.replay.advice import Advice, Trial
from tracker.app.watchdog import Look
from tracker.audit.finding import AuditFinding
from tracker.audit.item import SealItem
from tracker.cli.devices.dialects import Spoken
from tracker.cli.service.doctor import HealthCheck
from tracker.cli.shipment.share import ShareView
from tracker.cli.users.list import UserView
from tracker.cli.users.token import TokenView
from tracker.cli.witness.status import Attested
from tracker.ports import DeviceRow, EntryRow, RejectRow, ShipmentNews
from tracker.web.api.places import DevicePosition

DOCUMENTED = {
    section.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    for section in (ROOT / "docs" / "json.md").read_text(encoding="utf-8").split("\n## ")[1:]
}
STRUCTS = {
    "Entry": (*EntryRow.__struct_fields__[:-1], "disclosed"),  # not the salts
    "Story": told.Story.__struct_fields__,
    "Heard reading": told.Heard.__struct_fields__,
    "Judgement": told.Judgement.__struct_fields__,
    "Comparison": told.Comparison.__struct_fields__,
    "Suppressed": told.Suppressed.__struct_fields__,
    "Alert event": told.Event.__struct_fields__,
    "Explanation": told.WhyNot.__struct_fields__,
    "Threshold in force": Threshold.__struct_fields__,
    "Shipment": ShipmentView.__struct_fields__,
    "Shipment device": DeviceNow.__struct_fields__,
    "Device": DeviceRow.__struct_fields__,
    "Dialect": Spoken.__struct_fields__,
    "Command result": Result.__struct_fields__,
    "Reading": Rejected.__struct_fields__,
    "Reject": RejectRow.__struct_fields__,
    "Check": HealthCheck.__struct_fields__,
    "Audit finding": AuditFinding.__struct_fields__,
    "Seal": SealItem.__struct_fields__,
    "News": AlertNews.__struct_fields__,
    "Shipment news": ShipmentNews.__struct_fields__,
    "Channel": ChannelStatus.__struct_fields__,
    "Watch": Look.__struct_fields__,
    "Attested": Attested.__struct_fields__,
    "Advice": Advice.__struct_fields__,
    "Trial": Trial.__struct_fields__,
    "Personal value": PersonalValue.__struct_fields__,
    "User": UserView.__struct_fields__,
    "Token": TokenView.__struct_fields__,
    "Share": ShareView.__struct_fields__,
    "Position": DevicePosition.__struct_fields__,
    "Track point": TrackPoint.__struct_fields__,
    "Fault": tuple(field.name for field in fields(Fault)),
}
BAD_ZONES = json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"}]})


@pytest.mark.parametrize("name", STRUCTS)
def test_documented_as_declared(name: str) -> None:
    assert DOCUMENTED[name] == list(STRUCTS[name])


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("Shipment", ["shipment", "list"], 0),
        ("Shipment", ["shipment", "show", "TRIP-1"], 0),
        ("Entry", ["log", "show"], 0),
        ("Alert", ["alerts", "list"], 0),
        ("Finding", ["alerts", "ack", "TRIP-1-1"], 0),
        ("Finding", ["shipment", "seal", "TRIP-1", "--number", "X1"], 0),
        ("Placement", ["zones", "locate", "27.6", "-99.5"], 0),
        ("Fault", ["zones", "check", "bad.geojson"], 1),
        ("Threshold", ["policy"], 0),
        ("Threshold in force", ["policy", "--shipment", "TRIP-1"], 0),
        ("Audit finding", ["audit", "shipment", "TRIP-1"], 1),
        ("Audit finding", ["audit", "seals"], 0),
        ("Files", ["init", "another"], 0),
        ("Personal value", ["privacy", "list"], 0),
        ("Finding", ["privacy", "erase", "--shipment", "TRIP-1", "--reason", "r", "--yes"], 0),
    ],
)
def test_printed_as_documented(
    opened: Run, tmp_path: Path, name: str, arguments: list[str], code: int
) -> None:
    (tmp_path / "bad.geojson").write_text(BAD_ZONES)
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    documents = opened(*arguments, "--json", code=code).documents
    assert documents
    for document in documents:
        assert list(document) == DOCUMENTED[name]


def test_an_alert_in_full_is_one_with_its_story(opened: Run) -> None:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    (document,) = opened("alerts", "show", "TRIP-1-1", "--json").documents
    assert list(document) == [*DOCUMENTED["Alert"], "story"]
    assert list(document["story"]) == DOCUMENTED["Story"]


def test_zones_and_corridors_printed_as_documented(run: Run) -> None:
    documents = run("zones", "list", "--json").documents
    for document in documents:
        assert list(document) == DOCUMENTED[document["type"].capitalize()]
    assert {document["type"] for document in documents} == {"zone", "corridor"}


def test_a_shipment_s_devices_printed_as_documented(opened: Run) -> None:
    (shipment,) = opened("shipment", "list", "--json").documents
    assert [list(device) for device in shipment["devices"]] == [DOCUMENTED["Shipment device"]]


def test_what_is_rejected_printed_as_documented(run: Run) -> None:
    decode = ["devices", "decode", "--topic", "seals/v1/A/telemetry", "--json"]
    (document,) = run(*decode, stdin="{", code=1).documents
    assert list(document) == ["rejected"]
    assert list(document["rejected"]) == DOCUMENTED["Reading"]
