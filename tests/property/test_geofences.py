"""Properties of `geofences` over positions and areas of any kind."""

from __future__ import annotations

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon
from shapely.affinity import scale

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.formats import from_features, to_geojson
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.geofences.brute import GEOD, BruteLine

# A coarse grid, so that positions on boundaries and corners, equal coordinates and touching zones
# occur all the time and not once in a million.
COORDINATE = st.integers(-12, 12).map(lambda step: step / 4)
POSITIONS = st.lists(st.tuples(COORDINATE, COORDINATE), max_size=40)


@st.composite
def star(draw: st.DrawFn) -> Polygon:
    """A star-shaped polygon, with a hole of the same shape half of the time."""
    corners = draw(st.integers(3, 9))
    lengths = draw(st.lists(st.integers(2, 8), min_size=corners, max_size=corners))
    centre = np.array([draw(COORDINATE), draw(COORDINATE)])
    angles = 2 * np.pi * np.arange(corners) / corners
    ring = centre + (np.array(lengths) / 4)[:, None] * np.column_stack(
        (np.cos(angles), np.sin(angles))
    )
    shell = Polygon(ring)
    if not draw(st.booleans()):
        return shell
    return Polygon(ring, [scale(shell, 0.5, 0.5, origin=tuple(centre)).exterior.coords])


@st.composite
def zones(draw: st.DrawFn) -> list[Zone]:
    shapes = draw(st.lists(star(), max_size=12))
    return [Zone(f"z{i}", f"z{i}", ZoneKind.OTHER, shape) for i, shape in enumerate(shapes)]


@given(zones(), POSITIONS)
def test_locate_in_batches_equals_a_naive_exact_check(
    areas: list[Zone], positions: list[tuple[float, float]]
) -> None:
    lats, lons = [p[0] for p in positions], [p[1] for p in positions]
    atlas = Atlas(areas)
    naive = [
        tuple(sorted(area.id for area in areas if area.polygon.intersects(Point(lon, lat))))
        for lat, lon in positions
    ]
    assert [placement.zones for placement in atlas.locate(lats, lons)] == naive
    alone = [atlas.locate([lat], [lon])[0] for lat, lon in positions]
    assert alone == atlas.locate(lats, lons)


@functools.cache
def laredo() -> Atlas:
    from geofences import library

    return Atlas(library.load().zones, library.load().corridors)


NAMES = st.sampled_from([None, "monterrey-laredo.world-trade", "monterrey-laredo.colombia"])
NEAR_LAREDO = st.tuples(st.floats(27.4, 27.8), st.floats(-99.9, -99.4), NAMES)


@given(st.lists(NEAR_LAREDO, min_size=1, max_size=60), st.randoms(), st.booleans())
def test_permuting_the_batch_permutes_the_answer(
    asked: list[tuple[float, float, str | None]], random: object, exact: bool
) -> None:
    order = list(range(len(asked)))
    random.shuffle(order)  # type: ignore[attr-defined]

    def locate(batch: list[tuple[float, float, str | None]]) -> list[object]:
        lats, lons, names = zip(*batch, strict=True)
        return list(laredo().locate(lats, lons, corridors=names, exact=exact))

    straight = locate(asked)
    assert locate([asked[i] for i in order]) == [straight[i] for i in order]


@st.composite
def road(draw: st.DrawFn) -> np.ndarray:
    lat, lon = draw(st.floats(-58, 58)), draw(st.floats(-170, 170))
    steps = draw(
        st.lists(st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)), min_size=1, max_size=8)
    )
    # At least 100 m long, for a shorter line says nothing here.
    steps = [(0.001, 0.0), *steps]
    return np.array([lon, lat]) + np.concatenate(([[0, 0]], np.cumsum(steps, axis=0)))


@settings(deadline=None, max_examples=60)
@given(road(), st.floats(0, 100_000), st.floats(0, 360), st.integers(0, 8))
def test_offset_and_foot_agree_with_the_geodesic_answer(
    line: np.ndarray, away: float, azimuth: float, near: int
) -> None:
    corridor, brute = Corridor("c", "c", LineString(line)), BruteLine([line])
    lon, lat, _ = GEOD.fwd(line[near % len(line)][0], line[near % len(line)][1], azimuth, away)
    truth, _ = brute.nearest(lat, lon)
    allowed = max(0.5, 0.001 * truth)
    offset, progress = corridor.offsets([lat], [lon])
    assert abs(offset[0] - truth) <= allowed
    foot_lat, foot_lon, _ = corridor.at(progress[0])
    assert abs(GEOD.inv(lon, lat, foot_lon, foot_lat)[2] - truth) <= allowed
    assert abs(corridor.length_m - brute.length_m) <= max(0.5, 0.001 * brute.length_m)


@given(zones())
def test_geojson_out_and_in_again_is_the_same(areas: list[Zone]) -> None:
    again = from_features(to_geojson(areas), where="test").zones
    assert [area.id for area in again] == [area.id for area in areas]
    assert all(a.polygon.equals(b.polygon) for a, b in zip(areas, again, strict=True))
