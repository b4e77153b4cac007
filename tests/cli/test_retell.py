"""`tracker replay` without a track, and `tracker policy advise`, on a journal of a day."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import SHIPMENT, Run
from tests.conftest import ROOT
from tracker import wiring
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.adapters.notifiers import Silent
from tracker.app.backtest import ReplayInbox, backtest
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.config import load
from tracker.domain.alert import AlertKind, Verdict
from tracker.domain.command import CloseAlert
from tracker.ports import Message

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOPIC = "seals/v1/SEAL-1/telemetry"


def said(minute: float) -> Message:
    at = START + timedelta(minutes=minute)
    payload = {"time": at.isoformat(), "lat": 25.0, "lon": -100.2, "accuracy_m": 5}
    return Message(topic=TOPIC, payload=json.dumps(payload).encode(), received_at=at)


@pytest.fixture
def heard(started: Run, tmp_path: Path) -> Run:
    """A truck that stood for an hour where no stop is planned; that was called a lawful delay."""
    config = load(tmp_path / "tracker.toml", env={})
    clock = ManualClock(START)
    journal = SqlJournal.open(config.database.url)
    other = SqlJournal.open(config.database.url)
    geography = wiring.geography(config)
    commands = CommandHandler(
        journal=other, clock=clock, geography=geography, origin=config.log.origin
    )
    intake = Ingest(
        inbox=ReplayInbox(),
        journal=journal,
        clock=clock,
        geography=geography,
        origin=config.log.origin,
        notifier=Silent(),
        tick_s=0.0,
        heartbeat_s=10.0,
    )
    commands.open(json.dumps(SHIPMENT).encode(), by="office")
    backtest(intake, clock, [said(minute) for minute in range(1, 60)])
    for alert in journal.alerts(kinds=[AlertKind.UNPLANNED_STOP]):
        commands.submit_alert(
            alert.id,
            CloseAlert(
                at=clock.now(),
                by="ana",
                alert=alert.id,
                reason="a flat tyre",
                verdict=Verdict.FALSE_DELAY,
            ),
        )
    intake.run(lambda: True)
    journal.close()
    other.close()
    return started


def test_the_same_rules_tell_the_same(heard: Run) -> None:
    ran = heard("replay", "--diff")
    assert "no difference" in ran.out
    assert re.search(r"59 readings and 1 shipments judged anew", ran.err)
    assert heard("replay", "--diff", "--json").documents == []
    listed = heard("alerts", "list", "--json").documents
    assert heard("replay", "--json").documents == listed


def test_another_policy_differs(heard: Run, tmp_path: Path) -> None:
    (tmp_path / "trial.toml").write_text(
        "[policy]\nstop_warning_min = 90\nstop_critical_min = 120\n", encoding="utf-8"
    )
    before = (tmp_path / "tracker.db").read_bytes()
    found = heard("replay", "--since", "2026-03-02", "--policy", "trial.toml", "--diff", "--json")
    vanished = [one for one in found.documents if one["kind"] == "unplanned_stop"]
    assert [one["change"] for one in vanished] == ["vanishes"]
    assert list(vanished[0]) == documented("Difference")
    assert "vanishes" in heard("replay", "--policy", "trial.toml", "--diff").out
    assert (tmp_path / "tracker.db").read_bytes() == before
    later = heard("replay", "--since", "2026-03-03", "--policy", "trial.toml", "--diff", "--json")
    assert later.documents == []


def test_what_cannot_be_asked(heard: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[policy]\nstop_warning = 9\n", encoding="utf-8")
    assert "bad.toml:2" in heard("replay", "--policy", "bad.toml", code=2).err
    assert "there is no shipment" in heard("replay", "--shipment", "NONE", code=2).err
    assert "leave the track's file out" in heard("replay", "t.csv", "--diff", code=2).err


def test_advice_by_what_people_said(heard: Run) -> None:
    ran = heard("policy", "advise", "--threshold", "stop_warning_min", "--values", "7", "--json")
    (advice,) = ran.documents
    assert (advice["kind"], advice["judged_false"], advice["judged_true"]) == (
        "unplanned_stop", 1, 0,
    )  # fmt: skip
    by_value = {one["value"]: one["false_gone"] for one in advice["trials"]}
    assert max(by_value) > 30
    shown = heard("policy", "advise", "--threshold", "stop_critical_min", "--values", "2").out
    assert "unplanned_stop: stop_critical_min, now 30 min; on record 0 called true, 1" in shown
    assert (
        "battery_low_pct"
        in heard("policy", "advise", "--kind", "battery", "--threshold", "x", code=2).err
    )


def test_closing_wants_a_verdict(opened: Run) -> None:
    handover = ["shipment", "handover", "TRIP-1", "--to", "transfer"]
    opened(*handover, "--from", "acme", "--seal", "MX0012345")
    opened(*handover, "--accept", "--seal", "MX0099999", code=1)
    alerted = opened
    refused = alerted("alerts", "close", "TRIP-1-1", "--reason", "misread", code=2)
    assert "--as VERDICT, one of true" in refused.err
    wrong = alerted("alerts", "close", "TRIP-1-1", "--as", "maybe", "--reason", "r", code=2)
    assert "false-drift" in wrong.err
    alerted("alerts", "close", "TRIP-1-1", "--as", "false-device", "--reason", "misread")
    (alert,) = alerted("alerts", "list", "--json").documents
    assert (alert["verdict"], alert["close_reason"]) == ("false-device", "misread")
    assert "false, the device was at fault: misread" in alerted("alerts", "show", "TRIP-1-1").out


def documented(section: str) -> list[str]:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(\w+)` \|", text.split(f"\n## {section}\n")[1].split("\n## ")[0], re.M)
