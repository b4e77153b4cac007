"""What one set of places would change in another, by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import shapely
from shapely.geometry import shape

from geofences.io.geojson import GeofenceSet, to_geojson
from geofences.io.shapes import AREAS

ChangeKind = Literal["new", "changed", "gone", "same"]
ORDER: tuple[ChangeKind, ...] = ("new", "changed", "gone", "same")

SAME_DEGREES = 1e-9
"""A tenth of a millimetre: reprojecting there and back leaves less."""


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: the keys that differ, for one that is "changed"; "geometry" is one of them."""

    id: str
    kind: ChangeKind
    what: tuple[str, ...] = ()


def changes(before: GeofenceSet, after: GeofenceSet) -> list[Change]:
    """Every id of both: first what is new, then what changed, is gone, is the same."""
    old, new = _by_id(before), _by_id(after)
    found = [_change(one, old.get(one), new.get(one)) for one in sorted(old.keys() | new.keys())]
    return sorted(found, key=lambda change: ORDER.index(change.kind))


def _by_id(geofences: GeofenceSet) -> dict[str, dict[str, Any]]:
    features = to_geojson(geofences.zones, geofences.corridors)["features"]
    return {feature["properties"]["id"]: feature for feature in features}


def _change(own: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Change:
    if old is None:
        return Change(own, "new")
    if new is None:
        return Change(own, "gone")
    keys = old["properties"].keys() | new["properties"].keys()
    differ = [key for key in keys if old["properties"].get(key) != new["properties"].get(key)]
    if not _alike(old["geometry"], new["geometry"]):
        differ.append("geometry")
    return Change(own, "changed" if differ else "same", tuple(sorted(differ)))


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """The same outline: where a ring starts and which way round it goes says nothing."""
    if old == new:
        return True
    if old["type"] != new["type"] or old["type"] not in AREAS:
        return False
    a, b = (shapely.normalize(shape(one)) for one in (old, new))
    return bool(shapely.equals_exact(a, b, tolerance=SAME_DEGREES))


def count(found: Iterable[Change]) -> dict[ChangeKind, int]:
    """How many of each kind."""
    counts = dict.fromkeys(ORDER, 0)
    for change in found:
        counts[change.kind] += 1
    return counts
