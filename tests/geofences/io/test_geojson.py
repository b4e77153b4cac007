"""GeoJSON in and out, and what is said of what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, box

from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.io.geojson import from_features, read, to_geojson
from geofences.kinds import Precision, ZoneKind
from geofences.zone import Zone

SQUARE = {"type": "Polygon", "coordinates": [[[-100, 25], [-99, 25], [-99, 26], [-100, 25]]]}
ROAD = {"type": "LineString", "coordinates": [[-100, 25], [-99, 26]]}


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_read_makes_areas_zones_and_lines_corridors(tmp_path: Path) -> None:
    path = tmp_path / "zones.geojson"
    path.write_text(json.dumps(collection(
        feature(SQUARE, id="z", name="Z", kind="yard", country="US", crossing="c", source="me",
                precision="surveyed", usual_minutes=40, port_code="2304", least_stay_min=0),
        feature(ROAD, id="r", half_width_m=1500),
    )))  # fmt: skip
    geofences = read(path)
    (zone,), (corridor,) = geofences.zones, geofences.corridors
    assert (zone.id, zone.name, zone.kind, zone.country) == ("z", "Z", ZoneKind.YARD, "US")
    assert (zone.crossing, zone.source, zone.precision) == ("c", "me", Precision.SURVEYED)
    assert zone.properties == {"usual_minutes": 40, "port_code": "2304"}
    assert zone.least_stay_min == 0
    assert (corridor.id, corridor.name, corridor.half_width_m) == ("r", "r", 1500)
    assert corridor.precision is Precision.APPROXIMATE


def test_what_goes_out_comes_in_again() -> None:
    zone = Zone("z", "Z", ZoneKind.DEAD_ZONE, box(-100, 25, -99, 26), "MX", "c",
                Precision.SURVEYED, "me", {"usual_minutes": 40.0, "mine": [1]}, 7.5)  # fmt: skip
    corridor = Corridor("r", "R", LineString([(-100, 25), (-99, 26)]), 700.0, source="me")
    out = to_geojson([zone], [corridor])
    geofences = from_features(json.loads(json.dumps(out)), where="test", default_kind=None)
    assert to_geojson(geofences.zones, geofences.corridors) == out
    assert geofences.zones[0].properties == zone.properties
    assert geofences.zones[0].least_stay_min == 7.5
    assert geofences.corridors[0].half_width_m == 700.0


def test_a_shipment_may_bring_a_bare_geometry_or_one_feature() -> None:
    bare = from_features(SQUARE, where="S1", prefix="S1.origin.")
    assert [(zone.id, zone.kind) for zone in bare.zones] == [("S1.origin", ZoneKind.OTHER)]
    line = from_features(ROAD, where="S1", prefix="S1.leg-0")
    assert [corridor.id for corridor in line.corridors] == ["S1.leg-0"]
    named = from_features(feature(SQUARE, id="dock"), where="S1", prefix="S1.")
    assert [zone.id for zone in named.zones] == ["S1.dock"]
    several = from_features(
        collection(feature(SQUARE), feature(SQUARE, id="a")), where="S1", prefix="S1.",
        default_kind=ZoneKind.RESTRICTED,
    )  # fmt: skip
    assert [zone.id for zone in several.zones] == ["S1.0", "S1.a"]
    assert {zone.kind for zone in several.zones} == {ZoneKind.RESTRICTED}


def test_the_id_may_be_the_features_own() -> None:
    found = from_features({**feature(SQUARE), "id": "own"}, where="t")
    assert found.zones[0].id == "own"


def test_heights_are_dropped() -> None:
    high = {"type": "LineString", "coordinates": [[-100, 25, 500], [-99, 26, 510]]}
    assert from_features(feature(high, id="r"), where="t").corridors[0].line.has_z is False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "not GeoJSON of an area or a line: list"),
        ({"type": "Point", "coordinates": [0, 0]}, "not GeoJSON of an area or a line: Point"),
        ({"type": "FeatureCollection"}, "no list of features"),
        (collection(7), "t, feature 0, feature: not a Feature"),
        (collection(feature(SQUARE)), "t, feature 0, id: missing"),
        (collection(feature(SQUARE, id=7)), "t, feature 0 (7), id: 7 is no id"),
        (collection(feature(SQUARE, id=" a")), "' a' is no id"),
        (collection(feature(SQUARE, id="a"), feature(ROAD, id="a")),
         "t, feature 1 (a), id: 'a' occurs twice"),
        (feature(SQUARE, id="a", kind="yrad"), "t, feature 0 (a), kind: unknown: 'yrad' (one of"),
        (feature(SQUARE, id="a", country="MEX"), "country: unknown: 'MEX' (one of US, MX)"),
        (feature(SQUARE, id="a", name=3), "name: 3 is no text"),
        (feature(SQUARE, id="a", least_stay_min=-1), "least_stay_min: -1 is no number from 0"),
        (feature(SQUARE, id="a", usual_minutes=-1), "usual_minutes: -1 is no number above 0"),
        (feature(ROAD, id="a", half_width_m="wide"), "half_width_m: 'wide' is no number above 0"),
        (feature(ROAD, id="a", half_width_m=True), "half_width_m: True is no number above 0"),
        (feature(None, id="a"), "no geometry is neither an area nor a line"),
        (feature({"type": "Polygon", "coordinates": []}, id="a"), "it is empty"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1]]]}, id="a"),
         "t, feature 0 (a), ring 0, vertex 2 (1, 1): the ring is not closed"),
        ({"type": "Feature", "properties": [], "geometry": SQUARE, "id": "a"},
         "properties: not an object"),
    ],
)  # fmt: skip
def test_faults_name_feature_place_and_mend(given: Any, words: str) -> None:
    with pytest.raises(GeoFault) as caught:
        from_features(given, where="t")
    assert words in str(caught.value)
    assert str(caught.value) == f"{caught.value.where}: {caught.value.what} ({caught.value.mend})"


def test_a_file_must_say_each_zones_kind(tmp_path: Path) -> None:
    path = tmp_path / "zones.geojson"
    path.write_text(json.dumps(collection(feature(SQUARE, id="z"))))
    with pytest.raises(GeoFault, match=r"zones.geojson, feature 0 \(z\), kind: missing"):
        read(path)


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "Fature"}', "\xff"])
def test_a_file_that_is_no_feature_collection(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.geojson"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(GeoFault, match=r"not JSON|not a FeatureCollection"):
        read(path)
