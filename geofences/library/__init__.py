"""The places that ship: crossings, yards and corridors, each feature with source and precision."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib import resources
from typing import Any

from geofences.io.geojson import GeofenceSet, from_features
from geofences.io.geojson_text import parse_collection

BORDER = "border.geojson"


def names() -> list[str]:
    """The files that ship, sorted."""
    files = (entry.name for entry in resources.files(__name__).iterdir())
    return sorted(name for name in files if name.endswith(".geojson"))


def features(name: str) -> dict[str, Any]:
    """One file's FeatureCollection as `json` reads it."""
    return parse_collection((resources.files(__name__) / name).read_bytes(), name)


@functools.cache
def load() -> GeofenceSet:
    """All zones and corridors that ship (the border line is no corridor: see `border`)."""
    sets = list(_sets())
    return GeofenceSet(
        tuple(zone for geofences in sets for zone in geofences.zones),
        tuple(corridor for geofences in sets for corridor in geofences.corridors),
    )


def _sets() -> Iterator[GeofenceSet]:
    for name in names():
        if name != BORDER:
            yield from_features(features(name), where=name, default_kind=None)
