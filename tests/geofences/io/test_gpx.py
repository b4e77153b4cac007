"""GPX: what a route, a track or a waypoint says, and what is wrong with one alone."""

from __future__ import annotations

from pathlib import Path

import shapely

from tests.geofences.io.reading import corridors, said, written, zones

GPX = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
SEGMENT = '<trkseg><trkpt lat="27.5" lon="-99.6"/><trkpt lat="27.6" lon="-99.6"/></trkseg>'
ONE = '<trkseg><trkpt lat="27.5" lon="-99.6"/></trkseg>'


def track(name: str, content: str) -> str:
    return f"<trk><name>{name}</name>{content}</trk>"


def gpx(tmp_path: Path, *content: str) -> Path:
    return written(tmp_path / "a.gpx", GPX.format("".join(content)))


def test_segments_without_a_line_are_passed_over(tmp_path: Path) -> None:
    path = gpx(tmp_path, track("Ruta", f"<trkseg/>{SEGMENT}{ONE}"))
    (line,) = shapely.get_parts(corridors(path)["ruta"].line)
    assert len(line.coords) == 2
    text = said(path)
    assert "tracks 0: 2 trkseg of no or one point passed over" in text
    assert "1 feature, 1 read; passed over: empty segments (2)" in text
    assert "error" not in text


def test_a_track_that_has_nothing_else_is_told(tmp_path: Path) -> None:
    text = said(gpx(tmp_path, track("Nada", "<trkseg/>"), track("Ruta", SEGMENT)))
    assert "feature 0 (nada), geometry: it is empty" in text
    assert "feature 1" not in text


def test_a_position_that_is_no_number_costs_its_own_track(tmp_path: Path) -> None:
    bad = {
        SEGMENT.replace("27.6", "27,6"): "trkseg 0, trkpt 1: lat='27,6' is no number (a decimal",
        SEGMENT.replace("-99.6", "oeste"): "trkseg 0, trkpt 0: lon='oeste' is no number",
        SEGMENT.replace(' lon="-99.6"', ""): "trkseg 0, trkpt 0: lon='' is no number",
        SEGMENT.replace("27.6", "NaN"): "vertex 1 (-99.6, nan): a coordinate is no finite number",
    }
    for content, words in bad.items():
        path = gpx(tmp_path, track("Uno", content), track("Dos", SEGMENT))
        assert f"feature 0 (uno), {words}" in said(path)
        assert "dos" in corridors(path)


def test_waypoints_with_a_radius_are_zones(tmp_path: Path) -> None:
    extension = "<extensions><gpxx:W><gpxx:Proximity>{}</gpxx:Proximity></gpxx:W></extensions>"
    mark = '<wpt lat="27.5" lon="-99.6"><name>{}</name>{}</wpt>'
    path = gpx(tmp_path, mark.format("Patio", extension.format(250)), mark.format("Caseta", ""))
    found = zones(path)
    assert found.keys() == {"patio"}
    assert found["patio"].properties["radius_m"] == 250
    assert "column Proximity is taken for radius_m" in said(path)
    assert "feature 1 (caseta), geometry: a point is no zone: passed over" in said(path)
