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
from geofences.geometry.earth import Array, floats
from geofences.index.raster import EDGE, INSIDE, Codes, cells, frames, rasterise

COUNTRIES = (None, "US", "MX")
"""A side is a place in this."""
US, MX, _ASK = 1, 2, 3
SIDE = 512
"""Cells in a row of the raster: some 25 by 11 km each: most of a journey needs no polygon."""


class Border:
    """Immutable. `line` runs from the Pacific to the Gulf, `reach` is a ring through both its ends,
    from the Gulf round the United States to the Pacific and on round Mexico: (lon, lat) lists.
    Outside the ring (oceans, Canada, Central America) the line decides nothing."""

    def __init__(self, line: list[list[float]], reach: list[list[float]]) -> None:
        pacific = reach.index(line[0])
        self._us = Polygon([*line[:-1], *reach[:pacific]])
        self._mx = Polygon([*line[:0:-1], *reach[pacific:-1]])
        both = np.array([self._us, self._mx], dtype=object)
        shapely.prepare(both)
        for lon, lat in line[:3]:  # GEOS builds its index at the second question
            shapely.intersects_xy(both, lon, lat)
        self._raster(both)

    def _raster(self, both: NDArray[Any]) -> None:
        """One raster of both: the side itself, or _ASK where an edge of either crosses the cell."""
        whole = np.array([shapely.total_bounds(both)])
        frame = frames(whole, np.array([SIDE]))
        us, mx = rasterise(both, np.repeat(frame, 2, axis=0)).reshape(2, -1)
        edge = ((us | mx) & EDGE) > 0
        self._codes = np.where(edge, _ASK, (us & INSIDE) + 2 * (mx & INSIDE)).astype(np.uint8)
        self._frame = frame.T.copy()
        self._one_frame = tuple(frame[0, :4].tolist())
        self._one_code = self._codes.data

    def countries(self, lats: ArrayLike, lons: ArrayLike) -> NDArray[Any]:
        """ "US", "MX" or None for each position (degrees); on the very line it is "US"."""
        names: NDArray[Any] = np.array(COUNTRIES, dtype=object)
        return names.take(self.sides(np.stack((floats(lons), floats(lats)))))

    def country(self, lat: float, lon: float) -> str | None:
        """As `countries`, of one position."""
        return COUNTRIES[self.side(lon, lat)]

    def sides(self, spots: Array) -> Codes:
        """The side of each position; `spots`: (2, n) of lon and lat."""
        side = self._codes.take(cells(self._frame, spots))
        ask = (side == _ASK).nonzero()[0]
        if len(ask):
            x, y = spots.take(ask, axis=1)
            side[ask] = MX * shapely.intersects_xy(self._mx, x, y)
            side[ask[shapely.intersects_xy(self._us, x, y)]] = US
        return side

    def side(self, x: float, y: float) -> int:
        """As `sides`, of one position and faster so."""
        x0, y0, per_x, per_y = self._one_frame
        u, v = (x - x0) * per_x, (y - y0) * per_y
        if not (0.0 <= u < SIDE and 0.0 <= v < SIDE):
            return 0
        side = self._one_code[int(v) * SIDE + int(u)]
        if side != _ASK:
            return side
        if shapely.intersects_xy(self._us, x, y):
            return US
        return MX if shapely.intersects_xy(self._mx, x, y) else 0


@functools.cache
def border() -> Border:
    """The border that ships, loaded and warmed once."""
    found = {
        feature["properties"]["id"]: feature["geometry"]["coordinates"]
        for feature in library.features(library.BORDER)["features"]
    }
    return Border(found["us-mx-border"], found["us-mx-border.reach"][0])
