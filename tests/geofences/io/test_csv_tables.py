"""CSV as spreadsheets and fleet programs write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from geofences.io.files import ReadOptions
from geofences.io.well_known import from_wkt
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import corridors, said, written, zones

AREA = "POLYGON((-99.60 27.50, -99.59 27.50, -99.59 27.51, -99.60 27.51, -99.60 27.50))"
TURNED = "POLYGON ((27.50 -99.60, 27.50 -99.59, 27.51 -99.59, 27.51 -99.60, 27.50 -99.60))"
DEGREES = ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD)
LAT_FIRST = ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD, lat_first=True)


def table(tmp_path: Path, *lines: str, end: str = "\n") -> Path:
    return written(tmp_path / "a.csv", end.join([*lines, ""]))


# What spreadsheets add


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_the_line_in_which_excel_names_the_delimiter(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    path = table(tmp_path, f"sep={delimiter}", f"NOMBRE{delimiter}WKT",
                 f'Patio{delimiter}"{AREA}"', end=end)  # fmt: skip
    assert zones(path, DEGREES).keys() == {"patio"}


def test_empty_columns_and_rows_are_none(tmp_path: Path) -> None:
    path = table(tmp_path, "NOMBRE;WKT;;", f"Patio;{AREA};;", ";;;", "", f"Otro;{AREA};;")
    assert zones(path, DEGREES).keys() == {"patio", "otro"}
    assert "2 features, 2 read" in said(path, DEGREES)


def test_a_torn_row_does_not_stop_the_rest(tmp_path: Path) -> None:
    path = table(tmp_path, "sep=,", "name,wkt", f'Patio,"{AREA}"', f"Otro,{AREA}")
    text = said(path, DEGREES)
    assert "feature 1 (otro), line 4: 6 fields, but 2 columns" in text
    assert "feature 0" not in text


def test_numbers_with_decimal_commas(tmp_path: Path) -> None:
    path = table(tmp_path, "name;least_stay_min;wkt", f"Patio;7,5;{AREA}")
    assert zones(path, DEGREES)["patio"].least_stay_min == 7.5
    thousands = table(tmp_path, "name;least_stay_min;wkt", f"Patio;1,500;{AREA}")
    assert "'1,500' is no number" in said(thousands, DEGREES)  # it may be one and a half


# Latitude first


@pytest.mark.parametrize(
    "text",
    [
        TURNED,
        "LINESTRING (27.50 -99.60, 27.60 -99.70)",
        "CIRCLE (27.50 -99.60, 500)",
        "MULTIPOLYGON (((19.4 -99.1, 19.4 -99.0, 19.5 -99.0, 19.4 -99.1)))",
    ],
)
def test_latitude_first_is_called_so_and_can_be_asked_for(tmp_path: Path, text: str) -> None:
    path = table(tmp_path, "name,area", f'Patio,"{text}"')
    assert "they look like degrees, swapped (latitude first): --lat-lon --crs EPSG:4326" in (
        said(path)
    )
    for crs in ("EPSG:32614", "EPSG:6372", "EPSG:3857"):  # whoever follows a wrong guess
        wrong = said(path, ReadOptions(crs=crs, kind=ZoneKind.YARD))
        assert f"it is to be read as {crs}, which is in metres, but its positions look like" in (
            wrong
        )
    assert "latitude and longitude" in said(path, DEGREES)
    assert zones(path, LAT_FIRST).keys() | corridors(path, LAT_FIRST).keys() == {"patio"}


def test_swapped_positions_name_the_option(tmp_path: Path) -> None:
    path = table(tmp_path, "name,area", f'Patio,"SRID=4326;{TURNED}"')
    assert "--lat-lon reads them so" in said(path)


def test_metres_are_not_taken_for_swapped_degrees(tmp_path: Path) -> None:
    metres = "POLYGON((440000 3040000, 441000 3040000, 441000 3041000, 440000 3040000))"
    path = table(tmp_path, "name,area", f'Patio,"{metres}"')
    assert "they look like metres of UTM" in said(path)


# Positions in columns


@pytest.mark.parametrize(
    "header",
    ["nombre;latitud;longitud;radio", "NAME;LAT;LNG;RADIUS", "Zona;Latitude;Longitude;radius_m"],
)
def test_points_with_a_radius(tmp_path: Path, header: str) -> None:
    path = table(tmp_path, header, "Patio;27,500;-99,600;250,5", "Otro;27.6;-99.6;100")
    found = zones(path)
    assert found["patio"].properties["radius_m"] == 250.5
    (inside,), (outside,) = (
        found["patio"].distance_m([27.5 + metres / 110_800], [-99.6]) < 0 for metres in (249, 252)
    )
    assert inside
    assert not outside


def test_rows_without_a_position_or_with_none_that_could_be(tmp_path: Path) -> None:
    rows = ["a,,,5", "b,27.5,x,5", "c,27.5,nan,5", "d,-99.6,27.5,5", "e,27.5,-99.6,0",
            "f,27.5,-99.6,9e9", "g,27.5,-99.6,50"]  # fmt: skip
    path = table(tmp_path, "name,lat,lon,radius_m", *rows)
    text = said(path)
    for words in (
        "feature 0 (a), geometry: no geometry", "feature 1 (b), lon: 'x' is no number of degrees",
        "feature 2 (c), point 0 (nan, 27.5): a coordinate is no finite number",
        "feature 3 (d), point 0 (27.5, -99.6): latitude and longitude are swapped",
        "feature 4 (e), radius_m: 0 is no number above 0",
        "feature 5 (f), radius_m: a radius of 9,000,000 km",
        "7 features, 7 read",
    ):  # fmt: skip
        assert words in text
    assert "feature 6" not in text


# Well-known text


def test_circles_points_and_decimal_commas() -> None:
    circle, _ = from_wkt("CIRCLE (27.5 -99.6, 500.5)")
    assert circle == {"type": "Point", "coordinates": [27.5, -99.6], "radius": 500.5}
    assert from_wkt("POINT Z (1 2 3)")[0] == {"type": "Point", "coordinates": [1.0, 2.0]}
    for text in ("MULTIPOINT ((1 2), (3 4))", "MULTIPOINT (1 2, 3 4)"):
        assert from_wkt(text)[0]["coordinates"] == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(ValueError, match=r"decimal commas\?"):
        from_wkt(AREA.replace(".", ","))
    for text in ("CIRCLE (1 2)", "CIRCLE (1, 2, 3)", "POINT (1 2, 3 4)", "CIRCLE (1.2.3 4, 5)"):
        with pytest.raises(ValueError, match=r"no well-known text|could not convert"):
            from_wkt(text)


# Encodings


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "it is in UTF-16"),
        ("utf-16-le", "read as UTF-16-LE"), ("utf-16-be", "read as UTF-16-BE"),
        ("cp1252", "read as Windows-1252, for it is no UTF-8"),
    ],
)  # fmt: skip
def test_text_is_what_its_bytes_are(tmp_path: Path, encoding: str, words: str) -> None:
    path = written(tmp_path / "a.csv", f'NOMBRE,WKT\nPeñón,"{AREA}"\n'.encode(encoding))
    assert [zone.name for zone in zones(path, DEGREES).values()] == ["Peñón"]
    assert words in said(path, DEGREES)


def test_an_encoding_that_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", f'NOMBRE,WKT\nPeñón,"{AREA}"\n'.encode("cp850"))
    told = ReadOptions(crs="EPSG:4326", kind=ZoneKind.YARD, encoding="cp850")
    assert [zone.name for zone in zones(path, told).values()] == ["Peñón"]
