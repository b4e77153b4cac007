"""Zones: named areas on the ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shapely import MultiPolygon, Polygon

from geofences.kinds import Precision, ZoneKind


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One area. `polygon` is in degrees, WGS 84, (lon, lat) order as GeoJSON has it.

    `country` is "US", "MX" or None (not said); `crossing` is the crossing's id, for the zones
    that belong to one; `properties` keeps everything else the file said.
    """

    id: str
    name: str
    kind: ZoneKind
    polygon: Polygon | MultiPolygon
    country: str | None = None
    crossing: str | None = None
    precision: Precision = Precision.APPROXIMATE
    source: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
