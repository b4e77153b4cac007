"""Shapefiles as they come: text in any encoding, parts missing or in capitals, rings that turn the
wrong way. They are written byte by byte, for GDAL writes none of these."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
import shapely

from geofences.checks import lint
from geofences.io.files import ReadOptions
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import said, zones

NAME = "Peñón del Águila"
WGS_84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
Ring = list[tuple[float, float]]


def square(x: float = -99.6, y: float = 27.5, size: float = 0.01, *, hole: bool = False) -> Ring:
    clockwise = [(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]
    return clockwise[::-1] if hole else clockwise


def shapefile(
    path: Path,
    *shapes: list[Ring],
    names: list[bytes] | None = None,
    cpg: str | None = None,
    page: int = 0,
    deleted: int | None = None,
) -> Path:
    """Polygons of `shapes`, with a column NOMBRE."""
    shapes = shapes or ([square()],)
    names = names or [b"Uno", b"Dos", b"Tres"][: len(shapes)]
    records, index = b"", b""
    for number, rings in enumerate(shapes, start=1):
        corners = [corner for ring in rings for corner in ring]
        xs, ys = zip(*corners, strict=True)
        starts = [sum(map(len, rings[:k])) for k in range(len(rings))]
        body = struct.pack("<i4d2i", 5, min(xs), min(ys), max(xs), max(ys), len(rings),
                           len(corners))  # fmt: skip
        body += struct.pack(f"<{len(starts)}i", *starts)
        body += b"".join(struct.pack("<2d", *corner) for corner in corners)
        index += struct.pack(">2i", 50 + len(records) // 2, len(body) // 2)
        records += struct.pack(">2i", number, len(body) // 2) + body

    def head(size: int) -> bytes:
        box = (-99.7, 27.4, -99.5, 27.6, 0.0, 0.0, 0.0, 0.0)
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + size) // 2) + struct.pack(
            "<2i8d", 1000, 5, *box
        )

    path.write_bytes(head(len(records)) + records)
    path.with_suffix(".shx").write_bytes(head(len(index)) + index)
    table = struct.pack("<4BIHH17xB2x", 3, 26, 11, 30, len(names), 65, 41, page)
    table += b"NOMBRE".ljust(11, b"\0") + b"C" + bytes(4) + bytes([40, 0]) + bytes(14) + b"\r"
    for number, name in enumerate(names):
        table += (b"*" if number == deleted else b" ") + name.ljust(40)
    path.with_suffix(".dbf").write_bytes(table + b"\x1a")
    path.with_suffix(".prj").write_text(WGS_84)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


# Encodings


@pytest.mark.parametrize(
    ("encoding", "cpg", "page", "words"),
    [
        ("utf-8", "UTF-8", 0, ""), ("utf-8", "65001", 0, ""), ("utf-8", "utf8\r\n", 0, ""),
        ("cp1252", "1252", 0, ""), ("cp1252", "ANSI 1252", 0, ""), ("cp1252", "Latin1", 0, ""),
        ("latin-1", "ISO-8859-1", 0, ""), ("latin-1", "88591", 0, ""), ("cp850", "OEM 850", 0, ""),
        ("cp850", "850", 0, ""), ("cp437", "437", 0, ""), ("cp1252", None, 0x57, ""),
        ("cp1252", None, 0x03, ""), ("cp850", None, 0x02, ""), ("cp1252", "system", 0x03, ""),
        ("utf-8", None, 0, "texts are read as UTF-8, for it does not say: 'Peñón del Águila'"),
        ("utf-8", None, 0x57, "texts are read as UTF-8, though it says cp1252"),
        ("utf-8", "ISO-8859-1", 0, "texts are read as UTF-8, though it says ISO-8859-1"),
        ("cp1252", "UTF-8", 0, "texts are read as CP1252, though it says UTF-8"),
        ("cp1252", None, 0, "texts are read as CP1252, for it does not say"),
        ("cp1252", "", 0, "texts are read as CP1252, for it does not say"),
    ],
)  # fmt: skip
def test_text_is_what_its_bytes_are(
    tmp_path: Path, encoding: str, cpg: str | None, page: int, words: str
) -> None:
    name = NAME.replace("Á", "é") if encoding == "cp437" else NAME
    path = shapefile(tmp_path / "a.shp", names=[name.encode(encoding)], cpg=cpg, page=page)
    (zone,) = zones(path).values()
    assert zone.name == name
    assert words.replace(NAME, name) in said(path)
    assert words or "texts are read" not in said(path)


def test_an_encoding_that_is_told(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", names=[NAME.encode("cp850")], cpg="1252")
    told = ReadOptions(kind=ZoneKind.YARD, encoding="cp850")
    assert [zone.name for zone in zones(path, told).values()] == [NAME]
    wrong = ReadOptions(kind=ZoneKind.YARD, encoding="utf-8")
    assert "a text is not in utf-8" in said(path, wrong)


def test_utf_8_that_was_cut_off_in_the_middle_of_a_letter(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", names=[("ñ" * 19 + "x" + "ñ").encode()[:40]])
    assert [zone.name for zone in zones(path).values()] == ["ñ" * 19 + "x"]


def test_each_text_is_looked_at_by_itself(tmp_path: Path) -> None:
    names = [NAME.encode(), NAME.encode("cp1252")]
    path = shapefile(tmp_path / "a.shp", [square()], [square(y=27.55)], names=names)
    text = said(path, ReadOptions(kind=ZoneKind.YARD, prefix="z"))
    assert "texts are read as UTF-8" in text
    assert "texts are read as CP1252" in text


# Parts


@pytest.mark.parametrize(
    "called",
    [
        "{}.SHP {}.SHX {}.DBF {}.PRJ",
        "{}.shp {}.SHX {}.Dbf {}.prj",
        "{}.Shp {}.shx {}.dbf {}.prj",
    ],
)
def test_parts_in_capitals_are_found(tmp_path: Path, called: str) -> None:
    made = shapefile(tmp_path / "made.shp", names=[b"Uno"])
    names = called.format(*["Zonas"] * 3, "zonas").split()
    for name in names:
        made.with_suffix(Path(name).suffix.lower()).rename(tmp_path / name)
    path = tmp_path / names[0]
    assert zones(path).keys() == {"uno"}
    assert "there is no" not in said(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in names:
            out.write(tmp_path / name, name)
        out.writestr("leeme.txt", "hola")
    assert zones(archive).keys() == {"uno"}
    assert "files in it that are no zones: leeme.txt" in said(archive)
    assert "passed over: other files in it (1)" in said(archive)


@pytest.mark.parametrize(
    ("missing", "words"),
    [(".shx", "there is no .shx beside it"), (".dbf", "there is no .dbf beside it, so no names"),
     (".prj", "it does not say in which reference system it is")],
)  # fmt: skip
def test_the_part_that_is_missing_is_named(tmp_path: Path, missing: str, words: str) -> None:
    path = shapefile(tmp_path / "a.shp")
    path.with_suffix(missing).unlink()
    text = said(path)
    assert words in text
    assert "SHAPE_RESTORE_SHX" not in text


# Rings


def test_holes_whichever_comes_first(tmp_path: Path) -> None:
    hole = square(-99.597, 27.503, 0.003, hole=True)
    path = shapefile(tmp_path / "a.shp", [square(), hole], [hole, square()])
    for zone in zones(path).values():
        assert isinstance(zone.polygon, shapely.Polygon)
        assert len(zone.polygon.interiors) == 1


def test_rings_that_all_turn_the_wrong_way(tmp_path: Path) -> None:
    inside_out = [square(hole=True), square(-99.597, 27.503, 0.003)]
    text = said(shapefile(tmp_path / "a.shp", inside_out))
    assert "the hole lies outside its ring, or crosses it" in text
    assert "in a shapefile outlines run clockwise" in text
    assert "sliver" not in text


def test_one_outline_within_another_is_told(tmp_path: Path) -> None:
    nested = [square(), square(-99.597, 27.503, 0.003)]
    assert "nested shells" in said(shapefile(tmp_path / "a.shp", nested))


def test_every_ring_that_the_file_counts_is_read(tmp_path: Path) -> None:
    several = [square(), square(-99.65), square(-99.7), square(-99.697, 27.503, 0.003, hole=True)]
    (zone,) = zones(shapefile(tmp_path / "a.shp", several)).values()
    assert len(shapely.get_rings(shapely.get_parts(zone.polygon))) == 4


def test_columns_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp")
    table = struct.pack("<4BIHH17xB2x", 3, 26, 11, 30, 1, 97, 5, 0)
    for _ in range(2):
        table += b"USO".ljust(11, b"\0") + b"C" + bytes(4) + bytes([2, 0]) + bytes(14)
    path.with_suffix(".dbf").write_bytes(table + b"\r a b \x1a")
    (zone,) = zones(path, ReadOptions(kind=ZoneKind.YARD, prefix="z")).values()
    assert set(zone.properties.values()) == {"a", "b"}


# Rows


def test_rows_that_were_deleted_are_told(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", [square()], [square(y=27.55)], deleted=0)
    assert zones(path).keys() == {"dos"}
    assert "passed over: rows that are deleted in the .dbf (1)" in said(path)


@pytest.mark.parametrize(
    ("count", "names"), [(2, [b"Uno"]), (1, [b"Uno", b"Dos"])], ids=["a row less", "a row more"]
)
def test_shapes_and_rows_are_as_many(tmp_path: Path, count: int, names: list[bytes]) -> None:
    shapes = [[square(y=27.5 + 0.05 * number)] for number in range(count)]
    path = shapefile(tmp_path / "a.shp", *shapes, names=names)
    assert "it has 2 features, but only 1 could be read" in said(path)


def test_a_file_that_ends_too_early_is_no_shorter_list(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", [square()], [square(y=27.55)])
    path.write_bytes(path.read_bytes()[:-60])
    assert "error" in {fault.severity for fault in faults(path)}


def faults(path: Path) -> list[lint.Fault]:
    return lint.survey([path], ReadOptions(kind=ZoneKind.YARD)).faults
