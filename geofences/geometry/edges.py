"""How far the edge of an area is: its rings as lines in metres."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.geometry.centreline import PIECE_M
from geofences.geometry.earth import Array, Index, chord_to_arc, ecef
from geofences.geometry.lines import Lines

MOST_M = 111_700.0
"""Metres in a degree anywhere, at most: of latitude at the poles."""


def rings(polygons: NDArray[Any]) -> tuple[Array, Index, Index]:
    """All corners (n, 2) of polygons and multipolygons; each corner's ring; each ring's polygon."""
    parts, whole = shapely.get_parts(polygons, return_index=True)
    found, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(found, return_index=True)
    return corners, ring, whole[part]


def edges(polygons: NDArray[Any]) -> Lines:
    """All rings of each polygon, none empty, as one line each (its progress means nothing)."""
    corners, ring, owner = rings(polygons)
    lons, lats = corners.T
    joined = ring[1:] == ring[:-1]
    length = np.hypot(np.diff(lons), np.diff(lats)) * MOST_M
    # A last corner gets one piece as well, so that it is a vertex of its own.
    cuts = np.append(np.where(joined, np.maximum(np.ceil(length / PIECE_M), 1), 1), 1).astype(int)
    corner = np.repeat(np.arange(len(cuts)), cuts)
    share = (np.arange(len(corner)) - np.repeat(np.cumsum(cuts) - cuts, cuts)) / cuts[corner]
    after = np.minimum(corner + 1, len(lons) - 1)
    lons = lons[corner] + share * (lons[after] - lons[corner])
    lats = lats[corner] + share * (lats[after] - lats[corner])
    sizes = np.bincount(ring[corner], minlength=len(owner))
    end = np.cumsum(sizes)
    return Lines(np.array(ecef(lats, lons)), end - sizes, end, owner)


def to_edge_m(around: Lines, lats: Array, lons: Array, which: NDArray[np.intp]) -> Array:
    """Metres from each position (degrees) to the nearest edge of polygon `which`, within 0.5 m or
    0.1 % of the geodesic."""
    chord, _ = around.nearest(np.array(ecef(lats, lons)), which)
    return chord_to_arc(chord)
