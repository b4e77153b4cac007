"""What a Placement says, against the naive answer zone by zone."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geofences.atlas import Atlas
from geofences.index.border import border
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.geofences.shapes import POSITION, zones

Position = tuple[float, float]
CHORD_M = 0.04
"""An edge is measured by chords through the earth, which lie within 4 cm of it."""


def columns(positions: list[Position]) -> tuple[list[float], list[float]]:
    return [lat for lat, _ in positions], [lon for _, lon in positions]


@given(zones(), st.integers(0, 12), st.lists(POSITION, max_size=40))
def test_zones_and_country_are_those_of_the_naive_check(
    areas: list[Zone], first: int, positions: list[Position]
) -> None:
    lats, lons = columns(positions)
    whole = Atlas(areas)
    layered = Atlas(areas[:first]).extended(areas[first:])
    placed = whole.locate(lats, lons)
    for (lat, lon), at in zip(positions, placed, strict=True):
        holding = [area for area in areas if area.polygon.intersects(Point(lon, lat))]
        assert at.zones == tuple(sorted(area.id for area in holding))
        bridged = any(area.kind is ZoneKind.BRIDGE for area in holding)
        assert at.country == ("bridge" if bridged else border().country(lat, lon))
    assert layered.locate(lats, lons) == placed
    assert [whole.locate([lat], [lon])[0] for lat, lon in positions] == placed
    assert [layered.locate([lat], [lon])[0] for lat, lon in positions] == placed


@settings(max_examples=60)
@given(zones(), st.lists(st.tuples(POSITION, st.none() | POSITION), max_size=25))
def test_passed_are_those_of_the_naive_check(
    areas: list[Zone], ways: list[tuple[Position, Position | None]]
) -> None:
    lats, lons = columns([to for to, _ in ways])
    placed = Atlas(areas).locate(lats, lons, previous=[before for _, before in ways])
    by_id = {area.id: area.polygon for area in areas}
    for (to, before), at in zip(ways, placed, strict=True):
        if before is None:
            assert at.passed == ()
            continue
        start, end = Point(before[::-1]), Point(to[::-1])
        way = LineString([start, end])
        naive = {
            area.id
            for area in areas
            if area.polygon.intersects(way)
            and not area.polygon.intersects(start)
            and not area.polygon.intersects(end)
        }
        assert set(at.passed) == naive
        met = [shapely.distance(start, by_id[zone].intersection(way)) for zone in at.passed]
        assert met == sorted(met)


@settings(max_examples=60)
@given(
    zones(most=6),
    st.lists(st.tuples(POSITION, st.none() | st.floats(0, 60_000)), max_size=25),
    st.integers(0, 6),
)
def test_doubtful_are_those_of_the_naive_check(
    areas: list[Zone], fixes: list[tuple[Position, float | None]], first: int
) -> None:
    lats, lons = columns([position for position, _ in fixes])
    atlas = Atlas(areas[:first]).extended(areas[first:])
    placed = atlas.locate(lats, lons, accuracies=[claimed for _, claimed in fixes])
    gaps = {area.id: np.abs(area.distance_m(lats, lons)) for area in areas}
    for i, ((_, claimed), at) in enumerate(zip(fixes, placed, strict=True)):
        naive = {zone for zone, gap in gaps.items() if claimed and gap[i] <= claimed}
        close = {zone for zone, gap in gaps.items() if claimed and abs(gap[i] - claimed) < 1e-6}
        assert set(at.doubtful) ^ naive <= close
        assert at.doubtful == tuple(sorted(at.doubtful))
        assert at.uncertainty_m == claimed


@settings(max_examples=60)
@given(
    zones(),
    st.lists(st.tuples(POSITION, st.none() | POSITION, st.none() | st.floats(0, 9_000))),
    st.randoms(use_true_random=False),
)
def test_permuting_the_batch_permutes_the_answer(
    areas: list[Zone],
    asked: list[tuple[Position, Position | None, float | None]],
    random: object,
) -> None:
    order = list(range(len(asked)))
    random.shuffle(order)  # type: ignore[attr-defined]
    atlas = Atlas(areas)

    def locate(batch: list[tuple[Position, Position | None, float | None]]) -> list[object]:
        lats, lons = columns([to for to, _, _ in batch])
        previous, accuracies = [p for _, p, _ in batch], [a for _, _, a in batch]
        return list(atlas.locate(lats, lons, previous=previous, accuracies=accuracies))

    straight = locate(asked)
    assert locate([asked[i] for i in order]) == [straight[i] for i in order]


@settings(max_examples=40)
@given(zones(most=3), st.lists(POSITION, min_size=1, max_size=20))
def test_the_distance_is_signed_and_nought_only_at_an_edge(
    areas: list[Zone], positions: list[Position]
) -> None:
    lats, lons = columns(positions)
    for area in areas:
        metres = area.distance_m(lats, lons)
        for (lat, lon), gap in zip(positions, metres, strict=True):
            spot = Point(lon, lat)
            assert (gap <= 0) == area.polygon.intersects(spot)
            planar = area.polygon.boundary.distance(spot) * 111_000  # within 1 % so near 0 N
            assert abs(gap) <= planar * 1.01 + CHORD_M
            assert abs(gap) >= planar * 0.98 - CHORD_M
