"""`tracker demo` in a process of its own: it checks itself; this checks that it can fail, too."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.product import ROOT, TRACKER
from tracker import wiring
from tracker.cli.demo import demo
from tracker.cli.demo.conductor import conducted
from tracker.cli.demo.told import Told
from tracker.cli.service import init
from tracker.config import load
from tracker.simulation.story import START
from tracker.simulation.story_mishaps import tell

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("usual_port")]


def test_the_demo_sees_what_must_be_seen_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [*TRACKER, "demo", "--fast", "--json", "--dir", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout)
    assert (summary["ok"], summary["delivered"]) == (True, True)
    assert summary["false_alarms_honest"] == 0
    assert summary["alerts"] == {
        "seal_tampered": 2, "route_deviation": 2, "silence": 2, "jamming": 1, "wrong_crossing": 1,
    }  # fmt: skip
    assert (summary["late"], summary["rejects"], summary["missing"]) == (1, 0, [])
    assert summary["readings"] == sum_of_readings()

    config = load(tmp_path / "tracker.toml", env={})
    with wiring.records(config) as records:
        honest = [entry.type for entry in records.entries(scope="MTY-LRD-001")]
        closed = records.shipment("MTY-LRD-001")
    assert honest[0] == "shipment_opened"
    assert honest[-1] == "shipment_closed"
    assert honest.count("custody_accepted") == 2
    assert not [kind for kind in honest if kind.startswith("alert")]
    assert closed is not None
    assert closed.closed_at is not None
    with wiring.retelling(config) as retelling:
        told = retelling.tell(config.policy, config.layers)
    assert told.found == [], "told again by the same rules it is the same"
    assert (told.readings, len(told.after)) == (summary["readings"], 8)


def sum_of_readings() -> int:
    from tracker.simulation.devices import deliveries

    story = tell(wiring.geofences(()))
    sent = [one for truck in story.trucks for one in deliveries(truck.journey)]
    return sum(one.readings for one in sent if one.at <= story.until)


def test_it_fails_when_an_alert_is_missing_or_the_honest_truck_is_accused(tmp_path: Path) -> None:
    """The same story, in which the honest truck is cut and the diverted one stays on the road."""
    story = tell(wiring.geofences(()))
    honest, cut, diverted = story.trucks[:3]
    accused = replace(honest, journey=cut.journey, declarations=(), document=cut.document.replace(
        b"MTY-LRD-002", b"MTY-LRD-001"))  # fmt: skip
    obedient = replace(diverted, journey=replace(diverted.journey, detours=()))
    until = cut.journey.starts_at.replace(hour=14, minute=30)
    bad = replace(story, trucks=(accused, obedient), until=until)
    config = demo.configured(init.write(tmp_path)[0])
    with conducted(config, bad, START, lambda now, findings: None) as conductor:
        conductor.play(0.0)
    with wiring.records(config) as records:
        grade, told = demo.log_grade(config), Told()
        summary = demo.summarise(bad, records, told, conductor.messages, 1.0, grade, kept=None)
    assert not summary.ok
    assert not summary.delivered
    assert summary.false_alarms_honest == 1
    assert summary.missing == ["MTY-LRD-003 route_deviation critical"]
    assert summary.unexpected == ["MTY-LRD-001 seal_tampered critical"]


def test_it_shows_the_custody_record_and_keeps_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, *TRACKER[1:], "demo", "--fast"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=150,
        check=False,
        env={"TMPDIR": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for said in (
        "sealed with MX4471208",
        "by leave of Aduana 240 Nuevo Laredo",
        "resealed with SAT0093317",
        "cruces-rio takes custody from transportes-norte",
        "the rope was cut (at 08:05, told late)",
        "The custody record of MTY-LRD-001",
        "delivered, seal intact",
    ):
        assert said in done.stdout, said
    assert list(tmp_path.iterdir()) == []
