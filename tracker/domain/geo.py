"""Distances good enough for motion: whether a truck stands, and whether a fix can be true."""

from __future__ import annotations

import math

METRES_PER_DEGREE = 111_195.0
"""One degree of a great circle on a sphere of 6,371,009 m (IUGG mean radius)."""


def metres_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two positions in degrees, on a sphere, flat at their middle latitude.

    Within 0.6 % of the geodesic up to some 100 km; exact metres are geofences' business.
    """
    north = (lat2 - lat1) * METRES_PER_DEGREE
    turn = (lon2 - lon1 + 180.0) % 360.0 - 180.0
    east = turn * METRES_PER_DEGREE * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(north, east)
