"""Zones and corridors from GeoJSON and back. The first fault raises; `lint` lists them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely import MultiLineString, MultiPolygon, Polygon, get_coordinates

from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.io.features import (
    crs_problem,
    feature_id,
    feature_problems,
    id_problem,
    name_feature,
    place_of,
)
from geofences.io.geojson_text import parse_collection
from geofences.io.shapes import LISTS, Problem, Shape
from geofences.kinds import ZoneKind
from geofences.zone import Zone


@dataclass(frozen=True, slots=True)
class GeofenceSet:
    """What one file or one shipment brings."""

    zones: tuple[Zone, ...] = ()
    corridors: tuple[Corridor, ...] = ()

    @classmethod
    def of(cls, places: Iterable[Zone | Corridor]) -> GeofenceSet:
        listed = list(places)
        return cls(
            tuple(place for place in listed if isinstance(place, Zone)),
            tuple(place for place in listed if isinstance(place, Corridor)),
        )

    @property
    def places(self) -> tuple[Zone | Corridor, ...]:
        return (*self.zones, *self.corridors)


def read(path: Path) -> GeofenceSet:
    """A GeoJSON FeatureCollection; its areas become zones, its lines corridors.

    Raises GeoFault with the file, the feature and the key; OSError if the file cannot be read.
    """
    return from_features(load_collection(path), where=str(path), default_kind=None)


def load_collection(path: Path) -> dict[str, Any]:
    """The file's FeatureCollection as `json` reads it. Raises GeoFault, OSError."""
    return parse_collection(path.read_bytes(), str(path))


def from_features(
    features: Any,
    *,
    where: str,
    default_kind: ZoneKind | None = ZoneKind.OTHER,
    prefix: str = "",
) -> GeofenceSet:
    """A FeatureCollection, a Feature or a bare geometry, as `json` reads them.

    Ids get `prefix` in front. What has no id of its own gets the prefix (without trailing . : / -)
    if it stands alone, the prefix and its number if not, and is a fault if there is no prefix.
    `default_kind` None: every zone must say its kind. Raises GeoFault.
    """
    listed = _listed(features, where)
    only = prefix.rstrip(".:/-") if len(listed) == 1 else None
    found: dict[str, Zone | Corridor] = {}
    for number, feature in enumerate(listed):
        place = f"{where}, {name_feature(number, feature)}"
        nameless = (only or f"{prefix}{number}") if prefix else None
        _refuse(feature_problems(feature, default_kind), place)
        own = _full_id(feature_id(feature), prefix, nameless, place)
        if own in found:
            raise GeoFault(f"{place}, id", f"{own!r} occurs twice", "give each its own")
        found[own] = place_of(feature, own, default_kind, place)
    return GeofenceSet.of(found.values())


def _refuse(found: Iterable[Problem | None], where: str) -> None:
    for problem in found:
        if problem is not None and problem.severity == "error":
            raise GeoFault(f"{where}, {problem.place}", problem.what, problem.mend)


def _full_id(own: Any, prefix: str, nameless: str | None, where: str) -> str:
    if own is None and nameless is not None:
        return nameless
    _refuse([id_problem(own)], where)
    return f"{prefix}{own}"


def _listed(features: Any, where: str) -> list[Any]:
    kind = features.get("type") if isinstance(features, dict) else None
    if kind == "FeatureCollection":
        if not isinstance(features.get("features"), list):
            raise GeoFault(where, "no list of features", "a FeatureCollection has `features`")
        _refuse([crs_problem(features)], where)
        return list(features["features"])
    if kind == "Feature":
        return [features]
    if kind in LISTS:
        return [{"type": "Feature", "properties": {}, "geometry": features}]
    raise GeoFault(where, f"not GeoJSON of an area or a line: {kind or type(features).__name__}",
                   "give a Feature, a FeatureCollection, or a geometry")  # fmt: skip


def to_geojson(zones: Iterable[Zone] = (), corridors: Iterable[Corridor] = ()) -> dict[str, Any]:
    """A FeatureCollection that `read` turns back into the same zones and corridors."""
    features = [*(_zone_feature(z) for z in zones), *(_corridor_feature(c) for c in corridors)]
    return {"type": "FeatureCollection", "features": features}


def _zone_feature(zone: Zone) -> dict[str, Any]:
    said = {"kind": str(zone.kind), "country": zone.country, "crossing": zone.crossing,
            "least_stay_min": zone.least_stay_min}  # fmt: skip
    return _feature(zone, said, zone.polygon)


def _corridor_feature(corridor: Corridor) -> dict[str, Any]:
    return _feature(corridor, {"half_width_m": corridor.half_width_m}, corridor.line)


def _feature(
    place: Zone | Corridor,
    said: Mapping[str, Any],
    shape: Shape,
) -> dict[str, Any]:
    properties = {"id": place.id, "name": place.name, **said, "precision": str(place.precision),
                  "source": place.source or None, **place.properties}  # fmt: skip
    properties = {key: value for key, value in properties.items() if value is not None}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": _geometry(shape),
    }


def _geometry(shape: Shape) -> dict[str, Any]:
    coordinates: list[Any]
    if isinstance(shape, Polygon):
        coordinates = _rings(shape)
    elif isinstance(shape, MultiPolygon):
        coordinates = [_rings(part) for part in shape.geoms]
    elif isinstance(shape, MultiLineString):
        coordinates = [get_coordinates(part).tolist() for part in shape.geoms]
    else:
        coordinates = get_coordinates(shape).tolist()
    return {"type": shape.geom_type, "coordinates": coordinates}


def _rings(polygon: Polygon) -> list[Any]:
    return [get_coordinates(ring).tolist() for ring in (polygon.exterior, *polygon.interiors)]
