"""`tracker privacy`: what people see of it, on a real database with a signed log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import SHIPMENT, Run

DRIVER, OFFICER, PHONE = "Wenceslao Tzompantzi", "Hortensia Valdivieso", "+52 867 555 0199"
PEOPLED = SHIPMENT | {
    "custodians": [
        {"id": "acme", "role": "carrier", "name": DRIVER, "contact": PHONE},
        {"id": "transfer", "role": "transfer"},
    ]
}
WHY = ("--reason", "request 2026-7", "--by", "dpo")


@pytest.fixture
def peopled(started: Run) -> Run:
    started("shipment", "open", "-", "--by", DRIVER, stdin=json.dumps(PEOPLED))
    leave = ["shipment", "authorise", "TRIP-1", "--zone", "laredo.yard", "--agency", "CBP"]
    started(*leave, "--officer", OFFICER)
    return started


def test_what_is_kept_is_listed(peopled: Run) -> None:
    listed = peopled("privacy", "list", "--json").documents
    assert {(one["value"], one["where"], one["place"]) for one in listed} == {
        (DRIVER, "entry", "payload.actor"),
        (DRIVER, "shipment", "custodians[0].name"),
        (PHONE, "shipment", "custodians[0].contact"),
        (OFFICER, "entry", "payload.facts.officer"),
        (OFFICER, "shipment", "authorisations[0].officer"),
        ("tester", "entry", "payload.actor"),
        ("tester", "shipment", "authorisations[0].recorded_by"),
    }
    assert len(peopled("privacy", "list", "--person", OFFICER, "--json").documents) == 2
    assert "shipment_opened" in peopled("privacy", "list", "--shipment", "TRIP-1").out
    assert peopled("privacy", "list", "--person", "nobody").out == "nothing is kept\n"
    peopled("privacy", "list", "--shipment", "TRIP-9", code=2)


def test_the_log_shows_the_name_and_afterwards_that_it_was_erased(
    peopled: Run, tmp_path: Path
) -> None:
    show = ("log", "show", "--shipment", "TRIP-1")
    assert DRIVER in peopled(*show).out
    assert DRIVER in peopled("log", "entry", "TRIP-1#0").out
    done = peopled("privacy", "erase", "--person", DRIVER, *WHY, "--yes")
    assert "4 personal values were erased: request 2026-7" in done.out
    assert "out of reach: backups" in done.err
    assert DRIVER not in done.out + done.err
    opened = next(line for line in peopled(*show).out.splitlines() if "shipment_opened" in line)
    assert " erased " in opened
    for command in (show, (*show, "--json"), ("shipment", "show", "TRIP-1", "--json")):
        assert DRIVER not in peopled(*command).out
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert DRIVER.encode() not in file.read_bytes(), file
            assert PHONE.encode() not in file.read_bytes(), file
    assert "CONSISTENT" in peopled("log", "verify").out
    assert OFFICER in peopled("privacy", "list").out


def test_a_shipment_s_people_and_again(peopled: Run) -> None:
    erase = ("privacy", "erase", "--shipment", "TRIP-1", *WHY, "--yes")
    assert "is open" in peopled(*erase, "--closed-only", code=1).err
    peopled("shipment", "close", "TRIP-1", "--seal", "MX0012345")
    (told,) = peopled(*erase, "--closed-only", "--json").documents
    assert (told["type"], told["scope"], told["actor"]) == ("data_erased", "TRIP-1", "dpo")
    assert told["facts"]["payload.facts.officer"] == 1
    assert "nothing is left of the people of TRIP-1" in peopled(*erase).out
    assert peopled(*erase, "--json").out == ""
    (left,) = peopled("privacy", "list", "--shipment", "TRIP-1", "--json").documents
    assert (left["value"], left["type"]) == ("dpo", "data_erased"), "who erased answers for it"
    peopled("privacy", "erase", "--person", "dpo", "--reason", "r", "--by", "other", "--yes")
    assert peopled("privacy", "list", "--shipment", "TRIP-1").out == "nothing is kept\n"


def test_it_asks_first(peopled: Run) -> None:
    erase = ("privacy", "erase", "--person", DRIVER, *WHY)
    assert "Erase 2 names and contacts for good?" in peopled(*erase, stdin="n\n", code=1).err
    peopled(*erase, stdin="", code=1)
    assert DRIVER in peopled("privacy", "list").out
    peopled(*erase, stdin="y\n")
    assert DRIVER not in peopled("privacy", "list").out


def test_what_people_wrote_elsewhere_is_said(peopled: Run) -> None:
    peopled("shipment", "close", "TRIP-1", "--reason", f"refused by {DRIVER}")
    done = peopled("privacy", "erase", "--person", DRIVER, *WHY, "--yes")
    assert "in 2 entries of the log" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["--person", "Nobody", *WHY], 2, "nothing is kept under the name 'Nobody'"),
        (["--shipment", "TRIP-9", *WHY], 2, "no shipment 'TRIP-9'"),
        ([*WHY], 2, "whose data"),
        (["--person", DRIVER, "--shipment", "TRIP-1", *WHY], 2, "whose data"),
        (["--person", DRIVER, "--closed-only", *WHY], 2, "whose data"),
        (["--person", DRIVER], 2, "--reason"),
        (["--person", DRIVER, "--reason", f"for {DRIVER}"], 2, "names somebody"),
        (["--person", DRIVER, "--reason", "r", "--by", DRIVER], 2, "would keep the name"),
        (["--person", DRIVER, "--reason", " "], 1, "without a reason"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_erased(
    peopled: Run, arguments: list[str], code: int, what: str
) -> None:
    assert what in peopled("privacy", "erase", *arguments, "--yes", code=code).err
    assert len(peopled("privacy", "list", "--json").documents) == 8
