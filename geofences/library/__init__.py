"""The places that ship: crossings, yards and corridors, each feature with source and precision.

Customers know some of them better. A place of their own that says so in its property `replaces` (an
id, or several) takes the place of those, and `[zones] without` switches others off.
"""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Any

from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.io.geojson import GeofenceSet, from_features
from geofences.io.geojson_text import parse_collection
from geofences.zone import Zone

BORDER = "border.geojson"
NAMES = "tracker zones list names them"


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


def in_force(own: Iterable[tuple[str, GeofenceSet]], without: Sequence[str] = ()) -> GeofenceSet:
    """What ships, but for what is replaced or switched off, and a customer's own.

    `own` are pairs (file, its places); `without` ids of the library, * and ? stand for anything.
    Raises GeoFault for a name that is none of the library's, and for an id that both have.
    """
    listed = list(own)
    shipped = {place.id: place for place in load().places}
    off = switched_off(without)
    for file, places in listed:
        for place in places.places:
            off.update(_replaced(file, place, shipped))
    kept = {one: place for one, place in shipped.items() if one not in off}
    for file, places in listed:
        for place in places.places:
            if place.id in kept:
                what = f"the id {place.id!r} is that of a place in the shipped library"
                mend = f'give it its own, or say "replaces": "{place.id}"'
                raise GeoFault(f"{file}, {place.id}, id", what, mend)
    return GeofenceSet.of([*kept.values(), *(one for _, some in listed for one in some.places)])


def replaced_by(place: Zone | Corridor) -> tuple[str, ...]:
    """The ids that a customer's place says it replaces: a list, or a text with commas."""
    said = place.properties.get("replaces") or ()
    listed = said.split(",") if isinstance(said, str) else said
    return tuple(str(one).strip() for one in listed)


def _replaced(file: str, place: Zone | Corridor, shipped: Iterable[str]) -> tuple[str, ...]:
    for one in replaced_by(place):
        if one not in shipped:
            raise GeoFault(f"{file}, {place.id}, replaces", f"the library has no {one!r}", NAMES)
    return replaced_by(place)


def switched_off(patterns: Sequence[str]) -> set[str]:
    """The ids of the library that they name. Raises GeoFault for one that names none."""
    ids = [place.id for place in load().places] if patterns else []
    off: set[str] = set()
    for pattern in patterns:
        found = fnmatch.filter(ids, pattern)
        if not found:
            raise GeoFault("[zones] without", f"the library has no {pattern!r}", NAMES)
        off.update(found)
    return off
