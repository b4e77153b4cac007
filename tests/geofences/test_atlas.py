"""The index against what it indexes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from shapely import LineString, Polygon, box

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.errors import GeoFault, UnknownCorridor, UnknownPlace, UnknownZone
from geofences.kinds import ZoneKind
from geofences.zone import Zone

ROAD = Corridor("road", "Road", LineString([(-100.0, 25.0), (-100.0, 26.0)]), half_width_m=200.0)
UNSAID = Corridor("unsaid", "Unsaid", ROAD.line)


def zone(zone_id: str, polygon: Polygon) -> Zone:
    return Zone(zone_id, zone_id, ZoneKind.YARD, polygon)


def east(metres: float) -> float:
    """A longitude so many metres east of the road, at 25.5 N (100,476 m in a degree there)."""
    return -100.0 + metres / 100_476.0


def test_ids_are_sorted_and_overlapping_zones_all_named() -> None:
    atlas = Atlas([zone(name, box(-100, 25, -99, 26)) for name in ("c", "a", "b")])
    inside, outside = atlas.locate([25.5, 27.0], [-99.5, -99.5])
    assert inside.zones == ("a", "b", "c")
    assert outside.zones == ()


@pytest.mark.parametrize("batch", [1, 2], ids=["alone", "in a batch"])
def test_the_boundary_is_inside(batch: int) -> None:
    atlas = Atlas([zone("z", box(-100, 25, -99, 26))])
    for lat, lon in [(25.0, -99.5), (26.0, -99.0), (25.5, -100.0)]:
        placements = atlas.locate([lat] * batch, [lon] * batch)
        assert [placement.zones for placement in placements] == [("z",)] * batch


def test_a_hole_is_outside() -> None:
    ring = Polygon(box(-100, 25, -99, 26).exterior, [box(-99.6, 25.4, -99.4, 25.6).exterior])
    assert Atlas([zone("z", ring)]).locate([25.5], [-99.5])[0].zones == ()


def test_country_and_accuracy_are_passed_on() -> None:
    placements = Atlas().locate([25.7, 29.4, 25.0], [-100.3, -98.5, -93.0], accuracies=[5, None, 9])
    assert [placement.country for placement in placements] == ["MX", "US", None]
    assert [placement.uncertainty_m for placement in placements] == [5, None, 9]


def test_no_position_gives_no_placement() -> None:
    assert Atlas([zone("z", box(0, 0, 1, 1))], [ROAD]).locate([], [], corridors=[]) == []


def test_on_the_corridor_costs_no_metres_and_off_it_has_them() -> None:
    on, off = Atlas([], [ROAD]).locate(
        [25.5, 25.5], [east(150), east(250)], corridors=["road", "road"]
    )
    assert (on.on_corridor, on.offset_m, on.progress_m) == (True, None, None)
    assert off.on_corridor is False
    assert off.offset_m == pytest.approx(250, abs=0.5)
    assert off.progress_m == pytest.approx(ROAD.length_m / 2, abs=2)


def test_exact_gives_metres_to_all() -> None:
    on, off = Atlas([], [ROAD]).locate(
        [25.5, 25.5], [east(150), east(250)], corridors=["road", "road"], exact=True
    )
    assert (on.on_corridor, off.on_corridor) == (True, False)
    assert on.offset_m == pytest.approx(150, abs=0.5)
    assert off.offset_m == pytest.approx(250, abs=0.5)


def test_a_corridor_is_held_only_against_who_asks() -> None:
    other = Corridor("other", "Other", LineString([(-99.0, 25.0), (-99.0, 26.0)]), 200.0)
    a, b, c = Atlas([], [ROAD, other]).locate(
        [25.5] * 3, [-100.0] * 3, corridors=["road", None, "other"]
    )
    assert (a.corridor, a.on_corridor) == ("road", True)
    assert (b.corridor, b.on_corridor, b.offset_m) == (None, None, None)
    assert (c.corridor, c.on_corridor) == ("other", False)


def test_the_default_width_is_for_corridors_that_state_none() -> None:
    atlas = Atlas([], [ROAD, UNSAID], default_half_width_m=300.0)
    stated, unsaid = atlas.locate([25.5] * 2, [east(250)] * 2, corridors=["road", "unsaid"])
    assert (stated.on_corridor, unsaid.on_corridor) == (False, True)


@pytest.mark.parametrize("half_width_m", [0.05, 1.0, 500.0, 5_000.0])
@pytest.mark.parametrize("lat", [0.0, 27.0, 60.0])
def test_the_gate_never_says_more_than_the_metres(half_width_m: float, lat: float) -> None:
    random = np.random.default_rng(3)
    start = np.array([-100.0, lat])
    line = LineString(start + np.cumsum(random.normal(0, 0.02, (60, 2)), axis=0))
    atlas = Atlas([], [Corridor("c", "c", line, half_width_m)])
    spots = np.array(line.coords)[random.integers(0, 60, 2_000)]
    lons, lats = (spots + random.normal(0, half_width_m / 80_000, spots.shape)).T
    asked = ["c"] * len(lats)
    quick = atlas.locate(lats, lons, corridors=asked)
    exact = atlas.locate(lats, lons, corridors=asked, exact=True)
    assert [p.on_corridor for p in quick] == [p.on_corridor for p in exact]
    assert {p.on_corridor for p in exact} == {True, False}


def test_the_gate_lets_nearly_all_pass_who_are_within() -> None:
    atlas = Atlas([], [ROAD])
    lons = [east(metres) for metres in range(-199, 200)]
    placements = atlas.locate([25.5] * len(lons), lons, corridors=["road"] * len(lons))
    assert sum(placement.offset_m is None for placement in placements) >= 0.99 * len(lons)


def test_extended_adds_and_leaves_the_first_as_it_was() -> None:
    first = Atlas([zone("a", box(-100, 25, -99, 26))], [ROAD], default_half_width_m=300.0)
    second = first.extended([zone("b", box(-100, 25, -99, 26))], [UNSAID])
    assert first.locate([25.5], [-99.5])[0].zones == ("a",)
    assert second.locate([25.5], [-99.5])[0].zones == ("a", "b")
    assert second.locate([25.5], [east(250)], corridors=["unsaid"])[0].on_corridor is True
    with pytest.raises(UnknownCorridor):
        first.locate([25.5], [-99.5], corridors=["unsaid"])


def test_without_takes_away_and_a_new_one_of_the_same_id_is_new() -> None:
    first = Atlas([zone("a", box(-100, 25, -99, 26))], [ROAD])
    bare = first.without(["a", "road"])
    assert (dict(bare.zones), dict(bare.corridors)) == ({}, {})
    wider = bare.extended([], [dataclasses.replace(ROAD, half_width_m=300.0)])
    assert wider.locate([25.5], [east(250)], corridors=["road"])[0].on_corridor is True
    with pytest.raises(UnknownPlace, match="no place 'b'"):
        first.without(["b"])


def test_a_gate_is_built_once_for_each_width() -> None:
    assert ROAD.inner_buffer(200.0) is ROAD.inner_buffer(200.0)
    assert ROAD.inner_buffer(200.0).area < ROAD.inner_buffer(300.0).area


def test_names_that_are_not_there() -> None:
    atlas = Atlas([zone("a", box(-100, 25, -99, 26))], [ROAD])
    assert (atlas.zone("a").id, atlas.corridor("road").id) == ("a", "road")
    with pytest.raises(UnknownZone, match="no zone 'x' in the atlas"):
        atlas.zone("x")
    with pytest.raises(UnknownCorridor, match="no corridor 'a' in the atlas"):
        atlas.corridor("a")
    with pytest.raises(UnknownCorridor):
        atlas.locate([25.5], [-99.5], corridors=["x"])


def test_an_id_may_occur_once() -> None:
    twice = [zone("a", box(-100, 25, -99, 26)), zone("a", box(-98, 25, -97, 26))]
    with pytest.raises(GeoFault, match="'a' occurs twice"):
        Atlas(twice)
    with pytest.raises(GeoFault, match="'a' occurs twice"):
        Atlas(twice[:1]).extended(twice[1:])


@pytest.mark.parametrize(
    ("lats", "lons", "asked"),
    [
        ([25.5], [-99.5, -99.0], None),
        ([25.5], [-99.5], ["road", "road"]),
        ([float("nan")], [-99.5], None),
        ([25.5, 25.5], [-99.5, float("inf")], None),
    ],
)
def test_what_cannot_be_located(
    lats: list[float], lons: list[float], asked: list[str] | None
) -> None:
    with pytest.raises(ValueError, match=r"length|finite"):
        Atlas([], [ROAD]).locate(lats, lons, corridors=asked)


def test_a_position_on_a_bridge_is_in_neither_country() -> None:
    span = Zone("b", "b", ZoneKind.BRIDGE, box(-99.52, 27.49, -99.49, 27.51))
    atlas = Atlas([span, zone("z", box(-99.6, 27.4, -99.4, 27.6))])
    placements = atlas.locate([27.5, 27.45, 27.55], [-99.5, -99.5, -99.5])
    assert placements[0].country == "bridge"
    assert {placement.country for placement in placements[1:]} <= {"US", "MX"}
    assert atlas.locate([27.5], [-99.5]) == placements[:1]


def test_zones_between_two_fixes_are_passed_in_order() -> None:
    names = {"far": 0.6, "here": 0.0, "near": 0.3, "to": 0.9, "aside": 0.4}
    atlas = Atlas(
        [zone(name, box(x, name == "aside", x + 0.1, 1 + (name == "aside")))
         for name, x in names.items()]
    )  # fmt: skip
    there, back, again = atlas.locate(
        [0.5, 0.5, 0.5],
        [0.95, 0.05, 0.05],
        previous=[(0.5, 0.05), (0.5, 0.95), (0.5, 0.05)],
    )
    assert there.passed == ("near", "far")
    assert back.passed == ("far", "near")
    assert again.passed == ()


@pytest.mark.parametrize(
    "more",
    [
        {"previous": [None, None]},
        {"progress": [1.0, 2.0]},
        {"accuracies": []},
        {"previous": [(float("nan"), 0.0)]},
    ],
)
def test_what_does_not_fit_is_refused(more: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"length|finite"):
        Atlas([zone("a", box(0, 0, 1, 1))]).locate([25.5], [-99.5], corridors=[None], **more)  # type: ignore[arg-type]


def test_a_few_more_zones_leave_the_index_as_it_is() -> None:
    first = Atlas([zone(f"{k:03}", box(k, 0, k + 1, 1)) for k in range(100)])
    second = first.extended([zone("x", box(0.2, 0.2, 0.4, 0.4))])
    third = second.extended([zone("y", box(0.2, 0.2, 0.4, 0.4))])
    assert second._zone_indexes[0] is third._zone_indexes[0] is first._zone_indexes[0]
    assert first.locate([0.3], [0.3])[0].zones == ("000",)
    assert third.locate([0.3], [0.3])[0].zones == ("000", "x", "y")
    assert third.locate([0.3, 0.3], [0.3, 1.3])[0].zones == ("000", "x", "y")
    many = third.extended([zone(f"m{k}", box(0, 0, 1, 1)) for k in range(50)])
    assert len(many._zone_indexes) == 1
    assert len(many.locate([0.3], [0.3])[0].zones) == 53


def test_an_empty_polygon_holds_nothing() -> None:
    atlas = Atlas([zone("a", Polygon())]).extended([zone("b", Polygon())])
    assert atlas.locate([0.0], [0.0])[0].zones == ()
    assert sorted(atlas.zones) == ["a", "b"]
