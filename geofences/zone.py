"""Zones: named areas on the ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely import MultiPolygon, Polygon

from geofences.geometry.earth import Array, positions
from geofences.geometry.edges import edges as rings_of
from geofences.geometry.edges import to_edge_m
from geofences.geometry.lines import Lines
from geofences.kinds import Precision, ZoneKind


@dataclass(frozen=True, eq=False)
class Zone:
    """One area. `polygon` is in degrees, WGS 84, (lon, lat) order as GeoJSON has it.

    `country` is "US", "MX" or None (not said); `crossing` is the crossing's id, for the zones
    that belong to one; `least_stay_min` is how long (minutes) somebody stays before it counts as
    a visit, None for what is usual for its kind; `properties` keeps everything else the file said.
    """

    id: str
    name: str
    kind: ZoneKind
    polygon: Polygon | MultiPolygon
    country: str | None = None
    crossing: str | None = None
    precision: Precision = Precision.APPROXIMATE
    source: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    least_stay_min: float | None = None

    @cached_property
    def edges(self) -> Lines:
        return rings_of(np.array([self.polygon], dtype=object))

    def distance_m(self, lats: ArrayLike, lons: ArrayLike) -> Array:
        """Metres from each position (degrees) to the nearest edge, of a hole too; negative inside,
        0 on the edge. Within 0.5 m or 0.1 % of the geodesic answer; an edge is straight in
        longitude and latitude, as GeoJSON means it. Raises ValueError for a position that is no
        finite number."""
        y, x = positions(lats, lons)
        gap = to_edge_m(self.edges, y, x, np.zeros(len(y), dtype=np.intp))
        return np.where(shapely.intersects_xy(self.polygon, x, y), -gap, gap)
