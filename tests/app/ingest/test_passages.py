"""A zone jumped over between two fixes, and a road that meets itself, through the whole intake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geofences import library
from tests.app.commands.conftest import T0
from tracker import wiring
from tracker.adapters.journal import SqlJournal
from tracker.app.backtest import backtest
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message

Stage = tuple[Ingest, CommandHandler, SqlJournal, Any]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    geography = Geography(library.load(), Policy())
    with wiring.backtest(geography, "t/log", T0) as (ingest, commands, journal, clock):
        yield ingest, commands, journal, clock


def drive(stage: Stage, *fixes: tuple[float, float, float]) -> None:
    """(minute, lat, lon): one message each."""
    ingest, _, _, clock = stage
    backtest(
        ingest,
        clock,
        (
            Message(
                topic="seals/v1/L1/telemetry",
                payload=json.dumps(
                    {"time": (T0 + timedelta(minutes=m)).isoformat(), "lat": y, "lon": x}
                ).encode(),
                received_at=T0 + timedelta(minutes=m),
            )
            for m, y, x in fixes
        ),
    )


def test_a_bridge_jumped_over_at_100_km_h_is_passed(stage: Stage) -> None:
    _, commands, journal, _ = stage
    leg = {
        "from": "monterrey.plant",
        "to": "laredo.yard",
        "corridor": "monterrey-laredo.world-trade",
    }
    said = {
        "id": "S1",
        "devices": [{"id": "L1"}],
        "legs": [leg],
        "crossing": "laredo-world-trade",
    }
    commands.open(json.dumps(said).encode(), by="d")
    (road,) = (c for c in library.load().corridors if c.id == leg["corridor"])
    bridge = next(z for z in library.load().zones if z.id == "laredo-world-trade.bridge")
    centre = bridge.polygon.centroid
    offsets, along = road.offsets([centre.y], [centre.x])
    assert offsets[0] < 500
    spots = [road.at(float(along[0]) + metres)[:2] for metres in (-4000, -1300, 1300, 4000)]
    drive(stage, *((2.0 * n, *spot) for n, spot in enumerate(spots)))
    passed = [row for row in journal.entries(scope="S1") if row.type == "zone_passed"]
    zones = {json.loads(row.leaf)["payload"]["zone"] for row in passed}
    assert "laredo-world-trade.bridge" in zones
    assert journal.alerts() == []


def test_out_and_back_on_one_road_keeps_its_progress(stage: Stage) -> None:
    ingest, commands, _, _ = stage
    line = {"type": "LineString", "coordinates": [[-100.5, 24.0], [-100.5, 24.5], [-100.5, 24.0]]}
    said = {"id": "S1", "devices": [{"id": "L1"}], "legs": [{"corridor": line}]}
    commands.open(json.dumps(said).encode(), by="d")
    north = [24.0 + n * 0.02 for n in range(26)]
    there_and_back = [*north, *reversed(north[:-1])]
    lat = metres = 0.0
    for minute, lat in enumerate(there_and_back):
        drive(stage, (float(minute), lat, -100.5))
        progress = ingest.registry.state("S1").devices["L1"].live.progress_m
        assert progress is not None
        assert progress >= metres - 1, "it never falls on the way back"
        metres = progress
    assert metres == pytest.approx(2 * 0.5 * 110_800, rel=0.01)
