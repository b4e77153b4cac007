"""Every format in, in several reference systems, sound and broken. Files are made by GDAL or by
hand; an asset's name states its defect."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from geofences.checks import lint
from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.io.files import LoadedFile, ReadOptions, load
from geofences.io.well_known import from_wkb, from_wkt
from geofences.kinds import ZoneKind
from geofences.zone import Zone

YARD = box(-106.45, 31.66, -106.44, 31.67)  # in Ciudad Juárez
PLANT = Polygon(
    [(-100.16, 25.78), (-100.15, 25.78), (-100.15, 25.79), (-100.16, 25.79)],
    [[(-100.157, 25.783), (-100.153, 25.783), (-100.153, 25.787)]],
)  # in Apodaca, with a hole
NAMES = ["Patio Juárez", "Planta Ñandú"]
SYSTEMS = ["EPSG:4326", "EPSG:32613", "EPSG:32614", "EPSG:6372", "EPSG:3857"]
GDAL = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf", "kml": "LIBKML"}
AS_YARDS = ReadOptions(kind=ZoneKind.YARD)


def frame(crs: str | None = "EPSG:4326", **columns: Any) -> geopandas.GeoDataFrame:
    table = {"CLAVE": ["J-1", "P-2"], "NOMBRE": NAMES, "PAIS": ["MX", "MX"]} | columns
    made = geopandas.GeoDataFrame(table, geometry=[YARD, PLANT], crs="EPSG:4326")
    return made.set_crs(None, allow_override=True) if crs is None else made.to_crs(crs)


def dump(made: geopandas.GeoDataFrame, path: Path, **how: Any) -> Path:
    pyogrio.write_dataframe(made, path, driver=GDAL[path.suffix[1:]], **how)
    return path


def zones(path: Path, options: ReadOptions = AS_YARDS) -> dict[str, Zone]:
    """By id; the file must be without fault."""
    survey = lint.survey([path], options)
    assert [str(fault) for fault in survey.faults] == []
    return {one.place.id: one.place for one in survey.placed if isinstance(one.place, Zone)}


def corridors(path: Path, options: ReadOptions = AS_YARDS) -> dict[str, Corridor]:
    survey = lint.survey([path], options)
    assert [str(fault) for fault in survey.faults] == []
    return {one.place.id: one.place for one in survey.placed if isinstance(one.place, Corridor)}


def said(path: Path, options: ReadOptions = AS_YARDS) -> str:
    return "\n".join(str(fault) for fault in lint.survey([path], options).faults)


def same(a: shapely.Geometry, b: shapely.Geometry, degrees: float = 1e-9) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), degrees))


# Every format


@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb"])
def test_any_system_is_reprojected(tmp_path: Path, suffix: str, crs: str) -> None:
    found = zones(dump(frame(crs), tmp_path / f"zones.{suffix}"))
    assert found.keys() == {"J-1", "P-2"}
    # A ten-millionth of a degree is a centimetre.
    assert same(found["J-1"].polygon, YARD, 1e-7)
    assert same(found["P-2"].polygon, PLANT, 1e-7)
    assert [found["J-1"].name, found["P-2"].name] == NAMES
    assert found["J-1"].country == "MX"
    assert found["J-1"].kind is ZoneKind.YARD


def test_kml(tmp_path: Path) -> None:
    found = zones(dump(frame().rename(columns={"NOMBRE": "Name"}), tmp_path / "a.kml"))
    assert same(found["P-2"].polygon, PLANT)
    assert found["P-2"].name == "Planta Ñandú"
    # What GDAL adds to say how it is drawn is no property of the place.
    assert found["P-2"].properties == {}


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Mis zonas</name>
<Placemark><name>Patio Ñ, Juárez</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
-106.45,31.66,1100 -106.44,31.66,1100 -106.44,31.67,1100 {last}
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Ruta 45</name><LineString><coordinates>
-106.45,31.66,0 -106.40,31.60,0 -106.30,31.50,0
</coordinates></LineString></Placemark>
{more}</Document></kml>"""
CLOSED = "-106.45,31.66,1100"
POINT = (
    "<Placemark><name>Caseta</name><Point><coordinates>-106.4,31.6,0</coordinates></Point>"
    "</Placemark>"
)


def test_kml_by_hand_with_heights_and_ids_from_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.kml"
    path.write_text(KML.format(last=CLOSED, more=""), encoding="utf-8")
    assert not zones(path)["patio-n-juarez"].polygon.has_z
    assert corridors(path).keys() == {"ruta-45"}
    notes = load(path, AS_YARDS).notes
    assert notes == [
        "column Name is taken for name",
        "2 without an id have one made of their name",
    ]


def test_kml_folders_within_folders(tmp_path: Path) -> None:
    path = tmp_path / "folders.kml"
    line = "<LineString><coordinates>-106.4,31.6 -106.3,31.5</coordinates></LineString>"
    mark = f"<Placemark><name>{{}}</name>{line}</Placemark>"
    inner = f"<Folder><name>F2</name>{mark.format('B')}</Folder>"
    outer = f"<Folder><name>F1</name>{mark.format('A')}{inner}</Folder>{mark.format('C')}"
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{outer}</Document></kml>'
    )
    assert corridors(path).keys() == {"a", "b", "c"}


def test_kmz(tmp_path: Path) -> None:
    path = tmp_path / "mine.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML.format(last=CLOSED, more=""))
        archive.writestr("files/icon.png", b"no zone")
    assert zones(path).keys() == {"patio-n-juarez"}


def test_a_point_is_no_zone(tmp_path: Path) -> None:
    path = tmp_path / "with-a-point.kml"
    path.write_text(KML.format(last=CLOSED, more=POINT), encoding="utf-8")
    assert "feature 2 (caseta), geometry: a point is no zone: passed over" in said(path)
    tally = load(path, AS_YARDS).tally
    assert (tally.has, tally.read, tally.passed_over) == (3, 2, {"points without a radius": 1})


GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="31.6" lon="-106.4"><name>Caseta</name></wpt>
<rte><name>Ida</name><rtept lat="31.66" lon="-106.45"/><rtept lat="31.5" lon="-106.3"/></rte>
<trk><name>Vuelta</name><type>Driving</type>
<trkseg><trkpt lat="31.5" lon="-106.3"/><trkpt lat="31.6" lon="-106.4"/></trkseg>
<trkseg><trkpt lat="31.61" lon="-106.41"/><trkpt lat="31.66" lon="-106.45"/></trkseg></trk>
</gpx>"""


def test_gpx_routes_and_tracks_become_corridors(tmp_path: Path) -> None:
    path = tmp_path / "viaje.gpx"
    path.write_text(GPX)
    result = lint.survey([path], ReadOptions())
    assert [fault.what for fault in result.faults] == ["a point is no zone: passed over"]
    found = {one.place.id: one.place for one in result.placed if isinstance(one.place, Corridor)}
    assert found.keys() == {"ida", "vuelta"}
    assert len(shapely.get_parts(found["vuelta"].line)) == 2
    assert shapely.get_coordinates(found["ida"].line)[0].tolist() == [-106.45, 31.66]
    assert str(load(path, ReadOptions()).tally) == (
        f"{path}: 3 features, 2 read; passed over: points without a radius (1)"
    )


def shapefile_zip(tmp_path: Path, crs: str | None = "EPSG:6372", folder: str = "") -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    dump(frame(crs), inner / "patios.shp", encoding="UTF-8")
    path = tmp_path / "patios.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(inner.iterdir()):
            archive.write(file, folder + file.name)
        archive.writestr("__MACOSX/._patios.shp", b"shadow")
    return path


@pytest.mark.parametrize("folder", ["", "entrega/2025/"])
def test_a_zipped_shapefile(tmp_path: Path, folder: str) -> None:
    path = shapefile_zip(tmp_path, folder=folder)
    assert zones(path)["J-1"].name == "Patio Juárez"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["inner", "patios.zip"]


def test_a_shapefile_in_latin_1(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "a.shp", encoding="ISO-8859-1")
    assert zones(path)["P-2"].name == "Planta Ñandú"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_with_well_known_text(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "zonas.csv"
    rows = [["Clave", "Nombre", "Contorno"], ["J-1", NAMES[0], f'"{YARD.wkt}"']]
    rows += [["P-2", NAMES[1], f'"{PLANT.wkt}"']]
    text = "\n".join(delimiter.join(row) for row in rows)
    path.write_bytes(text.encode(encoding))
    found = zones(path, ReadOptions(crs="EPSG:4326", kind=ZoneKind.PLANT))
    assert [found["J-1"].name, found["P-2"].name] == NAMES
    assert same(found["P-2"].polygon, PLANT)


def test_csv_says_its_system_in_the_text_or_in_a_column(tmp_path: Path) -> None:
    wkt = frame("EPSG:32613").geometry[0].wkt
    extended = tmp_path / "extended.csv"
    extended.write_text(f'id,geom\na,"SRID=32613;{wkt}"\n')
    column = tmp_path / "column.csv"
    column.write_text(f'id,srid,geom\na,32613,"{wkt}"\n')
    for path in (extended, column):
        assert same(zones(path)["a"].polygon, YARD, 1e-7)


def test_geojson_in_another_system(tmp_path: Path) -> None:
    path = tmp_path / "old.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    made = json.loads(frame("EPSG:3857").to_json())
    path.write_text(json.dumps({**made, "crs": crs}))
    assert same(zones(path)["J-1"].polygon, YARD, 1e-7)


# What layers and tables hold


def test_several_layers_and_one_without_geometry(tmp_path: Path) -> None:
    path = dump(frame()[:1], tmp_path / "two.gpkg", layer="patios")
    road = geopandas.GeoDataFrame(
        {"id": ["r"], "name": ["Ruta"]}, geometry=[LineString([(-106.4, 31.6), (-106.3, 31.5)])],
        crs="EPSG:4326",
    ).to_crs("EPSG:32613")  # fmt: skip
    dump(road, path, layer="rutas", append=True)
    pyogrio.write_dataframe(
        geopandas.pd.DataFrame({"nota": ["x"]}), path, layer="notas", driver="GPKG", append=True
    )
    assert zones(path).keys() == {"J-1"}
    assert corridors(path).keys() == {"r"}
    loaded = load(path, AS_YARDS)
    assert loaded.labels == ["layer patios, feature 0 (J-1)", "layer rutas, feature 0 (r)"]
    assert "layer patios, layer notas has no geometry: passed over" in loaded.notes


def test_heights_and_several_parts(tmp_path: Path) -> None:
    high = shapely.force_3d(MultiPolygon([YARD, PLANT]), 1100.0)
    made = geopandas.GeoDataFrame({"id": ["m"]}, geometry=[high], crs="EPSG:4326")
    found = zones(dump(made, tmp_path / "a.gpkg"))["m"].polygon
    assert not found.has_z
    assert same(found, MultiPolygon([YARD, PLANT]))


def test_an_empty_layer_is_told(tmp_path: Path) -> None:
    path = dump(frame()[:0], tmp_path / "empty.gpkg", geometry_type="Polygon")
    assert "features: there are none" in said(path)


def test_collections_and_missing_geometry_are_told(tmp_path: Path) -> None:
    made = geopandas.GeoDataFrame(
        {"id": ["c", "n"]}, geometry=[shapely.GeometryCollection([YARD]), None], crs="EPSG:4326"
    )
    text = said(dump(made, tmp_path / "a.gpkg"))
    assert "feature 0 (c), geometry: GeometryCollection is neither an area nor a line" in text
    assert "feature 1 (n), geometry: no geometry is neither" in text


def test_numbers_keep_their_kind(tmp_path: Path) -> None:
    made = frame(
        camiones=geopandas.pd.array([7, None], dtype="Int64"), ancho=[1.5, None],
        abierto=[True, False], alta=geopandas.pd.to_datetime(["2025-03-01", "2025-03-02"]),
    )  # fmt: skip
    found = zones(dump(made, tmp_path / "a.gpkg"))
    assert found["J-1"].properties == {
        "camiones": 7, "ancho": 1.5, "abierto": True, "alta": "2025-03-01T00:00:00.000"
    }  # fmt: skip
    assert type(found["J-1"].properties["camiones"]) is int
    assert found["P-2"].properties.keys() == {"abierto", "alta"}


# Names of columns


def test_columns_go_where_they_are_told_to(tmp_path: Path) -> None:
    path = dump(frame(USO=["yard", "plant"], id=["x", "y"]), tmp_path / "a.gpkg")
    found = zones(path, ReadOptions(names={"CLAVE": "id", "USO": "kind", "PAIS": "source"}))
    assert (found["P-2"].kind, found["P-2"].source) == (ZoneKind.PLANT, "MX")
    assert "id" not in found["P-2"].properties


def test_a_guess_is_told_and_an_unfit_one_is_not_taken(tmp_path: Path) -> None:
    path = dump(frame(TIPO=["Patio", "Planta"]), tmp_path / "a.gpkg")
    assert load(path, AS_YARDS).notes == [
        "column CLAVE is taken for id",
        "column NOMBRE is taken for name",
        "column TIPO is not taken for kind, for it says 'Patio'"
        " (--kind-of 'Patio=KIND' says what that is; --map TIPO=kind takes it all the same)",
        "column PAIS is taken for country",
    ]
    assert zones(path)["J-1"].properties == {"TIPO": "Patio"}
    forced = said(path, ReadOptions(names={"TIPO": "kind"}))
    assert "kind: unknown: 'Patio' (one of plant, yard" in forced


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "a.gpkg")
    with pytest.raises(GeoFault, match=r"no column 'Tipo' \(its columns are: CLAVE, NOMBRE, PAIS"):
        load(path, ReadOptions(names={"Tipo": "kind"}))


def test_ids(tmp_path: Path) -> None:
    numbered = dump(frame(CLAVE=[17, 18]), tmp_path / "a.gpkg")
    assert zones(numbered).keys() == {"17", "18"}
    assert zones(numbered, ReadOptions(kind=ZoneKind.YARD, prefix="mx.")).keys() == {
        "mx.17",
        "mx.18",
    }
    bare = frame().drop(columns=["CLAVE", "NOMBRE"])
    nameless = dump(bare, tmp_path / "b.gpkg")
    text = said(nameless)
    assert "feature 0, id: missing" in text
    assert "--id-prefix" in text
    assert zones(nameless, ReadOptions(kind=ZoneKind.YARD, prefix="p-")).keys() == {"p-0", "p-1"}


def test_a_missing_kind_names_the_option(tmp_path: Path) -> None:
    assert "--kind KIND" in said(dump(frame(), tmp_path / "a.gpkg"), ReadOptions())


# Reference systems


@pytest.mark.parametrize(
    ("crs", "mend"),
    [("EPSG:4326", "look like degrees: --crs EPSG:4326"), ("EPSG:32613", "metres of UTM")],
)
def test_a_missing_system_is_refused_with_a_guess(tmp_path: Path, crs: str, mend: str) -> None:
    path = dump(frame(crs), tmp_path / "without-prj.shp")
    path.with_suffix(".prj").unlink()
    text = said(path)
    assert "it does not say in which reference system it is" in text
    assert mend in text
    assert zones(path, ReadOptions(crs=crs, kind=ZoneKind.YARD)).keys() == {"J-1", "P-2"}


def test_an_undefined_system_of_a_geopackage_is_a_missing_one(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        path = dump(frame(None), tmp_path / "undefined.gpkg")
    assert "it does not say in which reference system" in said(path)


def test_one_feature_without_numbers_hides_no_wrong_system(tmp_path: Path) -> None:
    nothing = "POLYGON((nan nan, 1 1, 1 0, nan nan))"
    path = tmp_path / "a.csv"
    path.write_text(f'name,crs,wkt\na,32614,"{nothing}"\nb,32614,"{YARD.wkt}"\n')
    assert "which is in metres, but its positions look like degrees" in said(path)


def test_metres_that_are_degrees(tmp_path: Path) -> None:
    made = frame().set_crs("EPSG:32614", allow_override=True)
    path = dump(made, tmp_path / "degrees-called-utm.gpkg")
    assert "says EPSG:32614, which is in metres, but its positions look like degrees" in said(path)
    right = ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD)
    assert zones(path, right).keys() == {"J-1", "P-2"}
    assert "read as EPSG:4326, though it says EPSG:32614" in load(path, right).notes


def test_degrees_that_are_metres(tmp_path: Path) -> None:
    made = frame("EPSG:32613").set_crs("EPSG:4326", allow_override=True)
    text = said(dump(made, tmp_path / "utm-called-degrees.gpkg"))
    assert "which is in degrees, but its positions do not look like it" in text


def test_an_unknown_system(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "a.gpkg")
    with pytest.raises(GeoFault, match="--crs: PROJ does not know EPSG:99999"):
        load(path, ReadOptions(crs="EPSG:99999"))


# Broken files: each says what and where, and none is an exception


DTD = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>'
LAUGHS = '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>'
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc</SrcDataSource></OGRVRTLayer>'
CONTENTS: dict[str, tuple[bytes | str, str]] = {
    "no-sqlite.gpkg": (b"PK\x03\x04", "it is not a GeoPackage"),
    "empty.gpkg": (b"", "it is not a GeoPackage"),
    "sqlite-header-only.gpkg": (b"SQLite format 3\x00" + bytes(84), "cannot be read"),
    "no-shapefile.shp": (b"\x00" * 100, "it is not a shapefile"),
    "alone.shp": (b"\x00\x00\x27\x0a" + bytes(96), "there is no .shx beside it"),
    "no-flatgeobuf.fgb": (b"fgb", "it is not a FlatGeobuf file"),
    "header-only.fgb": (b"fgb\x03fgb\x00", "it has no layer"),
    "truncated.kml": (KML[:300], "line 5: no well-formed XML"),
    "external-entity.kml": (DTD, "it declares a document type"),
    "entities-in-entities.gpx": (LAUGHS, "it declares a document type"),
    "kmz-called-kml.kml": (b"PK\x03\x04 and so on", "it is a zip archive"),
    "gpx-called-kml.kml": (GPX, "its root is <gpx>, not <kml>"),
    "vrt-called-kml.kml": (VRT + "</OGRVRTDataSource>", "its root is <OGRVRTDataSource>"),
    "vrt-called-gpkg.gpkg": (VRT, "it is not a GeoPackage"),
    "no-zip.zip": (b"not a zip", "cannot be unpacked"),
    "no-zip.kmz": (b"PK\x03\x04 and so on", "cannot be unpacked"),
    "not-json.geojson": ("{", "not JSON"),
    "no-collection.geojson": ('{"type": "Topology"}', "it is TopoJSON, not GeoJSON"),
    "of-a-server.json": (
        '{"geometryType": "esriGeometryPolygon", "features": []}', "JSON of ArcGIS, not GeoJSON"),
    "geometries.geojson": (
        '{"type": "GeometryCollection", "geometries": []}', "without names"),
    "one-in-three-is-torn.geojsonl": (
        '{"type": "Feature"}\n{"type": "Fea\n{"type": "Feature"}', "not JSON"),
    "twice.geojson": (
        '{"type": "FeatureCollection", "features": [], "features": []}', "has 'features' twice"),
    "features-no-list.geojson": ('{"type": "FeatureCollection", "features": 7}', "no list"),
    "no-format.doc": ("", "no format of zones is called .doc"),
    "empty.csv": ("", "it has no header"),
    "header-only.csv": ("id,wkt\n", "it has no rows"),
    "columns-twice.csv": ("id,id,wkt\n", "two columns are called 'id'"),
    "points.csv": ("id,lat,lon\na,31.6,-106.4\n", "a point is no zone: passed over"),
    "no-geometry.csv": ("id,nota\na,b\n", "no column has well-known text"),
    "quote-open.csv": ('id,wkt\na,"POLYGON((0 0\n', "no CSV: unexpected end of data"),
    "unquoted.csv": ("id,wkt\na,POLYGON((0 0, 1 0, 1 1, 0 0))\n", "line 2: 5 fields, but 2"),
    "two-systems.csv": (
        "id;crs;wkt\na;4326;POINT(0 0)\nb;32614;POINT(0 0)\n", "its rows are in EPSG:32614 and"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_broken_files(tmp_path: Path, name: str) -> None:
    content, words = CONTENTS[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    text = said(path, ReadOptions())
    assert words in text
    assert text.startswith(str(path))
    assert [file.name for file in tmp_path.iterdir()] == [name]  # nothing was left beside it


def test_a_truncated_geopackage(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "truncated.gpkg")
    path.write_bytes(path.read_bytes()[:-40_000])
    assert "cannot be read" in said(path)


def test_a_truncated_flatgeobuf(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "truncated.fgb")
    path.write_bytes(path.read_bytes()[:-300])
    assert said(path)


def test_a_truncated_shapefile(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "truncated.shp")
    path.write_bytes(path.read_bytes()[:-60])
    assert said(path)


def test_a_shapefile_without_its_index_or_its_table(tmp_path: Path) -> None:
    path = dump(frame(), tmp_path / "alone.shp")
    path.with_suffix(".dbf").unlink()
    assert "there is no .dbf beside it" in said(path)
    path.with_suffix(".shx").unlink()
    assert "there is no .shx beside it" in said(path)


def test_a_csv_cell_that_is_no_geometry(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'id,wkt\na,"{YARD.wkt}"\nb,"POLYGON((0 0, 1"\nc,\nd,nothing\n')
    text = said(path, ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD))
    assert "feature 1 (b), geometry: no well-known text of a Polygon" in text
    assert "feature 2 (c), geometry: no geometry is neither" in text
    assert "feature 3 (d), geometry: no well-known text: 'nothing'" in text
    assert "(a)" not in text


def test_open_rings_are_named_not_closed(tmp_path: Path) -> None:
    """GEOS would refuse them without a place, and GDAL close some."""
    text = tmp_path / "open.csv"
    text.write_text('id,wkt\na,"POLYGON((-106.5 31.6, -106.4 31.6, -106.4 31.5))"\n')
    found = said(text, ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD))
    assert "ring 0, vertex 2 (-106.4, 31.5): the ring is not closed" in found
    kml = tmp_path / "open.kml"
    kml.write_text(KML.format(last="", more=""), encoding="utf-8")
    assert "ring 0, vertex 2 (-106.44, 31.67): the ring is not closed" in said(kml)


# Archives that mean harm


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../out.kml", "/var/out.kml", "a/../../out.kml", "C:\\out.kml"])
def test_names_that_lead_out_of_an_archive(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "evil.kmz", {name: b"<kml/>"})
    assert "it is not to be trusted" in said(path)
    assert [file.name for file in tmp_path.iterdir()] == ["evil.kmz"]


def test_a_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.kmz", {"doc.kml": b" " * (64 << 20)})
    assert path.stat().st_size < 100_000
    assert "it would unpack to 67 MB from 0.1 MB" in said(path)


def test_other_harmless_archives(tmp_path: Path) -> None:
    assert "it holds no file of zones" in said(zipped(tmp_path / "a.zip", {"readme": b""}))
    twice = zipped(tmp_path / "b.zip", {"a/x.kml": b"<kml/>", "b/x.kml": b"<kml/>"})
    assert "two files in it are called x.kml" in said(twice)
    damaged = zipped(tmp_path / "c.kmz", {"doc.kml": KML.encode() * 50})
    content = bytearray(damaged.read_bytes())
    content[60:90] = bytes(30)
    damaged.write_bytes(content)
    assert "cannot be unpacked" in said(damaged)


# Well-known binary and text


def test_notations_agree_with_shapely() -> None:
    for shape in (YARD, PLANT, MultiPolygon([YARD, PLANT]), LineString([(0, 1), (2, 3)])):
        expected = json.loads(shapely.to_geojson(shape))
        for order in (0, 1):
            assert from_wkb(shapely.to_wkb(shape, byte_order=order)) == expected
        for flavor in ("iso", "extended"):
            high = shapely.force_3d(shape, 5.0)
            assert from_wkb(shapely.to_wkb(high, flavor=flavor)) == expected
        assert from_wkb(shapely.to_wkb(shapely.set_srid(shape, 4326), include_srid=True)) == (
            expected
        )
        assert from_wkt(shapely.to_wkt(shape, rounding_precision=-1)) == (expected, None)
        assert from_wkt(shapely.to_wkt(shapely.force_3d(shape, 5.0), rounding_precision=-1))[0] == (
            expected
        )


POINT_IN_MULTIPOLYGON = struct.pack("<BIIBI", 1, 6, 1, 1, 1) + bytes(16)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", b"\x01\x03\x00\x00\x00", b"\x01\x02\x00\x00\x00\xff" * 3, POINT_IN_MULTIPOLYGON],
)
def test_bytes_that_are_no_geometry(data: bytes) -> None:
    with pytest.raises(ValueError, match="no well-known binary"):
        from_wkb(data)


@pytest.mark.parametrize("text", ["", "POLYGON", "POLYGON((", "POLYGON((a b))", "SQUARE((0 0))"])
def test_text_that_is_no_geometry(text: str) -> None:
    with pytest.raises(ValueError, match="no well-known text"):
        from_wkt(text)


# Size


def test_fifty_thousand_features(tmp_path: Path) -> None:
    """15 s for 50,000 outlines of 41 positions in Mexico's own projection, on a slow core; the
    limit is the test's own timeout. Here they are squares, to be quick about making them."""
    west = -102 + np.arange(50_000) % 224 * 0.01
    south = 22 + np.arange(50_000) // 224 * 0.01
    made = geopandas.GeoDataFrame(
        {"id": [f"Z{i}" for i in range(50_000)]},
        geometry=shapely.box(west, south, west + 0.008, south + 0.008), crs="EPSG:4326",
    ).to_crs("EPSG:6372")  # fmt: skip
    found: LoadedFile = load(dump(made, tmp_path / "big.gpkg"), AS_YARDS)
    assert len(found.features) == 50_000
    assert len(zones(tmp_path / "big.gpkg")) == 50_000
