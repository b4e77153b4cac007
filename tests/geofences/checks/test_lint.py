"""Each asset's name states its defect; the check has to say it, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geofences import library
from geofences.checks import lint
from geofences.errors import GeoFault
from geofences.io.geojson import read

# A square of 1 km in Nuevo Laredo.
SOUND = [[-99.60, 27.45], [-99.59, 27.45], [-99.59, 27.46], [-99.60, 27.46], [-99.60, 27.45]]
INNER = [[-99.597, 27.453], [-99.593, 27.453], [-99.593, 27.457], [-99.597, 27.453]]
ROAD = [[-100.15, 25.79], [-100.13, 26.5], [-99.9, 27.0], [-99.6, 27.45]]


def area(*rings: Any, **properties: Any) -> dict[str, Any]:
    return made({"type": "Polygon", "coordinates": list(rings)}, properties)


def line(*positions: Any, **properties: Any) -> dict[str, Any]:
    return made({"type": "LineString", "coordinates": list(positions)}, properties)


def made(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    said = {"id": "a", "kind": "yard", "country": "MX"} | properties
    return {"type": "Feature", "properties": said, "geometry": geometry}


def moved(ring: list[list[float]], lon: float, lat: float) -> list[list[float]]:
    return [[x + lon, y + lat] for x, y in ring]


def swapped(ring: list[list[float]]) -> list[list[float]]:
    return [[y, x] for x, y in ring]


def file(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)} | more


MERCATOR = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
THERE_AND_BACK = [SOUND[0], SOUND[1], SOUND[1], SOUND[0]]
BOW_TIE = [SOUND[0], SOUND[2], SOUND[1], SOUND[3], SOUND[0]]
MERIDA = [[-89.62, 20.96], [-89.61, 20.96], [-89.61, 20.97], [-89.62, 20.96]]
SMALL = [[-99.595, 27.454], [-99.594, 27.454], [-99.594, 27.455], [-99.595, 27.454]]
BANK = [[-99.4975, 27.45], [-99.4965, 27.45], [-99.4965, 27.4505], [-99.4975, 27.45]]
NAN, INF = float("nan"), float("inf")

ERRORS: dict[str, tuple[Any, str]] = {
    "not-a-collection": ({"type": "Feat"}, "not a FeatureCollection"),
    "crs-of-web-mercator": (file(area(SOUND), crs=MERCATOR), "crs: its reference system is"),
    "crs-without-name": (file(area(SOUND), crs={}), "crs: its reference system is without a name"),
    "features-no-list": (file() | {"features": {}}, "features: no list of features"),
    "feature-null": (file(None), "feature 0, feature: not a Feature"),
    "id-missing": (file(area(SOUND, id=None)), "feature 0, id: missing"),
    "id-twice": (file(area(SOUND), area(SOUND)), "feature 1 (a), id: 'a' is the id of feature 0"),
    "kind-unknown": (file(area(SOUND, kind="patio")), "kind: unknown: 'patio' (one of plant, yard"),
    "kind-missing": (file(area(SOUND, kind=None)), "kind: missing"),
    "ring-open": (file(area(SOUND[:-1])), "ring 0, vertex 3 (-99.6, 27.46): the ring is not"),
    "ring-short": (file(area([*SOUND[:2], SOUND[0]])), "ring 0: a ring of 3 positions"),
    "ring-there-and-back": (
        file(area(THERE_AND_BACK)), "ring 0, vertices 0 to 1 and 2 to 3 (-99.6, 27.45): the ring"),
    "ring-self-intersecting": (
        file(area(BOW_TIE)), "ring 0, vertices 0 to 1 and 2 to 3 (-99.595, 27.455): the ring"),
    "ring-with-spike": (
        file(area([*SOUND[:2], [-99.58, 27.45], *SOUND[1:]])),
        "ring 0, vertices 0 to 1 and 2 to 3 (-99.59, 27.45): the ring crosses or touches itself"),
    "hole-open": (file(area(SOUND, INNER[:-1])), "ring 1, vertex 2"),
    "hole-outside": (
        file(area(SOUND, moved(INNER, 1, 0))), "ring 1 (-98.597, 27.453): the hole lies outside"),
    "hole-leaving-its-ring": (
        file(area(SOUND, moved(INNER, .005, 0))), "ring 1 (-99.588, 27.453): the hole lies"),
    "holes-overlapping": (
        file(area(SOUND, INNER, moved(INNER, 0.001, 0))), "the hole overlaps that of ring 1"),
    "hole-in-a-hole": (
        file(area(SOUND, INNER, SMALL)), "ring 2 (-99.594"),
    "hole-outside-in-second-polygon": (
        file(made({"type": "MultiPolygon",
                   "coordinates": [[moved(SOUND, 1, 0)], [SOUND, moved(INNER, 1, 0)]]}, {})),
        "polygon 1, ring 1 (-98.597, 27.453)"),
    "ring-over-antimeridian": (
        file(area([[179.9, 20], [-179.9, 20], [-179.9, 21], [179.9, 20]])),
        "ring 0, vertex 1 (-179.9, 20): it crosses the antimeridian"),
    "coordinate-too-long": (file(area([[10**30, 27.45], *SOUND[1:]])), "is no position"),
    "one-vertex-swapped-into-the-indian-ocean": (
        file(area([*MERIDA[:2], MERIDA[2][::-1], MERIDA[3]])),
        "vertex 2 (20.97, -89.61): latitude and longitude look swapped: turned round it is in the "
        "US or Mexico (1 of 4 vertices)"),
    "polygons-overlapping": (
        file(made({"type": "MultiPolygon", "coordinates": [[SOUND], [moved(SOUND, .002, 0)]]}, {})),
        "self-intersection"),
    "coordinate-nan": (
        file(area([[NAN, 27.45], *SOUND[1:]])), "ring 0, vertex 0 (nan, 27.45): a coordinate is"),
    "coordinate-infinite": (file(line([INF, 26], [-99, 27])), "feature 0 (a), vertex 0 (inf, 26)"),
    "coordinate-text": (file(area([["-99.6", 27.45], *SOUND[1:]])), "ring 0, vertex 0: ['-99.6'"),
    "coordinate-in-metres": (
        file(area(moved(SOUND, -11_000_000, 3_000_000))),
        "it is not on the earth, and so at 4 more (degrees of WGS 84 are wanted"),
    "swapped": (
        file(area(swapped(SOUND))),
        "ring 0, vertex 0 (27.45, -99.6): latitude and longitude are swapped, and so at 4 more"),
    "swapped-into-antarctica": (
        file(area(swapped(MERIDA))), "vertex 0 (20.96, -89.62): latitude and longitude look"),
    "geometry-null": (file(made(None, {})), "no geometry is neither an area nor a line"),
    "geometry-point": (file(made({"type": "Point", "coordinates": ROAD[0]}, {})), "Point is"),
    "geometry-empty": (file(area()), "geometry: it is empty"),
    "ring-empty": (file(area([])), "ring 0: a list of positions is missing or empty"),
    "corridor-of-one-point": (file(line(ROAD[0])), "line: it needs two different positions"),
    "corridor-without-length": (file(line(ROAD[0], ROAD[0])), "line: it needs two different"),
    "corridor-over-antimeridian": (file(line([179, 25], [-179, 25])), "line: it crosses the antim"),
    "half-width-negative": (file(line(*ROAD, half_width_m=-1)), "half_width_m: -1 is no number"),
    "country-wrong": (
        file(area(SOUND, country="US")), "country is US, but all vertices are in MX"),
}  # fmt: skip

WARNINGS: dict[str, tuple[Any, str]] = {
    "no-features": (file(), "features: there are none"),
    "sliver": (
        file(area([[-99.6, 27.45], [-99.59, 27.45], [-99.595, 27.45000001], [-99.6, 27.45]])),
        "geometry: a sliver of 0.5 m2"),
    "strip-of-a-metre": (
        file(area([[-99.6, 27.45], [-99.59, 27.45], [-99.59, 27.45001], [-99.6, 27.45001],
                   [-99.6, 27.45]])),
        "geometry: a sliver of 109"),
    "sliver-beside-a-zone": (
        file(made({"type": "MultiPolygon", "coordinates": [[SOUND], [
            [[-99.5, 27.45], [-99.49, 27.45], [-99.495, 27.45000001], [-99.5, 27.45]]]]}, {})),
        "polygon 1: a sliver"),
    "in-neither-country": (
        file(area(moved(SOUND, 0, -27), country=None)), "it is in neither the US nor Mexico"),
    "country-wrong-by-less-than-the-line-s-error": (
        file(area(BANK, country="US")), "all vertices are in MX (by a line that is"),
    "overlapping-with-two-answers": (
        file(area(SOUND), area(SOUND, id="b", kind="restricted")), "100% overlap with feature 1"),
    "corridor-with-a-step-too-long": (
        file(line([-100.15, 25.79], [-99.6, 27.45])), "(a), vertex 1 (-99.6, 27.45): 192 km"),
    "corridor-part-with-a-step-too-long": (
        file(made({"type": "MultiLineString", "coordinates": [ROAD[1:], ROAD[::3]]}, {})),
        "part 1, vertex 1"),
    "country-straddled": (
        file(area(moved(SOUND, 0.068, 0.05))), "country is MX, but 2 of 5 vertices are in US"),
}  # fmt: skip


@pytest.mark.parametrize("asset", ERRORS)
def test_errors(asset: str, tmp_path: Path) -> None:
    content, words = ERRORS[asset]
    path = tmp_path / f"{asset}.geojson"
    path.write_text(json.dumps(content))
    faults = lint.check(path)
    severities = {fault.severity for fault in faults if words in str(fault)}
    assert severities == {"error"}, [str(fault) for fault in faults]
    assert all(str(fault).startswith(str(path)) for fault in faults)


@pytest.mark.parametrize("asset", WARNINGS)
def test_warnings(asset: str, tmp_path: Path) -> None:
    content, words = WARNINGS[asset]
    path = tmp_path / f"{asset}.geojson"
    path.write_text(json.dumps(content))
    faults = lint.check(path)
    assert any(words in str(fault) for fault in faults), [str(fault) for fault in faults]
    assert {fault.severity for fault in faults} == {"warning"}
    read(path)  # a warning refuses nothing


def test_not_json(tmp_path: Path) -> None:
    path = tmp_path / "truncated.geojson"
    path.write_text('{"type": "FeatureCollection", "fea')
    (fault,) = lint.check(path)
    assert "not JSON: Unterminated string" in fault.what
    assert "line 1 column" in fault.what


def test_all_faults_are_listed_not_only_the_first(tmp_path: Path) -> None:
    path = tmp_path / "several.geojson"
    path.write_text(json.dumps(file(
        area(SOUND[:-1], INNER[:-1], kind="patio", id=None), line(ROAD[0], half_width_m=0),
    )))  # fmt: skip
    found = [(fault.feature, fault.place.split(" (")[0]) for fault in lint.check(path)]
    assert found == [
        ("feature 0", "ring 0, vertex 3"),
        ("feature 0", "ring 1, vertex 2"),
        ("feature 0", "kind"),
        ("feature 0", "id"),
        ("feature 1 (a)", "line"),
        ("feature 1 (a)", "half_width_m"),
    ]


MISPLACED = {
    "swapped-into-antarctica",
    "country-wrong",
    "one-vertex-swapped-into-the-indian-ocean",
}
"""Sound geometry that is surely not where it was meant: the check says so, and it can be read."""


@pytest.mark.parametrize("asset", sorted(ERRORS.keys() - MISPLACED))
def test_what_the_check_calls_an_error_cannot_be_read(asset: str, tmp_path: Path) -> None:
    path = tmp_path / f"{asset}.geojson"
    path.write_text(json.dumps(ERRORS[asset][0]))
    with pytest.raises(GeoFault) as refusal:
        read(path)
    assert refusal.value.mend in {fault.mend for fault in lint.check(path)}


@pytest.mark.parametrize("asset", sorted(MISPLACED))
def test_what_is_only_misplaced_can_be_read(asset: str, tmp_path: Path) -> None:
    path = tmp_path / f"{asset}.geojson"
    path.write_text(json.dumps(ERRORS[asset][0]))
    assert len(read(path).zones) == 1


def test_a_sound_file_has_no_fault_and_is_left_as_it_was(tmp_path: Path) -> None:
    crs84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    path = tmp_path / "sound.geojson"
    path.write_text(json.dumps(file(area(SOUND, INNER), line(*ROAD, id="b"), crs=crs84)))
    before = path.read_bytes()
    assert lint.check(path) == []
    assert path.read_bytes() == before


def test_a_bridge_is_on_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "bridge.geojson"
    path.write_text(json.dumps(file(area(moved(SOUND, 0.068, 0.05), kind="bridge"))))
    assert lint.check(path) == []


@pytest.mark.parametrize("name", library.names())
def test_what_ships_is_sound(name: str) -> None:
    assert lint.check(Path(library.__file__).parent / name) == []
