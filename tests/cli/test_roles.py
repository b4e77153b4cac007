"""The command line, told a user: it may what the role may, and sees what the role sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.web import PASSWORD
from tracker import wiring
from tracker.cli.offered import OFFERED
from tracker.cli.shared import entering
from tracker.config import load
from tracker.domain.access import Right, Role

OURS = {"id": "OURS", "custodians": [{"id": "acme", "role": "carrier"}]}
THEIRS = {"id": "THEIRS", "custodians": [{"id": "rival", "role": "carrier"}]}


@pytest.fixture
def tokens(run: Run, tmp_path: Path) -> dict[Role, str]:
    run("init")
    for number, document in enumerate((OURS, THEIRS)):
        file = tmp_path / f"{document['id']}.json"
        file.write_text(json.dumps({**document, "devices": [{"id": f"L{number}"}]}))
        run("shipment", "open", str(file))
    with wiring.accounts(load(tmp_path / "tracker.toml", env={})) as accounts:
        for role in (Role.CARRIER, Role.AUDITOR, Role.DISPATCHER, Role.AUTHORITY):
            carrier = "acme" if role is Role.CARRIER else None
            accounts.add(role.value, role, by="test", password=PASSWORD, carrier=carrier)
        return {
            role: accounts.new_token(role.value, "test", by="test", days=None)
            for role in (Role.CARRIER, Role.AUDITOR, Role.DISPATCHER, Role.AUTHORITY)
        }


def test_a_role_may_what_it_may(
    run: Run, tokens: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entering.TOKEN, tokens[Role.AUDITOR])
    assert "OURS" in run("shipment", "show", "OURS").out
    refused = run("shipment", "close", "OURS", "--given-up", "--reason", "r", code=1)
    assert "the role auditor does not give the right to shipment close" in refused.err
    assert "does not give the right to users list" in run("users", "list", code=1).err


def test_the_user_is_named_in_the_log_and_nobody_else(
    run: Run, tokens: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entering.TOKEN, tokens[Role.DISPATCHER])
    why = ("--given-up", "--reason", "the trip was called off")
    other = run("shipment", "close", "OURS", *why, "--by", "somebody", code=1)
    assert "you are dispatcher, not somebody" in other.err
    run("shipment", "close", "OURS", *why)
    monkeypatch.delenv(entering.TOKEN)
    told = [json.loads(line) for line in run("log", "show", "--json").out.splitlines()]
    (closed,) = [entry for entry in told if entry["type"] == "shipment_closed"]
    assert closed["disclosed"]["payload.actor"] == "dispatcher"


def test_a_carrier_sees_its_own(
    run: Run, tokens: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entering.TOKEN, tokens[Role.CARRIER])
    assert "OURS" in run("shipment", "show", "OURS").out
    assert "there is no shipment THEIRS" in run("shipment", "show", "THEIRS", code=2).err
    assert "you see some" in run("shipment", "list", code=1).err


def test_what_an_authority_reads_is_on_record(
    run: Run, tokens: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entering.TOKEN, tokens[Role.AUTHORITY])
    run("shipment", "show", "THEIRS")
    monkeypatch.delenv(entering.TOKEN)
    told = [json.loads(line) for line in run("log", "show", "--json").out.splitlines()]
    assert [entry["scope"] for entry in told if entry["type"] == "record_read"] == ["THEIRS"]


def test_a_token_that_is_none_opens_nothing(
    run: Run, tokens: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entering.TOKEN, "not one")
    assert "the token is not in force" in run("shipment", "list", code=1).err


def test_every_right_is_one_and_every_command_there() -> None:
    assert set(entering.RIGHTS.values()) < {right.value for right in Right}
    assert {name.partition(" ")[0] for name in entering.RIGHTS} <= set(OFFERED)
    assert entering.right_for("privacy erase") == entering.ADMINISTRATORS == Right.PEOPLE.value
