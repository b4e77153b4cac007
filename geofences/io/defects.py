"""What can be wrong with one GeoJSON geometry, and where in it. Nothing is repaired.

`problems` looks at the coordinates as they are written, before shapely sees them, because shapely
closes an open ring without a word.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from geofences.geometry.earth import Array, geodesics, metres_per_degree
from geofences.io.shapes import AREAS, LISTS, POINTS, Problem, Shape, at, build, positions

SLIVER_M = 5.0
"""Four times the area by the outline: a square's side, twice a strip's width. What is narrower is
smaller than the error of a good fix, so nothing can be said of it."""
OFF_EARTH = "degrees of WGS 84 are wanted: reproject it, or say what it is in (--crs EPSG:...)"
HOLES = "holes lie within their ring; in a shapefile outlines run clockwise, holes against it"
HIGHEST_CENTRE = 80.0
"""Degrees of latitude: within the largest radius there is no pole."""
LONGEST_STEP_M = 100_000.0
"""No road is straight for so long: a vertex is missing, or two are swapped."""


def problems(geometry: Any, *, has_radius: bool = False) -> Iterator[Problem]:
    """All that is wrong with a geometry object as `json` reads it, or the first reason why no more
    can be said. `has_radius`: its properties say how far around a point it reaches."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind in POINTS:
        yield from _point_problems(geometry, has_radius)
        return
    if kind not in LISTS:
        yield Problem(
            "geometry",
            f"{kind or 'no geometry'} is neither an area nor a line",
            f"use one of {', '.join(LISTS)}",
        )
        return
    coordinates = geometry.get("coordinates")
    if not coordinates:
        yield Problem("geometry", "it is empty", "draw it, or remove the feature")
        return
    bad = list(_not_positions(coordinates, LISTS[kind], ""))
    yield from _summed_up(bad)
    if not bad:
        yield from _area_problems(geometry) if kind in AREAS else _line_problems(geometry)


def _point_problems(geometry: dict[str, Any], has_radius: bool) -> Iterator[Problem]:
    several = geometry["type"] == "MultiPoint"
    if not has_radius:
        what = f"{geometry['type']} is neither an area nor a line"
        yield Problem("geometry", what, "give it a radius_m, in metres, or draw the area around it")
        return
    found = geometry.get("coordinates")
    listed: Any = found if several else [found]
    bad = list(_not_positions(listed, ("point",), ""))
    yield from _summed_up(bad)
    if not bad and abs(max((position[1] for position in listed), key=abs)) > HIGHEST_CENTRE:
        yield Problem("point", "a circle so near to a pole", "draw the area around it")


def _summed_up(found: Sequence[Problem]) -> Iterator[Problem]:
    """One for each kind of problem, with its first place: a file with all positions swapped has
    one fault, not a thousand."""
    count = Counter(problem.what for problem in found)
    first = {problem.what: problem for problem in reversed(found)}
    for what, problem in first.items():
        more = f", and so at {count[what] - 1} more" if count[what] > 1 else ""
        yield replace(problem, what=what + more)


def _not_positions(value: Any, lists: tuple[str, ...], place: str) -> Iterator[Problem]:
    if not lists:
        yield from _position_problems(value, place)
        return
    if not isinstance(value, list) or not value:
        yield Problem(place or "geometry", "a list of positions is missing or empty", "complete it")
        return
    if len(lists) == 1 and _are_sound(value):
        return
    before = f"{place}, " if place else ""
    for i, item in enumerate(value):
        yield from _not_positions(item, lists[1:], f"{before}{lists[0]} {i}")


def _are_sound(listed: list[Any]) -> bool:
    """Whether they surely are positions, seen at one glance; if not, each is looked at."""
    try:
        found = np.array(listed)
    except ValueError:  # of different lengths
        return False
    if found.dtype.kind not in "if" or found.ndim != 2 or found.shape[1] not in (2, 3, 4):
        return False
    return bool(np.isfinite(found).all() and (np.abs(found[:, :2]) <= (180, 90)).all())


def _position_problems(value: Any, place: str) -> Iterator[Problem]:
    numbers = isinstance(value, list) and len(value) in (2, 3, 4)
    if not numbers or not all(_is_number(number) for number in value):
        yield Problem(place, f"{value!r} is no position", "write [longitude, latitude]")
        return
    lon, lat = value[:2]
    where = f"{place} {at(lon, lat)}"
    if not all(math.isfinite(number) for number in value):
        yield Problem(where, "a coordinate is no finite number", "give the real position")
    elif abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        yield Problem(
            where, "latitude and longitude are swapped", "GeoJSON wants [longitude, latitude]"
        )
    elif abs(lat) > 90 or abs(lon) > 180:
        yield Problem(where, "it is not on the earth", OFF_EARTH)


def _is_number(value: Any) -> bool:
    """JSON knows whole numbers of any length; what no float can hold is no coordinate."""
    return type(value) is float or (type(value) is int and abs(value) < 10**18)


def _area_problems(geometry: dict[str, Any]) -> Iterator[Problem]:
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    sound = True
    for p, rings in enumerate(polygons):
        for r, ring in enumerate(rings):
            place = f"polygon {p}, ring {r}" if several else f"ring {r}"
            for problem in _ring_problems(ring, place):
                sound = sound and problem.severity != "error"
                yield problem
    if sound:
        yield from _whole_area_problems(geometry)


def _ring_problems(ring: Sequence[Any], place: str) -> Iterator[Problem]:
    if ring[0][:2] != ring[-1][:2]:
        yield Problem(
            f"{place}, vertex {len(ring) - 1} {at(*ring[-1][:2])}",
            "the ring is not closed",
            "repeat its first position at its end",
        )
        return
    if len(ring) < 4:
        yield Problem(place, f"a ring of {len(ring)} positions encloses nothing", "give 4 or more")
        return
    corners = positions(ring)
    jump = np.abs(np.diff(corners[:, 0]))
    if jump.max() > 180:
        k = int(jump.argmax()) + 1
        what = "it crosses the antimeridian, which is not supported"
        yield Problem(f"{place}, vertex {k} {at(*corners[k])}", what, "check the longitudes")
    elif not shapely.is_simple(shapely.linestrings(corners)):
        yield Problem(
            _crossing_place(ring, place),
            "the ring crosses or touches itself",
            "put its vertices in order, or make two polygons",
        )


def _crossing_place(ring: Sequence[Any], place: str) -> str:
    """Names the first segment that meets one that is not its neighbour, or lies on one that is."""
    corners = positions(ring)
    segments = [LineString(pair) for pair in itertools.pairwise(corners)]
    pairs = shapely.STRtree(segments).query(segments, predicate="intersects").T
    for i, j in sorted((int(i), int(j)) for i, j in pairs if i < j):
        met = segments[i].intersection(segments[j])
        if met.is_empty:  # a segment of no length, which two positions alike make
            continue
        neighbours = j == i + 1 or (i == 0 and j == len(segments) - 1)
        if neighbours and met.geom_type == "Point" and segments[i].length > 0:
            continue
        x, y = shapely.get_coordinates(met)[0]
        return f"{place}, vertices {i} to {i + 1} and {j} to {j + 1} {at(x, y)}"
    return place


def _whole_area_problems(geometry: dict[str, Any]) -> Iterator[Problem]:
    area = build(geometry)
    if not area.is_valid:
        holes = list(_hole_problems(area))
        yield from holes
        if not holes:
            yield _invalid(area)
        return  # of what has no inside there is no area
    for p, part in enumerate(shapely.get_parts(area)):
        outline_m = shapely.length(_in_metres(part))
        if (size := area_m2(part)) * 4 < SLIVER_M * outline_m:
            several = geometry["type"] == "MultiPolygon"
            yield Problem(
                f"polygon {p}" if several else "geometry",
                f"a sliver of {size:.1f} m2, narrower than the error of a fix",
                "draw the area that is meant",
                "warning",
            )


def _invalid(area: Shape) -> Problem:
    """In GEOS's words and at its place."""
    name, _, place = shapely.is_valid_reason(area).partition("[")
    place = place.rstrip("]").replace(" ", ", ")
    return Problem(
        f"geometry ({place})" if place else "geometry",
        name.lower(),
        "holes lie within their ring, and polygons of one zone do not overlap",
    )


def _hole_problems(area: Shape) -> Iterator[Problem]:
    """Holes that leave their ring, and holes that overlap each other."""
    several = isinstance(area, MultiPolygon)
    for p, part in enumerate(shapely.get_parts(area)):
        before = f"polygon {p}, " if several else ""
        outer = Polygon(part.exterior)
        holes = [Polygon(ring) for ring in part.interiors]
        for h, hole in enumerate(holes, start=1):
            if not outer.covers(hole):
                corner = next((c for c in hole.exterior.coords if not outer.covers(Point(c))), None)
                where = at(*(corner or hole.exterior.coords[0])[:2])
                what = "the hole lies outside its ring, or crosses it"
                yield Problem(f"{before}ring {h} {where}", what, HOLES)
            for g, other in enumerate(holes[: h - 1], start=1):
                if hole.intersects(other) and shapely.area(hole.intersection(other)) > 0:
                    where = at(*hole.intersection(other).representative_point().coords[0])
                    what = f"the hole overlaps that of ring {g}"
                    yield Problem(f"{before}ring {h} {where}", what, "make them one hole")


def _in_metres(part: Any) -> Any:
    """Scaled at its own latitude, for lengths."""
    scale = np.array(metres_per_degree(float(part.centroid.y)))
    return shapely.transform(part, lambda xy: xy * scale)


def area_m2(area: Shape) -> float:
    """Square metres, within 1 % for areas up to some 100 km across."""
    east, north = metres_per_degree(area.centroid.y if not area.is_empty else 0.0)
    return float(area.area * east * north)


def _line_problems(geometry: dict[str, Any]) -> Iterator[Problem]:
    several = geometry["type"] == "MultiLineString"
    for p, part in enumerate(geometry["coordinates"] if several else [geometry["coordinates"]]):
        corners = positions(part)
        place = f"part {p}" if several else "line"
        if (corners == corners[0]).all():
            yield Problem(place, "it needs two different positions", "draw the route")
        elif np.abs(np.diff(corners[:, 0])).max() > 180:
            what = "it crosses the antimeridian, which is not supported"
            yield Problem(place, what, "check the longitudes")
        else:
            yield from _long_steps(corners, f"part {p}, " if several else "")


def _long_steps(corners: Array, before: str) -> Iterator[Problem]:
    length = geodesics(corners[:, 0], corners[:, 1])[1]
    for i in np.flatnonzero(length > LONGEST_STEP_M):
        yield Problem(
            f"{before}vertex {i + 1} {at(*corners[i + 1])}",
            f"{length[i] / 1000:.0f} km from the vertex before it",
            "a vertex is missing or out of place",
            "warning",
        )
