"""Offset and progress against the geodesic answer, found by brute force with pyproj's Geod."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString, MultiLineString

from geofences.corridor import Corridor
from tests.geofences.brute import GEOD, Array, BruteLine

NEAR_M, FAR_SHARE = 0.5, 0.001


def winding(lat: float, vertices: int, km: float, seed: int) -> Array:
    """A road-like line from (lat, -100), (n, 2) of lon, lat."""
    random = np.random.default_rng(seed)
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.1, vertices - 1))
    step = km / (vertices - 1) / 111.0
    lats = lat + np.concatenate(([0.0], np.cumsum(step * np.cos(heading))))
    east = step * np.sin(heading) / np.cos(np.radians(lats[:-1]))
    return np.column_stack((-100.0 + np.concatenate(([0.0], np.cumsum(east))), lats))


def around(line: Array, count: int, seed: int) -> tuple[Array, Array, Array]:
    """Positions 0.1 m to 100 km away from vertices of the line: lats, lons."""
    random = np.random.default_rng(seed)
    away = 10 ** random.uniform(-1, 5, count)
    from_ = line[random.integers(0, len(line), count)]
    lons, lats, _ = GEOD.fwd(from_[:, 0], from_[:, 1], random.uniform(0, 360, count), away)
    return np.asarray(lats), np.asarray(lons), away


def allowed(distance_m: float) -> float:
    return max(NEAR_M, FAR_SHARE * distance_m)


@pytest.mark.parametrize("lat", [-55.0, -27.0, 0.0, 27.0, 55.0])
@pytest.mark.parametrize("vertices", [21, 5_000], ids=["segments of 50 km", "5,000 vertices"])
def test_1000_km_agree_with_the_geodesic_answer(lat: float, vertices: int) -> None:
    line = winding(lat, vertices, 1_000.0, seed=vertices)
    corridor, brute = Corridor("c", "c", LineString(line)), BruteLine([line])
    assert corridor.length_m == pytest.approx(brute.length_m, abs=NEAR_M)
    lats, lons, _ = around(line, 40, seed=7)
    offsets, progress = corridor.offsets(lats, lons)
    for i in range(len(lats)):
        truth, _ = brute.nearest(lats[i], lons[i])
        assert offsets[i] == pytest.approx(truth, abs=allowed(truth))
        # The foot that was found must be as near as the true one: where two places of a winding
        # line are equally near either may be named, so progress is checked by where it leads.
        foot_lat, foot_lon, _ = corridor.at(progress[i])
        to_foot = GEOD.inv(lons[i], lats[i], foot_lon, foot_lat)[2]
        assert to_foot == pytest.approx(truth, abs=allowed(truth))


@pytest.mark.parametrize("lat", [-60.0, 0.0, 27.5, 60.0])
def test_progress_of_a_straight_road_agrees(lat: float) -> None:
    line = np.array([[-100.0, lat], [-99.5, lat + 0.2], [-99.0, lat], [-98.0, lat + 0.1]])
    corridor, brute = Corridor("c", "c", LineString(line)), BruteLine([line])
    for share in np.linspace(0.03, 0.97, 12):
        spot_lat, spot_lon, course = corridor.at(share * corridor.length_m)
        for away in (0.0, 30.0, 2_000.0, 9_000.0):
            lon, lat_, _ = GEOD.fwd(spot_lon, spot_lat, course + 90, away)
            offset, progress = corridor.offsets([lat_], [lon])
            truth, along = brute.nearest(lat_, lon)
            assert offset[0] == pytest.approx(truth, abs=allowed(truth))
            assert progress[0] == pytest.approx(along, abs=allowed(away) + 0.5)


def test_a_long_segment_is_straight_in_degrees_and_no_great_circle() -> None:
    # Along the parallel of 60 N the great circle would pass 680 m further north.
    corridor = Corridor("c", "c", LineString([(-100.0, 60.0), (-99.0, 60.0)]))
    offset, _ = corridor.offsets([60.0], [-99.5])
    assert offset[0] < NEAR_M


def test_the_gap_between_parts_counts_for_progress_and_is_no_line() -> None:
    parts = MultiLineString([[(-100, 25), (-100, 25.1)], [(-100, 25.2), (-100, 25.3)]])
    corridor = Corridor("c", "c", parts)
    tenth = GEOD.inv(-100, 25, -100, 25.1)[2]
    assert corridor.length_m == pytest.approx(3 * tenth, rel=1e-4)
    offset, progress = corridor.offsets([25.14, 25.25], [-100, -100])
    assert offset[0] == pytest.approx(0.4 * tenth, rel=1e-3)
    assert progress[0] == pytest.approx(tenth, rel=1e-3)
    assert offset[1] < NEAR_M
    assert progress[1] == pytest.approx(2.5 * tenth, rel=1e-3)


def test_parts_that_meet_make_one_line() -> None:
    met = MultiLineString([[(-100, 25), (-100, 25.1)], [(-100, 25.1), (-99.9, 25.1)]])
    whole = LineString([(-100, 25), (-100, 25.1), (-99.9, 25.1)])
    assert Corridor("a", "a", met).length_m == pytest.approx(Corridor("b", "b", whole).length_m)


def test_at_walks_from_start_to_end_and_stays_there() -> None:
    corridor = Corridor("c", "c", LineString([(-100, 25), (-100, 25.5), (-99.5, 25.5)]))
    assert corridor.at(-5)[:2] == (25.0, -100.0)
    assert corridor.at(corridor.length_m + 5)[:2] == pytest.approx((25.5, -99.5))
    half = GEOD.inv(-100, 25, -100, 25.5)[2]
    assert corridor.at(half / 2) == pytest.approx((25.25, -100, 0.0), abs=1e-4)
    assert corridor.at(half + 1_000)[2] == pytest.approx(90.0, abs=0.3)
    for metres in np.linspace(0, corridor.length_m, 23):
        lat, lon, _ = corridor.at(metres)
        offset, progress = corridor.offsets([lat], [lon])
        assert offset[0] < 0.1
        assert progress[0] == pytest.approx(metres, abs=0.1)


def test_repeated_vertices_change_nothing() -> None:
    once = Corridor("a", "a", LineString([(-100, 25), (-100, 25.1), (-100.1, 25.1)]))
    twice = Corridor("b", "b", LineString([(-100, 25), (-100, 25.1), (-100, 25.1), (-100.1, 25.1)]))
    lats, lons = [25.05, 25.2, 25.1], [-100.01, -100.0, -100.05]
    assert np.array_equal(once.offsets(lats, lons), twice.offsets(lats, lons))


def test_where_two_places_are_equally_near_the_earlier_counts() -> None:
    out_and_back = Corridor("c", "c", LineString([(-100, 25), (-100, 25.1), (-100, 25)]))
    _, progress = out_and_back.offsets([25.05], [-100.0])
    assert progress[0] == pytest.approx(out_and_back.length_m / 4, abs=1)


@pytest.mark.parametrize(
    ("line", "width", "reason"),
    [
        (LineString([(-100, 25), (-100, 25)]), None, "no length"),
        (MultiLineString([[(-100, 25), (-100, 25)], [(-99, 25), (-99, 25)]]), None, "no length"),
        (LineString([(179, 25), (-179, 25)]), None, "antimeridian"),
        (LineString(), None, "empty"),
        (LineString([(-100, float("inf")), (-100, 25)]), None, "finite"),
        (LineString([(-100, 25), (-100, 26)]), 0.0, "half_width_m"),
        (LineString([(-100, 25), (-100, 26)]), float("nan"), "half_width_m"),
    ],
)
def test_what_is_no_corridor_is_refused(line: LineString, width: float | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Corridor("c", "c", line, width)
