"""What is published, and the database that waits for it: trucks under way, on roads of their own.

Each corridor is the road from Monterrey, bent a little in the middle, so that all are different
lines and each leads from the plant to the yard.
"""

from __future__ import annotations

import json
import math
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import shapely

from bench import load
from bench.stages import _NoInbox, _Silent
from geofences import library
from geofences.corridor import Corridor
from geofences.formats import GeofenceSet
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message

EVERY = timedelta(seconds=30)
PACE_M = 600.0
"""What a truck drives between two reports."""
WARM = 3
"""Reports of each truck before the measurement: the journeys have begun, all states are there."""
BENT_DEGREES = 0.002


@dataclass(frozen=True)
class Fleet:
    """Trucks with an open shipment each, on so many corridors. begun: their first report."""

    trucks: int
    corridors: int
    begun: datetime

    def geography(self) -> Geography:
        shipped = library.load()
        roads = tuple(_bent(number) for number in range(self.corridors))
        return Geography(GeofenceSet(shipped.zones, (*shipped.corridors, *roads)), Policy())

    def reports(self, count: int) -> list[tuple[str, bytes]]:
        """(topic, payload) of the trucks in turn, after those that were there before."""
        return self._reports(WARM * self.trucks, count)

    def database(self, file: Path) -> None:
        """Make it: all shipments open, all trucks heard WARM times."""
        geography, clock = self.geography(), ManualClock(self.begun)
        with closing(SqlJournal.open(f"sqlite:///{file}")) as journal:
            commands = CommandHandler(
                journal=journal, clock=clock, geography=geography, origin="bench/log"
            )
            for truck in range(self.trucks):
                corridor = f"bench.{truck % self.corridors}"
                leg = {"from": "monterrey.plant", "to": "laredo.yard", "corridor": corridor}
                shipment = load.shipment(truck) | {
                    "id": f"BENCH-{truck:05}",
                    "devices": [{"id": _device(truck)}],
                    "legs": [leg],
                }
                commands.open(json.dumps(shipment).encode(), by="bench")
            ingest = Ingest(
                inbox=_NoInbox(),
                journal=journal,
                clock=clock,
                geography=geography,
                origin="bench/log",
                notifier=_Silent(),
            )
            heard = self._reports(0, WARM * self.trucks)
            for start in range(0, len(heard), self.trucks):
                clock.set(self.begun + EVERY * (start // self.trucks) + EVERY / 2)
                ingest.take(
                    [
                        Message(topic=topic, payload=payload, received_at=clock.now())
                        for topic, payload in heard[start : start + self.trucks]
                    ]
                )

    def _reports(self, first: int, count: int) -> list[tuple[str, bytes]]:
        roads = [_bent(number) for number in range(self.corridors)]
        return [
            self._report(roads[number % self.trucks % self.corridors], number)
            for number in range(first, first + count)
        ]

    def _report(self, road: Corridor, number: int) -> tuple[str, bytes]:
        truck, turn = number % self.trucks, number // self.trucks
        start = 2_000.0 + truck * 50_000.0 / self.trucks
        lat, lon, course = road.at(start + PACE_M * turn)
        told = {
            "time": (self.begun + EVERY * turn + timedelta(milliseconds=truck)).isoformat(),
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "speed": 72.0,
            "course": round(course, 1),
            "satellites": 11,
            "seal": {"state": "sealed", "number": f"MX{truck:04}"},
            "battery": 83,
            "seq": turn,
            "event_clock": "device",
        }
        return f"seals/v1/{_device(truck)}/telemetry", json.dumps(told).encode()


def begun_for(reports: int, trucks: int) -> datetime:
    """When a fleet has to begin for so many measured reports to have been made by now."""
    turns = WARM + math.ceil(reports / trucks)
    return datetime.now(UTC).replace(microsecond=0) - EVERY * turns - timedelta(minutes=1)


def _device(truck: int) -> str:
    return f"TRUCK-{truck:05}"


def _bent(number: int) -> Corridor:
    road = next(one for one in library.load().corridors if one.id == load.CORRIDOR)
    (line,) = shapely.get_parts(road.line)
    points = shapely.get_coordinates(line)
    last = len(points) - 1
    for at in range(1, last):
        points[at, 0] += BENT_DEGREES * math.sin(math.pi * at / last) * math.sin(number + at / 7)
    return Corridor(
        id=f"bench.{number}",
        name=f"{road.name}, {number}",
        line=shapely.LineString(points),
        half_width_m=road.half_width_m,
    )
