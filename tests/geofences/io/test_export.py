"""What goes out comes in again, but for what is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from shapely import LineString, MultiLineString, MultiPolygon, Polygon, box

from geofences.checks import lint
from geofences.checks.changes import Change, changes, count
from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.io.export import format_of, geojson_text, write
from geofences.io.files import ReadOptions
from geofences.io.geojson import GeofenceSet, read
from geofences.kinds import Precision, ZoneKind
from geofences.zone import Zone

YARD = box(-106.45, 31.66, -106.44, 31.67)
HOLED = Polygon(
    [(-100.16, 25.78), (-100.15, 25.78), (-100.15, 25.79), (-100.16, 25.79)],
    [[(-100.157, 25.783), (-100.153, 25.783), (-100.153, 25.787)]],
)
ROAD = LineString([(-100.16, 25.78), (-100.2, 26.2), (-99.9, 26.9)])
ZONES = (
    Zone("patio.ñ", "Patio Ñ, Juárez", ZoneKind.YARD, YARD, "MX", None, Precision.SURVEYED, "yo"),
    Zone("two", "Dos", ZoneKind.PLANT, MultiPolygon([HOLED, box(-100.1, 25.7, -100.09, 25.71)]),
         "MX", "laredo-colombia", least_stay_min=12.5),
    Zone("dead", "Sin señal", ZoneKind.DEAD_ZONE, box(-99.9, 26.9, -99.8, 27.0), None, None,
         Precision.APPROXIMATE, "", {"usual_minutes": 40}),
)  # fmt: skip
CORRIDORS = (
    Corridor("road", "Camino", ROAD, 1500.0, Precision.APPROXIMATE, "yo", {"to": "dead"}),
    Corridor(
        "gap", "Con hueco", MultiLineString([ROAD, LineString([(-99.9, 26.91), (-99.8, 27)])])
    ),
)
SET = GeofenceSet(ZONES, CORRIDORS)
EVERY = ["geojson", "gpkg", "fgb", "kml", "zip", "csv"]


def again(geofences: GeofenceSet, path: Path) -> tuple[GeofenceSet, list[str]]:
    """Exported and imported, and what was said on the way out."""
    to = format_of(path)
    assert to is not None
    notes = write(geofences, path, to)
    survey = lint.survey([path], ReadOptions())
    assert [str(fault) for fault in survey.faults if fault.severity == "error"] == []
    return GeofenceSet.of(one.place for one in survey.placed), notes


@pytest.mark.parametrize("suffix", EVERY)
def test_what_goes_out_comes_in_again(tmp_path: Path, suffix: str) -> None:
    back, notes = again(SET, tmp_path / f"all.{suffix}")
    assert {change.kind for change in changes(SET, back)} == {"same"}
    assert len(back.places) == len(SET.places)
    renamed = [note for note in notes if "is called" in note]
    assert renamed == [
        f"column {name} is called {name[:10]}: a shapefile's names are short"
        for name in (["least_stay_min", "usual_minutes", "half_width_m"] if suffix == "zip" else [])
    ]
    assert [file.name for file in tmp_path.iterdir()] == [f"all.{suffix}"]


@pytest.mark.parametrize("suffix", EVERY)
def test_what_was_there_is_replaced(tmp_path: Path, suffix: str) -> None:
    """Writing over a file that is there leaves nothing of it."""
    path = tmp_path / f"all.{suffix}"
    again(SET, path)
    back, _ = again(GeofenceSet(ZONES[:1], CORRIDORS[:1]), path)
    assert {place.id for place in back.places} == {"patio.ñ", "road"}


def test_properties_of_ones_own(tmp_path: Path) -> None:
    own = {"trucks": 7, "share": 0.5, "open": True, "code": "0007"}
    geofences = GeofenceSet((Zone("a", "A", ZoneKind.YARD, YARD, properties=own), *ZONES[:1]))
    for suffix in EVERY:
        back, notes = again(geofences, tmp_path / f"own.{suffix}")
        (found,) = (zone.properties for zone in back.zones if zone.id == "a")
        if suffix == "csv":
            assert found == {key: str(own[key]) for key in ("trucks", "share", "code")} | {
                "open": "true"
            }
            assert any("knows only text" in note for note in notes)
        else:
            assert found == own, suffix
            assert {type(value) for value in found.values()} == {int, float, bool, str}


def test_what_a_table_cannot_carry_is_said(tmp_path: Path) -> None:
    own = {"nested": [1, 2], "mixed": 7}
    zones = (Zone("a", "A", ZoneKind.YARD, YARD, properties=own),
             Zone("b", "B", ZoneKind.YARD, HOLED, properties={"mixed": "seven"}))  # fmt: skip
    back, notes = again(GeofenceSet(zones), tmp_path / "a.gpkg")
    why = "its values are lists or of several kinds"
    assert notes == [
        f"column nested comes in again as text: {why}",
        f"column mixed comes in again as text: {why}",
    ]
    assert back.zones[0].properties == {"nested": "[1, 2]", "mixed": "7"}
    assert [change.what for change in changes(GeofenceSet(zones), back) if change.what] == [
        ("mixed", "nested")
    ]


def test_what_a_shapefile_cuts_is_said(tmp_path: Path) -> None:
    long = Zone("a", "Ñ" * 200, ZoneKind.YARD, YARD,
                properties={"trucks_2024": 1, "trucks_2024_source": "x"})  # fmt: skip
    back, notes = again(GeofenceSet((long,)), tmp_path / "a.shp")
    assert notes == [
        "name is cut at 254 bytes in 1",
        "column trucks_2024 is called trucks_202: a shapefile's names are short",
        "column trucks_2024_source is called trucks_2_1: a shapefile's names are short",
    ]
    assert back.zones[0].name == "Ñ" * 127
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        f"a.{part}" for part in ("cpg", "dbf", "prj", "shp", "shx")
    ]


def test_a_shapefile_holds_zones_or_corridors(tmp_path: Path) -> None:
    with pytest.raises(GeoFault, match=r"not both \(-o FILE.zip holds both"):
        write(SET, tmp_path / "a.shp", "shp")
    assert list(tmp_path.iterdir()) == []


def test_properties_that_differ_only_in_capitals(tmp_path: Path) -> None:
    zone = Zone("a", "A", ZoneKind.YARD, YARD, properties={"Source": "x", "SOURCE": "y"})
    with pytest.raises(GeoFault, match="differ only in capitals"):
        write(GeofenceSet((zone,)), tmp_path / "a.gpkg", "gpkg")
    assert list(tmp_path.iterdir()) == []
    write(GeofenceSet((zone,)), tmp_path / "a.geojson", "geojson")


def test_geojson_has_a_feature_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(geojson_text(SET), encoding="utf-8")
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(SET.places) + 2
    assert {change.kind for change in changes(SET, read(path))} == {"same"}


def test_changes() -> None:
    moved = Zone("patio.ñ", "Patio", ZoneKind.YARD, box(-106.45, 31.66, -106.44, 31.68), "MX", None,
                 Precision.SURVEYED, "yo")  # fmt: skip
    turned = dataclasses.replace(ZONES[1], polygon=ZONES[1].polygon.reverse())
    backwards = Corridor("road", "Camino", ROAD.reverse(), 1500.0, Precision.APPROXIMATE, "yo",
                         {"to": "dead"})  # fmt: skip
    new = Zone("new", "Nuevo", ZoneKind.OTHER, YARD)
    found = changes(SET, GeofenceSet((new, moved, turned), (backwards, CORRIDORS[1])))
    assert found == [
        Change("new", "new"),
        Change("patio.ñ", "changed", ("geometry", "name")),
        Change("road", "changed", ("geometry",)),  # which way a corridor runs is what it says
        Change("dead", "gone"),
        Change("gap", "same"),
        Change("two", "same"),  # which way round a ring goes is not
    ]
    assert count(found) == {"new": 1, "changed": 2, "gone": 1, "same": 2}
