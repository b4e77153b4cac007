"""Which country a position is in, by the border line that ships (`library/border.geojson`).

The line is the US Census Bureau's, generalised: at the crossings it is 32 m off in the median and
254 m at most, so on a bridge the answer may be the other side's. Zones of a crossing say more.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import Polygon

from geofences import library
from geofences.earth import floats

_NAMES = np.array([None, "US", "MX"], dtype=object)


class Border:
    """Immutable. `line` runs from the Pacific to the Gulf, `reach` is a ring through both its ends,
    from the Gulf round the United States to the Pacific and on round Mexico: (lon, lat) lists.
    Outside the ring (oceans, Canada, Central America) the line decides nothing."""

    def __init__(self, line: list[list[float]], reach: list[list[float]]) -> None:
        pacific = reach.index(line[0])
        self._us = Polygon([*line[:-1], *reach[:pacific]])
        self._mx = Polygon([*line[:0:-1], *reach[pacific:-1]])
        for area in (self._us, self._mx):
            shapely.prepare(area)
            shapely.intersects_xy(area, 0.0, 0.0)  # GEOS builds the index at the first question

    def countries(self, lats: ArrayLike, lons: ArrayLike) -> NDArray[Any]:
        """ "US", "MX" or None for each position (degrees); on the very line it is "US"."""
        x, y = floats(lons), floats(lats)
        code = np.where(shapely.intersects_xy(self._us, x, y), 1, 0)
        rest = np.flatnonzero(code == 0)
        code[rest] = np.where(shapely.intersects_xy(self._mx, x[rest], y[rest]), 2, 0)
        return _NAMES[code]

    def country(self, lat: float, lon: float) -> str | None:
        """As `countries`, of one position and faster so."""
        if shapely.intersects_xy(self._us, lon, lat):
            return "US"
        return "MX" if shapely.intersects_xy(self._mx, lon, lat) else None


@functools.cache
def border() -> Border:
    """The border that ships, loaded and warmed once."""
    found = {
        feature["properties"]["id"]: feature["geometry"]["coordinates"]
        for feature in library.features(library.BORDER)["features"]
    }
    return Border(found["us-mx-border"], found["us-mx-border.reach"][0])
