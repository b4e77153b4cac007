"""A road for journeys: due north, so that where everything must be is plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.simulation.journeys import EARTH_RADIUS_M

START = datetime(2025, 3, 1, 14, 0, tzinfo=UTC)
LAT, LON = 26.0, -100.0


@dataclass(frozen=True)
class NorthRoad:
    length_m: float = 100_000.0

    def at(self, progress_m: float) -> tuple[float, float, float]:
        return LAT + math.degrees(progress_m / EARTH_RADIUS_M), LON, 0.0


def metres(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Metres between two near points."""
    north = math.radians(to_lat - lat) * EARTH_RADIUS_M
    east = math.radians(to_lon - lon) * EARTH_RADIUS_M * math.cos(math.radians(lat))
    return math.hypot(north, east)
