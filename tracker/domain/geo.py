"""Distances good enough for motion: whether a truck stands, and whether a fix can be true."""

from __future__ import annotations

import math

METRES_PER_DEGREE = 111_195.0
"""One degree of a great circle on a sphere of 6,371,009 m (IUGG mean radius)."""


def metres_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two positions in degrees, on a sphere: flat at their middle latitude up to a
    degree, along the great circle beyond.

    Within 0.6 % of the geodesic; exact metres are geofences' business.
    """
    north = lat2 - lat1
    turn = (lon2 - lon1 + 180.0) % 360.0 - 180.0
    if abs(north) > 1.0 or abs(turn) > 1.0:
        return _great_circle(math.radians(lat1), math.radians(lat2), math.radians(turn))
    east = turn * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(north, east) * METRES_PER_DEGREE


def _great_circle(lat1: float, lat2: float, turn: float) -> float:
    """By the haversine, which is exact for small angles too. All angles in radians."""
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin(turn / 2) ** 2
    return math.degrees(2 * math.asin(math.sqrt(min(half, 1.0)))) * METRES_PER_DEGREE
