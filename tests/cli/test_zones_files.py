"""`tracker zones import`, `export` and `check`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
from shapely import box

from tests.cli.conftest import Run
from tests.cli.test_places_and_payloads import collection, square
from tests.conftest import ROOT

YARD, DOCK = box(-106.45, 31.66, -106.44, 31.67), box(-106.43, 31.66, -106.42, 31.67)
DOCUMENTED = {
    section.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    for section in (ROOT / "docs" / "json.md").read_text(encoding="utf-8").split("\n## ")[1:]
}


def patios(path: Path, *, ids: tuple[str, ...] = ("J-1", "J-2"), crs: str = "EPSG:32613") -> Path:
    table = {"CLAVE": ids, "NOMBRE": [f"Patio Ñ {own}" for own in ids]}
    shapes = [YARD, DOCK][: len(ids)]
    made = geopandas.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").to_crs(crs)
    pyogrio.write_dataframe(made, path, driver="GPKG")
    return path


def ids(path: Path) -> list[str]:
    return [one["properties"]["id"] for one in json.loads(path.read_bytes())["features"]]


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


# import


def test_import_then_configured_then_in_use(started: Run, tmp_path: Path) -> None:
    patios(tmp_path / "patios.gpkg")
    ran = started("zones", "import", "patios.gpkg", "--kind", "yard")
    assert ids(tmp_path / "zones" / "patios.geojson") == ["J-1", "J-2"]
    assert "column CLAVE is taken for id" in ran.err
    assert f"wrote {tmp_path}/zones/patios.geojson" in ran.out
    line = 'files = ["zones/patios.geojson"]'
    assert line in ran.out
    config = tmp_path / "tracker.toml"
    config.write_text(config.read_text().replace("# files = []", line))
    assert "Patio Ñ J-1" in started("zones", "list").out
    (found,) = started("zones", "locate", "31.665", "-106.445", "--json").documents
    assert "J-1" in found["zones"]
    again = started("zones", "import", "patios.gpkg", "--kind", "yard")
    assert "0 new, 0 changed, 0 gone, 2 same" in again.out
    assert "it stands in [zones] files of " in again.out


def test_a_dry_run_says_what_would_change_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    patios(tmp_path / "a.gpkg")
    before = files(tmp_path)
    asked = ["zones", "import", "a.gpkg", "--kind", "yard", "-o", "out.geojson"]
    assert "2 new, 0 changed, 0 gone, 0 same" in run(*asked, "--dry-run").out
    assert files(tmp_path) == before
    run(*asked)
    written = (tmp_path / "out.geojson").read_bytes()
    (tmp_path / "a.gpkg").unlink()
    patios(tmp_path / "a.gpkg", ids=("J-1", "J-3"), crs="EPSG:6372")
    (document,) = run(*asked, "--map", "NOMBRE=source", "--dry-run", "--json").documents
    assert list(document) == DOCUMENTED["Import"]
    assert (document["new"], document["changed"], document["gone"], document["same"]) == (
        ["J-3"], ["J-1"], ["J-2"], []
    )  # fmt: skip
    assert document["written"] is False
    assert (tmp_path / "out.geojson").read_bytes() == written
    text = run(*asked, "--map", "NOMBRE=source", "--dry-run").out
    assert re.search(r"changed +J-1 +name, source\n", text)  # reprojecting is no change


def test_what_would_go_goes_only_when_told(run: Run, tmp_path: Path) -> None:
    patios(tmp_path / "a.gpkg")
    patios(tmp_path / "b.gpkg", ids=("J-1",))
    options = ["--kind", "yard", "-o", "out.geojson"]
    run("zones", "import", "a.gpkg", *options)
    refused = run("zones", "import", "b.gpkg", *options, code=1)
    assert "1 of its places are not in these files, so nothing was written" in refused.err
    assert "--replace" in refused.err
    assert ids(tmp_path / "out.geojson") == ["J-1", "J-2"]
    run("zones", "import", "b.gpkg", *options, "--replace")
    assert ids(tmp_path / "out.geojson") == ["J-1"]


def test_what_has_an_error_is_left_out_and_stops_the_rest_when_asked(
    run: Run, tmp_path: Path
) -> None:
    bad = square(-106.4, 31.6, id="bad", kind="yard")
    bad["geometry"]["coordinates"][0].pop()
    twice = square(-106.3, 31.5, id="good", kind="yard", name="second")
    good = square(-106.2, 31.5, id="good", kind="yard", name="first")
    (tmp_path / "mine.json").write_text(collection(bad, good, twice))
    before = files(tmp_path)
    ran = run("zones", "import", "mine.json", "--all-or-nothing", code=1)
    assert "the ring is not closed" in ran.out
    assert files(tmp_path) == before
    asked = ("zones", "import", "mine.json", "--all-or-nothing", "--json")
    (document,) = run(*asked, code=1).documents
    assert document["bad"] == ["mine.json, feature 0 (bad)", "mine.json, feature 2 (good)"]
    assert document["counts"] == [{"file": "mine.json", "has": 3, "read": 3, "passed_over": {}}]
    leaving = run("zones", "import", "mine.json", code=1)
    assert "left out: mine.json, feature 0 (bad)" in leaving.err
    assert run("zones", "import", "mine.json", "--skip-bad").err == leaving.err
    (kept,) = json.loads((tmp_path / "zones" / "mine.geojson").read_bytes())["features"]
    assert kept["properties"]["name"] == "first"


def test_a_whole_file_cannot_be_skipped(run: Run, tmp_path: Path) -> None:
    patios(tmp_path / "a.gpkg")
    (tmp_path / "b.kml").write_text("<kml>")
    ran = run(
        "zones", "import", "a.gpkg", "b.kml", "--kind", "yard", "-o", "o.geojson", "--skip-bad",
        code=1,
    )  # fmt: skip
    assert "b.kml" in ran.out
    assert "no well-formed XML" in ran.out
    assert not (tmp_path / "o.geojson").exists()


def test_several_files_become_one_that_is_named(run: Run, tmp_path: Path) -> None:
    patios(tmp_path / "a.gpkg", ids=("A",))
    (tmp_path / "b.json").write_text(collection(square(-106.2, 31.5, id="B", kind="plant")))
    both = ["zones", "import", "a.gpkg", "b.json", "--kind", "yard"]
    assert "name it with -o" in run(*both, code=2).err
    run(*both, "-o", "deep/er/all.geojson")
    assert ids(tmp_path / "deep" / "er" / "all.geojson") == ["A", "B"]


def test_an_id_of_the_library_is_taken(run: Run, tmp_path: Path) -> None:
    mine = square(-106.2, 31.5, id="laredo-world-trade.bridge", kind="yard")
    (tmp_path / "a.json").write_text(collection(mine))
    assert "in the shipped library too" in run("zones", "import", "a.json", code=1).out
    run("zones", "import", "a.json", "--id-prefix", "mine.")
    assert ids(tmp_path / "zones" / "a.geojson") == ["mine.laredo-world-trade.bridge"]


def test_options_for_what_a_file_does_not_say(run: Run, tmp_path: Path) -> None:
    """Latitude first, a radius for all, kinds by a column's words, an encoding."""
    text = """NOMBRE;TIPO;lat;lon
Peñón;Aduana;31,50;-106,20
Patio;Patio;31,60;-106,30
"""
    (tmp_path / "a.csv").write_bytes(text.encode("cp850"))
    asked = ["zones", "import", "a.csv", "--lat-lon", "--radius", "80", "--encoding", "cp850",
             "--kind-of", "Aduana=customs_compound", "--kind-of", "pat*=yard"]  # fmt: skip
    ran = run(*asked, "--crs", "EPSG:4326")
    assert "a.csv: 2 features, 2 read" in ran.err
    found = json.loads((tmp_path / "zones" / "a.geojson").read_bytes())["features"]
    said = {one["properties"]["name"]: one["properties"]["kind"] for one in found}
    assert said == {"Peñón": "customs_compound", "Patio": "yard"}
    assert {one["geometry"]["type"] for one in found} == {"Polygon"}


def test_where_nothing_can_be_made_nothing_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,lat,lon\nCaseta,31.5,-106.2\n")
    ran = run("zones", "import", "a.csv", code=1)
    assert "passed over: points without a radius (1)" in ran.err
    assert "nothing in them could be a zone or a corridor" in ran.err
    assert files(tmp_path) == {"a.csv"}


def test_one_bad_pin_does_not_stop_the_rest(run: Run, tmp_path: Path) -> None:
    pin = "<Placemark><name>{}</name><Point><coordinates>{}</coordinates></Point></Placemark>"
    ring = "-106.2,31.5 -106.1,31.5 -106.1,31.6 -106.2,31.5"
    area = (
        "<Placemark><name>Patio</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    content = pin.format("Caseta", "-106.2,31.5") + area + pin.format("Rota", "-106.2,")
    (tmp_path / "a.kml").write_text(f"<kml><Document>{content}</Document></kml>")
    ran = run("zones", "import", "a.kml", "--kind", "yard", code=1)
    assert "left out: a.kml, feature 2 (rota)" in ran.err
    assert "a point is no zone: passed over" in ran.out
    assert ids(tmp_path / "zones" / "a.geojson") == ["patio"]


def test_a_zone_of_the_library_is_replaced_or_switched_off(started: Run, tmp_path: Path) -> None:
    bridge, queue = "laredo-world-trade.bridge", "laredo-world-trade.mx-queue"
    (tmp_path / "mine.json").write_text(
        collection(square(-99.6, 27.3, id=bridge, kind="bridge", name="Mine", replaces=bridge))
    )
    ran = started("zones", "import", "mine.json")
    assert "the id of" not in ran.out
    config = tmp_path / "tracker.toml"
    said = f'files = ["zones/mine.geojson"]\nwithout = ["{queue}", "yuma.*"]'
    config.write_text(config.read_text().replace("# files = []", said))
    assert "the library has no 'yuma.*'" in started("zones", "list", code=2).err
    config.write_text(config.read_text().replace(', "yuma.*"', ""))
    listed = {one["id"]: one for one in started("zones", "list", "--json").documents}
    assert listed[bridge]["name"] == "Mine"
    assert queue not in listed
    nowhere = square(-99.6, 27.3, id="x", kind="bridge", replaces="yuma.bridge")
    (tmp_path / "mine.json").write_text(collection(nowhere))
    asked = ["zones", "check", "mine.json"]
    assert "there is no 'yuma.bridge' in the shipped library" in started(*asked, code=1).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.gpkg", "--kind-of", "Patio"], "'Patio' is no NAME=KIND"),
        (["a.gpkg", "--kind-of", "Patio=patio"], "KIND is one of plant, yard"),
        (["a.gpkg", "--kind-of", "Patio=yard"], "nothing is called 'Patio'"),
        (["a.gpkg", "--encoding", "klingon"], "no encoding 'klingon'"),
        (["a.gpkg", "--radius", "-1"], "--radius"),
        (["a.gpkg", "--map", "NOMBRE"], "'NOMBRE' is no COLUMN=KEY"),
        (["a.gpkg", "--map", "NOMBRE=nombre"], "KEY is one of id, name, kind"),
        (["a.gpkg", "--map", "X=name"], "it has no column 'X'"),
        (["a.gpkg", "--map", "NOMBRE=name", "--map", "CLAVE=name"], "two columns for name"),
        (["a.gpkg", "--crs", "EPSG:0"], "PROJ does not know EPSG:0"),
        (["a.gpkg", "--kind", "patio"], "patio"),
        (["none.gpkg"], "none.gpkg"),
        (["a.gpkg", "-o", "a.gpkg"], "is to be read and written"),
        (["a.gpkg", "-o", "other.txt"], "other.txt"),
    ],
)
def test_calls_that_cannot_be_meant(
    run: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    patios(tmp_path / "a.gpkg")
    (tmp_path / "other.txt").write_text("a letter")  # never overwritten: it is no zones file
    before = files(tmp_path)
    assert words in run("zones", "import", *arguments, code=2).err
    assert files(tmp_path) == before
    assert (tmp_path / "other.txt").read_text() == "a letter"


# check


def test_check_any_format_and_exit_codes(run: Run, tmp_path: Path) -> None:
    patios(tmp_path / "a.gpkg")
    faults = run("zones", "check", "a.gpkg", "--json", code=1).documents
    assert {fault["place"] for fault in faults} == {"kind"}
    assert list(faults[0]) == DOCUMENTED["Fault"]
    ran = run("zones", "check", "a.gpkg", "--kind", "yard")
    assert "no faults in 2 features" in ran.out
    over = square(-106.445, 31.665, id="over", kind="restricted")
    (tmp_path / "b.geojson").write_text(collection(over))
    both = ["zones", "check", "a.gpkg", "b.geojson", "--kind", "yard"]
    assert "a truck there is where it must not be" in run(*both).out
    run(*both, "--strict", code=1)


def test_check_takes_geojson_as_it_stands_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(collection(square(-106.2, 31.5, NOMBRE="Patio", kind="yard")))
    assert "id" in run("zones", "check", "a.json", code=1).out
    run("zones", "check", "a.json", "--map", "NOMBRE=name")


def test_many_faults_alike_are_summed_up_for_people(run: Run, tmp_path: Path) -> None:
    several = [square(-106.2, 31.5, id=f"z{i}", kind="yrd") for i in range(60)]
    (tmp_path / "a.json").write_text(collection(*several))
    ran = run("zones", "check", "a.json", code=1)
    assert "... and 40 more in a.json: unknown: 'yrd' (--json has them all)" in ran.out
    assert len(run("zones", "check", "a.json", "--json", code=1).documents) == 60


# export


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.fgb", "a.kml", "a.zip", "a.csv"])
def test_export_and_back(run: Run, tmp_path: Path, name: str) -> None:
    (document,) = run("zones", "export", "-o", name, "--json").documents
    assert list(document) == DOCUMENTED["Export"]
    listed = run("zones", "list", "--json").documents
    assert document["zones"] + document["corridors"] == len(listed)
    # Its ids are those of the library, so they need a prefix to come in beside it.
    back = ["zones", "import", name, "--id-prefix", "x.", "-o", "back.geojson", "--json"]
    (imported,) = run(*back).documents
    assert imported["new"] == sorted(f"x.{one['id']}" for one in listed)


def test_export_chooses(run: Run, tmp_path: Path) -> None:
    out = ["zones", "export", "-o", "a.json"]
    assert run(*out, "--kind", "bridge", "--crossing", "laredo-world-trade").out == (
        "wrote a.json: 1 zones, 0 corridors\n"
    )
    assert ids(tmp_path / "a.json") == ["laredo-world-trade.bridge"]
    assert "no zone or corridor is like that" in run(*out, "--crossing", "x", code=2).err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "a.doc"], "its name says no format"),
        (["-o", "a.kml", "--format", "gpkg"], "let it end in .gpkg"),
        (["-o", "none/a.gpkg"], "none"),
        (["-o", "a.shp"], "holds both"),
    ],
)
def test_exports_that_cannot_be(run: Run, tmp_path: Path, arguments: list[Any], words: str) -> None:
    assert words in run("zones", "export", *arguments, code=2).err
    assert files(tmp_path) == set()
