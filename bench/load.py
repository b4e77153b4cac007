"""What the measurements share: trucks on the corridor from Monterrey, as native messages."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from geofences import library
from tracker.adapters.clock import ManualClock
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
CORRIDOR = "monterrey-laredo.world-trade"
TRUCKS = 20


def messages(count: int, *, trucks: int = TRUCKS, start: datetime = T0) -> list[Message]:
    """`count` readings of so many trucks in turn, each 30 s and some 600 m after its last, there
    and back again: none is where it cannot be.
    """
    corridor = library.load().corridors
    road = next(one for one in corridor if one.id == CORRIDOR)
    made = []
    for number in range(count):
        truck, turn = number % trucks, number // trucks
        gone = 600.0 * turn % (2 * road.length_m)
        lat, lon, course = road.at(min(gone, 2 * road.length_m - gone))
        if gone > road.length_m:  # on its way back
            course = (course + 180.0) % 360.0
        said = {
            "time": (start + timedelta(seconds=30 * turn, milliseconds=truck)).isoformat(),
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "speed": 72.0,
            "course": round(course, 1),
            "satellites": 11,
            "seal": {"state": "sealed", "number": f"MX{truck:04}"},
            "battery": 83,
            "seq": turn,
            "event_clock": "device",  # however long ago that is when it is measured
        }
        made.append(
            Message(
                topic=f"seals/v1/TRUCK-{truck:03}/telemetry",
                payload=json.dumps(said).encode(),
                received_at=start + timedelta(seconds=30 * turn + 2),
            )
        )
    return made


@contextmanager
def journal() -> Iterator[tuple[SqlJournal, Geography, ManualClock]]:
    """A fresh database with TRUCKS open shipments."""
    with tempfile.TemporaryDirectory() as folder:
        opened = SqlJournal.open(f"sqlite:///{Path(folder) / 'bench.db'}")
        clock = ManualClock(T0)
        geography = Geography(library.load(), Policy())
        commands = CommandHandler(
            journal=opened, clock=clock, geography=geography, origin="bench/log"
        )
        for truck in range(TRUCKS):
            commands.open(json.dumps(shipment(truck)).encode(), by="bench")
        yield opened, geography, clock
        opened.close()


def shipment(truck: int) -> dict[str, object]:
    return {
        "id": f"BENCH-{truck:03}",
        "devices": [{"id": f"TRUCK-{truck:03}"}],
        "seals": [{"number": f"MX{truck:04}"}],
        "crossing": "laredo-world-trade",
        "legs": [{"from": "monterrey.plant", "to": "laredo.yard", "corridor": CORRIDOR}],
    }
