"""Distances that others published, with the difference explained where there is one.

turf measures on a sphere (radius 6,371,008.8 m), along great circles; `geofences` on WGS 84, along
lines that are straight in longitude and latitude, as GeoJSON means them. The sphere alone is up to
0.56 % off (in a degree of latitude at the equator), and turf finds the nearest point in Mercator or
a plane besides: together TOLERANCE. With long edges the two kinds of straight differ by far more,
so the test bends them to great circles first.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Geod
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry import shape

from geofences.corridor import Corridor
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.geofences.brute import GEOD, BruteLine

METRES = {"meters": 1.0, "kilometers": 1_000.0, "miles": 1_609.344}
TOLERANCE = 0.008
SPHERE = Geod(a=6_371_008.8, b=6_371_008.8)


def bent(corners: Any) -> list[tuple[float, float]]:
    """The same line along great circles, in steps of some 2 km."""
    line = [tuple(corners[0])]
    for a, b in itertools.pairwise(corners):
        steps = int(SPHERE.inv(*a, *b)[2] / 2_000)
        line += [*SPHERE.npts(a[0], a[1], b[0], b[1], steps), tuple(b)] if steps else [tuple(b)]
    return line


POLYGONS = ["simple-polygon", "multi-polygon", "issue_2824", "long-lines-poly"]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", POLYGONS)
def test_point_to_polygon_of_turf(name: str, shared_data: Path) -> None:
    path = shared_data / f"fixtures/turf/turf-point-to-polygon-distance/{name}.geojson"
    features = json.loads(path.read_text())["features"]
    points = [one for one in features if one["geometry"]["type"] == "Point"]
    (area,) = [shape(one["geometry"]) for one in features if one not in points]
    assert isinstance(area, (Polygon, MultiPolygon))
    if name == "long-lines-poly":
        assert isinstance(area, Polygon)
        area = Polygon(bent(area.exterior.coords))
    zone = Zone("z", "z", ZoneKind.OTHER, area)
    assert len(points) >= 2
    for point in points:
        lon, lat = point["geometry"]["coordinates"]
        said = point["properties"]
        expected = said["expected_distance"] * METRES[said["units"]]
        assert zone.distance_m([lat], [lon])[0] == pytest.approx(expected, rel=TOLERANCE), said


LINES = [
    *(f"city-segment-{name}" for name in ("inside1", "inside2", "inside3", "obtuse1", "obtuse2")),
    *("city-segment-projected1", "city-segment-projected2", "city-line1", "city-line2"),
    *("issue-1156", "line-fiji", "line-resolute-bay", "line1", "line2", "segment-fiji"),
    *("segment1", "segment1a", "segment2", "segment3", "segment4"),
]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", LINES)
def test_point_to_line_of_turf(name: str, shared_data: Path) -> None:
    folder = shared_data / "fixtures/turf/turf-point-to-line-distance/test"
    asked = json.loads((folder / f"in/{name}.geojson").read_text())
    units = asked.get("properties", {}).get("units", "kilometers")
    expected = json.loads((folder / "out/distances.json").read_text())[name] * METRES[units]
    point, line = (shape(feature["geometry"]) for feature in asked["features"])
    assert isinstance(point, Point)
    # Those at Fiji are drawn across the antimeridian, which a corridor may not cross.
    east = 10.0 if name.endswith("fiji") else 0.0
    corridor = Corridor("c", "c", LineString(bent([(x + east, y) for x, y in line.coords])))
    assert corridor.offsets([point.y], [point.x + east])[0][0] == pytest.approx(
        expected, rel=TOLERANCE
    )


@pytest.mark.shared_data
def test_lines_of_cheap_ruler(shared_data: Path) -> None:
    """They come without expectations: their lengths and offsets are held against the geodesic."""
    lines = json.loads((shared_data / "fixtures/cheap-ruler/lines.json").read_text())
    assert len(lines) == 58
    for number, corners in enumerate(lines):
        corridor, brute = Corridor("c", "c", LineString(corners)), BruteLine([np.array(corners)])
        lons, lats = np.array(corners).T
        assert corridor.length_m == pytest.approx(GEOD.line_length(lons, lats), abs=0.001)
        lat, lon = lats[0] + 0.001, lons[0] - 0.002 + number * 1e-4
        truth, _ = brute.nearest(lat, lon)
        assert corridor.offsets([lat], [lon])[0][0] == pytest.approx(truth, abs=0.1)
