"""A driver writes a truck's true way: along a road, beside it, off it, and in queues."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from bench.detection.roads import Road, Way, metres, moved

PULLS_M_S2 = 0.35
"""How fast a laden truck gathers speed: 80 km/h after a minute and 700 m."""
STEP_M = 200.0
"""Between two knots of a drive: the road is straight enough over that."""


@dataclass
class Driver:
    """Drives a road and writes down where it was, as (second, lat, lon). stands: it does now."""

    road: Road
    rng: Generator
    along_m: float = 0.0
    second: float = 0.0
    aside_m: float = 0.0
    knots: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stands = True
        if not self.knots:
            self._write()

    def twin(self) -> Driver:
        """Another driver with the same past, who goes on otherwise from here."""
        past = list(self.knots)
        return Driver(self.road, self.rng, self.along_m, self.second, self.aside_m, past)

    def stand(self, minutes: float) -> None:
        self.stands = True
        self.second += minutes * 60
        _, lat, lon = self.knots[-1]
        self.knots.append((self.second, lat, lon))

    def drive(self, to_m: float, kmh: float) -> None:
        """Along the road, back too; the speed wanders by some tenth."""
        if self.stands:
            self._gather(to_m, kmh)
        pace, way = 1.0, to_m - self.along_m
        steps = max(1, int(abs(way) // STEP_M))
        wander = self.rng.normal(1.0, 0.25, steps)
        for n in range(steps):
            pace = 0.9 * pace + 0.1 * float(wander[n])
            self.along_m += way / steps
            self.second += abs(way) / steps / (max(kmh * max(pace, 0.3), 2.0) / 3.6)
            self._write()

    def _gather(self, to_m: float, kmh: float) -> None:
        """From a standstill up to that speed, as far as the way goes."""
        self.stands, speed, step = False, 0.0, 40.0
        forth = 1 if to_m > self.along_m else -1
        while speed < kmh / 3.6 and abs(to_m - self.along_m) > step:
            faster = math.sqrt(speed**2 + 2 * PULLS_M_S2 * step)
            self.second += step / ((speed + faster) / 2)
            self.along_m += forth * step
            speed = faster
            self._write()

    def crawl(self, to_m: float, minutes: float) -> None:
        """A queue: moves of some 45 m, and standing between them, for so long in all."""
        way = to_m - self.along_m
        moves = max(2, int(way / 45))
        rests = self.rng.exponential(1.0, moves)
        rests *= max(minutes * 60 - way / 2.5, 30.0) / rests.sum()
        for rest in rests:
            self.along_m += way / moves
            self.second += max(way / moves / 2.5, 1.0)
            self._write()
            self.stand(float(rest) / 60)

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

    def goto(self, lat: float, lon: float, kmh: float) -> None:
        """Straight to a position, in steps."""
        _, lat0, lon0 = self.knots[-1]
        gap = metres((lat0, lon0), (lat, lon))
        steps = max(2, int(gap // STEP_M))
        for n in range(1, steps + 1):
            self.second += gap / steps / (kmh / 3.6)
            part = n / steps
            self.knots.append((self.second, lat0 + part * (lat - lat0), lon0 + part * (lon - lon0)))

    def back_on(self, kmh: float) -> None:
        """Straight back to the road where it was left."""
        self.goto(*self.road.at(self.along_m, self.aside_m), kmh)

    def way(self) -> Way:
        seconds, lats, lons = (np.array(column) for column in zip(*self.knots, strict=True))
        return Way(seconds + np.arange(len(seconds)) * 1e-6, lats, lons)

    def _write(self) -> None:
        lat, lon = self.road.at(self.along_m, self.aside_m)
        self.knots.append((self.second, lat, lon))
