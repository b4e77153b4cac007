"""Reference systems: from whatever a file is in to degrees of WGS 84."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from geofences.geometry.earth import Array
from geofences.io.well_known import Reproject, unchanged

WGS_84 = "EPSG:4326"
NORTH_AMERICA = (-170.0, 5.0, -50.0, 75.0)
"""West, south, east, north: generously, for guesses."""


@functools.lru_cache(maxsize=32)
def to_wgs_84(crs: str) -> Reproject:
    """What turns positions in `crs` (anything PROJ knows: "EPSG:32614", WKT) into longitude and
    latitude of WGS 84. x, y (or longitude, latitude) order in and out, whatever the system's own.

    A position that PROJ cannot convert becomes infinite. Raises ValueError for an unknown system
    and for one that does not say where on earth it is.
    """
    from pyproj import CRS, Transformer  # costs 0.1 s to import; only who reads such a file pays
    from pyproj.exceptions import ProjError

    try:
        system = CRS.from_user_input(crs)
        if system.equals(CRS.from_user_input(WGS_84), ignore_axis_order=True):
            return unchanged
        transformer = Transformer.from_crs(system, WGS_84, always_xy=True)
    except ProjError as error:
        raise ValueError(f"PROJ does not know {short(crs)}: {error}".splitlines()[0]) from None

    def move(positions: Array) -> Array:
        lons, lats = transformer.transform(positions[:, 0], positions[:, 1])
        return np.column_stack((lons, lats))

    return move


def short(crs: str) -> str:
    """A reference system in few words: its code, else its name."""
    return crs if len(crs) <= 40 else crs.partition(",")[0].partition('"')[2].strip('"') or crs[:40]


def is_undefined(crs: str | None) -> bool:
    """None, or one of the names that stand for "unknown" in GeoPackages."""
    return not crs or "undefined" in crs.lower() or "unknown" in crs[:40].lower()


def in_degrees(crs: str) -> bool:
    """Whether positions in it are longitudes and latitudes."""
    from pyproj import CRS

    return bool(CRS.from_user_input(crs).is_geographic)


def look_like_degrees(positions: Array) -> bool:
    """Whether they could be longitudes and latitudes, and are not all next to 0, 0."""
    sizes = np.abs(positions)
    return bool(
        len(sizes) and (sizes <= (180, 90)).all() and sizes.max() > 1  # metres near 0 say nothing
    )


def look_turned(positions: Array) -> bool:
    """Whether they are degrees, latitude first: so they lie in North America, and else not."""
    return bool(len(positions)) and _in_north_america(positions[:, ::-1]) and not (
        _in_north_america(positions)
    )  # fmt: skip


def _in_north_america(positions: Array) -> bool:
    west, south, east, north = NORTH_AMERICA
    inside = (positions >= (west, south)) & (positions <= (east, north))
    return bool(inside.all())


def suggestion(positions: Array) -> str:
    """Which --crs such positions may want, for whoever has not been told."""
    if not len(positions):
        return "--crs EPSG:4326 if it is in degrees"
    if look_turned(positions):
        return "they look like degrees, swapped (latitude first): --lat-lon --crs EPSG:4326"
    x, y = np.abs(positions).max(axis=0)
    if look_like_degrees(positions):
        return "they look like degrees: --crs EPSG:4326"
    if y < 5_000_000 and x < 1_000_000:
        return "they look like metres of UTM: --crs EPSG:32614 is its zone 14 north"
    return "--crs EPSG:3857 is web maps', EPSG:6372 INEGI's, EPSG:32614 UTM zone 14 north"


def every_position(geometry: Any, most: int = 1000) -> Array:
    """The first positions (n, 2) of a GeoJSON geometry, however nested."""
    found: list[Any] = []
    rest = [geometry.get("coordinates")] if isinstance(geometry, dict) else []
    while rest and len(found) < most:
        one = rest.pop()
        if isinstance(one, list) and one and isinstance(one[0], int | float):
            found.append([_number(one[0]), _number(one[1]) if len(one) > 1 else math.nan])
        elif isinstance(one, list):
            rest.extend(reversed(one))
    return np.array(found, dtype=float).reshape(-1, 2)


def _number(value: Any) -> float:
    """NaN for what is none, or more than any coordinate."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e18 else math.nan
