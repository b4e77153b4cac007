"""kill -9 of the delivery worker at any moment: every alert is told, copies known by their ids."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.notifying import handler, lines, raise_alert, until
from tracker.adapters.journal import SqlJournal
from tracker.app.queries.entries import read
from tracker.domain.alert import Alert
from tracker.domain.command import AcknowledgeAlert
from tracker.domain.finding import FindingType
from tracker.domain.notice import DeliveryStatus

ROUNDS = int(os.environ.get("TRACKER_KILLS", "4"))
"""More of them, for who has the time."""
EACH = 8


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/tracker.db"
    SqlJournal.open(made).close()
    return made


def started(url: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.notifying", url, str(folder)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def ended(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    child.stdout.close()
    child.wait()


def test_killed_at_any_moment_every_alert_is_told_in_order(url: str, tmp_path: Path) -> None:
    commands, chance = handler(url), random.Random(20261201)
    alerts: list[Alert] = []
    for _ in range(ROUNDS):
        child = started(url, tmp_path)
        for _ in range(EACH):
            alerts.append(raise_alert(commands, len(alerts)))
            if chance.random() < 0.5:
                alert = chance.choice(alerts)
                acknowledge = AcknowledgeAlert(at=commands.now(), by="eva", alert=alert.id)
                commands.submit_alert(alert.id, acknowledge)
        time.sleep(chance.uniform(0, 0.4))
        child.kill()
        ended(child)
    child = started(url, tmp_path)
    store = SqlJournal.open(url)
    waiting = [DeliveryStatus.PENDING, DeliveryStatus.HELD]
    try:
        until(
            lambda: (
                store.followers()["notify"] == store.newest()
                and not store.deliveries(status=waiting)
                and not store.unlogged(1)
            ),
            progress=store.newest,
        )
    finally:
        child.terminate()
        ended(child)

    _all_are_told(store, alerts, tmp_path)
    _recorded_once(store)
    store.close()


def _all_are_told(store: SqlJournal, alerts: list[Alert], folder: Path) -> None:
    accepted = {one.id for one in store.deliveries(status=[DeliveryStatus.ACCEPTED])}
    for name in ("pipe", "machine"):
        told = lines(folder / f"{name}.jsonl")
        assert {one["alert"] for one in told if one["update"] == "raised"} == {
            alert.id for alert in alerts
        }
        assert {one["id"] for one in told} == {
            one.id for one in store.deliveries() if one.id in accepted and one.channel == name
        }
        first: dict[tuple[str, str | None], list[int]] = {}
        seen = set[str]()
        for one in told:
            if one["id"] not in seen:
                seen.add(one["id"])
                first.setdefault((one["notice"], one["contact"]), []).append(one["number"])
        assert all(numbers == sorted(numbers) for numbers in first.values())


def _recorded_once(store: SqlJournal) -> None:
    """Of each delivery one entry, and the log is whole."""
    rows = list(store.entries(types=[FindingType.NOTIFIED]))
    recorded = Counter(entry.text("delivery") for entry in read(rows))
    assert set(recorded.values()) == {1}
    assert set(recorded) == {one.id for one in store.deliveries()}
