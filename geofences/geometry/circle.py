"""A circle on the ground, as the polygon of its edge."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geofences.geometry.earth import Array

CORNERS = 64
"""Its sides then come nearer to the middle than its corners by 0.12 % of the radius: 0.6 m of
500 m, less than a fix can tell."""
LARGEST_M = 500_000.0
"""Half a thousand kilometres: a larger place is no zone, but a mistaken unit."""


def circles(centres: Array, radius_m: float) -> Polygon | MultiPolygon:
    """Around each of `centres`, (n, 2) of lon and lat degrees, its corners `radius_m` metres off
    along the geodesic; those that overlap are one. For loading only: pyproj is slow to import."""
    from pyproj import Geod

    azimuth = np.linspace(0.0, 360.0, CORNERS, endpoint=False)
    made = []
    for lon, lat in centres.tolist():
        same = np.full(CORNERS, lon), np.full(CORNERS, lat)
        lons, lats, _ = Geod(ellps="WGS84").fwd(*same, -azimuth, np.full(CORNERS, radius_m))
        made.append(Polygon(np.column_stack((lons, lats))))
    if len(made) == 1:
        return made[0]
    merged = shapely.union_all(made)
    if not isinstance(merged, Polygon | MultiPolygon):
        raise TypeError(f"union of circles gave a {merged.geom_type}")
    return merged
