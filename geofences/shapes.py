"""What can be wrong with one GeoJSON geometry, and where in it. Nothing is repaired.

`problems` looks at the coordinates as they are written, before shapely sees them, because shapely
closes an open ring without a word.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry import shape

from geofences.earth import Array, geodesics, metres_per_degree

Severity = Literal["error", "warning"]
Shape: TypeAlias = Polygon | MultiPolygon | LineString | MultiLineString

AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
LISTS = {
    "Polygon": ("ring", "vertex"),
    "MultiPolygon": ("polygon", "ring", "vertex"),
    "LineString": ("vertex",),
    "MultiLineString": ("part", "vertex"),
}
"""What the lists of positions are lists of, from the outermost in."""

SLIVER_M2 = 25.0
"""Less than 5 m by 5 m: smaller than the error of a good fix, so nothing can be said of it."""
LONGEST_STEP_M = 100_000.0
"""No road is straight for so long: a vertex is missing, or two are swapped."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is within the geometry, e.g. "ring 0, vertex 12 (-99.5, 27.5)"."""

    place: str
    what: str
    mend: str
    severity: Severity = "error"


def problems(geometry: Any) -> Iterator[Problem]:
    """All that is wrong with a geometry object as `json` reads it, or the first reason why no more
    can be said."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
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


def _summed_up(found: Sequence[Problem]) -> Iterator[Problem]:
    """One for each kind of problem, with its first place: a file with all positions swapped has
    one fault, not a thousand."""
    count = Counter(problem.what for problem in found)
    first = {problem.what: problem for problem in reversed(found)}
    for what, problem in first.items():
        more = f", and so at {count[what] - 1} more" if count[what] > 1 else ""
        yield replace(problem, what=what + more)


def build(geometry: dict[str, Any]) -> Shape:
    """The shapely geometry, of one that has no problems of severity "error"; heights dropped."""
    made = shapely.force_2d(shape(geometry))
    if not isinstance(made, Shape):
        raise TypeError(f"{made.geom_type} is neither an area nor a line")
    return made


def _not_positions(value: Any, lists: tuple[str, ...], place: str) -> Iterator[Problem]:
    if not lists:
        yield from _position_problems(value, place)
        return
    if not isinstance(value, list) or not value:
        yield Problem(place or "geometry", "a list of positions is missing or empty", "complete it")
        return
    before = f"{place}, " if place else ""
    for i, item in enumerate(value):
        yield from _not_positions(item, lists[1:], f"{before}{lists[0]} {i}")


def _position_problems(value: Any, place: str) -> Iterator[Problem]:
    numbers = isinstance(value, list) and len(value) in (2, 3, 4)
    if not numbers or not all(type(number) in (int, float) for number in value):
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
        yield Problem(where, "it is not on the earth", "degrees of WGS 84 are wanted; reproject")


def at(lon: float, lat: float) -> str:
    """A position for people, to a decimetre."""
    return f"({lon:.9g}, {lat:.9g})"


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
    line = LineString([position[:2] for position in ring])
    if not line.is_simple:
        yield Problem(
            _crossing_place(ring, place),
            "the ring crosses or touches itself",
            "put its vertices in order, or make two polygons",
        )


def _crossing_place(ring: Sequence[Any], place: str) -> str:
    """Names the first segment that meets one that is not its neighbour, or lies on one that is."""
    corners = np.array([position[:2] for position in ring], dtype=float)
    segments = [LineString(pair) for pair in itertools.pairwise(corners)]
    pairs = shapely.STRtree(segments).query(segments, predicate="intersects").T
    for i, j in sorted((int(i), int(j)) for i, j in pairs if i < j):
        met = segments[i].intersection(segments[j])
        neighbours = j == i + 1 or (i == 0 and j == len(segments) - 1)
        if neighbours and met.geom_type == "Point" and segments[i].length > 0:
            continue
        x, y = shapely.get_coordinates(met)[0]
        return f"{place}, vertices {i} to {i + 1} and {j} to {j + 1} {at(x, y)}"
    return place


def _whole_area_problems(geometry: dict[str, Any]) -> Iterator[Problem]:
    area = build(geometry)
    if not area.is_valid:
        what = shapely.is_valid_reason(area)
        name, _, place = what.partition("[")
        place = place.rstrip("]").replace(" ", ", ")
        yield Problem(
            f"geometry ({place})" if place else "geometry",
            name.lower(),
            "holes lie within their ring, and polygons of one zone do not overlap",
        )
    if (size := area_m2(area)) < SLIVER_M2:
        yield Problem(
            "geometry",
            f"a sliver of {size:.1f} m2, smaller than the error of a fix",
            "draw the area that is meant",
            "warning",
        )


def area_m2(area: Shape) -> float:
    """Square metres, within 1 % for areas up to some 100 km across."""
    east, north = metres_per_degree(area.centroid.y if not area.is_empty else 0.0)
    return float(area.area * east * north)


def _line_problems(geometry: dict[str, Any]) -> Iterator[Problem]:
    several = geometry["type"] == "MultiLineString"
    for p, part in enumerate(geometry["coordinates"] if several else [geometry["coordinates"]]):
        corners = np.array([position[:2] for position in part], dtype=float)
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
