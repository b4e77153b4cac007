"""`tracker alerts ack --code`: whoever was told answers with what stands in the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.test_notify import TABLES
from tests.support.notifying import raise_alert
from tracker import wiring
from tracker.config import load
from tracker.domain.alert import Alert
from tracker.domain.notice import Delivery, Update, delivery_id
from tracker.ports import Work

BOB = '\n[notify.contacts.bob]\nchannels = ["pipe"]\n'


@pytest.fixture
def alert(run: Run, tmp_path: Path) -> Alert:
    """One that ana and bob were told of."""
    run("init", ".")
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write(TABLES + BOB)
    config, now = load(tmp_path / "tracker.toml", {}), datetime.now(UTC)
    with wiring.commands(config) as commands:
        raised = raise_alert(commands, 1)
        told = [
            Delivery(
                id=delivery_id(raised.id, 1, place),
                notice=raised.id,
                number=1,
                update=Update.RAISED,
                severity=raised.severity,
                channel="pipe",
                scope=raised.scope,
                alert=raised.id,
                contact=contact,
                due_at=now,
                since=now,
                created_at=now,
            )
            for place, contact in enumerate(("ana", "bob"), start=1)
        ]
        commands.journal.commit(Work(deliveries=told), {})
    return raised


def code_of(folder: Path, alert: Alert, contact: str, ago_h: float = 0) -> str:
    config = load(folder / "tracker.toml", {})
    with wiring.answers(config) as answers:
        now = datetime.now(UTC) - timedelta(hours=ago_h)
        code, _ = answers.issue(alert.id, contact, now)
    assert code is not None
    return code


def test_it_acknowledges_as_the_contact(run: Run, tmp_path: Path, alert: Alert) -> None:
    code = code_of(tmp_path, alert, "ana")
    said = run("alerts", "ack", "--code", code.lower(), "--note", "calling", "--json").documents
    assert [(one["type"], one["actor"]) for one in said] == [("alert_acknowledged", "ana")]
    (known,) = run("alerts", "list", "--json").documents
    assert (known["status"], known["acknowledged_by"]) == ("acknowledged", "ana")
    again = run("alerts", "ack", "--code", code)
    assert f"{alert.id} was acknowledged before, by ana at " in again.err


def test_what_another_has_acknowledged_stays_theirs(run: Run, tmp_path: Path, alert: Alert) -> None:
    run("alerts", "ack", "--code", code_of(tmp_path, alert, "ana"))
    said = run("alerts", "ack", "--code", code_of(tmp_path, alert, "bob"))
    assert "acknowledged too, after the first" in said.out
    assert f"{alert.id} was acknowledged before, by ana at " in said.err
    (known,) = run("alerts", "list", "--json").documents
    assert known["acknowledged_by"] == "ana"


def test_what_is_closed_says_by_whom(run: Run, tmp_path: Path, alert: Alert) -> None:
    run("alerts", "close", alert.id, "--reason", "seen", "--as", "test", "--by", "eva")
    said = run("alerts", "ack", "--code", code_of(tmp_path, alert, "ana"), code=1).err
    assert f"{alert.id} was closed before, by eva at " in said


def test_a_wrong_one_and_one_that_expired(run: Run, tmp_path: Path, alert: Alert) -> None:
    assert "no message has this code" in run("alerts", "ack", "--code", "ABC", code=2).err
    old = code_of(tmp_path, alert, "ana", ago_h=60)
    said = run("alerts", "ack", "--code", old, code=1).err
    assert "expired" in said
    assert f"tracker alerts ack {alert.id}" in said


def test_a_code_says_who_and_what_by_itself(run: Run, tmp_path: Path, alert: Alert) -> None:
    code = code_of(tmp_path, alert, "ana")
    assert "--by is named too" in run("alerts", "ack", "--code", code, "--by", "eva", code=2).err
    for more in ([alert.id], ["--all"]):
        said = run("alerts", "ack", *more, "--code", code, code=2).err
        assert "what to acknowledge is named too" in said


def test_without_the_key_it_says_where_that_is(run: Run, tmp_path: Path, alert: Alert) -> None:
    (tmp_path / "notify.key").unlink()
    said = run("alerts", "ack", "--code", "0123456789AB", code=2).err
    assert "notify.key" in said
    assert "code_key_file" in said
