"""The inner buffer of a corridor: a polygon that lies wholly within its half-width.

Whoever is inside is on the corridor and needs no metres. It is conservative by construction: each
stretch of the line is buffered in a plane whose metres per degree are the largest of its latitudes,
so that a distance in the plane is never shorter than on the ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geofences.geometry.centreline import Centreline
from geofences.geometry.earth import Array, metres_per_degree

InnerBuffer: TypeAlias = Polygon | MultiPolygon

STRETCH_DEG = 0.1
"""Latitude that one stretch may span: the plane is then too short by at most 0.3 % at 60 degrees
(0.1 % at 27), and who stands in that sliver merely costs an exact distance."""
CHORD_SLACK_M = 0.1
"""The exact offset is computed within some centimetres; the buffer must never say more."""


def inner_buffer(line: Centreline, half_width_m: float) -> InnerBuffer:
    """The polygon (lon, lat degrees); empty where the half-width is within the slack."""
    width = half_width_m - CHORD_SLACK_M
    if width <= 0:
        return Polygon()
    buffers = [_buffer(part, width) for string in line.strings() for part in _stretches(string)]
    merged = shapely.union_all(buffers)
    if not isinstance(merged, InnerBuffer):
        raise TypeError(f"union of buffers gave a {merged.geom_type}")
    return merged


def _stretches(string: Array) -> Iterator[Array]:
    """Consecutive positions that span at most STRETCH_DEG, each stretch from the last one's end."""
    first, low, high = 0, string[0, 1], string[0, 1]
    for i, lat in enumerate(string[:, 1]):
        low, high = min(low, lat), max(high, lat)
        if high - low > STRETCH_DEG:
            yield string[first : i + 1]
            first, low, high = i, lat, lat
    if first < len(string) - 1:
        yield string[first:]


def _buffer(stretch: Array, width_m: float) -> shapely.Geometry:
    lats = stretch[:, 1]
    reach = width_m / 110_000.0
    low, high = float(lats.min()) - reach, float(lats.max()) + reach
    widest = 0.0 if low <= 0 <= high else min(low, high, key=abs)
    east, _ = metres_per_degree(widest)
    _, north = metres_per_degree(max(low, high, key=abs))
    scale = np.array([east, north])
    centre = stretch.mean(axis=0)
    plane = shapely.linestrings((stretch - centre) * scale)
    around = shapely.buffer(plane, width_m, quad_segs=16)
    moved: shapely.Geometry = shapely.transform(around, lambda xy: xy / scale + centre)
    return moved
