"""Roads as drivers know them, north and south, and a truck's true way in time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator

from geofences import library
from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.kinds import ZoneKind

M_PER_DEG = 111_195.0
STANDS_S = 60.0
"""Shorter rests are part of driving."""
MARK_M = 50.0
Array = np.ndarray[Any, Any]


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

    seconds: Array
    lats: Array
    lons: Array

    def at(self, seconds: Array) -> tuple[Array, Array]:
        return (
            np.interp(seconds, self.seconds, self.lats),
            np.interp(seconds, self.seconds, self.lons),
        )

    def motion(self, seconds: Array) -> tuple[Array, Array]:
        """(km/h, degrees from north) over the four seconds round each."""
        (a, b), (c, d) = self.at(seconds - 2), self.at(seconds + 2)
        north = (c - a) * M_PER_DEG
        east = (d - b) * M_PER_DEG * np.cos(np.radians(a))
        return np.hypot(north, east) / 4 * 3.6, np.degrees(np.arctan2(east, north)) % 360

    def standstills(self) -> list[tuple[float, float]]:
        """When it stood for more than a minute: (since, until), in order."""
        still = (np.diff(self.lats) == 0) & (np.diff(self.lons) == 0)
        spells: list[tuple[float, float]] = []
        for n in np.flatnonzero(still):
            since, until = float(self.seconds[n]), float(self.seconds[n + 1])
            if spells and since - spells[-1][1] < 1e-3:
                since = spells.pop()[0]
            spells.append((since, until))
        return [(since, until) for since, until in spells if until - since > STANDS_S]

    @property
    def end(self) -> float:
        return float(self.seconds[-1])


@dataclass
class Road:
    """A corridor as a driver knows it: the road itself weaves some tens of metres about the line
    that planners drew. south: it is driven from its end. spans: zone -> (enters, leaves), metres
    along it in the direction of the journey.
    """

    corridor: Corridor
    phases: tuple[float, float]
    spans: Mapping[str, tuple[float, float]]
    south: bool = False

    @property
    def length_m(self) -> float:
        return self.corridor.length_m

    @property
    def half_width_m(self) -> float:
        return self.corridor.half_width_m or 500.0

    def at(self, along_m: float, aside_m: float = 0.0) -> tuple[float, float]:
        """The position so far along, and so far to the right of it."""
        lat, lon, course = self._line(along_m)
        weave = 15 * math.sin(along_m / 3_000 + self.phases[0])
        weave += 20 * math.sin(along_m / 17_000 + self.phases[1])
        return moved(lat, lon, course + 90, aside_m + weave)

    def course(self, along_m: float) -> float:
        return self._line(along_m)[2]

    def middle(self, zone: str) -> float:
        enters, leaves = self.spans[zone]
        return (enters + leaves) / 2

    def ordered(self) -> list[str]:
        """The zones that it runs through, in its order."""
        return sorted(self.spans, key=self.middle)

    def _line(self, along_m: float) -> tuple[float, float, float]:
        """Straight between marks of the centre line; before and past its ends, the ends."""
        marks = traced(self.corridor.id)
        mark = (self.length_m - along_m if self.south else along_m) / MARK_M
        n = min(max(int(mark), 0), len(marks) - 2)
        part = min(max(mark - n, 0.0), 1.0)
        (lat, lon, course), (lat2, lon2, _) = marks[n], marks[n + 1]
        turned = (course + 180) % 360 if self.south else course
        return lat + part * (lat2 - lat), lon + part * (lon2 - lon), turned


@cache
def places() -> tuple[Any, Atlas]:
    """The shipped zones and corridors."""
    shipped = library.load()
    return shipped, Atlas(shipped.zones, shipped.corridors, default_half_width_m=500.0)


@cache
def kinds() -> dict[str, ZoneKind]:
    return {zone.id: zone.kind for zone in places()[0].zones}


@cache
def traced(corridor: str) -> list[tuple[float, float, float]]:
    """(lat, lon, course) every so many metres along, and at the end."""
    line = places()[1].corridor(corridor)
    return [line.at(float(mark)) for mark in np.arange(0.0, line.length_m + MARK_M, MARK_M)]


@cache
def spans(corridor: str) -> dict[str, tuple[float, float]]:
    """Where the centre line runs through the shipped zones, every 50 m."""
    atlas = places()[1]
    line = atlas.corridor(corridor)
    marks = np.arange(0.0, line.length_m, 50.0)
    along = [line.at(float(mark))[:2] for mark in marks]
    runs: dict[str, tuple[float, float]] = {}
    located = atlas.locate([lat for lat, _ in along], [lon for _, lon in along])
    for mark, placement in zip(marks, located, strict=True):
        for zone in placement.zones:
            first = runs.get(zone, (float(mark), 0.0))[0]
            runs[zone] = (first, float(mark))
    return runs


def road(corridor: str, rng: Generator, *, south: bool = False) -> Road:
    line = places()[1].corridor(corridor)
    phases = tuple(rng.uniform(0, 6.28, 2))
    through = spans(corridor)
    if south:
        length = line.length_m
        through = {zone: (length - b, length - a) for zone, (a, b) in through.items()}
    return Road(line, (phases[0], phases[1]), through, south)
