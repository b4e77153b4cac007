"""Positions per second of the zones and the corridors, beside what shapely alone would do."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.geometry.earth import Array, Index
from geofences.index.corridor_index import CorridorIndex
from geofences.kinds import ZoneKind
from geofences.zone import Zone

ZONES = (50, 1_000, 10_000, 100_000)
BATCHES = (1, 64, 256, 1_024, 8_192)
VERTICES = 40
REACH = 0.01
"""Degrees from a zone's middle to its farthest corner."""
HOLDING = 0.25
"""Share of the positions that are drawn around a zone, the others where none is: so a position asks
as much of fifty zones as of a hundred thousand, and only what must be looked through grows."""
ROUTES, ROUTE_VERTICES, SHAPES = 1_000, 5_000, 50
"""Different routes, and how many have a shape of their own: the others are that moved east, with
its buffer, for a thousand buffers take a minute."""
WIDTH_M = 500.0
ROUNDS, SECONDS = 9, 0.03
"""Of each measurement, and how long each takes at least."""


def report() -> None:
    """Prints positions per second and ratios; what is compared takes turns."""
    print(
        f"zones of {VERTICES} vertices, {HOLDING:.0%} of the positions at one: positions/s of "
        "the zones alone, of all of locate(), and of a bare STRtree.query(predicate)"
    )
    base = World(ZONES[0])
    for count in ZONES:
        _compare(World(count), base)
    print()
    _corridors()


class Part:
    """A batch of positions; one alone comes as a message has it, in plain numbers. (A bare query
    of one is faster for an array.)"""

    def __init__(self, spots: Array) -> None:
        self.spots = spots.copy()
        self.x, self.y = self.spots.tolist() if spots.shape[1] == 1 else self.spots


class World:
    """So many zones and the positions they are asked for."""

    def __init__(self, count: int) -> None:
        zones, middles = _round_zones(count)
        begun = time.perf_counter()
        self.count, self.atlas = count, Atlas(zones)
        self.seconds = time.perf_counter() - begun
        (self._index,) = self.atlas._zone_indexes
        self._tree = _tree(zones)
        self._spots = _spots(middles, max(BATCHES))

    def parts(self, batch: int) -> list[Part]:
        starts = range(0, self._spots.shape[1], batch)
        return [Part(self._spots[:, i : i + batch]) for i in starts][:512]

    def alone(self, part: Part) -> object:
        if len(part.x) == 1:
            return self._index.one(part.x[0], part.y[0])
        return self._index.holding(self._index.candidates(part.spots))

    def whole(self, part: Part) -> object:
        return self.atlas.locate(part.y, part.x)

    def bare(self, part: Part) -> object:
        return self._tree.query(shapely.points(*part.spots), predicate="intersects")


def _compare(world: World, base: World) -> None:
    print(f"  {world.count:,} zones, indexed in {world.seconds:.1f} s")
    for batch in BATCHES:
        alone, whole, bare, few_alone, few_whole = _rates(
            list(zip(world.parts(batch), base.parts(batch), strict=True)),
            batch,
            lambda parts: world.alone(parts[0]),
            lambda parts: world.whole(parts[0]),
            lambda parts: world.bare(parts[0]),
            lambda parts: base.alone(parts[1]),
            lambda parts: base.whole(parts[1]),
        )
        print(
            f"    batch {batch:>5}: zones {alone:>10,.0f} ({alone / bare:4.1f}x bare, costs "
            f"{few_alone / alone:.2f} of {base.count})  locate {whole:>10,.0f} "
            f"({whole / bare:4.1f}x, {few_whole / whole:.2f})  bare {bare:>10,.0f}"
        )


def _corridors() -> None:
    corridors = list(_routes())
    corridor_index = CorridorIndex(corridors, WIDTH_M)
    buffers: NDArray[Any] = np.array([one.inner_buffer(WIDTH_M) for one in corridors], dtype=object)
    print(
        f"{ROUTES:,} corridors of {ROUTE_VERTICES:,} vertices, each position held against another: "
        "positions/s, beside a bare STRtree.query(predicate) of 10,000 zones"
    )
    for batch in BATCHES[1:]:
        _held(corridors, corridor_index, buffers, batch)


def _held(
    corridors: list[Corridor], corridor_index: CorridorIndex, buffers: NDArray[Any], batch: int
) -> None:
    random = np.random.default_rng(batch)
    zones, middles = _round_zones(10_000)
    tree, elsewhere = _tree(zones), _spots(middles, batch)
    asked = random.integers(0, ROUTES, batch)
    along = [corridors[k].at(random.uniform(0, corridors[k].length_m)) for k in asked]
    lats, lons = np.array(along).T[:2] + random.normal(0, 0.003, (2, batch))
    names = [corridors[k].id for k in asked]
    last, nothing = np.zeros(batch), np.zeros(batch)
    inside, named, contains, exact, going, bare = _rates(
        [None],
        batch,
        lambda _: corridor_index.within(asked, lons, lats),  # numbers, as the bare test is given
        lambda _: corridor_index.within(corridor_index.numbers(names), lons, lats),
        lambda _: shapely.contains_xy(buffers[asked], lons, lats),
        lambda _: corridor_index.offsets(asked, lons, lats),
        lambda _: corridor_index.continued(asked, lons, lats, last, nothing),
        lambda _: tree.query(shapely.points(*elsewhere), predicate="intersects"),
    )
    print(
        f"    batch {batch:>5}: inside {inside:>9,.0f} ({inside / contains:.2f} of a bare prepared "
        f"contains_xy; {named / contains:.2f} with the corridors named by id)  "
        f"exact {exact:>8,.0f} ({exact / bare:.2f} of bare)  "
        f"with last progress {going:>8,.0f} ({going / bare:.2f})"
    )


def _rates(parts: list[Any], batch: int, *asks: Callable[[Any], object]) -> list[float]:
    """Positions per second of each: the median of ROUNDS, in which they take turns."""
    rates: list[list[float]] = [[] for _ in asks]
    for _ in range(ROUNDS):
        for ask, found in zip(asks, rates, strict=True):
            done, begun = 0, time.perf_counter()
            while (spent := time.perf_counter() - begun) < SECONDS:
                for part in parts:
                    ask(part)
                done += batch * len(parts)
            found.append(done / spent)
    return [statistics.median(found) for found in rates]


def _tree(zones: list[Zone]) -> shapely.STRtree:
    tree = shapely.STRtree([zone.polygon for zone in zones])
    tree.query(shapely.points(0.0, 0.0))  # it builds itself at the first question
    return tree


def _round_zones(count: int) -> tuple[list[Zone], Array]:
    random = np.random.default_rng(count)
    middles = random.uniform((-110.0, 18.0), (-90.0, 38.0), (count, 2))
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    away = REACH * random.uniform(0.6, 1.0, (count, VERTICES))
    rings = middles[:, None] + away[:, :, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    polygons = shapely.polygons(rings)
    return [
        Zone(f"z{k:06}", "", ZoneKind.YARD, polygon) for k, polygon in enumerate(polygons)
    ], middles


def _spots(middles: Array, count: int) -> Array:
    random = np.random.default_rng(count)
    anywhere = random.uniform((-110.0, 18.0), (-90.0, 38.0), (2 * count, 2))
    tree = shapely.STRtree(np.asarray(shapely.points(middles)))
    there, _ = tree.query(shapely.points(anywhere), predicate="dwithin", distance=1.5 * REACH)
    spots = np.delete(anywhere, there, axis=0)[:count]
    near: Index = np.flatnonzero(random.random(count) < HOLDING)
    spots[near] = middles[random.integers(0, len(middles), len(near))]
    spots[near] += random.uniform(-REACH, REACH, (len(near), 2))
    return spots.T.copy()


def _routes() -> Iterator[Corridor]:
    random = np.random.default_rng(1)
    for shape in range(SHAPES):
        heading = random.uniform(0, 2 * np.pi) + np.cumsum(
            random.normal(0, 0.1, ROUTE_VERTICES - 1)
        )
        step = 0.0005 * np.column_stack((np.sin(heading), np.cos(heading)))
        line = np.array([-100.0, 27.0]) + np.concatenate(([[0, 0]], np.cumsum(step, axis=0)))
        drawn = Corridor(f"{shape}-0", "", LineString(line), WIDTH_M)
        buffer = drawn.inner_buffer(WIDTH_M)
        yield drawn
        for copy in range(1, ROUTES // SHAPES):
            moved = [0.05 * copy, 0.0]
            one = Corridor(f"{shape}-{copy}", "", LineString(line + moved), WIDTH_M)
            own = shapely.transform(buffer, lambda xy, by=moved: xy + by)
            shapely.prepare(own)
            shapely.contains_xy(own, [line[0, 0] + moved[0]] * 3, [line[0, 1]] * 3)
            one._buffers[WIDTH_M] = own
            yield one
