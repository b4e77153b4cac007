"""The places that ship: all truck crossings, each on its side, true to their sources."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from geofences import library
from geofences.atlas import Atlas
from geofences.checks import lint
from geofences.corridor import Corridor
from geofences.index.border import Border, border
from geofences.kinds import Precision, ZoneKind
from geofences.zone import Zone
from tests.conftest import ROOT
from tests.geofences.index.test_border import MOUTH, SURF

# id: (row of ports.csv, between the countries, way out, aduana, the city in its name at the SAT)
CROSSINGS = {
    "brownsville-veterans": ("RGV-BRW-VETE", "bridge", "us-inspection", "17", "MATAMOROS"),
    "calexico-east": ("250301", "line", "us-inspection", "19", "MEXICALI"),
    "columbus": ("240601", "line", "us-inspection", "26", "PUERTO PALOMAS"),
    "del-rio": ("LRD-DLR-DELR", "bridge", "us-inspection", "44", "CIUDAD ACUÑA"),
    "douglas": ("260101", "line", "us-inspection", "02", "AGUA PRIETA"),
    "eagle-pass-camino-real": ("LRD-EGP-CAMI", "bridge", "us-inspection", "27", "PIEDRAS NEGRAS"),
    "el-paso-bota": ("ELP-ELP-BRID", "bridge", "us-inspection", "07", "CIUDAD JUAREZ"),
    "laredo-colombia": ("LRD-LRD-COLO", "bridge", "us-inspection", "80", "COLOMBIA"),
    "laredo-world-trade": ("LRD-LRD-WORL", "bridge", "us-inspection", "24", "NUEVO LAREDO"),
    "los-indios": ("RGV-BRW-FREE", "bridge", "us-inspection", "17", "MATAMOROS"),
    "lukeville": ("260201", "line", "us-exit", "50", "SONOYTA"),
    "naco": ("260301", "line", "us-exit", "22", "NACO"),
    "nogales-mariposa": ("260402", "line", "us-inspection", "23", "NOGALES"),
    "otay-mesa": ("250601", "line", "us-inspection", "40", "TIJUANA"),
    "pharr-reynosa": ("RGV-HID-PHAR", "bridge", "us-inspection", "30", "CIUDAD REYNOSA"),
    "presidio-ojinaga": ("ELP-PSD-PRES", "bridge", "us-inspection", "25", "OJINAGA"),
    "progreso": ("RGV-PRG-PROG", "bridge", "us-inspection", "30", "CIUDAD REYNOSA"),
    "rio-grande-city-camargo": ("RGV-RGC-STAR", "bridge", "us-inspection", "82", "CIUDAD CAMARGO"),
    "roma": ("RGV-ROM-ROMA", "bridge", "us-inspection", "34", "CIUDAD MIGUEL ALEMAN"),
    "san-luis-ii": ("260801", "line", "us-inspection", "33", "SAN LUIS RIO COLORADO"),
    "santa-teresa": ("240801", "line", "us-inspection", "07", "CIUDAD JUAREZ"),
    "tecate": ("2505", "line", "us-exit", "39", "TECATE"),
    "tornillo-marcelino-serna": ("ELP-TOR-MARC", "bridge", "us-inspection", "07", "CIUDAD JUAREZ"),
    "ysleta-zaragoza": ("ELP-YSL-YSLE", "bridge", "us-inspection", "07", "CIUDAD JUAREZ"),
}
PASSENGER_ROWS = ("otay-mesa", "san-luis-ii")
"""Whose row marks the crossing of the cars: trucks have another, without a published point."""
PARTS = {
    "mx-queue": (ZoneKind.APPROACH_QUEUE, "MX"),
    "mx-compound": (ZoneKind.CUSTOMS_COMPOUND, "MX"),
    "bridge": (ZoneKind.BRIDGE, None),
    "line": (ZoneKind.BRIDGE, None),
    "cbp-primary": (ZoneKind.CBP_PRIMARY, "US"),
    "cbp-secondary": (ZoneKind.CBP_SECONDARY, "US"),
    "us-inspection": (ZoneKind.STATE_INSPECTION, "US"),
    "us-exit": (ZoneKind.WAYPOINT, "US"),
    "us-queue": (ZoneKind.APPROACH_QUEUE, "US"),
}
OTHERS = {
    ZoneKind.PLANT: "chihuahua hermosillo juarez matamoros mexicali monterrey queretaro reynosa"
    " saltillo tijuana",
    ZoneKind.YARD: "brownsville calexico dallas eagle-pass el-paso laredo los-angeles nogales"
    " nuevo-laredo otay-mesa pharr phoenix san-antonio santa-teresa",
    ZoneKind.REST_STOP: "sabinas-hidalgo",
    ZoneKind.CHECKPOINT_MILITARY: "mx85-km26",
    ZoneKind.OTHER: "otay-mesa san-luis-ii",
}
TAILS = {
    ZoneKind.PLANT: "plant",
    ZoneKind.YARD: "yard",
    ZoneKind.REST_STOP: "rest",
    ZoneKind.CHECKPOINT_MILITARY: "military",
    ZoneKind.OTHER: "passenger-port",
}
LONG_BRIDGE = "pharr-reynosa.bridge"


def parts(crossing: str) -> list[str]:
    """Its zones' ids, as a northbound truck meets them; secondary is beside primary."""
    _, between, out, _, _ = CROSSINGS[crossing]
    names = ("mx-queue", "mx-compound", between, "cbp-primary", "cbp-secondary", out, "us-queue")
    return [f"{crossing}.{name}" for name in names]


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    geofences = library.load()
    return Atlas(geofences.zones, geofences.corridors)


@pytest.fixture(scope="module")
def ports(shared_data: Path) -> dict[str, dict[str, str]]:
    """The rows of ports.csv by their code."""
    with (shared_data / "ports.csv").open(encoding="utf-8") as rows:
        return {row["code"]: row for row in csv.DictReader(rows)}


def census(shared_data: Path) -> Border:
    """The border as its source draws it, of which the one that ships is a thinned copy."""
    found = json.loads((shared_data / "geo/us_mx_border_census5m.geojson").read_text())
    line = found["features"][0]["geometry"]["coordinates"]
    line = line[line.index(MOUTH) : line.index(SURF) + 1][::-1]
    reach = library.features(library.BORDER)["features"][1]["geometry"]["coordinates"][0]
    assert {tuple(line[0]), tuple(line[-1])} <= {tuple(corner) for corner in reach}
    return Border(line, reach)


def sides(zone: Zone, line: Border) -> set[str | None]:
    lons, lats = shapely.get_coordinates(shapely.segmentize(zone.polygon, 0.0005)).T
    return set(line.countries(lats, lons))


def longest_side_m(zone: Zone) -> float:
    lons, lats = shapely.get_coordinates(zone.polygon).T
    east = np.diff(lons) * 111_320 * np.cos(np.radians(lats[0]))
    return float(np.hypot(east, np.diff(lats) * 110_900).max())


def test_ids_are_these_and_stay(atlas: Atlas) -> None:
    others = [f"{name}.{TAILS[kind]}" for kind, names in OTHERS.items() for name in names.split()]
    of_crossings = [own for crossing in CROSSINGS for own in parts(crossing)]
    assert sorted(atlas.zones) == sorted([*of_crossings, *others])


def test_kind_country_and_crossing_follow_from_the_id(atlas: Atlas) -> None:
    for crossing in CROSSINGS:
        for own in parts(crossing):
            zone = atlas.zone(own)
            kind, country = PARTS[own.split(".")[1]]
            assert (zone.kind, zone.country, zone.crossing) == (kind, country, crossing), own
    for kind, names in OTHERS.items():
        for name in names.split():
            zone = atlas.zone(f"{name}.{TAILS[kind]}")
            assert (zone.kind, zone.crossing) == (kind, None), zone.id


@pytest.mark.shared_data
def test_every_commercial_crossing_is_there(ports: dict[str, dict[str, str]]) -> None:
    commercial = {
        code
        for code, row in ports.items()
        if row["level"] == "crossing" and row["commercial"] == "Y"
    }
    assert len(commercial) == 23
    assert {row for row, *_ in CROSSINGS.values()} == commercial | {"2505"}
    # Tecate's port has trucks, and no crossing of its own in the list.
    assert ports["2505"]["name"] == "Tecate"
    assert not [row for row in ports.values() if row["parent"] == "2505"]


@pytest.mark.shared_data
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_points_and_counts_are_those_of_the_source(
    atlas: Atlas, crossing: str, ports: dict[str, dict[str, str]]
) -> None:
    code, between, *_ = CROSSINGS[crossing]
    row = ports[code]
    port = ports.get(row["parent"], row)
    placed = atlas.locate([float(row["lat"])], [float(row["lon"])])[0]
    where = "passenger-port" if crossing in PASSENGER_ROWS else between
    assert placed.zones == (f"{crossing}.{where}",)
    # Rows of land crossings have no count of their own: their ports have no other truck crossing.
    trucks = int(row["trucks_2024"] or port["trucks_2024"])
    for own in parts(crossing):
        said = atlas.zone(own).properties
        assert said["port_code"] == port["code"]
        assert said["trucks_2024"] == trucks > 0
        own_count = row["level"] == "crossing" and row["trucks_2024"]
        assert said["trucks_2024_source"].startswith("CBP/TxDOT" if own_count else "BTS")


@pytest.mark.shared_data
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_the_aduana_is_the_one_of_the_city_across(
    atlas: Atlas, crossing: str, shared_data: Path, ports: dict[str, dict[str, str]]
) -> None:
    with (shared_data / "sat_aduanas.csv").open(encoding="utf-8") as rows:
        names = {row["clave"]: row["descripcion"] for row in csv.DictReader(rows)}
    code, _, _, aduana, city = CROSSINGS[crossing]
    assert names[aduana].startswith(f"{city},")
    port = ports.get(ports[code]["parent"], ports[code])
    assert aduana in port["mx_aduana"].split("|")
    for own in parts(crossing):
        said = atlas.zone(own).properties
        assert said["aduana"] == aduana
        assert city.casefold() in said["aduana_source"].casefold()


@pytest.mark.shared_data
def test_zones_lie_on_their_own_side_of_both_lines(atlas: Atlas, shared_data: Path) -> None:
    for line in (border(), census(shared_data)):
        for zone in atlas.zones.values():
            if zone.kind is ZoneKind.BRIDGE:
                assert sides(zone, line) == {"US", "MX"}, zone.id
            elif zone.id != "otay-mesa.passenger-port":  # its row is 14 m south of the line
                assert sides(zone, line) == {zone.country}, zone.id


def test_zones_do_not_overlap(atlas: Atlas) -> None:
    zones = list(atlas.zones.values())
    polygons = [zone.polygon for zone in zones]
    for i, j in shapely.STRtree(polygons).query(polygons, predicate="intersects").T:
        if i < j:
            shared = polygons[i].intersection(polygons[j]).area * 98_700 * 110_800
            assert shared < 1.0, f"{zones[i].id} and {zones[j].id} share {shared:.0f} m2"
            assert ZoneKind.BRIDGE in {zones[i].kind, zones[j].kind}


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_a_crossing_is_of_a_plausible_size(atlas: Atlas, crossing: str) -> None:
    zones = [atlas.zone(own) for own in parts(crossing)]
    for zone in zones:
        longest = 2_500 if zone.id == LONG_BRIDGE else 1_600
        assert 150 <= longest_side_m(zone) <= longest, zone.id
    apart = [
        shapely.distance(one.polygon, other.polygon) * 111_000
        for one, other in itertools.pairwise(z for z in zones if z.kind != "cbp_secondary")
    ]
    assert max(apart) < 500  # a truck between two of them is soon in the next
    primary, secondary = zones[3:5]
    assert 0 < shapely.distance(primary.polygon, secondary.polygon) * 111_000 < 100


def test_every_feature_names_its_source_and_what_it_is_sure_of(atlas: Atlas) -> None:
    places: list[Zone | Corridor] = [*atlas.zones.values(), *atlas.corridors.values()]
    for place in places:
        assert place.source
        assert place.precision is Precision.APPROXIMATE  # nothing here was surveyed


def test_nothing_ships_that_could_not_be_sourced(atlas: Atlas) -> None:
    kinds = Counter(zone.kind for zone in atlas.zones.values())
    assert not kinds[ZoneKind.DEAD_ZONE] + kinds[ZoneKind.HIGH_RISK] + kinds[ZoneKind.RESTRICTED]
    for zone in atlas.zones.values():
        if zone.kind is ZoneKind.WAYPOINT:
            assert "no source names a state inspection" in zone.properties["note"]


@pytest.mark.parametrize("name", library.names())
def test_lint_finds_nothing(name: str) -> None:
    if name != library.BORDER:
        assert lint.check(Path(library.__file__).parent / name) == []


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_a_crossing_has_a_file_of_its_own(crossing: str) -> None:
    features = library.features(f"{crossing}.geojson")["features"]
    ids = [feature["properties"]["id"] for feature in features]
    assert ids[:7] == parts(crossing)
    assert ids[7:] == ([f"{crossing}.passenger-port"] if crossing in PASSENGER_ROWS else [])


def test_the_guide_lists_the_crossings_and_corridors_that_ship(atlas: Atlas) -> None:
    text = (ROOT / "docs" / "geography.md").read_text(encoding="utf-8")
    rows = [re.split(r" *\| *", line)[1:-1] for line in text.splitlines() if line[:3] == "| `"]
    crossings = {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in CROSSINGS}
    assert list(crossings) == list(CROSSINGS)
    for crossing, (port, aduana, trucks, _) in crossings.items():
        said = atlas.zone(f"{crossing}.mx-compound").properties
        assert (port, aduana) == (said["port_code"], said["aduana"]), crossing
        assert int(trucks.replace(",", "")) == said["trucks_2024"], crossing
    corridors = {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in atlas.corridors}
    assert corridors.keys() == atlas.corridors.keys()
    for own, (crossing, start, end, room) in corridors.items():
        corridor = atlas.corridor(own)
        assert f"{corridor.half_width_m:,.0f}" == room, own
        ends = [corridor.properties[key] for key in ("crossing", "from", "to")]
        assert ends == [crossing, f"{start}.plant", f"{end}.yard"], own


def test_the_library_is_read_once() -> None:
    assert library.load() is library.load()
