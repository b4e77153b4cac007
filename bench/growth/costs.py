"""The cost of a reading: with many zones, many open shipments, a long history."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

import numpy as np
import shapely

from bench.growth import Size, fleet
from geofences import library
from geofences.formats import GeofenceSet
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.ingest import Ingest
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message

BATCH, BATCHES = 256, 8
NEAR = 50
TRUCKS = 20
"""Where only the world around them grows."""


class Trucks:
    """An intake, and what its trucks say: each in turn, half a minute after its turn before."""

    def __init__(
        self, ingest: Ingest, road: Sequence[tuple[float, float, float]], count: int
    ) -> None:
        self._ingest, self._road, self._count = ingest, road, count
        self._said = 0
        self._order = list(range(count))
        random.Random(count).shuffle(self._order)  # noqa: S311 - not as they lie in the database

    def seconds(self, readings: int) -> float:
        """Processor time that so many readings more take, in batches of BATCH."""
        batches = [self._next(BATCH) for _ in range(readings // BATCH)]
        begun = time.process_time()
        for batch in batches:
            self._ingest.take(batch)
        return time.process_time() - begun

    def _next(self, count: int) -> list[Message]:
        numbers = range(self._said, self._said + count)
        self._said += count
        return [
            fleet.report_of(
                self._order[number % self._count],
                fleet.TURNS + number // self._count,
                self._road,
            )
            for number in numbers
        ]


def report(size: Size) -> None:
    """Prints the three."""
    usual = Geography(library.load(), Policy())
    few, many = (Geography(_with_zones(count), Policy()) for count in size.zones)
    _compare(
        f"{size.zones[1]:,} own zones against {size.zones[0]}", size,
        (few, TRUCKS, 0), (many, TRUCKS, 0),
    )  # fmt: skip
    _compare(
        f"{size.open_[1]:,} open shipments against {size.open_[0]:,}, all speaking in turn", size,
        (usual, size.open_[0], 0), (usual, size.open_[1], 0),
    )  # fmt: skip
    _compare(
        f"{size.readings:,} stored readings against none", size,
        (usual, TRUCKS, 0), (usual, TRUCKS, size.readings),
    )  # fmt: skip


World = tuple[Geography, int, int]


def _compare(what: str, size: Size, small: World, large: World) -> None:
    with ExitStack() as stack:
        trucks = [_opened(stack, world) for world in (small, large)]
        for one, (_, count, _) in zip(trucks, (small, large), strict=True):
            one.seconds(max(count, 2 * BATCH))  # whoever is heard for the first time is fetched
        asks = [partial(one.seconds, BATCH * BATCHES) for one in trucks]
        taken = _turns(size.rounds, asks)
    ratio = statistics.median(b / a for a, b in zip(*taken, strict=True))
    each = [statistics.median(some) / (BATCH * BATCHES) * 1e6 for some in taken]
    print(f"  a reading, {what:<62}{each[0]:>7.1f} us {each[1]:>7.1f} us   costs {ratio:.2f}")


def _opened(stack: ExitStack, world: World) -> Trucks:
    geography, count, readings = world
    _, journal = stack.enter_context(fleet.database(geography, count))
    if readings:
        fleet.add_readings(journal, readings)
    road = fleet.road_of(geography, 2000)
    return Trucks(fleet.intake(journal, geography), road, count)


def _turns(rounds: int, asks: Sequence[Callable[[], float]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in asks]
    for number in range(rounds):
        order = range(len(asks))
        for which in reversed(order) if number % 2 else order:
            taken[which].append(asks[which]())
    return taken


def _with_zones(count: int) -> GeofenceSet:
    """The library, and so many yards of 40 corners: NEAR of them along the road, the same whatever
    the count, the others where no truck of this measurement is.
    """
    shipped = library.load()
    spots = [spot[:2] for spot in fleet.road_of(Geography(shipped, Policy()), 400)]
    drawn = np.random.default_rng(1)
    near = np.array(spots)[drawn.integers(0, len(spots), NEAR)] + drawn.normal(0, 0.1, (NEAR, 2))
    far = drawn.uniform((15.0, -110.0), (22.0, -90.0), (count - NEAR, 2))
    middles = np.concatenate((near, far))
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    away = 0.002 * drawn.uniform(0.6, 1.0, (count, 40))
    round_ = np.column_stack((np.cos(angle), np.sin(angle)))
    polygons = shapely.polygons(middles[:, None, ::-1] + away[:, :, None] * round_)
    yards = (Zone(f"own-{k:06}", "", ZoneKind.YARD, area) for k, area in enumerate(polygons))
    return GeofenceSet((*shipped.zones, *yards), shipped.corridors)
