"""Makes the ground of the live map (`tracker/web/static/map/ground.json`) from Natural Earth.

    python -m release.base_map LINES.geojson PLACES.csv

LINES: features of `kind` coast, state, border and lake, cut to the border region. PLACES: name,
country, state, lat, lon, pop_max. Both are Natural Earth's 1:10m data (naturalearthdata.com), which
is in the public domain. Coordinates become thousandths of a degree (some 100 m: finer than the
source is true), each but the first of a line as the step from the one before it.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, Point, Polygon, shape

TARGET = Path(__file__).parents[1] / "tracker" / "web" / "static" / "map" / "ground.json"
SOURCE = "Made with Natural Earth (naturalearthdata.com, 1:10m, public domain), thinned."
SCALE = 1000
THIN_DEG = 0.004
"""Points nearer than this to the line without them are left out: a pixel and a half at zoom 8."""
RING = 8
"""Numbers of the smallest ring: three corners, and the first again."""
CLOSE_DEG = 0.01
"""The border's ends are this near to a point of the coast."""
RANKS = (1_000_000, 300_000, 60_000, 0)
"""Inhabitants from which on a town is of rank 0, 1, 2, 3."""


def main(lines: Path, places: Path) -> None:
    features = json.loads(lines.read_text(encoding="utf-8"))["features"]
    parts: dict[str, list[Any]] = {}
    for feature in features:
        geometry = shape(feature["geometry"])
        parts.setdefault(feature["properties"]["kind"], []).append(geometry)
    with places.open(encoding="utf-8", newline="") as file:
        towns = list(csv.DictReader(file))
    lands = _lands(parts["coast"], parts["border"], towns)
    ground = {
        "source": SOURCE,
        "scale": SCALE,
        "lands": {name: _rings(some) for name, some in lands.items()},
        "lakes": _rings(part for lake in parts["lake"] for part in _each(lake)),
        "coast": _lines(parts["coast"]),
        "states": _lines(parts["state"]),
        "border": _lines(parts["border"]),
        "towns": _towns(towns),
    }
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(text + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(text):,} bytes")


def _each(geometry: Any) -> list[Any]:
    return list(shapely.get_parts(geometry))


def _lands(
    coast: list[Any], border: list[Any], towns: list[dict[str, str]]
) -> dict[str, list[Polygon]]:
    """The land of each country within the box of the data: what the coast and the border cut it
    into, and of these the pieces with towns in them, and islands.
    """
    box = shapely.box(*shapely.total_bounds([*coast, *border, *(_point(t) for t in towns)]))
    shore = shapely.unary_union(coast)
    line = shapely.snap(shapely.unary_union(border), shore, CLOSE_DEG)  # else it ends on dry land
    lines = shapely.unary_union([shore, line, box.exterior])
    pieces = [one for one in _each(shapely.polygonize([lines])) if isinstance(one, Polygon)]
    found: dict[str, list[Polygon]] = {"MX": [], "US": []}
    for piece in pieces:
        inside = [town["country"] for town in towns if piece.contains(_point(town))]
        if inside:
            country = "US" if inside.count("USA") * 2 > len(inside) else "MX"
        elif piece.area < 1.0 and not piece.exterior.intersects(box.exterior):
            country = "MX" if piece.representative_point().y < 32.5 else "US"
        else:
            continue
        found[country].append(piece)
    return found


def _point(town: dict[str, str]) -> Point:
    return Point(float(town["lon"]), float(town["lat"]))


def _lines(geometries: Iterable[Any]) -> list[list[int]]:
    merged = shapely.line_merge(shapely.unary_union(list(geometries)))
    return [_steps(part) for part in _each(merged)]


def _rings(polygons: Iterable[Polygon]) -> list[list[int]]:
    """Their outlines; one that thinning leaves no area is too small to be seen."""
    rings = (_steps(polygon.exterior) for polygon in polygons)
    return [ring for ring in rings if len(ring) >= RING]


def _steps(line: LineString) -> list[int]:
    """Longitude and latitude of the first point, then of each step."""
    thin = shapely.simplify(line, THIN_DEG, preserve_topology=False)
    points = [(round(x * SCALE), round(y * SCALE)) for x, y in shapely.get_coordinates(thin)]
    made, before = list(points[0]), points[0]
    for point in points[1:]:
        if point != before:
            made += [point[0] - before[0], point[1] - before[1]]
            before = point
    return made


def _towns(towns: Iterable[dict[str, str]]) -> list[list[Any]]:
    """Name, longitude, latitude, rank; those first that have precedence."""
    ordered = sorted(towns, key=lambda town: (-int(town["pop_max"] or 0), town["name"]))
    return [
        [
            town["name"],
            round(float(town["lon"]) * SCALE),
            round(float(town["lat"]) * SCALE),
            next(rank for rank, least in enumerate(RANKS) if int(town["pop_max"] or 0) >= least),
        ]
        for town in ordered
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
