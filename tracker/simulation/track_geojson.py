"""Tracks as GeoJSON: Points with a time, or lines with a list of times, one a coordinate.

Times of a line are looked for where the common converters put them: `coordTimes` (togeojson 3),
`coordinateProperties.times` (togeojson 4), `times`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from geofences.errors import GeoFault
from geofences.io.text import decoded
from tracker.domain.errors import UsageError
from tracker.simulation import track_names
from tracker.simulation.points import RANGES, BadPoint, Note, Options, Point, Read, body
from tracker.simulation.track_times import Times, is_clock, joined


class _Geometry(Struct):
    type: str
    coordinates: Any = None


class _Feature(Struct, tag_field="type", tag="Feature"):
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None


class _Collection(Struct, tag_field="type", tag="FeatureCollection"):
    features: list[_Feature]


@dataclass(frozen=True, slots=True)
class _Place:
    """A coordinate and what is said of it; `where` names file, feature and part."""

    coordinates: object
    time: object
    properties: dict[str, Any]
    where: str


def points(path: Path, options: Options) -> Iterator[Read]:
    """One point a Point feature or line coordinate. Raises UsageError if it is no GeoJSON."""
    try:
        text, notes = decoded(path.read_bytes(), str(path), options.encoding)
        read = msgspec.json.decode(text.removeprefix("\ufeff"), type=_Feature | _Collection)
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(
            f"no GeoJSON Feature or FeatureCollection: {error}", where=str(path)
        ) from None
    yield from map(Note, notes)
    features = [read] if isinstance(read, _Feature) else read.features
    places = [
        place
        for number, feature in enumerate(features, start=1)
        for place in _places(feature, f"{path}: feature {number}")
    ]
    said = [str(place.time) for place in places if place.time is not None]
    names = [name for feature in features for name in feature.properties or ()]
    times = Times(
        said,
        options.zone,
        options.times,
        where=str(path),
        spanish=track_names.is_spanish(names),
        elapsed=any(name.strip().lower() in track_names.ELAPSED for name in names),
    )
    yield from map(Note, times.notes)
    for place in places:
        try:
            yield _point(place, times)
        except ValueError as error:
            yield BadPoint(place.where, str(error))


def _places(feature: _Feature, where: str) -> Iterator[_Place]:
    """Every point in a feature."""
    geometry, properties = feature.geometry, feature.properties or {}
    if geometry is not None and geometry.type == "Point":
        yield _Place(geometry.coordinates, _time(properties), properties, where)
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
            yield _Place(place, time, {}, f"{where}, coordinate {index}")
    else:
        kind = "feature without geometry" if geometry is None else geometry.type
        raise UsageError(f"a track has no {kind}", where=where)


def _time(properties: dict[str, Any]) -> Any:
    """A Point's own, put together of date and time of day where they stand apart."""
    names = track_names.found(properties)
    time, date = (properties.get(names.get(key, "")) for key in ("time", "date"))
    if date is None or time is None:
        return date if time is None else time
    return joined(str(date), str(time)) if is_clock(str(time)) else time


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


def _point(place: _Place, times: Times) -> Point:
    if place.time is None:
        raise ValueError(f"no time (looked for {', '.join(track_names.NAMES['time'][:5])}, ...)")
    position = place.coordinates
    if not isinstance(position, list) or len(position) < 2:
        raise ValueError(f"coordinates {position!r} are not [lon, lat]")
    names = track_names.found(place.properties)
    told = {
        key: place.properties[name]
        for key, name in names.items()
        if key in RANGES and place.properties[name] is not None
    }
    altitude = {"altitude": position[2]} if len(position) > 2 else {}
    values = {**altitude, **told, "lat": position[1], "lon": position[0]}
    native, aside = body(values.items(), {"speed": track_names.km_h(names.get("speed", ""))})
    kept = {names.get(key, key): values[key] for key, _ in aside}
    vehicle = place.properties.get(names.get("vehicle", ""))
    return Point(
        times.moment(str(place.time)),
        native | ({"columns": kept} if kept else {}),
        vehicle=None if vehicle is None else str(vehicle),
        aside=aside,
    )
