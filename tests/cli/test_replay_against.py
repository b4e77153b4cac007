"""`tracker replay --against`: a track judged by a shipment, by zones in force now or before."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

SHIPMENT = {"id": "TRY-1", "devices": [{"id": "T1"}]}


def square(lat: float, lon: float) -> dict[str, object]:
    ring = [[lon - 0.01, lat - 0.01], [lon + 0.01, lat - 0.01], [lon + 0.01, lat + 0.01]]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": "no-go", "name": "No go", "kind": "restricted"},
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
        ],
    }


def test_by_the_zones_of_then_and_of_now(started: Run, tmp_path: Path) -> None:
    run, folder = started, tmp_path
    config = folder / "tracker.toml"
    config.write_text(
        config.read_text().replace("# files = []", 'files = ["own.geojson"]'), encoding="utf-8"
    )
    track = folder / "track.csv"
    rows = [f"{60 * n},{24.5},{-100.5 + n * 0.001}" for n in range(10)]
    track.write_text("\n".join(["t_s,lat,lon", *rows]), encoding="utf-8")
    shipment = folder / "shipment.json"
    shipment.write_text(json.dumps(SHIPMENT), encoding="utf-8")

    (folder / "own.geojson").write_text(json.dumps(square(24.5, -100.5)), encoding="utf-8")
    _put_in_force(folder)
    (old,) = [line["version"] for line in run("zones", "versions", "--json").documents]
    (folder / "own.geojson").write_text(json.dumps(square(20.0, -90.0)), encoding="utf-8")

    call = ["replay", str(track), "--device", "T1", "--against", str(shipment), "--json"]
    assert run(*call).documents == []
    then = run(*call, "--zones-version", old[:8]).documents
    assert [(one["kind"], one["zone"]) for one in then] == [("restricted_zone", "no-go")]
    assert run("shipment", "list", "--json").documents == [], "nothing was recorded"

    unknown = run(*call, "--zones-version", "ffff", code=2)
    assert old in unknown.err
    assert run("replay", str(track), "--zones-version", old, code=2).err


def _put_in_force(folder: Path) -> None:
    """As a tracker does when it starts."""
    from tracker import wiring
    from tracker.adapters.clock import SystemClock
    from tracker.adapters.notifiers import Silent
    from tracker.app.backtest import ReplayInbox
    from tracker.app.ingest import Ingest
    from tracker.config import load

    config = load(folder / "tracker.toml")
    with wiring.journal(config) as journal:
        Ingest(
            inbox=ReplayInbox(),
            journal=journal,
            clock=SystemClock(),
            geography=wiring.geography(config),
            origin=config.log.origin,
            notifier=Silent(),
        )


def test_what_is_guessed_of_a_track_is_told(started: Run, tmp_path: Path) -> None:
    """A spreadsheet's export in Spanish: day numbers, decimal commas, a speed of -1."""
    rows = [f"{46000 + n / 1440};24,5;-100,{50 + n};{-1 if n else 80}" for n in range(5)]
    track = tmp_path / "track.csv"
    track.write_text("\n".join(["Fecha;Latitud;Longitud;Velocidad", *rows]).replace(".", ","))
    shipment = tmp_path / "shipment.json"
    shipment.write_text(json.dumps(SHIPMENT), encoding="utf-8")
    asked = ["replay", str(track), "--device", "T1", "--against", str(shipment)]
    ran = started(*asked, "--json")
    assert ran.documents == []
    assert "column Fecha has a spreadsheet's day numbers: 46000,0 is 2025-12-09 00:00" in ran.err
    assert "speed left aside in 4 of 5 points: speed -1 is out of range" in ran.err
    assert "no way of writing times 'ymd'" in started(*asked, "--times", "ymd", code=2).err
    assert "no encoding 'klingon'" in started(*asked, "--encoding", "klingon", code=2).err
