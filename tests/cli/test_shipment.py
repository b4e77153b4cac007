"""`tracker shipment` and `tracker alerts`, on a real database: from opening to closing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.conftest import SHIPMENT, Run
from tracker.domain.shipment import Shipment

TOML = """\
id = "TRIP-2"
loaded_at = 2025-03-01T08:00:00-06:00
[[devices]]
id = "SEAL-2"
[[legs]]
from = "monterrey.plant"
latest = 2025-03-02T08:00:00Z
"""


def types(ran: Any) -> list[str]:
    return [document["type"] for document in ran.documents]


# The file


@pytest.mark.parametrize("name", ["trip.toml", "trip.TOML", "-"])
def test_a_file_may_be_toml(started: Run, tmp_path: Path, name: str) -> None:
    if name != "-":
        (tmp_path / name).write_text(TOML)
    (found,) = started("shipment", "open", name, "--json", stdin=TOML).documents
    assert found["id"] == "TRIP-2"
    assert found["shipment"]["legs"][0]["latest"] == "2025-03-02T08:00:00Z"


def test_a_file_may_be_json(started: Run, tmp_path: Path) -> None:
    (tmp_path / "trip.json").write_text(json.dumps(SHIPMENT), encoding="utf-8-sig")
    assert "MX0012345" in started("shipment", "open", "trip.json").out
    (listed,) = started("shipment", "list", "--json").documents
    assert listed["custodian"] == "acme"
    assert listed["devices"][0]["seal_number"] == "MX0012345"


@pytest.mark.parametrize(
    ("change", "place", "what"),
    [
        ({"id": "a b"}, "$.id", "regex"),
        ({"devices": []}, "$.devices", "length >= 1"),
        ({"legs": [{"latest": "tomorrow"}]}, "$.legs[0].latest", "datetime"),
        ({"legs": [{"latest": "2025-01-01T00:00:00"}]}, "$.legs[0].latest", "timezone"),
        ({"legs": [{"to": "laredo.yrd"}]}, "$.legs[0].to", "laredo.yrd"),
        ({"legs": [{"corridor": "none"}]}, "$.legs[0].corridor", "none"),
        ({"seals": [{"number": "000"}]}, "$.seals[0].number", "regex"),
        ({"crosing": "x"}, "$", "crosing"),
        ({"policy": {"stop_warning_mn": 1}}, "$.policy", "stop_warning_mn"),
    ],
)
def test_a_bad_file_is_told_with_file_path_and_mend(
    started: Run, tmp_path: Path, change: dict[str, Any], place: str, what: str
) -> None:
    (tmp_path / "trip.json").write_text(json.dumps({**SHIPMENT, **change}))
    err = started("shipment", "open", "trip.json", code=2).err
    assert err.startswith(f"trip.json: {place}: ")
    assert what in err
    assert "\n  -> " in err
    assert started("shipment", "list", "--json").documents == []


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.json", b"{", "not JSON"),
        ("a.toml", b"= 1", "not TOML"),
        ("a.json", b"\xff", "not UTF-8"),
        ("a.json", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_none(
    started: Run, tmp_path: Path, name: str, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    err = started("shipment", "open", name, code=2).err
    assert err.startswith(f"{name}: {what}")
    assert "->" in err


def test_opened_twice_is_refused(opened: Run) -> None:
    ran = opened("shipment", "open", "-", stdin=json.dumps(SHIPMENT), code=1)
    assert "TRIP-1" in ran.err


def test_the_schema_is_the_struct_s(run: Run) -> None:
    (schema,) = run("shipment", "schema").documents
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["$id"]
    named = schema["$defs"]["Shipment"]["properties"]
    assert list(named) == list(Shipment.__struct_encode_fields__)
    assert schema["$defs"]["Leg"]["properties"].keys() >= {"from", "to"}


# Declarations


def test_a_handover_is_declared_then_accepted(opened: Run) -> None:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer", "--seal", "MX0012345"]
    assert types(opened(*handover, "--from", "acme", "--json")) == ["custody_offered"]
    (before,) = opened("shipment", "list", "--json").documents
    assert before["custodian"] == "acme", "until it is accepted"
    accepted = opened(*handover, "--accept", "--by", "rosa", "--json")
    assert types(accepted) == ["custody_accepted"]
    assert accepted.documents[0]["actor"] == "rosa"
    (after,) = opened("shipment", "list", "--json").documents
    assert after["custodian"] == "transfer"


@pytest.mark.parametrize("both", [[], ["--accept", "--from", "acme"]])
def test_a_handover_is_one_or_the_other(opened: Run, both: list[str]) -> None:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer", "--seal", "MX0012345"]
    assert "either declared or accepted" in opened(*handover, *both, code=2).err


def test_leave_to_open_is_recorded_with_its_actor(opened: Run) -> None:
    opened(
        *("shipment", "authorise", "TRIP-1", "--zone", "laredo-world-trade.mx-compound"),
        *("--agency", "SAT", "--officer", "12", "--credential", "CARD-9", "--reason", "red light"),
        *("--from", "2025-03-01T08:00:00-06:00", "--until", "2025-03-01T12:00:00-06:00"),
    )
    (found,) = opened("shipment", "show", "TRIP-1", "--json").documents
    (leave,) = found["shipment"]["authorisations"]
    assert leave == {
        "zone": "laredo-world-trade.mx-compound",
        "agency": "SAT",
        "reason": "red light",
        "officer": "12",
        "credential": "CARD-9",
        "from": leave["from"],
        "until": leave["until"],
        "recorded_by": "tester",
    }
    assert msgspec.convert(leave["from"], type=Any)
    entries = opened("log", "show", "--shipment", "TRIP-1", "--json").documents
    assert entries[-1]["type"] == "opening_authorised"


def test_a_time_without_a_zone_is_refused(opened: Run) -> None:
    authorise = ["shipment", "authorise", "TRIP-1", "--zone", "laredo.yard", "--agency", "CBP"]
    ran = opened(*authorise, "--until", "2025-03-01T12:00:00", code=2)
    assert "RFC 3339" in ran.err


def test_a_delay_is_excused_on_record(opened: Run) -> None:
    excuse = ["shipment", "excuse", "TRIP-1", "--until", "2100-01-01T00:00:00Z", "--json"]
    (found,) = opened(*excuse, "--reason", "strike at the bridge").documents
    assert (found["type"], found["actor"]) == ("delay_excused", "tester")
    assert found["facts"] == {
        "leg": 1,
        "until": "2100-01-01T00:00:00+00:00",
        "reason": "strike at the bridge",
    }
    assert opened("log", "show", "--json").documents[-1]["type"] == "delay_excused"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"--reason": " "}, "not excused without a reason"),
        ({"--until": "2020-01-01T00:00:00Z"}, "is past already"),
        ({"--leg": "9"}, "no leg 9 of TRIP-1"),
    ],
)
def test_an_excuse_that_excuses_nothing_is_refused(
    opened: Run, changes: dict[str, str], why: str
) -> None:
    options = {"--reason": "strike", "--until": "2100-01-01T00:00:00Z", **changes}
    words = [word for option in options.items() for word in option]
    assert why in opened("shipment", "excuse", "TRIP-1", *words, code=2).err


def test_a_seal_is_recorded(opened: Run) -> None:
    seal = ["shipment", "seal", "TRIP-1", "--number", "MX7", "--verified", "--json"]
    assert "seal_recorded" in types(opened(*seal))


def test_closing_ends_it(opened: Run) -> None:
    assert "shipment_closed" in types(
        opened("shipment", "close", "TRIP-1", "--seal", "MX0012345", "--json")
    )
    assert opened("shipment", "list", "--open", "--json").documents == []
    assert "closed" in opened("shipment", "seal", "TRIP-1", "--number", "MX7", code=1).err


def test_what_is_given_up_says_why_and_has_no_consignee(opened: Run) -> None:
    close = ["shipment", "close", "TRIP-1", "--given-up"]
    assert "--reason WHY" in opened(*close, "--reason", " ", code=2).err
    assert "leave out --seal" in opened(*close, "--reason", "no", "--seal", "MX7", code=2).err
    told = opened(*close, "--reason", "the order was cancelled", "--json").documents
    (closed,) = (one for one in told if one["type"] == "shipment_closed")
    assert (closed["code"], closed["facts"]["reason"]) == ("given_up", "the order was cancelled")
    assert closed["detail"] == "given up: the order was cancelled"


@pytest.mark.parametrize("command", [["shipment", "show"], ["alerts", "show"], ["alerts", "ack"]])
def test_what_is_not_there(opened: Run, command: list[str]) -> None:
    err = opened(*command, "NONE-1", code=2).err
    assert "NONE-1" in err
    assert "list" in err


def test_another_number_does_not_pass_custody(opened: Run) -> None:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    ran = opened(*handover, "--accept", "--seal", "MX0099999", "--json", code=1)
    assert types(ran) == ["alert_raised"]
    assert "custody has not passed" in ran.err
    (after,) = opened("shipment", "list", "--json").documents
    assert after["custodian"] == "acme"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--number", "not a number"], "is no seal number"),
        (["--number", "000"], "is no seal number"),
        (["--number", "MX2", "--zone", "nowhere"], "no zone 'nowhere'"),
        (["--number", "MX2", "--incident"], "--incident needs a reason"),
    ],
)
def test_a_seal_is_recorded_as_it_should_be(opened: Run, arguments: list[str], what: str) -> None:
    assert what in opened("shipment", "seal", "TRIP-1", *arguments, code=2).err
    entries = opened("log", "show", "--shipment", "TRIP-1", "--json").documents
    assert "seal_recorded" not in [entry["type"] for entry in entries]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b" ", "it is empty"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested too deep"),
        (b'{"id": "A",\n "devices": [],}', "(line 2, column 16)"),
        (b'{"id": "A", "id": "B", "devices": [{"id": "L"}]}', "the key 'id' stands twice"),
        (b'{"id": "A", "devcies": [{"id": "L"}]}', "did you mean devices?"),
        (b'{"id": "A B", "devices": [{"id": "L"}]}', "-> 1 to 64 letters, digits"),
    ],
)
def test_a_slip_in_the_file_is_named(
    started: Run, tmp_path: Path, content: bytes, what: str
) -> None:
    (tmp_path / "trip.json").write_bytes(content)
    assert what in started("shipment", "open", "trip.json", code=2).err


@pytest.mark.parametrize("command", [["log", "show"], ["alerts", "list"]])
def test_nothing_of_an_unknown_shipment_is_a_fault_not_a_blank(
    opened: Run, command: list[str]
) -> None:
    assert "no shipment TRIP-9" in opened(*command, "--shipment", "TRIP-9", code=2).err


# Alerts


@pytest.mark.parametrize(
    ("choice", "count"),
    [
        ([], 1),
        (["--open"], 1),
        (["--shipment", "TRIP-1"], 1),
        (["--severity", "critical"], 1),
        (["--severity", "warning"], 0),
        (["--status", "closed"], 0),
        (["--status", "closed", "--status", "raised"], 1),
    ],
)
def test_alerts_are_chosen(alerted: Run, choice: list[str], count: int) -> None:
    assert len(alerted("alerts", "list", *choice, "--json").documents) == count


def test_an_alert_s_life(alerted: Run) -> None:
    alerted("alerts", "ack", "TRIP-1-1", "--by", "ana", "--note", "calling the yard")
    (alert,) = alerted("alerts", "show", "TRIP-1-1", "--json").documents
    assert (alert["status"], alert["acknowledged_by"]) == ("acknowledged", "ana")
    alerted("alerts", "close", "TRIP-1-1", "--as", "true", "--reason", " ", code=1)
    alerted("alerts", "close", "TRIP-1-1", "--as", "true", "--reason", "misread: 2 for 9")
    (alert,) = alerted("alerts", "list", "--json").documents
    assert (alert["status"], alert["close_reason"]) == ("closed", "misread: 2 for 9")
    assert alerted("alerts", "list", "--open", "--json").documents == []


def test_an_alert_is_shown_with_what_was_said_of_it(alerted: Run) -> None:
    alerted("alerts", "ack", "TRIP-1-1", "--by", "ana", "--note", "calling the yard")
    assert "TRIP-1-1" in alerted("shipment", "show", "TRIP-1").out, "it is open"
    alerted("alerts", "close", "TRIP-1-1", "--as", "true", "--reason", "misread: 2 for 9")
    assert "TRIP-1-1" not in alerted("shipment", "show", "TRIP-1").out, "it is closed"
    shown = alerted("alerts", "show", "TRIP-1-1").out
    assert re.search(r"alert_acknowledged +ana +calling the yard", shown)
    log = alerted("log", "show", "--shipment", "TRIP-1").out
    assert re.search(r"alert_acknowledged +ana +TRIP-1-1: calling the yard", log)


def test_times_are_shown_in_the_zone_asked_for(alerted: Run) -> None:
    assert " UTC" in alerted("alerts", "list").out
    there = alerted("--tz", "America/Monterrey", "alerts", "list").out
    assert " CST" in there
    assert " UTC" not in there


# The log


def test_a_leaf_is_embedded_byte_for_byte(alerted: Run) -> None:
    leaves = alerted("log", "show", "--leaf").out.splitlines()
    lines = alerted("log", "show", "--json").out.splitlines()
    assert len(leaves) == len(lines) >= 3
    for leaf, line in zip(leaves, lines, strict=True):
        assert f'"leaf":{leaf},' in line


def test_the_log_is_paged(alerted: Run) -> None:
    everything = alerted("log", "show", "--json").documents
    page = alerted("log", "show", "--after", "0", "--limit", "2", "--json").documents
    assert page == everything[1:3]


def test_leaves_and_json_exclude_each_other(alerted: Run) -> None:
    alerted("log", "show", "--leaf", "--json", code=2)
