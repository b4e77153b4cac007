"""Does a corridor meet itself? Only then does progress need to know the last progress."""

from __future__ import annotations

import numpy as np
import shapely

from geofences.corridor import Corridor

_RADIUS_M = 6_378_137.0
"""The Earth's equatorial radius, WGS 84."""

_STEPS = 20_000
"""At most so many samples: a line longer than that many half-widths is sampled more coarsely."""

_APART = 6.0
"""Stretches further apart along the line than so many half-widths are different passages; nearer
ones are a bend of the road."""


def revisits(corridor: Corridor, half_width_m: float) -> bool:
    """True if two stretches, far apart along the line, lie within two half-widths of each other:
    it crosses itself, or runs out and back, so that a position alone does not tell its progress.
    """
    width = corridor.half_width_m or half_width_m
    known = corridor.meets_itself.get(width)
    if known is None:
        known = corridor.meets_itself[width] = _meets_itself(corridor, width)
    return known


def _meets_itself(corridor: Corridor, width: float) -> bool:
    step = max(width, corridor.length_m / _STEPS)
    along = np.arange(0.0, corridor.length_m + step, step)
    spots = np.array([corridor.at(float(progress))[:2] for progress in along])
    lats, lons = np.radians(spots[:, 0]), np.radians(spots[:, 1])
    # Mercator keeps shapes; its metres are too long by 1 / cos(latitude), alike all around a spot.
    points = np.asarray(shapely.points(lons * _RADIUS_M, np.arcsinh(np.tan(lats)) * _RADIUS_M))
    reach = 2 * width / float(np.cos(lats).min())
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    return bool(np.any(np.abs(along[first] - along[second]) > _APART * step))
