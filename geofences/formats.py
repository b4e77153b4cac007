"""Zones and corridors from GeoJSON and back, as the tracker takes them: the names others use."""

from __future__ import annotations

from geofences.io.geojson import (
    GeofenceSet,
    from_features,
    read,
    to_geojson,
)

__all__ = [
    "GeofenceSet",
    "from_features",
    "read",
    "to_geojson",
]
