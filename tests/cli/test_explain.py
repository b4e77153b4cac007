"""`tracker explain` and the story of `tracker alerts show`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geofences import library
from tests.cli.conftest import SHIPMENT, Run
from tests.support.office import ScriptedInbox
from tracker import config as configuration
from tracker import wiring
from tracker.adapters.clock import ManualClock
from tracker.adapters.notifiers import Silent
from tracker.app.ingest import Ingest
from tracker.domain.alert import AlertKind, Verdict
from tracker.domain.command import AcceptAlert
from tracker.ports import Message

_CENTRE = next(
    zone for zone in library.load().zones if zone.id == "monterrey.plant"
).polygon.centroid
PLANT = {"lat": _CENTRE.y, "lon": _CENTRE.x}


class Road:
    """What SEAL-1 sends, minutes after its shipment was opened, and an intake that hears it."""

    def __init__(self, folder: Path) -> None:
        self.config = configuration.load(folder / "tracker.toml", {})
        self.begin = datetime.now(UTC) - timedelta(hours=2)
        with wiring.commands(self.config, clock=ManualClock(self.at(-1))) as commands:
            commands.open(json.dumps(SHIPMENT).encode(), by="tester")

    def hear(self, *readings: tuple[float, dict[str, Any]]) -> None:
        with wiring.journal(self.config) as journal:
            inbox, clock = ScriptedInbox(), ManualClock(self.begin)
            ingest = Ingest(
                inbox=inbox,
                journal=journal,
                clock=clock,
                geography=wiring.geography(self.config),
                origin="test/log",
                notifier=Silent(),
                tick_s=0,
            )
            for number, said in readings:
                clock.set(self.at(number))
                told = {"time": clock.now().isoformat(), **PLANT, **said}
                inbox.deliver(
                    Message(
                        topic="seals/v1/SEAL-1/telemetry",
                        payload=json.dumps(told).encode(),
                        received_at=clock.now(),
                    )
                )
                ingest.once(0)

    def accept(self, alert: str, number: float, *, reason: str, zone: str) -> None:
        with wiring.commands(self.config, clock=ManualClock(self.at(number))) as commands:
            command = AcceptAlert(
                at=self.at(number),
                by="tester",
                alert=alert,
                reason=reason,
                zone=zone,
                verdict=Verdict.FALSE_DEVICE,
            )
            commands.submit_alert(alert, command)

    def at(self, number: float) -> datetime:
        return self.begin + timedelta(minutes=number)


@pytest.fixture
def opened(started: Run) -> Run:
    """Where it is, with the shipment of `road`."""
    return started


@pytest.fixture
def road(opened: Run, tmp_path: Path) -> Road:
    road = Road(tmp_path)
    levels = (60, 50, 40, 31, 25, 24, 10)
    road.hear(*((n, {"battery": level, "speed": 0}) for n, level in enumerate(levels)))
    return road


def battery(opened: Run, at: datetime, *more: str, code: int = 0) -> Any:
    return opened(
        *("explain", "TRIP-1", "--kind", "battery", "--at", at.isoformat()), *more, code=code
    )


def test_what_kept_it_quiet(road: Road, opened: Run) -> None:
    (told,) = battery(opened, road.at(3.5), "--json").documents
    assert (told["answer"], told["alerts"], told["note"]) == ("quiet", [], "")
    (judgement,) = told["judgements"]
    assert judgement["rule"] == "battery"
    assert datetime.fromisoformat(judgement["at"]) == road.at(3)
    (compared,) = judgement["comparisons"]
    assert compared == {
        "measure": "battery",
        "about": "",
        "value": 31,
        "limit": 30,
        "unit": "%",
        "threshold": "battery_low_pct",
        "origin": "default",
        "speaks": False,
    }
    out = battery(opened, road.at(3.5)).out
    assert "battery? no\n" in out
    assert "battery at" in out
    assert "30 % (battery_low_pct, default)" in out


def test_what_was_open_then(road: Road, opened: Run) -> None:
    (told,) = battery(opened, road.at(4.5), "--json").documents
    assert (told["answer"], told["alerts"]) == ("told", ["TRIP-1-1"])
    assert all(one["speaks"] for one in told["judgements"][0]["comparisons"])
    assert "yes: TRIP-1-1 was open" in battery(opened, road.at(4.5)).out


def test_a_threshold_says_which_layer_decides_it(road: Road, opened: Run, tmp_path: Path) -> None:
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write("\n[policy.profile.standard]\nbattery_low_pct = 45\n")
    (told,) = battery(opened, road.at(2.5), "--json").documents
    assert told["answer"] == "told", "by the policy of today"
    assert "the record differs" in told["note"]
    (compared,) = told["judgements"][0]["comparisons"]
    assert (compared["limit"], compared["origin"]) == (45, "profile standard")


def test_errors_say_what_mends_them(road: Road, opened: Run) -> None:
    err = opened("explain", "TRIP-9", "--kind", "battery", code=2).err
    assert "there is no shipment TRIP-9" in err
    err = opened("explain", "TRIP-1", "--kind", "batery", code=2).err
    assert "seal_tampered" in err, "it lists them"
    err = battery(opened, road.at(-3), code=2).err
    assert "nothing had been heard of TRIP-1 by" in err
    assert road.at(0).isoformat() in err


def test_of_a_shipment_of_which_nothing_was_heard(opened: Run, tmp_path: Path) -> None:
    Road(tmp_path)
    assert (
        "nothing was ever heard of TRIP-1"
        in opened("explain", "TRIP-1", "--kind", "silence", code=2).err
    )


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_has_an_answer(road: Road, opened: Run, kind: AlertKind) -> None:
    at = road.at(6.5).isoformat()
    (told,) = opened("explain", "TRIP-1", "--kind", kind, "--at", at, "--json").documents
    assert told["answer"] in ("told", "quiet", "not_looked_at")
    opened("explain", "TRIP-1", "--kind", kind, "--at", at)


def test_the_story_of_an_alert(road: Road, opened: Run) -> None:
    opened("alerts", "ack", "TRIP-1-1", "--note", "charging at the next stop")
    (told,) = opened("alerts", "show", "TRIP-1-1", "--json").documents
    story = told["story"]
    assert [one["battery_pct"] for one in story["readings"]] == [60, 50, 40, 31, 25, 24, 10]
    assert [one["evidence"] for one in story["readings"]] == [False] * 4 + [True, False, True]
    assert story["judgement"]["severity"] == "warning"
    assert [one["value"] for one in story["judgement"]["comparisons"]] == [25]
    assert [one["type"] for one in story["events"]] == [
        "alert_raised",
        "alert_changed",
        "alert_acknowledged",
    ]
    out = opened("alerts", "show", "TRIP-1-1").out
    assert "battery raised it at the reading of" in out
    assert "charging at the next stop" in out
    assert "tester" in out


def test_what_is_kept_quiet_after_an_acceptance(road: Road, opened: Run) -> None:
    """The story says what was not raised, within which limits, and who set them."""
    road.hear((10, {"jamming": True}), (11, {"jamming": True}))
    jammed = [d for d in opened("alerts", "list", "--json").documents if d["kind"] == "jamming"]
    (alert,) = (one["id"] for one in jammed)
    road.accept(alert, 14, reason="the plant has one of its own", zone="monterrey.plant")
    road.hear((16, {"jamming": True}), (17, {"jamming": True}))
    (told,) = opened("alerts", "show", alert, "--json").documents
    (kept,) = told["story"]["suppressed"]
    assert (kept["alert"], kept["count"], kept["in_zone"]) == (alert, 2, "monterrey.plant")
    assert (kept["closed_by"], kept["reason"]) == ("tester", "the plant has one of its own")
    assert "kept quiet: 2 times" in opened("alerts", "show", alert).out
    at = ["--at", road.at(17.5).isoformat()]
    out = opened("explain", "TRIP-1", "--kind", "jamming", *at).out
    assert "no: it had been closed, and went on within the limits of that" in out


def test_a_map_of_it(road: Road, opened: Run, tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    opened("alerts", "show", "TRIP-1-1", "--map", "where.png")
    assert (tmp_path / "where.png").read_bytes().startswith(b"\x89PNG")
    assert ".png" in opened("alerts", "show", "TRIP-1-1", "--map", "x.gif", code=2).err
