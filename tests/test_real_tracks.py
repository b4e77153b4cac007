"""Tracks of real vehicles, each as a sealed shipment on its true route: nothing critical is raised.

What is raised is explained here, one by one (`EXPLAINED`); run with -s to see it. The trucks of
Myanmar have no route: their corridor is made of the track itself, a position a kilometre.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.office import START, Office, message
from tracker.domain.alert import Alert, Severity
from tracker.domain.geo import metres_between

pytestmark = pytest.mark.shared_data

ROUTED = ("00000011", "00000025", "00000033", "00000042", "00000079", "00000096")
HALF_WIDTH_M = 200.0
BATCH = 240
"""Readings that arrive at once: 4 minutes of a track at 1 Hz."""
TICK = timedelta(seconds=1)
"""How often the intake looks at its timers."""
STOP, STOPS = ("unplanned_stop", "warning"), ("unplanned_stop", "critical")
EXPLAINED: dict[str, dict[tuple[str, str], str]] = {
    "00000011": {
        STOP: "two fixes 142 m apart, 15 min from each other, with nothing heard between",
        ("silence", "warning"): "those 15 min, of a vehicle that drove when it fell silent",
    },
    "00000033": {
        STOP: "it stood for 17 min, drifting up to 136 m",
        STOPS: "it stood for 58 min, drifting up to 163 m; no stop is planned",
    },
    "00000042": {
        STOPS: "it stood twice for 35 and 43 min, heard every few minutes, drifting up to 186 m",
    },
}
"""Track -> (kind, severity) -> why it is right that it is raised."""


@dataclass(frozen=True)
class Told:
    """A reading, and when it was received."""

    time: datetime
    received: datetime
    body: dict[str, Any]


def routed(folder: Path, name: str) -> tuple[Any, list[Told]]:
    """A track of 1 Hz with its route; it begins at START."""
    route = json.loads((folder / f"{name}.route.geojson").read_text())
    with (folder / f"{name}.csv").open() as text:
        rows = list(csv.DictReader(text))
    first = float(rows[0]["t_s"])
    told = []
    for row in rows:
        time = START + timedelta(seconds=float(row["t_s"]) - first)
        told.append(Told(time, time, {"lat": float(row["lat"]), "lon": float(row["lon"])}))
    return route, told


def trucks(folder: Path) -> Iterator[tuple[str, Any, list[Told]]]:
    """Real trucks, with what they said of speed and course, in the order of receipt."""
    with (folder / "trucks_myanmar_drvr.csv").open() as text:
        rows = list(csv.DictReader(text))
    for vehicle in sorted({row["vehicle_id"] for row in rows}):
        own = [row for row in rows if row["vehicle_id"] == vehicle]
        began = min(moment(row["event_ts"]) for row in own)
        told = []
        for row in own:
            time = START + (moment(row["event_ts"]) - began)
            received = START + (moment(row["received_ts"] or row["event_ts"]) - began)
            body = {"lat": float(row["lat"]), "lon": float(row["lon"])}
            body |= {key: float(row[column]) for key, column in COLUMNS.items() if row[column]}
            told.append(Told(time, max(received, time), body))
        line = list(thinned(sorted(told, key=lambda one: one.time)))
        yield vehicle[:4], {"type": "LineString", "coordinates": line}, told


COLUMNS = {"speed": "speed_kmh", "course": "heading_deg", "altitude": "alt_m"}


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def thinned(told: list[Told]) -> Iterator[list[float]]:
    """Positions some 200 m apart."""
    last: tuple[float, float] | None = None
    for one in told:
        at = one.body["lat"], one.body["lon"]
        if last is None or metres_between(*last, *at) > 200:
            last = at
            yield [at[1], at[0]]


def alerts_of(folder: Path, name: str, route: Any, half_m: float, told: list[Told]) -> list[Alert]:
    """What is raised when it is heard in the order of receipt, the timers running meanwhile."""
    office = Office(folder, now=START - timedelta(minutes=1))
    try:
        leg = {"corridor": route, "corridor_half_width_m": half_m, "earliest": START.isoformat()}
        office.open({
            "id": name, "devices": [{"id": "L1"}], "legs": [leg],
            "seals": [{"number": "MX1", "device": "L1"}],
        })  # fmt: skip
        heard = sorted(told, key=lambda one: one.received)
        batch: list[Any] = []
        for number, one in enumerate(heard):
            said = {"time": one.time.isoformat(), "seal": {"state": "sealed", "number": "MX1"}}
            batch.append(message("L1", said | one.body, at=one.received))
            after = heard[number + 1].received if number + 1 < len(heard) else None
            if after is None or len(batch) >= BATCH or after - one.received > timedelta(seconds=30):
                office.clock.set(one.received)
                office.hear(*batch)
                batch = []
                while after and (due := office.ingest.registry.next_due()) and due < after:
                    office.tick(max(due, office.clock.now()) + TICK)
        found: list[Alert] = office.journal.alerts()
        return found
    finally:
        office.close()


def explained(name: str, alerts: list[Alert]) -> None:
    for alert in alerts:
        print(name, alert.severity, alert.kind, alert.occurred_at - START, alert.last_seen - START,
              [(str(chapter.code), chapter.facts) for chapter in alert.chapters])  # fmt: skip
    loud = {(str(a.kind), str(a.severity)) for a in alerts if a.severity is not Severity.INFO}
    assert loud == set(EXPLAINED.get(name, {}))


@pytest.mark.parametrize("name", ROUTED)
def test_a_real_vehicle_on_its_route_raises_only_what_is_explained(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    route, told = routed(shared_data / "tracks", name)
    explained(name, alerts_of(tmp_path, name, route, HALF_WIDTH_M, told))


def test_real_trucks_raise_only_what_is_explained(shared_data: Path, tmp_path: Path) -> None:
    for name, line, told in trucks(shared_data / "tracks"):
        (tmp_path / name).mkdir()
        explained(name, alerts_of(tmp_path / name, name, line, HALF_WIDTH_M, told))
