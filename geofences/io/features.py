"""GeoJSON Features: what may be wrong with one, and the zone or corridor it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapely import MultiPolygon, Polygon

from geofences.corridor import Corridor
from geofences.errors import GeoFault
from geofences.geometry.circle import LARGEST_M
from geofences.io.defects import problems
from geofences.io.shapes import AREAS, POINTS, Problem, Shape, build
from geofences.kinds import Precision, ZoneKind
from geofences.zone import Zone

TEXTS = ("name", "crossing", "source")
NUMBERS = ("half_width_m", "usual_minutes", "radius_m")
FROM_0 = ("least_stay_min",)
"""Numbers that may be 0: no stay is too short."""
CHOICES: dict[str, tuple[str, ...]] = {
    "kind": tuple(str(kind) for kind in ZoneKind),
    "country": ("US", "MX"),
    "precision": tuple(str(precision) for precision in Precision),
}
DEGREES_OF_WGS_84 = ("CRS84", "EPSG::4326", "EPSG:4326", "WGS84")
"""How names of the only reference system of GeoJSON end (RFC 7946, 4)."""
KIND_MISSING = Problem("kind", "missing", f"one of {', '.join(CHOICES['kind'])}")


def feature_problems(feature: Any, default_kind: ZoneKind | None) -> Iterator[Problem]:
    """All that is wrong with a Feature as `json` reads it; its id is looked at elsewhere.

    `default_kind` None: a zone must say its kind.
    """
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        yield Problem("feature", "not a Feature", "wrap the geometry in a Feature")
        return
    geometry, properties = feature.get("geometry"), feature.get("properties")
    said = properties if isinstance(properties, dict) else {}
    yield from problems(geometry, has_radius=said.get("radius_m") is not None)
    if not isinstance(properties, dict | None):
        yield Problem("properties", "not an object", "write {} if there are none")
        return
    yield from _property_problems(said)
    if is_area(feature) and default_kind is None and said.get("kind") is None:
        yield KIND_MISSING


def _property_problems(properties: dict[str, Any]) -> Iterator[Problem]:
    said = {key: value for key, value in properties.items() if value is not None}
    for key in TEXTS:
        if key in said and not isinstance(said[key], str):
            yield Problem(key, f"{said[key]!r} is no text", "put it in quotes")
    if "replaces" in said and not _are_ids(said["replaces"]):
        yield Problem(
            "replaces", f"{said['replaces']!r} names no ids", "a text, or a list of texts"
        )
    for key, allowed in CHOICES.items():
        if key in said and said[key] not in allowed:
            yield Problem(key, f"unknown: {said[key]!r}", f"one of {', '.join(allowed)}")
    for key in NUMBERS:
        if key in said and not _above_0(said[key]):
            yield Problem(key, f"{said[key]!r} is no number above 0", "give a number above 0")
    radius = said.get("radius_m")
    if radius is not None and _above_0(radius) and radius > LARGEST_M:
        what = f"a radius of {radius / 1000:,.0f} km"
        yield Problem("radius_m", what, f"it is in metres, and at most {LARGEST_M:,.0f}")
    for key in FROM_0:
        if key in said and said[key] != 0 and not _above_0(said[key]):
            yield Problem(key, f"{said[key]!r} is no number from 0", "give a number, 0 or more")


def _are_ids(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(one, str) and one.strip() for one in listed)


def is_area(feature: dict[str, Any]) -> bool:
    """Whether it would be a zone: an area, or a point with a radius."""
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    has_radius = (feature.get("properties") or {}).get("radius_m") is not None
    return kind in AREAS or (kind in POINTS and has_radius)


def shape_of(feature: dict[str, Any]) -> Shape:
    """What a Feature without problem draws; of a point with a radius the circle."""
    return build(feature["geometry"], (feature.get("properties") or {}).get("radius_m"))


def _above_0(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < float("inf")


def declared_crs(collection: dict[str, Any]) -> str | None:
    """The reference system that a FeatureCollection names (which RFC 7946 forbids, and many do
    yet), "" if it names one without saying which; None if none, or the degrees that GeoJSON is in.
    """
    crs = collection.get("crs")
    if crs is None:
        return None
    try:
        name = str(crs["properties"]["name"])
    except (KeyError, TypeError):
        return ""
    return None if name.upper().replace(" ", "").endswith(DEGREES_OF_WGS_84) else name


def crs_problem(collection: dict[str, Any]) -> Problem | None:
    """What is wrong with the reference system a FeatureCollection names, if it names one."""
    name = declared_crs(collection)
    if name is None:
        return None
    what = f"its reference system is {name or 'without a name'}"
    return Problem(
        "crs", what, "GeoJSON is in degrees of WGS 84: `tracker zones import` reprojects it"
    )


def id_problem(own: Any) -> Problem | None:
    """What is wrong with a feature's id, if anything is."""
    if own is None:
        return Problem("id", "missing", "give every feature an id of its own")
    if not isinstance(own, str) or not own or own != own.strip():
        return Problem("id", f"{own!r} is no id", "a text, without blanks around it")
    return None


def feature_id(feature: Any) -> Any:
    """The id in the properties, else the Feature's own, else None."""
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    own = properties.get("id") if isinstance(properties, dict) else None
    return feature.get("id") if own is None else own


def name_feature(number: int, feature: Any) -> str:
    """ "feature 3 (its id)", for faults."""
    own = feature_id(feature)
    return f"feature {number}" + ("" if own is None else f" ({own})")


def place_of(
    feature: dict[str, Any], own_id: str, default_kind: ZoneKind | None, where: str
) -> Zone | Corridor:
    """The zone or corridor of a Feature that has no problem of severity "error".

    Raises GeoFault for a line that no corridor can be made of.
    """
    rest = {k: v for k, v in (feature.get("properties") or {}).items() if v is not None}
    rest.pop("id", None)
    name = rest.pop("name", own_id)
    precision = Precision(rest.pop("precision", Precision.APPROXIMATE))
    source = rest.pop("source", "")
    shape = shape_of(feature)
    if isinstance(shape, Polygon | MultiPolygon):
        kind = ZoneKind(rest.pop("kind", default_kind))
        country, crossing = rest.pop("country", None), rest.pop("crossing", None)
        stay = rest.pop("least_stay_min", None)
        return Zone(own_id, name, kind, shape, country, crossing, precision, source, rest, stay)
    width = rest.pop("half_width_m", None)
    try:
        return Corridor(own_id, name, shape, width, precision, source, rest)
    except ValueError as error:
        raise GeoFault(where, str(error), "draw it anew") from None
