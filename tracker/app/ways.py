"""Which way a leg runs along its corridor, and where on it its waypoints lie."""

from __future__ import annotations

import shapely

from geofences.corridor import Corridor
from geofences.zone import Zone


def runs_against(corridor: Corridor, start: Zone | None, end: Zone | None) -> bool | None:
    """Whether the leg runs from the end of the corridor's line to its start; None: not known."""
    return corridor.against(_middle(start), _middle(end))


def _middle(zone: Zone | None) -> tuple[float, float] | None:
    """(lat, lon); of a zone without an area None."""
    if zone is None or zone.polygon.is_empty:
        return None
    middle = zone.polygon.centroid
    return middle.y, middle.x


def ends_m(corridor: Corridor | None, zone: Zone, heading: int) -> float | None:
    """Metres along the corridor, times the heading, where the zone is behind; None if nothing tells
    that: no corridor, no known heading, no area.
    """
    edge = shapely.get_coordinates(zone.polygon)
    if corridor is None or heading == 0 or not len(edge):
        return None
    along = corridor.offsets(edge[:, 1], edge[:, 0])[1]
    return float((along * heading).max())
