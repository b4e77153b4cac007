"""`tracker notify test` and `status`, and what `doctor` says of messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.e2e.test_notify import TABLES
from tests.support.notifying import lines
from tracker import wiring
from tracker.adapters.journal import SqlJournal
from tracker.adapters.kept_process import KeptProcess
from tracker.config import load
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus, Update
from tracker.ports import Followed, Work


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Run:
    run("init", ".")
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write(TABLES)
    return run


def journal(folder: Path) -> SqlJournal:
    config = load(folder / "tracker.toml", {})
    with wiring.journal(config):
        pass
    return SqlJournal.open(config.database.url)


def put(folder: Path, **more: Any) -> None:
    now = datetime.now(UTC)
    given: dict[str, Any] = {"channel": "pipe", "due_at": now, "since": now, "created_at": now}
    delivery = Delivery(
        id="A-1/1.1",
        notice="A-1",
        number=1,
        update=Update.RAISED,
        severity=Severity.CRITICAL,
        scope="A",
        alert="A-1",
        **{**given, **more},
    )
    opened = journal(folder)
    opened.commit(
        Work(deliveries=[delivery], followed=[Followed(follower="notify", position=-1)]), {}
    )
    opened.close()


def test_one_message_goes_out_by_the_channel(told: Run, tmp_path: Path) -> None:
    said = told("notify", "test", "pipe", "--to", "ana").out
    (line,) = lines(tmp_path / "alerts.jsonl")
    assert (line["update"], line["contact"], line["attempt"]) == ("test", "ana", 1)
    assert f"channel pipe accepted {line['id']}" in said


def test_a_channel_that_takes_nothing_is_out_of_reach(told: Run, tmp_path: Path) -> None:
    (tmp_path / "alerts.jsonl").mkdir()
    said = told("notify", "test", "pipe", code=3).err
    assert "[notify.channels.pipe]: channel pipe did not take it" in said


def test_what_is_not_configured_is_named(told: Run) -> None:
    assert "channels: pipe" in told("notify", "test", "fax", code=2).err
    assert "contacts: ana" in told("notify", "test", "pipe", "--to", "eva", code=2).err


def test_the_state_before_anybody_delivers(told: Run) -> None:
    ran = told("notify", "status")
    assert ran.out.split()[:2] == ["CHANNEL", "WAITING"]
    assert "nobody delivers yet" in ran.err


def test_what_is_dead_or_waits_for_nothing_is_told_by_state_and_doctor(
    told: Run, tmp_path: Path
) -> None:
    put(tmp_path, status=DeliveryStatus.DEAD, error="no such number", attempts=3)
    assert "no such number" in told("notify", "status", code=1).out
    doctor = {one["name"]: one for one in told("doctor", "--json", code=None).documents}
    assert not doctor["notices"]["ok"]
    assert "1 messages were given up within a day: no such number" in doctor["notices"]["found"]


def test_what_waits_too_long_is_told_by_doctor(told: Run, tmp_path: Path) -> None:
    put(tmp_path, since=datetime.now(UTC) - timedelta(minutes=5))
    doctor = {one["name"]: one for one in told("doctor", "--json", code=None).documents}
    assert "the oldest for 30" in doctor["notices"]["found"]


def test_what_is_to_go_out_on_no_channel_is_told(told: Run, tmp_path: Path) -> None:
    put(tmp_path, channel="fax")
    ran = told("notify", "status", "--json", code=1)
    assert [one["channel"] for one in ran.documents if not one["configured"]] == ["fax"]


def test_without_anybody_to_tell_nobody_delivers(run: Run, tmp_path: Path) -> None:
    run("init", ".")
    config = load(tmp_path / "tracker.toml", {})
    assert not isinstance(wiring.notifying(config), KeptProcess)
    assert "there are no routes" in run("notify", "run", code=2).err
    doctor = {one["name"]: one for one in run("doctor", "--json", code=None).documents}
    assert "[notify] has no routes" in doctor["notices"]["found"]


def test_who_delivers_elsewhere_is_not_started_beside_the_tracker(
    told: Run, tmp_path: Path
) -> None:
    file = tmp_path / "tracker.toml"
    assert isinstance(wiring.notifying(load(file, {})), KeptProcess)
    elsewhere = load(file, {"TRACKER_NOTIFY__INSIDE": "false"})
    assert not isinstance(wiring.notifying(elsewhere), KeptProcess)
