"""GeoJSON geometries as lists of positions, and the shapes that they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon

from geofences.geometry.circle import circles
from geofences.geometry.earth import Array

Severity = Literal["error", "warning"]
Shape: TypeAlias = Polygon | MultiPolygon | LineString | MultiLineString

AREAS = ("Polygon", "MultiPolygon")
LISTS = {
    "Polygon": ("ring", "vertex"),
    "MultiPolygon": ("polygon", "ring", "vertex"),
    "LineString": ("vertex",),
    "MultiLineString": ("part", "vertex"),
}
"""What the lists of positions are lists of, from the outermost in."""
POINTS = ("Point", "MultiPoint")
"""With a radius, `radius_m` in the properties, they are areas."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is within the geometry, e.g. "ring 0, vertex 12 (-99.5, 27.5)"."""

    place: str
    what: str
    mend: str
    severity: Severity = "error"


class Undrawn(ValueError):
    """A feature whose geometry cannot be taken as it stands, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def build(geometry: dict[str, Any], radius_m: float | None = None) -> Shape:
    """The shapely geometry, of one that has no problems of severity "error"; heights dropped.
    `radius_m` makes circles of points."""
    kind, lists = geometry["type"], geometry["coordinates"]
    if kind in POINTS and radius_m is not None:
        return circles(positions([lists] if kind == "Point" else lists), radius_m)
    if kind == "Polygon":
        return _polygon(lists)
    if kind == "MultiPolygon":
        return MultiPolygon([_polygon(rings) for rings in lists])
    if kind == "MultiLineString":
        return MultiLineString([positions(part) for part in lists])
    if kind == "LineString":
        return LineString(positions(lists))
    raise TypeError(f"{kind} is neither an area nor a line")


def _polygon(rings: Sequence[Any]) -> Polygon:
    """Many times as fast as shapely's own way through each position."""
    made: Any = [shapely.linearrings(positions(ring)) for ring in rings]
    made = shapely.polygons(made[0], holes=made[1:] or None)
    assert isinstance(made, Polygon)  # noqa: S101 - for mypy: one ring in, one polygon out
    return made


def positions(listed: Sequence[Any]) -> Array:
    """A list of positions as (n, 2) longitudes and latitudes, heights dropped."""
    try:
        return np.array(listed, dtype=float)[:, :2]
    except ValueError:  # some have heights
        return np.array([position[:2] for position in listed], dtype=float)


def at(lon: float, lat: float) -> str:
    """A position for people, to a decimetre."""
    return f"({lon:.9g}, {lat:.9g})"
