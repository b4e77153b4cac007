"""The places that ship: each on its side, in the order a truck meets them."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from geofences import library
from geofences.atlas import Atlas
from geofences.border import border
from geofences.kinds import Precision, ZoneKind

STEP_M = 10.0
CROSSINGS = {"laredo-world-trade": "LRD-LRD-WORL", "laredo-colombia": "LRD-LRD-COLO"}
CORRIDORS = {
    "laredo-world-trade": "monterrey-laredo.world-trade",
    "laredo-colombia": "monterrey-laredo.colombia",
}
NORTHBOUND = ["mx-queue", "mx-compound", "bridge", "cbp-primary", "us-inspection", "us-queue"]


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    shelf = library.load()
    return Atlas(shelf.zones, shelf.corridors)


def walk(atlas: Atlas, corridor_id: str) -> list[tuple[str, float, float]]:
    """(zone, metres at which it begins, and ends) for each stay along the centre line."""
    corridor = atlas.corridor(corridor_id)
    metres = np.arange(0, corridor.length_m + STEP_M, STEP_M)
    lats, lons, _ = zip(*(corridor.at(m) for m in metres), strict=True)
    zones = [placement.zones for placement in atlas.locate(lats, lons)]
    stays = []
    for here, run in itertools.groupby(zip(metres, zones, strict=True), key=lambda pair: pair[1]):
        stretch = [m for m, _ in run]
        assert len(here) <= 1, f"{here} overlap at {stretch[0]} m"
        stays += [(zone, stretch[0], stretch[-1]) for zone in here]
    return stays


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_a_truck_meets_the_zones_in_order_each_at_least_250_m_long(
    atlas: Atlas, crossing: str
) -> None:
    stays = walk(atlas, CORRIDORS[crossing])
    before = {
        "laredo-world-trade": ["sabinas-hidalgo.rest", "mx85-km26.military", "nuevo-laredo.yard"],
        "laredo-colombia": ["sabinas-hidalgo.rest"],
    }
    assert [zone for zone, _, _ in stays] == [
        "monterrey.plant",
        *before[crossing],
        *(f"{crossing}.{name}" for name in NORTHBOUND),
        "laredo.yard",
    ]
    assert min(end - start for _, start, end in stays) >= 250


@pytest.mark.parametrize("corridor_id", CORRIDORS.values())
def test_a_corridor_crosses_the_border_once_and_on_its_bridge(
    atlas: Atlas, corridor_id: str
) -> None:
    corridor = atlas.corridor(corridor_id)
    spots = [corridor.at(m) for m in np.arange(0, corridor.length_m, STEP_M)]
    placements = atlas.locate([lat for lat, _, _ in spots], [lon for _, lon, _ in spots])
    runs = [(country, list(run)) for country, run in
            itertools.groupby(placements, key=lambda placement: placement.country)]  # fmt: skip
    assert [country for country, _ in runs] == ["MX", "US"]
    assert runs[1][1][0].zones[0].endswith(".bridge")


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_secondary_lies_beside_primary(atlas: Atlas, crossing: str) -> None:
    primary, secondary = (
        atlas.zone(f"{crossing}.{name}").polygon for name in ("cbp-primary", "cbp-secondary")
    )
    assert 0 < shapely.distance(primary, secondary) * 111_000 < 100


def test_zones_lie_on_their_own_side(atlas: Atlas) -> None:
    sides = {}
    for zone in atlas.zones.values():
        lons, lats = shapely.get_coordinates(shapely.segmentize(zone.polygon, 0.0005)).T
        sides[zone.id] = set(border().countries(lats, lons))
        if zone.kind is not ZoneKind.BRIDGE:
            assert sides[zone.id] == {zone.country}, zone.id
    assert [sides[f"{crossing}.bridge"] for crossing in CROSSINGS] == [{"US", "MX"}] * 2


def test_zones_do_not_overlap(atlas: Atlas) -> None:
    for one, other in itertools.combinations(atlas.zones.values(), 2):
        shared = one.polygon.intersection(other.polygon).area * 98_700 * 110_800
        assert shared < 1.0, f"{one.id} and {other.id} share {shared:.0f} m2"
        if shared > 0:
            assert "bridge" in {one.kind, other.kind}


def test_every_feature_names_its_source_and_what_it_is_sure_of(atlas: Atlas) -> None:
    for place in [*atlas.zones.values(), *atlas.corridors.values()]:
        assert place.source
        assert place.precision is Precision.APPROXIMATE  # nothing here was surveyed


def test_corridors_have_room_for_a_line_drawn_by_hand(atlas: Atlas) -> None:
    for corridor in atlas.corridors.values():
        assert corridor.half_width_m is not None
        assert corridor.half_width_m >= 1_000
        assert 40 <= shapely.get_num_coordinates(corridor.line) <= 80
        assert 215_000 < corridor.length_m < 260_000


@pytest.mark.shared_data
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_points_and_counts_are_those_of_the_source(
    atlas: Atlas, crossing: str, shared_data: Path
) -> None:
    with (shared_data / "ports.csv").open(encoding="utf-8") as rows:
        row = next(r for r in csv.DictReader(rows) if r["code"] == CROSSINGS[crossing])
    placed = atlas.locate([float(row["lat"])], [float(row["lon"])])[0]
    assert placed.zones == (f"{crossing}.bridge",)
    for zone in atlas.zones.values():
        if zone.crossing == crossing:
            assert zone.properties["trucks_2024"] == int(row["trucks_2024"])
            assert zone.properties["port_code"] == row["parent"]


def test_the_library_is_read_once() -> None:
    assert library.load() is library.load()
