"""The grid and the rasters: never another answer than the polygons', and never more memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from geofences.index.box_grid import BoxGrid
from geofences.index.raster import EDGE, INSIDE, NEAR, cells, frames, rasterise
from geofences.index.zone_index import ZoneIndex
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.geofences.brute import GEOD, Array


def round_zones(count: int, centres: Array, radius: Array, seed: int = 1) -> list[Zone]:
    """Ragged polygons of 40 vertices, radii in degrees."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    away = radius[:, None] * random.uniform(0.5, 1.0, (count, 40))
    rings = centres[:, None] + away[:, :, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    return [Zone(f"{k:06}", "", ZoneKind.OTHER, Polygon(ring)) for k, ring in enumerate(rings)]


def pairs(areas: ZoneIndex, spots: Array) -> set[tuple[int, int]]:
    who, which = areas.holding(areas.candidates(spots))
    assert len(who) == len(set(zip(who.tolist(), which.tolist(), strict=True)))
    return set(zip(who.tolist(), which.tolist(), strict=True))


def naive(zones: list[Zone], spots: Array) -> set[tuple[int, int]]:
    tree = shapely.STRtree([zone.polygon for zone in zones])
    found = tree.query(shapely.points(spots.T), predicate="intersects")
    return set(zip(*found.tolist(), strict=True))


RANDOM = np.random.default_rng(7)
WORLDS = {
    "evenly spread": (RANDOM.uniform(-10, 10, (2_000, 2)), np.full(2_000, 0.05)),
    "crowded into two cities": (
        RANDOM.normal(0, 0.02, (2_000, 2)) + RANDOM.integers(0, 2, (2_000, 1)) * 9.0,
        np.full(2_000, 0.001),
    ),
    "of all sizes": (RANDOM.uniform(-10, 10, (1_500, 2)), 10 ** RANDOM.uniform(-7, 1, 1_500)),
    "all in one place": (np.zeros((300, 2)), RANDOM.uniform(0.5, 1.0, 300)),
    "one over many": (
        RANDOM.uniform(-5, 5, (2_000, 2)), np.where(np.arange(2_000) == 0, 20.0, 0.003)),
    "in a row along a parallel": (
        np.column_stack((np.linspace(-9, 9, 2_000), np.zeros(2_000))), np.full(2_000, 0.01)),
}  # fmt: skip


@pytest.mark.parametrize("world", WORLDS)
def test_any_world_gives_the_answer_of_the_polygons(world: str) -> None:
    centres, radius = WORLDS[world]
    zones = round_zones(len(centres), centres, radius)
    who = RANDOM.integers(0, len(zones), 4_000)
    near = centres[who] + RANDOM.uniform(-1.2, 1.2, (4_000, 2)) * radius[who, None]
    corner = shapely.get_coordinates([zone.polygon for zone in zones])[::7]
    nudged = np.nextafter(corner, RANDOM.choice([-np.inf, np.inf], corner.shape))
    anywhere = RANDOM.uniform(-30, 30, (1_000, 2))
    spots = np.concatenate((near, corner, nudged, anywhere)).T
    areas = ZoneIndex(zones)
    found = pairs(areas, spots)
    assert found == naive(zones, spots)
    assert len(found) > 1_000
    held: dict[int, list[int]] = {}
    for i, k in sorted(found):
        held.setdefault(i, []).append(k)
    for i in range(0, spots.shape[1], 37):
        names, _ = areas.one(*spots[:, i].tolist())
        assert names == tuple(zones[k].id for k in held.get(i, ()))


@pytest.mark.parametrize("world", WORLDS)
def test_the_grid_stays_small(world: str) -> None:
    centres, radius = WORLDS[world]
    grid = BoxGrid(np.hstack((centres - radius[:, None], centres + radius[:, None])))
    assert len(grid.table) <= 200 * len(centres)
    assert len(grid.lists) <= 60 * len(centres)


def test_few_zones_are_looked_at_however_many_there_are() -> None:
    looked = []
    for count in (50, 50_000):
        centres = np.random.default_rng(3).uniform(-10, 10, (count, 2))
        half = 2.0 / np.sqrt(count)
        grid = BoxGrid(np.hstack((centres - half, centres + half)))
        spots = np.random.default_rng(4).uniform(-10, 10, (2, 5_000))
        held = (spots[0, :, None] >= centres[:50, 0] - half).sum()
        assert held > 0
        looked.append(len(grid.pairs(spots)[0]) / 5_000)
    assert looked[1] < 1.5 * looked[0] < 12


SHAPES = {
    "a square": box(-100, 25, -99, 26),
    "with a hole": Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior]),
    "a needle": Polygon([(0, 0), (1, 1e-9), (1, 0)]),
    "a millimetre": box(-100, 25, -100 + 1e-8, 25 + 1e-8),
    "thinner than rounding": Polygon([(100, 50), (100 + 1e-13, 50), (100, 50.5)]),
    "two parts": shapely.union(box(0, 0, 1, 1), box(7, 7, 9, 9)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("side", [4, 16, 64, 256])
def test_a_raster_never_contradicts_its_polygon(shape: str, side: int) -> None:
    polygon = SHAPES[shape]
    box_ = np.array([polygon.bounds])
    frame = frames(box_, np.array([side]))
    codes = rasterise(np.array([polygon], dtype=object), frame)
    low, high = box_[0, :2], box_[0, 2:]
    spots = RANDOM.uniform(low - 0.2 * (high - low), high + 0.2 * (high - low), (20_000, 2))
    corners = shapely.get_coordinates(shapely.segmentize(polygon.boundary, (high - low).max() / 99))
    spots = np.concatenate((spots, corners, np.nextafter(corners, 0), np.nextafter(corners, 999)))
    code = codes[cells(frame.T, spots.T)]
    held: Any = shapely.intersects_xy(polygon, *spots.T)
    sure = (code & EDGE) == 0
    assert ((code & INSIDE) > 0)[sure].tolist() == held[sure].tolist()
    assert not (code[~sure] & INSIDE).any()
    far = (code & NEAR) == 0
    cell = 1 / frame[0, 2:4].max()
    apart = shapely.distance(polygon.boundary, shapely.points(spots[far]))
    assert (apart >= cell * 0.999).all()


def test_most_of_a_raster_is_sure() -> None:
    areas = ZoneIndex(round_zones(1, np.zeros((1, 2)), np.ones(1)))
    spots = np.random.default_rng(7).uniform(-1, 1, (2, 10_000))
    code = areas.candidates(spots).code
    assert (code & EDGE > 0).mean() < 0.2
    assert (code & INSIDE > 0).mean() > 0.35


@pytest.mark.parametrize("lat", [0.0, 27.5, 60.0])
@pytest.mark.parametrize("away_m", [2.0, 80.0, 900.0, 10_000.0])
def test_an_edge_within_the_claimed_metres_makes_doubt(lat: float, away_m: float) -> None:
    zone = Zone("z", "", ZoneKind.OTHER, box(-100.5, lat, -100.0, lat + 0.3))
    areas = ZoneIndex([zone])
    for azimuth, inside in ((90.0, False), (270.0, True)):
        lon, spot, _ = GEOD.fwd(-100.0, lat + 0.15, azimuth, away_m)
        look = areas.candidates(np.array([[lon] * 2, [spot] * 2]))
        slack = max(0.5, 0.001 * away_m)
        who, _ = areas.doubtful(look, np.array([away_m - slack, away_m + slack]))
        assert who.tolist() == [1]
        (gap,) = zone.distance_m([spot], [lon])
        assert gap == pytest.approx(-away_m if inside else away_m, abs=slack)


def test_doubt_is_told_by_the_metres_from_any_cell() -> None:
    # Cells of some 70 m, so that edges are looked for in the cell, beside it and further off.
    zones = round_zones(20, RANDOM.uniform(0.0, 0.05, (20, 2)), np.full(20, 0.01))
    areas = ZoneIndex(zones)
    spots, claimed = RANDOM.uniform(-0.02, 0.07, (2, 3_000)), RANDOM.uniform(0, 250, 3_000)
    who, which = areas.doubtful(areas.candidates(spots), claimed)
    gaps = np.array([np.abs(zone.distance_m(spots[1], spots[0])) for zone in zones])
    naive = np.argwhere(claimed[:, None] >= gaps.T)
    assert np.column_stack((who, which)).tolist() == naive.tolist()
    assert len(naive) > 1_000


def test_who_claims_nothing_has_no_doubt() -> None:
    areas = ZoneIndex([Zone("z", "", ZoneKind.OTHER, box(0, 0, 1, 1))])
    look = areas.candidates(np.zeros((2, 3)))
    who, _ = areas.doubtful(look, np.array([0.0, 1.0, 1e12]))
    assert who.tolist() == [1, 2]
