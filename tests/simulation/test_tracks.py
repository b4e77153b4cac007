"""Recorded tracks: every format read, bad rows named, times moved, and the real ones whole."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.native import decode
from devices.reading import Fix, Reading
from tracker.domain.errors import UsageError
from tracker.simulation import tracks

NOON = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)

GPX = """<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">
<metadata><time>2025-03-01T00:00:00Z</time></metadata>
<trk><trkseg>
<trkpt lat="25.7" lon="-100.3"><ele>540.5</ele><time>2025-03-01T12:00:00Z</time><sat>9</sat>
  <extensions><x:speed>10</x:speed><x:course>350</x:course></extensions></trkpt>
<trkpt lat="25.8" lon="-100.3"><time>2025-03-01T06:00:30-06:00</time></trkpt>
</trkseg></trk></gpx>
"""
LINE = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[-100.3, 25.7, 540], [-100.3, 25.8]]},
}
TIMES = ["2025-03-01T12:00:00Z", 1740830430000]


def written(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_text(content)
    return path


def geojson(tmp_path: Path, document: object) -> Path:
    return written(tmp_path, "track.geojson", json.dumps(document))


@pytest.mark.parametrize(
    "header",
    ["timestamp,latitude,longitude", "Lng;LAT;Date Time", "tst\tlat\tlon"],
)
@pytest.mark.parametrize(
    "when", ["2025-03-01T12:00:00Z", "2025-03-01T06:00:00-0600", "1740830400", "1740830400000"]
)
def test_csv_columns_and_times_go_by_their_common_names(
    tmp_path: Path, header: str, when: str
) -> None:
    delimiter = next(mark for mark in ",;\t" if mark in header)
    values = {"lat": "25.7", "lon": "-100.3"}
    row = [
        values.get(name[:3].lower().replace("lng", "lon"), when) for name in header.split(delimiter)
    ]
    (point,) = tracks.read(written(tmp_path, "t.csv", f"{header}\n{delimiter.join(row)}\n")).points
    assert point.time == NOON
    assert point.body == {"lat": 25.7, "lon": -100.3}


def test_csv_keeps_what_it_knows_and_what_it_does_not(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "t.csv",
        "time,lat,lon,speed_knots,heading_deg,alt_m,sats,driver\n"
        "2025-03-01T12:00:00Z,25.7,-100.3,10,45,540,9,\n"
        "2025-03-01T12:00:30Z,,,,,,,Ana\n",
    )
    first, second = tracks.read(path).points
    assert first.body == {
        "lat": 25.7, "lon": -100.3, "speed": 18.52, "course": 45.0, "altitude": 540.0,
        "satellites": 9,
    }  # fmt: skip
    assert second.body == {"columns": {"driver": "Ana"}}


BAD_ROWS = {
    "2025-03-01T12:00:00Z,91,-100": "lat 91 is out of range",
    "2025-03-01T12:00:00Z,nan,-100": "lat nan is out of range",
    "2025-03-01T12:00:00Z,25.7,": "a latitude and a longitude are needed, or neither",
    "2025-03-01T12:00:00Z,25.7,west": "lon 'west' is not a number",
    "2025-03-01T12:00:00,25.7,-100": "has no zone",
    "yesterday,25.7,-100": "neither RFC 3339 nor Unix seconds",
    "nan,25.7,-100": "is not a number",
    "9e99,25.7,-100": "is out of range",
    ",25.7,-100": "no time",
    "2025-03-01T12:00:00Z,25.7": "more or fewer fields",
    "2025-03-01T12:00:00Z,25.7,-100,8": "more or fewer fields",
}


@pytest.mark.parametrize(("row", "says"), BAD_ROWS.items())
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, row: str, says: str) -> None:
    good = "2025-03-01T12:00:00Z,25.7,-100.3"
    path = written(tmp_path, "t.csv", f"time,lat,lon\n{good}\n{row}\n{good}\n")
    with pytest.raises(UsageError, match=says) as caught:
        tracks.read(path)
    assert caught.value.where == f"{path}:3"
    track = tracks.read(path, skip_bad=True)
    assert len(track.points) == 2
    assert [bad.where for bad in track.skipped] == [f"{path}:3"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", "time,lat\n", "no column for lon among: time, lat"),
        ("t.csv", "", "no column for time"),
        ("t.csv", "time,lat,lon\n", "no points in it"),
        ("t.kml", "", "no track format"),
        ("t.gpx", "<gpx><trk>", "not well-formed XML"),
        ("t.gpx", '<!DOCTYPE x [<!ENTITY a "b">]><gpx/>', "no document type"),
        ("t.geojson", "{", "no GeoJSON Feature"),
        ("t.geojson", "[]", "no GeoJSON Feature"),
        ("t.geojson", json.dumps(LINE), "2 coordinates, but 0 times"),
    ],
)
def test_a_file_that_is_no_track_is_refused(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(UsageError, match=says) as caught:
        tracks.read(path, skip_bad=True)
    assert caught.value.where.startswith(str(path))


def test_a_missing_file_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        tracks.read(tmp_path / "absent.csv")


def test_gpx_with_speeds_in_metres_a_second(tmp_path: Path) -> None:
    first, second = tracks.read(written(tmp_path, "t.gpx", GPX)).points
    assert first.time == NOON
    assert first.body == {
        "lat": 25.7, "lon": -100.3, "altitude": 540.5, "satellites": 9, "speed": 36.0,
        "course": 350.0,
    }  # fmt: skip
    assert second.time == NOON + timedelta(seconds=30)


def test_a_gpx_point_without_time_is_named_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "t.gpx", GPX.replace("<time>2025-03-01T06:00:30-06:00</time>", ""))
    with pytest.raises(UsageError, match="no time") as caught:
        tracks.read(path)
    assert caught.value.where == f"{path}:7"


@pytest.mark.parametrize(
    "properties",
    [{"coordTimes": TIMES}, {"times": TIMES}, {"coordinateProperties": {"times": TIMES}}],
)
def test_geojson_lines_with_times(tmp_path: Path, properties: dict[str, object]) -> None:
    track = tracks.read(geojson(tmp_path, LINE | {"properties": properties}))
    assert [point.time for point in track.points] == [NOON, NOON + timedelta(seconds=30)]
    assert track.points[0].body == {"altitude": 540.0, "lat": 25.7, "lon": -100.3}


def test_geojson_points_with_times(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-100.3, 25.7]},
            "properties": {"time": 1740830400, "speed": 70, "vehicle": "V1", "colour": "red"},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-100.3, 95]},
            "properties": {"time": 1740830400},
        },
    ]
    path = geojson(tmp_path, {"type": "FeatureCollection", "features": features})
    track = tracks.read(path, skip_bad=True)
    (point,) = track.points
    assert (point.time, point.vehicle, point.body["speed"]) == (NOON, "V1", 70.0)
    assert [bad.where for bad in track.skipped] == [f"{path}: feature 2"]


def test_times_without_a_zone_take_the_one_named(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", "time,lat,lon\n2025-03-01 06:00:00,25.7,-100.3\n")
    track = tracks.read(path, zone=ZoneInfo("America/Monterrey"))
    assert track.points[0].time == NOON


def test_order_of_receipt_is_kept_and_moves_together(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "t.csv",
        "event_ts,fix_ts,received_ts,lat,lon\n"
        "2018-05-03T15:00:30Z,2018-05-03T15:00:29Z,2018-05-03T15:00:31Z,25.8,-100\n"
        "2018-05-03T15:00:00Z,2018-05-03T15:00:00Z,2018-05-03T15:05:00Z,25.7,-100\n"
        "2018-05-03T15:01:00Z,2018-05-03T15:01:00Z,2018-05-03T15:01:02Z,25.9,-100\n",
    )
    track = tracks.read(path)
    assert [point.body["lat"] for point in track.points] == [25.8, 25.9, 25.7]
    assert not track.relative
    moved = tracks.deliveries(tracks.shifted(track, NOON - track.last), "MX-1")
    assert moved[-1].at == NOON
    assert json.loads(moved[0].payload)["fix_time"] == "2025-03-01T11:55:29.000Z"
    assert "fix_time" not in json.loads(moved[-1].payload)


def test_thinning_is_by_vehicle(tmp_path: Path) -> None:
    rows = [f"{1740830400 + 10 * n},25.7,-100.3,{'AB'[n % 2]}" for n in range(20)]
    path = written(tmp_path, "t.csv", "\n".join(["time,lat,lon,vehicle_id", *rows]))
    track = tracks.thin(tracks.read(path), 60.0)
    assert [sum(p.vehicle == name for p in track.points) for name in "AB"] == [4, 4]
    assert track.thinned == 12
    for name in "AB":
        times = [p.time for p in track.points if p.vehicle == name]
        assert min(b - a for a, b in pairwise(times)) == timedelta(seconds=60)


def test_devices_are_named_once_and_properly(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", "time,lat,lon,imei\n1740830400,1,1,A\n1740830400,1,1,B/2\n")
    track = tracks.read(path)
    with pytest.raises(UsageError, match="2 vehicles cannot all be MX-1"):
        tracks.deliveries(track, "MX-1")
    with pytest.raises(UsageError, match="'B/2' is no device id"):
        tracks.deliveries(track)
    nameless = tracks.read(written(tmp_path, "u.csv", "time,lat,lon\n1740830400,1,1\n"))
    with pytest.raises(UsageError, match="names no device"):
        tracks.deliveries(nameless)


def test_a_seal_state_can_ride_along(tmp_path: Path) -> None:
    track = tracks.read(written(tmp_path, "t.csv", "time,lat,lon\n1740830400,1,1\n"))
    (sent,) = tracks.deliveries(track, "MX-1", {"state": "sealed", "number": "A1"})
    (reading,) = decode(sent.topic, sent.payload, NOON)
    assert isinstance(reading, Reading)
    assert reading.seal is not None
    assert (reading.seal.condition, reading.seal.number) == ("sealed", "A1")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "features", "geometry", "coordinates", "properties", "times", "time",
             "coordTimes", "coordinateProperties", "speed", "vehicle"]
        ),
        inner | st.sampled_from(["Feature", "FeatureCollection", "Point", "LineString"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def read_anything(path: Path) -> None:
    """Points, bad rows or a UsageError: nothing else may come of a file."""
    with contextlib.suppress(UsageError):
        tracks.read(path, skip_bad=True)


@given(document=ANYTHING, kind=st.sampled_from(["Point", "LineString", "MultiLineString"]))
def test_whatever_stands_in_a_geojson_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, document: object, kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": document}}
    for whole in (document, feature, feature | {"properties": document},
                  {"type": "FeatureCollection", "features": document},
                  {"type": "Feature", "geometry": document}):  # fmt: skip
        path.write_text(json.dumps(whole))
        read_anything(path)


@given(rows=st.text(max_size=60) | st.lists(st.text(max_size=8), max_size=9).map(",".join))
def test_whatever_stands_in_a_csv_or_gpx_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name, text in {
        "any.csv": "time,lat,lon,speed\n" + rows,
        "header.csv": rows,
        "any.gpx": rows,
        "point.gpx": f"<gpx><trkpt lat='1' lon='{rows}'><time>{rows}</time></trkpt></gpx>",
    }.items():
        path = folder / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        read_anything(path)


REAL = {"00000011": 2828, "00000025": 1179, "00000033": 5844, "00000042": 7739,
        "00000079": 689, "00000096": 3271}  # fmt: skip


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "rows"), REAL.items())
def test_every_row_of_the_real_tracks_becomes_a_reading(
    shared_data: Path, name: str, rows: int
) -> None:
    track = tracks.read(shared_data / "tracks" / f"{name}.csv")
    assert track.relative
    assert len(track.points) == rows
    sent = tracks.deliveries(tracks.shifted(track, NOON - track.last), name)
    readings = [reading for one in sent for reading in decode(one.topic, one.payload, NOON)]
    assert len(readings) == rows
    assert all(isinstance(r, Reading) and isinstance(r.position, Fix) for r in readings)
    assert max(one.at for one in sent) == NOON


@pytest.mark.shared_data
def test_real_trucks_come_in_order_of_receipt(shared_data: Path) -> None:
    track = tracks.read(shared_data / "tracks" / "trucks_myanmar_drvr.csv")
    assert len(track.points) == 3564
    assert {point.vehicle for point in track.points} == {
        "31cb5062-f316-49b6-b2bd-2317da383299", "5a2b6ecc-43d1-4ed7-97a6-0e86bf3eaf95",
    }  # fmt: skip
    whens = [point.when for point in track.points]
    assert whens == sorted(whens)
    assert sum(a.time > b.time for a, b in pairwise(track.points)) > 0
    received = [point for point in track.points if point.received]
    assert len(received) == 3559
    fixed = [(p.received, p.fix_time) for p in received]
    lags = sorted((r - f).total_seconds() for r, f in fixed if r and f)
    assert lags[len(lags) // 2] == pytest.approx(3.7, abs=0.5)
    sent = tracks.deliveries(track)
    readings = [reading for one in sent for reading in decode(one.topic, one.payload, one.at)]
    assert all(isinstance(reading, Reading) for reading in readings)
    assert len(readings) == 3564
