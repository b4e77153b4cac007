"""The corridors that ship: walked from end to end, each meets its crossing's zones in order."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from geofences import library
from geofences.atlas import Atlas
from geofences.placement import Placement
from tests.geofences.test_library import CROSSINGS, parts

STEP_M = 20.0
LONGEST_HALF_WIDTH_M = 5_000
CORRIDORS = {
    "chihuahua-el-paso.ysleta-zaragoza": "ysleta-zaragoza",
    "chihuahua-santa-teresa.santa-teresa": "santa-teresa",
    "hermosillo-nogales.mariposa": "nogales-mariposa",
    "hermosillo-phoenix.mariposa": "nogales-mariposa",
    "juarez-dallas.ysleta-zaragoza": "ysleta-zaragoza",
    "juarez-el-paso.ysleta-zaragoza": "ysleta-zaragoza",
    "juarez-santa-teresa.santa-teresa": "santa-teresa",
    "matamoros-brownsville.veterans": "brownsville-veterans",
    "matamoros-san-antonio.veterans": "brownsville-veterans",
    "mexicali-calexico.calexico-east": "calexico-east",
    "mexicali-los-angeles.calexico-east": "calexico-east",
    "monterrey-dallas.world-trade": "laredo-world-trade",
    "monterrey-laredo.colombia": "laredo-colombia",
    "monterrey-laredo.world-trade": "laredo-world-trade",
    "monterrey-pharr.pharr-reynosa": "pharr-reynosa",
    "monterrey-san-antonio.world-trade": "laredo-world-trade",
    "queretaro-laredo.world-trade": "laredo-world-trade",
    "reynosa-pharr.pharr-reynosa": "pharr-reynosa",
    "reynosa-san-antonio.pharr-reynosa": "pharr-reynosa",
    "saltillo-eagle-pass.camino-real": "eagle-pass-camino-real",
    "saltillo-laredo.colombia": "laredo-colombia",
    "saltillo-san-antonio.camino-real": "eagle-pass-camino-real",
    "tijuana-los-angeles.otay-mesa": "otay-mesa",
    "tijuana-otay-mesa.otay-mesa": "otay-mesa",
}
ON_THE_WAY = {
    "chihuahua-el-paso.ysleta-zaragoza": {"juarez.plant"},
    "hermosillo-phoenix.mariposa": {"nogales.yard"},
    "matamoros-san-antonio.veterans": {"brownsville.yard"},
    "mexicali-los-angeles.calexico-east": {"calexico.yard"},
    "monterrey-dallas.world-trade": {"san-antonio.yard"},
    "monterrey-pharr.pharr-reynosa": {"reynosa.plant"},
    "reynosa-san-antonio.pharr-reynosa": {"pharr.yard"},
    "saltillo-san-antonio.camino-real": {"eagle-pass.yard"},
}
"""Plants and yards that a corridor passes between its ends."""
NUEVO_LAREDO = {"mx85-km26.military", "nuevo-laredo.yard"}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    geofences = library.load()
    return Atlas(geofences.zones, geofences.corridors)


def walk(atlas: Atlas, corridor_id: str) -> tuple[list[float], list[Placement]]:
    """(metres along it, where that is), every STEP_M of its centre line."""
    corridor = atlas.corridor(corridor_id)
    metres = [*np.arange(0, corridor.length_m, STEP_M), corridor.length_m]
    lats, lons, _ = zip(*(corridor.at(m) for m in metres), strict=True)
    return metres, atlas.locate(lats, lons)


def stays(metres: list[float], placements: list[Placement]) -> list[tuple[str, float, float]]:
    """(zone, metres at which it begins, and ends) for each stay along the centre line."""
    found = []
    pairs = zip(metres, (placement.zones for placement in placements), strict=True)
    for here, run in itertools.groupby(pairs, key=lambda pair: pair[1]):
        stretch = [m for m, _ in run]
        assert len(here) <= 1, f"{here} overlap at {stretch[0]} m"
        found += [(zone, stretch[0], stretch[-1]) for zone in here]
    return found


def test_ids_are_these_and_stay(atlas: Atlas) -> None:
    assert sorted(atlas.corridors) == sorted(CORRIDORS)
    for corridor in atlas.corridors.values():
        assert corridor.properties["crossing"] == CORRIDORS[corridor.id]


@pytest.mark.parametrize("corridor_id", CORRIDORS)
def test_a_truck_meets_the_zones_in_order_from_end_to_end(atlas: Atlas, corridor_id: str) -> None:
    corridor, crossing = atlas.corridor(corridor_id), CORRIDORS[corridor_id]
    metres, placements = walk(atlas, corridor_id)
    met = stays(metres, placements)
    zones = [zone for zone, _, _ in met]
    ends = corridor.properties["from"], corridor.properties["to"]
    assert (zones[0], zones[-1]) == ends
    assert (met[0][1], met[-1][2]) == (0.0, corridor.length_m)
    border_zones = [own for own in parts(crossing) if not own.endswith(".cbp-secondary")]
    passed = [zone for zone in zones[1:-1] if zone not in border_zones]
    assert [zone for zone in zones if zone in border_zones] == border_zones
    assert set(passed) == expected_on_the_way(corridor_id)
    assert len(zones) == len(set(zones))
    assert min(end - start for zone, start, end in met if zone not in ends) >= 120


def expected_on_the_way(corridor_id: str) -> set[str]:
    found = set(ON_THE_WAY.get(corridor_id, ()))
    if "laredo" in CORRIDORS[corridor_id]:
        found.add("sabinas-hidalgo.rest")
    return found | (NUEVO_LAREDO if corridor_id.endswith(".world-trade") else set())


@pytest.mark.parametrize("corridor_id", CORRIDORS)
def test_a_corridor_crosses_the_border_once_and_at_its_crossing(
    atlas: Atlas, corridor_id: str
) -> None:
    _, placements = walk(atlas, corridor_id)
    runs = [(country, list(run)) for country, run in
            itertools.groupby(placements, key=lambda placement: placement.country)]  # fmt: skip
    countries = [country for country, _ in runs]
    assert countries in (["MX", "US"], ["MX", "bridge", "US"])
    between = f"{CORRIDORS[corridor_id]}.{CROSSINGS[CORRIDORS[corridor_id]][1]}"
    if "bridge" in countries:
        assert {placement.zones for placement in runs[1][1]} == {(between,)}
    else:
        assert runs[1][1][0].zones == (between,)


def test_corridors_have_room_for_a_line_drawn_by_hand(atlas: Atlas) -> None:
    for corridor in atlas.corridors.values():
        assert corridor.half_width_m is not None
        assert 1_000 <= corridor.half_width_m <= LONGEST_HALF_WIDTH_M
        assert 20 <= shapely.get_num_coordinates(corridor.line) <= 80
        # What is a longer way is drawn more coarsely, so it has more room.
        assert corridor.length_m < 300_000 or corridor.half_width_m >= 3_000


@pytest.mark.shared_data
def test_the_ten_busiest_crossings_have_corridors(atlas: Atlas, shared_data: Path) -> None:
    with (shared_data / "ports.csv").open(encoding="utf-8") as rows:
        ports = {row["code"]: row for row in csv.DictReader(rows)}
    trucks = {}
    for crossing, (code, *_) in CROSSINGS.items():
        row = ports[code]
        trucks[crossing] = int(row["trucks_2024"] or ports[row["parent"]]["trucks_2024"])
    busiest = sorted(trucks, key=lambda crossing: -trucks[crossing])[:10]
    assert set(busiest) == set(CORRIDORS.values())


@pytest.mark.shared_data
def test_long_corridors_pass_the_towns_on_their_road(atlas: Atlas, shared_data: Path) -> None:
    with (shared_data / "geo/places_ne10m.csv").open(encoding="utf-8") as rows:
        towns = {(row["name"], row["state"]): row for row in csv.DictReader(rows)}
    for corridor_id, state, names in (
        ("queretaro-laredo.world-trade", "San Luis Potosí", "Matehuala"),
        ("chihuahua-el-paso.ysleta-zaragoza", "Chihuahua", "Villa Ahumada"),
        ("hermosillo-phoenix.mariposa", "Sonora", "Magdalena"),
        ("hermosillo-phoenix.mariposa", "Arizona", "Tucson,Casa Grande"),
        ("saltillo-eagle-pass.camino-real", "Coahuila", "Monclova,Nueva Rosita,Allende"),
        ("monterrey-dallas.world-trade", "Texas", "New Braunfels,San Marcos,Austin,Temple,Waco"),
        ("juarez-dallas.ysleta-zaragoza", "Texas", "Van Horn,Pecos,Odessa,Big Spring,Abilene"),
        ("reynosa-san-antonio.pharr-reynosa", "Texas", "Edinburg,Falfurrias,Alice"),
        ("matamoros-san-antonio.veterans", "Texas", "Harlingen,Kingsville"),
        ("mexicali-los-angeles.calexico-east", "California", "El Centro"),
        ("tijuana-los-angeles.otay-mesa", "California", "National City,Oceanside"),
    ):
        rows_of = [towns[name, state] for name in names.split(",")]
        offsets, progress = atlas.corridor(corridor_id).offsets(
            [float(row["lat"]) for row in rows_of], [float(row["lon"]) for row in rows_of]
        )
        # The source marks a town's middle within some kilometres; highways pass beside it.
        assert offsets.max() < 12_000, (corridor_id, names, offsets)
        assert (np.diff(progress) > 0).all(), corridor_id
