"""Tracks as GeoJSON: Points with a time, or lines with a list of times, one a coordinate.

Times of a line are looked for where the common converters put them: `coordTimes` (togeojson 3),
`coordinateProperties.times` (togeojson 4), `times`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tracker.domain.errors import UsageError
from tracker.simulation.points import RANGES, BadPoint, Point, body, moment

TIME_NAMES = ("time", "timestamp", "tst", "datetime")


class _Geometry(Struct):
    type: str
    coordinates: Any = None


class _Feature(Struct, tag_field="type", tag="Feature"):
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None


class _Collection(Struct, tag_field="type", tag="FeatureCollection"):
    features: list[_Feature]


def points(path: Path, zone: tzinfo | None) -> Iterator[Point | BadPoint]:
    """One point a Point feature or line coordinate. Raises UsageError if it is no GeoJSON."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Feature | _Collection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"no GeoJSON Feature or FeatureCollection: {error}", where=str(path)
        ) from None
    features = [found] if isinstance(found, _Feature) else found.features
    for number, feature in enumerate(features, start=1):
        where = f"{path}: feature {number}"
        for coordinates, time, properties, part in _places(feature, where):
            try:
                yield _point(coordinates, time, properties, zone)
            except ValueError as error:
                yield BadPoint(where + part, str(error))


def _places(feature: _Feature, where: str) -> Iterator[tuple[object, object, dict[str, Any], str]]:
    """(coordinates, time, properties, which part of the feature) of every point in a feature."""
    geometry, properties = feature.geometry, feature.properties or {}
    if geometry is not None and geometry.type == "Point":
        time = next((properties[name] for name in TIME_NAMES if name in properties), None)
        yield geometry.coordinates, time, properties, ""
    elif geometry is not None and geometry.type in ("LineString", "MultiLineString"):
        places = _flat(geometry.coordinates, geometry.type, where)
        times = _flat(_times(properties), geometry.type, where)
        if len(times) != len(places):
            raise UsageError(
                f"{len(places)} coordinates, but {len(times)} times",
                where=where,
                mend="give one time a coordinate, in the property coordTimes",
            )
        for index, (place, time) in enumerate(zip(places, times, strict=True)):
            yield place, time, {}, f", coordinate {index}"
    else:
        kind = "feature without geometry" if geometry is None else geometry.type
        raise UsageError(f"a track has no {kind}", where=where)


def _times(properties: dict[str, Any]) -> Any:
    several = properties.get("coordinateProperties")
    nested = several.get("times") if isinstance(several, dict) else None
    return properties.get("coordTimes") or properties.get("times") or nested or []


def _flat(values: Any, kind: str, where: str) -> list[Any]:
    """The values of one line; of several lines, one after another."""
    lines = values if kind == "MultiLineString" else [values]
    if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
        raise UsageError(f"coordinates or times are not those of a {kind}", where=where)
    return list(chain.from_iterable(lines))


def _point(place: object, time: object, properties: dict[str, Any], zone: tzinfo | None) -> Point:
    if time is None:
        raise ValueError(f"no time (looked for {', '.join(TIME_NAMES)})")
    if not isinstance(place, list) or len(place) < 2:
        raise ValueError(f"coordinates {place!r} are not [lon, lat]")
    told = {key: value for key, value in properties.items() if key in RANGES and value is not None}
    altitude = {"altitude": place[2]} if len(place) > 2 else {}
    vehicle = properties.get("vehicle") or properties.get("device")
    native = body({**altitude, **told, "lat": place[1], "lon": place[0]}.items())
    return Point(moment(time, zone), native, vehicle=None if vehicle is None else str(vehicle))
