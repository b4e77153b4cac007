"""Zones and corridors, as they are drawn."""

from __future__ import annotations

from collections.abc import Iterable

import shapely

from geofences.corridor import Corridor
from geofences.zone import Zone
from tracker.map.scene import Area, Line, Position, Route


def position(lon: float, lat: float) -> Position:
    return (round(float(lon), 6), round(float(lat), 6))


def area(zone: Zone) -> Area:
    inside = zone.polygon.representative_point()
    return Area(
        id=zone.id,
        name=zone.name,
        kind=zone.kind.value,
        polygons=tuple(
            tuple(_line(ring) for ring in (polygon.exterior, *polygon.interiors))
            for polygon in shapely.get_parts(zone.polygon)
        ),
        at=position(inside.x, inside.y),
        country=zone.country,
        crossing=zone.crossing,
        precision=zone.precision.value,
        source=zone.source,
    )


def route(corridor: Corridor, default_half_width_m: float) -> Route:
    return Route(
        id=corridor.id,
        name=corridor.name,
        parts=tuple(_line(part) for part in shapely.get_parts(corridor.line)),
        half_width_m=corridor.half_width_m or default_half_width_m,
        length_m=round(corridor.length_m),
        precision=corridor.precision.value,
        source=corridor.source,
    )


def _line(shape: shapely.LineString) -> Line:
    return tuple(position(x, y) for x, y in shapely.get_coordinates(shape))


def positions(areas: Iterable[Area], routes: Iterable[Route] = ()) -> list[Position]:
    """All corners, for a box around them."""
    outer = [at for one in areas for polygon in one.polygons for at in polygon[0]]
    return outer + [at for one in routes for part in one.parts for at in part]
