"""Where the cells of the networks are: what a device is connected to tells where it can be."""

from __future__ import annotations

from collections.abc import Mapping

from devices.reading import Cell, Fix
from tracker.domain.geo import metres_between

CellKey = tuple[int, int, int, int]
"""Country, network, area and cell: mcc, mnc, lac, cid."""
CellPlace = tuple[float, float, float]
"""Latitude, longitude (degrees) and range (m)."""


class Cells:
    """Cells on file."""

    def __init__(self, places: Mapping[CellKey, CellPlace]) -> None:
        self.places = places

    def beyond_m(self, cell: Cell | None, fix: Fix) -> float | None:
        """Metres from the fix to the range of the cell, 0 within it or within what the fix claims
        of its accuracy; None for a cell that is not on file.
        """
        if cell is None or cell.mcc is None or cell.mnc is None:
            return None
        if cell.lac is None or cell.cid is None:
            return None
        place = self.places.get((cell.mcc, cell.mnc, cell.lac, cell.cid))
        if place is None:
            return None
        lat, lon, range_m = place
        away = metres_between(lat, lon, fix.lat, fix.lon)
        return max(away - range_m - (fix.accuracy_m or 0.0), 0.0)
