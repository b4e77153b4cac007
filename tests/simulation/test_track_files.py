"""Track files as people have them: exported from spreadsheets and fleet programs, in Spanish."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.errors import UsageError
from tracker.simulation import tracks

HERE = ZoneInfo("America/Monterrey")
NOON = datetime(2026, 11, 30, 12, 12, tzinfo=UTC)


def written(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes(end.join([*lines, ""]).encode(encoding))
    return path


def body(path: Path, **how: Any) -> dict[str, Any]:
    (point,) = tracks.read(path, zone=HERE, **how).points
    assert point.time == NOON
    return point.body


SPANISH = [
    "fecha,latitud,longitud,velocidad", "Fecha/Hora;Latitud;Longitud;Velocidad (km/h)",
    "FECHA GPS\tLATITUD\tLONGITUD\tVELOCIDAD", "Fecha y hora|Latitud|Longitud|Velocidad_GPS",
]  # fmt: skip


@pytest.mark.parametrize("header", SPANISH)
def test_spanish_names_and_dates(tmp_path: Path, header: str) -> None:
    delimiter = next(mark for mark in ",;\t|" if mark in header)
    row = delimiter.join(["30/11/2026 06:12", "27.5", "-99.6", "80"])
    path = written(tmp_path / "a.csv", header, row)
    assert body(path) == {"lat": 27.5, "lon": -99.6, "speed": 80.0}


def test_every_spanish_name(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv",
        "Unidad;Fecha;Hora;Latitud;Longitud;Velocidad;Rumbo;Altitud;Precisión;Satélites;Batería;Nota",
        "T-12;30/11/2026;06:12:00 a. m.;27,5;-99,6;80,5;350;1100;5;9;88;ok",
    )  # fmt: skip
    (point,) = tracks.read(path, zone=HERE).points
    assert (point.time, point.vehicle) == (NOON, "T-12")
    assert point.body == {
        "lat": 27.5, "lon": -99.6, "speed": 80.5, "course": 350.0, "altitude": 1100.0,
        "accuracy": 5.0, "satellites": 9, "battery": 88.0, "columns": {"Nota": "ok"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "value", "km_h"),
    [
        ("Speed", "24.0 kn", 44.448), ("Speed", "24,0 kn", 44.448), ("Speed", "100 km/h", 100.0),
        ("velocidad", "10 m/s", 36.0), ("Speed", "50mph", 80.467), ("Speed (mph)", "50", 80.467),
        ("speed_knots", "10", 18.52), ("velocidad_nudos", "10", 18.52), ("speed_mps", "10", 36.0),
        ("speed_knots", "18 km/h", 18.0), ("speed_kmh", "7", 7.0),
    ],
)  # fmt: skip
def test_speeds_in_the_unit_that_is_named(
    tmp_path: Path, header: str, value: str, km_h: float
) -> None:
    path = written(
        tmp_path / "a.csv", f"time;lat;lon;{header}", f"2026-11-30T12:12:00Z;27.5;-99.6;{value}"
    )
    assert body(path)["speed"] == pytest.approx(km_h, abs=0.001)


ASIDE = {
    "speed": ("-1", "speed -1 is out of range"), "heading": ("-1", "course -1 is out of range"),
    "battery": ("101", "battery 101 is out of range"), "sats": ("7.5", "is no whole number"),
    "hdop": ("nan", "hdop nan is out of range"), "altitude": ("n/a", "'n/a' is not a number"),
    "accuracy": ("inf", "accuracy inf is out of range"), "velocity": ("24 brazas", "not a number"),
}  # fmt: skip


@pytest.mark.parametrize("column", ASIDE)
def test_a_side_value_that_cannot_be_costs_itself(tmp_path: Path, column: str) -> None:
    value, why = ASIDE[column]
    path = written(tmp_path / "a.csv", f"time,lat,lon,{column}",
                   f"2026-11-30T12:12:00Z,27.5,-99.6,{value}")  # fmt: skip
    track = tracks.read(path)
    assert track.points[0].body == {"lat": 27.5, "lon": -99.6, "columns": {column: value}}
    (note,) = track.notes
    assert "left aside in 1 of 1 points" in note
    assert why in note


def test_another_time_that_cannot_be_costs_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon,fix_time,received_at",
                   "2026-11-30T12:12:00Z,27.5,-99.6,nunca,0000-00-00 00:00")  # fmt: skip
    track = tracks.read(path, zone=UTC)
    (point,) = track.points
    assert (point.time, point.fix_time, point.received) == (NOON, None, None)
    assert point.body["columns"] == {"fix_time": "nunca", "received_at": "0000-00-00 00:00"}
    assert len(track.notes) == 2


def test_a_coordinate_that_cannot_be_costs_its_row(tmp_path: Path) -> None:
    rows = ["2026-11-30T12:12:00Z,27.5,-99.6", "2026-11-30T12:13:00Z,127.5,-99.6"]
    path = written(tmp_path / "a.csv", "time,lat,lon", *rows)
    with pytest.raises(UsageError, match=r"lat 127.5 is out of range"):
        tracks.read(path)
    assert len(tracks.read(path, skip_bad=True).points) == 1


def test_a_spreadsheets_day_numbers_are_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon", "46000.5,27.5,-99.6", "46000.6,27.6,-99.6")
    track = tracks.read(path, zone=UTC)
    assert track.points[1].time - track.points[0].time == timedelta(hours=2.4)
    assert "46000.5 is 2025-12-09 12:00" in track.notes[0]
    assert not track.relative
    asked = tracks.read(path, zone=UTC, times="seconds")
    assert asked.relative
    elapsed = written(tmp_path / "b.csv", "t_s,lat,lon", "46000.5,27.5,-99.6", "46000.6,27.6,-99.6")
    assert tracks.read(elapsed).relative


def test_nobody_can_tell_the_month(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon", "05/11/2026 06:12,27.5,-99.6")
    with pytest.raises(UsageError, match="may be in month 5 or in month 11") as caught:
        tracks.read(path, zone=UTC, skip_bad=True)
    assert caught.value.where == str(path)
    assert tracks.read(path, zone=UTC, times="mdy").points[0].time.month == 5


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "it is in UTF-16"),
        ("utf-16-le", "read as UTF-16-LE"), ("cp1252", "read as Windows-1252"),
    ],
)  # fmt: skip
def test_text_is_what_its_bytes_are(tmp_path: Path, encoding: str, words: str) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon,Operador",
                   "2026-11-30T12:12:00Z,27.5,-99.6,Peña", encoding=encoding)  # fmt: skip
    track = tracks.read(path)
    assert track.points[0].body["columns"] == {"Operador": "Peña"}
    assert words in " ".join(track.notes)
    assert words or not track.notes


def test_an_encoding_that_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon,Operador",
                   "2026-11-30T12:12:00Z,27.5,-99.6,Peña", encoding="cp850")  # fmt: skip
    assert body(path, encoding="cp850")["columns"] == {"Operador": "Peña"}
    with pytest.raises(UsageError, match="is none of utf-8"):
        tracks.read(path, encoding="utf-8")
    with pytest.raises(UsageError, match="no encoding 'klingon'"):
        tracks.read(path, encoding="klingon")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_add(tmp_path: Path, end: str) -> None:
    path = written(tmp_path / "a.csv", "sep=;", "time;lat;lon;;",
                   "2026-11-30T12:12:00Z;27,5;-99,6;;", ";;;;", "", end=end)  # fmt: skip
    assert body(path) == {"lat": 27.5, "lon": -99.6}


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "time,lat,lon,lat", "2026-11-30T12:12:00Z,27.5,-99.6,28")
    with pytest.raises(UsageError, match="several columns are called 'lat'"):
        tracks.read(path)


def test_a_time_that_names_utc_needs_no_zone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Fecha (UTC),lat,lon", "30/11/2026 12:12,27.5,-99.6")
    assert tracks.read(path, zone=HERE).points[0].time == NOON


def feature(**properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [-99.6, 27.5]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_geojson_in_spanish_and_with_side_values_that_cannot_be(tmp_path: Path) -> None:
    said = feature(Fecha="30/11/2026", Hora="06:12", Unidad="T-12", Velocidad="24.0 kn", rumbo=-1)
    path = written(tmp_path / "a.geojson", json.dumps(said))
    track = tracks.read(path, zone=HERE)
    (point,) = track.points
    assert (point.time, point.vehicle) == (NOON, "T-12")
    assert point.body == {"lat": 27.5, "lon": -99.6, "speed": 44.448, "columns": {"rumbo": -1}}
    assert any("course left aside in 1 of 1 points" in note for note in track.notes)
    days = written(tmp_path / "b.geojson", json.dumps(feature(time=46356.258333333)))
    assert tracks.read(days, zone=HERE).points[0].time == NOON


def test_gpx_with_side_values_that_cannot_be_and_latin_text(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><gpx><trk><name>Peña</name><trkseg>'
        '<trkpt lat="27.5" lon="-99.6"><time>2026-11-30T12:12:00Z</time><speed>-1</speed></trkpt>'
        "</trkseg></trk></gpx>"
    )
    path = written(tmp_path / "a.gpx", content, encoding="cp1252")
    track = tracks.read(path)
    assert track.points[0].body == {"lat": 27.5, "lon": -99.6, "columns": {"speed": "-1"}}
    assert "though it says UTF-8" in track.notes[0]
