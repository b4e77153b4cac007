"""What may stand at the root of a GeoJSON file, and what would vanish from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geofences.io.files import ReadOptions
from geofences.io.geojson import read
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import said, written, zones

RING = [[-99.6, 27.5], [-99.59, 27.5], [-99.59, 27.51], [-99.6, 27.51], [-99.6, 27.5]]
AREA = {"type": "Polygon", "coordinates": [RING]}


def feature(name: str, **more: Any) -> dict[str, Any]:
    properties = {"id": name.lower(), "name": name, "kind": "yard"}
    return {"type": "Feature", "properties": properties, "geometry": AREA} | more


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)} | more


UNO, DOS = feature("Uno"), feature("Dos")
ROOTS = {
    "a collection": json.dumps(collection(UNO, DOS)),
    "with a mark": "\ufeff" + json.dumps(collection(UNO, DOS)),
    "a feature a line": f"{json.dumps(UNO)}\n{json.dumps(DOS)}\n",
    "features over several lines": f"{json.dumps(UNO, indent=1)}\n\n{json.dumps(DOS, indent=1)}",
    "a sequence of RFC 8142": f"\x1e{json.dumps(UNO)}\n\x1e{json.dumps(DOS)}\n",
    "a list": json.dumps([UNO, DOS]),
    "collections one after the other": json.dumps(collection(UNO)) + json.dumps(collection(DOS)),
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("configured", [False, True])
def test_every_feature_is_read_whatever_the_root(
    tmp_path: Path, root: str, configured: bool
) -> None:
    path = written(tmp_path / "a.geojson", ROOTS[root])
    if configured:
        assert [zone.id for zone in read(path).zones] == ["uno", "dos"]
    else:
        assert zones(path).keys() == {"uno", "dos"}
        assert f"{path}: 2 features, 2 read" in said(path)


def test_a_lone_feature_and_a_bare_geometry(tmp_path: Path) -> None:
    alone = written(tmp_path / "a.geojson", json.dumps(UNO))
    assert [zone.id for zone in read(alone).zones] == ["uno"]
    bare = written(tmp_path / "b.geojson", json.dumps(AREA))
    assert zones(bare, ReadOptions(kind=ZoneKind.YARD, prefix="z")).keys() == {"z0"}


@pytest.mark.parametrize("suffix", [".geojsonl", ".ndjson", ".geojsons"])
def test_names_of_sequences(tmp_path: Path, suffix: str) -> None:
    assert zones(written(tmp_path / f"a{suffix}", json.dumps(UNO))).keys() == {"uno"}


MERCATOR = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
LOST = {
    '{"type": "FeatureCollection", "features": [1], "features": []}': "has 'features' twice",
    json.dumps(UNO)[:-1] + ', "geometry": null}': "has 'geometry' twice",
    json.dumps(UNO).replace('"kind"', '"name": "Otro", "kind"'): "has 'name' twice",
    f"{json.dumps(UNO)}\n{json.dumps(DOS)[:-9]}\n": "not JSON",
    json.dumps(collection(UNO, crs=MERCATOR)) + json.dumps(collection(UNO, crs={})): (
        "its parts name several reference systems"),
    "[" * 50_000: "lists stand too deep in each other",
    '{"type": "Point", "coordinates": [' + "1" * 5000 + "]}": "not JSON: Exceeds the limit",
}  # fmt: skip


@pytest.mark.parametrize("text", LOST, ids=list(LOST.values()))
def test_what_would_vanish_is_refused(tmp_path: Path, text: str) -> None:
    assert LOST[text] in said(written(tmp_path / "a.geojson", text))


def test_a_system_that_a_lone_feature_names_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "a.geojson", json.dumps(feature("Uno", crs=MERCATOR)))
    assert "which is in metres, but its positions look like degrees" in said(path)


def test_what_is_no_feature_does_not_stop_the_rest(tmp_path: Path) -> None:
    path = written(tmp_path / "a.geojson", json.dumps(collection(UNO, None, AREA, DOS)))
    text = said(path)
    assert "feature 1, feature: not a Feature" in text
    assert "feature 2, feature: not a Feature" in text
    assert "4 features, 4 read" in text


def test_numbers_that_are_none(tmp_path: Path) -> None:
    odd = feature("Uno")
    odd["properties"] |= {"ancho": float("nan"), "least_stay_min": float("inf")}
    path = written(tmp_path / "a.geojson", json.dumps(collection(odd)))
    assert "2 properties are no finite number: taken as not said" in said(path)
    assert zones(path)["uno"].properties == {}
    broken = json.loads(json.dumps(UNO))
    broken["geometry"]["coordinates"][0][2][0] = float("nan")
    path = written(tmp_path / "b.geojson", json.dumps(broken))
    assert "vertex 2 (nan, 27.51): a coordinate is no finite number" in said(path)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-16", "it is in UTF-16"), ("cp1252", "read as Windows-1252"), ("utf-8-sig", "")],
)
def test_text_is_what_its_bytes_are(tmp_path: Path, encoding: str, words: str) -> None:
    text = json.dumps(collection(feature("Peñón")), ensure_ascii=False)
    path = written(tmp_path / "a.geojson", text.encode(encoding))
    assert [zone.name for zone in zones(path).values()] == ["Peñón"]
    assert words in said(path)


def test_ids_that_a_program_made_go_after_names(tmp_path: Path) -> None:
    made: list[dict[str, Any]] = [
        {"type": "Feature", "id": own, "properties": {"name": name}, "geometry": AREA}
        for own, name in (("way/88330552", "Uno"), ("way/88330553", "Dos"))
    ]
    path = written(tmp_path / "a.geojson", json.dumps(collection(*made)))
    assert zones(path).keys() == {"uno", "dos"}
    assert "--map feature.id=id takes those" in said(path)
    for one in made:
        one["properties"]["@id"] = one.pop("id")
    path = written(tmp_path / "c.geojson", json.dumps(collection(*made)))
    assert {own: zone.properties for own, zone in zones(path).items()} == {
        "uno": {"@id": "way/88330552"}, "dos": {"@id": "way/88330553"}
    }  # fmt: skip
    made[0]["id"], made[1]["id"] = "patio-norte", "patio-sur"
    path = written(tmp_path / "b.geojson", json.dumps(collection(*made)))
    assert zones(path).keys() == {"patio-norte", "patio-sur"}
