"""A truck's true way: knots of time and place, and what lies between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator

from geofences import library
from geofences.atlas import Atlas
from geofences.corridor import Corridor

M_PER_DEG = 111_195.0
STEP_M = 200.0
"""Between two knots of a drive: the road is straight enough over that."""


def moved(lat: float, lon: float, bearing_deg: float, metres: float) -> tuple[float, float]:
    """The position so far away, on a local plane: good to a metre over some kilometres."""
    bearing = math.radians(bearing_deg)
    north, east = metres * math.cos(bearing), metres * math.sin(bearing)
    return lat + north / M_PER_DEG, lon + east / (M_PER_DEG * math.cos(math.radians(lat)))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    north = (b[0] - a[0]) * M_PER_DEG
    east = (b[1] - a[1]) * M_PER_DEG * math.cos(math.radians(a[0]))
    return math.hypot(north, east)


@dataclass(frozen=True)
class Way:
    """Where the truck truly is: `seconds` since its start, rising; degrees at each."""

    seconds: np.ndarray[Any, Any]
    lats: np.ndarray[Any, Any]
    lons: np.ndarray[Any, Any]

    def at(self, second: float) -> tuple[float, float]:
        return (
            float(np.interp(second, self.seconds, self.lats)),
            float(np.interp(second, self.seconds, self.lons)),
        )

    def kmh(self, second: float) -> float:
        """Mean speed over the four seconds round it."""
        return metres(self.at(second - 2), self.at(second + 2)) / 4 * 3.6

    def course(self, second: float) -> float:
        (a, b), (c, d) = self.at(second - 2), self.at(second + 2)
        return math.degrees(math.atan2((d - b) * math.cos(math.radians(a)), c - a)) % 360

    @property
    def end(self) -> float:
        return float(self.seconds[-1])


@dataclass
class Road:
    """A corridor as a driver knows it: the road itself weaves some tens of metres about the line
    that planners drew. spans: zone -> (enters, leaves) in metres along it.
    """

    corridor: Corridor
    phases: tuple[float, float]
    spans: Mapping[str, tuple[float, float]]

    @property
    def length_m(self) -> float:
        return self.corridor.length_m

    def at(self, along_m: float, aside_m: float = 0.0) -> tuple[float, float]:
        lat, lon, course = self.corridor.at(along_m)
        weave = 15 * math.sin(along_m / 3_000 + self.phases[0])
        weave += 20 * math.sin(along_m / 17_000 + self.phases[1])
        return moved(lat, lon, course + 90, aside_m + weave)

    def course(self, along_m: float) -> float:
        return self.corridor.at(along_m)[2]

    def middle(self, zone: str) -> float:
        enters, leaves = self.spans[zone]
        return (enters + leaves) / 2


@cache
def _library() -> tuple[Any, Atlas]:
    shipped = library.load()
    return shipped, Atlas(shipped.zones, shipped.corridors, default_half_width_m=500.0)


@cache
def spans(corridor: str) -> dict[str, tuple[float, float]]:
    """Where the centre line runs through the shipped zones, every 50 m."""
    _, atlas = _library()
    line = atlas.corridor(corridor)
    marks = np.arange(0.0, line.length_m, 50.0)
    places = [line.at(float(mark))[:2] for mark in marks]
    found: dict[str, tuple[float, float]] = {}
    located = atlas.locate([lat for lat, _ in places], [lon for _, lon in places])
    for mark, placement in zip(marks, located, strict=True):
        for zone in placement.zones:
            first = found.get(zone, (float(mark), 0.0))[0]
            found[zone] = (first, float(mark))
    return found


def road(corridor: str, rng: Generator) -> Road:
    _, atlas = _library()
    phases = tuple(rng.uniform(0, 6.28, 2))
    return Road(atlas.corridor(corridor), (phases[0], phases[1]), spans(corridor))


@dataclass
class Driver:
    """Drives a road and writes down where it was. `marks`: named moments, in seconds."""

    road: Road
    rng: Generator
    along_m: float = 0.0
    second: float = 0.0
    aside_m: float = 0.0
    knots: list[tuple[float, float, float]] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._write()

    def mark(self, name: str) -> None:
        self.marks[name] = self.second

    def stand(self, minutes: float) -> None:
        self.second += minutes * 60
        self._write()

    def drive(self, to_m: float, kmh: float) -> None:
        """Along the road, back too; the speed wanders by some tenth."""
        pace, way = 1.0, to_m - self.along_m
        steps = max(1, int(abs(way) // STEP_M))
        for _ in range(steps):
            pace = 0.9 * pace + 0.1 * float(self.rng.normal(1.0, 0.25))
            self.along_m += way / steps
            self.second += abs(way) / steps / (max(kmh * max(pace, 0.3), 2.0) / 3.6)
            self._write()

    def crawl(self, to_m: float, minutes: float) -> None:
        """A queue: moves of 10 to 80 m, and standing between them, for so long in all."""
        way = to_m - self.along_m
        moves = max(2, int(way / 45))
        rests = self.rng.exponential(1.0, moves)
        rests *= max(minutes * 60 - way / 2.5, 30.0) / rests.sum()
        for rest in rests:
            self.along_m += way / moves
            self.second += way / moves / 2.5
            self._write()
            self.second += float(rest)
            self._write()

    def shift(self, aside_m: float, over_m: float, kmh: float) -> None:
        """Over to a way that runs beside the road, so many metres to the right of it."""
        steps = max(4, int(over_m // STEP_M))
        change = (aside_m - self.aside_m) / steps
        for _ in range(steps):
            self.aside_m += change
            self.along_m += over_m / steps
            self.second += math.hypot(change, over_m / steps) / (kmh / 3.6)
            self._write()

    def away(self, bearing_deg: float, distance_m: float, kmh: float) -> None:
        """Straight off the road; `along_m` stays where it was left."""
        _, lat, lon = self.knots[-1]
        steps = max(2, int(distance_m // STEP_M))
        for _ in range(steps):
            lat, lon = moved(lat, lon, bearing_deg, distance_m / steps)
            self.second += distance_m / steps / (kmh / 3.6)
            self.knots.append((self.second, lat, lon))

    def way(self) -> Way:
        seconds, lats, lons = (np.array(column) for column in zip(*self.knots, strict=True))
        return Way(seconds + np.arange(len(seconds)) * 1e-6, lats, lons)

    def _write(self) -> None:
        lat, lon = self.road.at(self.along_m, self.aside_m)
        self.knots.append((self.second, lat, lon))


def nearest(zones: Sequence[str], road: Road) -> list[str]:
    """Of these zones those that the road runs through, in its order."""
    return sorted((zone for zone in zones if zone in road.spans), key=road.middle)
