"""WGS 84 in metres, in plain numpy: earth-centred coordinates for nearest points and distances.

A chord through the earth grows with the distance along its surface, so the nearest point by chord
is the nearest point, at any latitude, without a projection and without its distortion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Numbers: TypeAlias = Sequence[float] | Array
_Degrees = TypeVar("_Degrees", float, Array)

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
MEAN_RADIUS_M = 6_371_008.8


def floats(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def position(lats: Numbers, lons: Numbers) -> tuple[float, float]:
    """As `positions`, of one and faster so: plain numbers."""
    lat, lon = float(lats[0]), float(lons[0])
    if len(lons) != 1 or not math.isfinite(lat + lon):
        positions(lats, lons)
    return lat, lon


def positions(lats: ArrayLike, lons: ArrayLike) -> tuple[Array, Array]:
    """(lats, lons) as arrays. Raises ValueError where they are no pairs of finite numbers."""
    y, x = floats(lats), floats(lons)
    if len(y) != len(x):
        raise ValueError("lats and lons differ in length")
    if not np.isfinite(x + y).all():
        raise ValueError("a position is no finite number")
    return y, x


def ecef(lats: Array, lons: Array) -> tuple[Array, Array, Array]:
    """Degrees to earth-centred, earth-fixed metres (x, y, z) on the ellipsoid's surface."""
    phi, lam = np.radians(lats), np.radians(lons)
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_2 * sin_phi**2)
    across = normal * cos_phi
    return across * np.cos(lam), across * np.sin(lam), normal * (1 - ECCENTRICITY_2) * sin_phi


def chord_to_arc(chord_m: Array) -> Array:
    """Straight metres through the earth to metres along its surface.

    The sphere is enough here: the two differ by 1 m at 100 km, and the ellipsoid changes that
    metre by 1 %.
    """
    half = np.minimum(chord_m / (2 * MEAN_RADIUS_M), 1.0)
    return floats(2 * MEAN_RADIUS_M * np.arcsin(half))


def metres_per_degree(lat: _Degrees) -> tuple[_Degrees, _Degrees]:
    """(east, north) metres in a degree of longitude and of latitude at `lat` degrees, a number or
    an array."""
    phi = np.radians(lat)
    w2 = 1 - ECCENTRICITY_2 * np.sin(phi) ** 2
    east: Any = np.radians(SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi))
    north: Any = np.radians(SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / w2**1.5)
    return (east, north) if isinstance(lat, np.ndarray) else (float(east), float(north))


def geodesics(lons: Array, lats: Array) -> tuple[Array, Array]:
    """Geodesic (azimuth in degrees 0..360, length in metres) from each position to the next.

    Uses pyproj, so for loading only, never for each message.
    """
    from pyproj import Geod  # costs 0.1 s to import; only who loads a line pays

    result: Any = Geod(ellps="WGS84").inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
    azimuth, _, length = result
    return floats(azimuth) % 360.0, floats(length)
