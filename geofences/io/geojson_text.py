"""The text of a GeoJSON file to a FeatureCollection, whatever stands at its root.

FeatureCollection   Feature   geometry   list of Features   Features one after the other
                                                            (RFC 8142, one a line)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geofences.errors import GeoFault
from geofences.io.columns import FEATURE_ID
from geofences.io.crs import WGS_84
from geofences.io.features import declared_crs
from geofences.io.layer import Layer
from geofences.io.shapes import LISTS, POINTS, Problem
from geofences.io.text import decoded

OTHERS = {
    "Topology": ("it is TopoJSON, not GeoJSON", "geojson is one of the formats it exports to"),
    "GeometryCollection": ("it is a collection of geometries without names",
                           "make a Feature of each"),
}  # fmt: skip
ESRI = ("it is JSON of ArcGIS, not GeoJSON", "ask the service for f=geojson")


class _Twice(ValueError):
    """Raised from within json: one of two values would vanish."""


def parse_collection(text: bytes | str, where: str) -> dict[str, Any]:
    """A FeatureCollection as `json` reads it; `where` names the text in errors. A lone Feature or
    geometry becomes the only one of a collection. Raises GeoFault."""
    return _as_collection(_parsed(text, where), where)


def _parsed(text: bytes | str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except _Twice as error:
        raise GeoFault(where, str(error), "one of them would be lost: keep one") from None
    except UnicodeDecodeError as error:
        mend = "zone files are GeoJSON in UTF-8: `tracker zones import` reads others"
        raise GeoFault(where, f"not JSON: {error}", mend) from None
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" and not error.doc.startswith("\x1e"):
            raise _fault(where, error) from None
        return _sequence(error.doc, where)
    except RecursionError:
        raise GeoFault(where, "lists stand too deep in each other", "export it anew") from None
    except ValueError as error:  # a number of more digits than Python takes
        raise GeoFault(where, f"not JSON: {error}", "export it anew") from None


def _fault(where: str, error: json.JSONDecodeError) -> GeoFault:
    return GeoFault(where, f"not JSON: {error}", "zone files are GeoJSON in UTF-8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"an object has {twice!r} twice")
    return made


def _sequence(text: str, where: str) -> list[Any]:
    """Values that follow each other, with blanks or record separators between them."""
    found = []
    decoder = json.JSONDecoder(object_pairs_hook=_object)
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n\x1e\ufeff":
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except _Twice as error:
            raise GeoFault(where, str(error), "one of them would be lost: keep one") from None
        except json.JSONDecodeError as error:
            raise _fault(where, error) from None
        except RecursionError:
            raise GeoFault(where, "lists stand too deep in each other", "export it anew") from None
        found.append(value)
    return found


def _as_collection(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, list):
        members = [one for each in value for one in _members(each)]
        if members and any(_type(one) == "Feature" for one in members):
            return {"type": "FeatureCollection", "features": members, **_system(value, where)}
    kind = _type(value)
    if kind == "FeatureCollection":
        found: dict[str, Any] = value
        return found
    if kind == "Feature" or kind in (*LISTS, *POINTS):
        features = list(_members(value))
        return {"type": "FeatureCollection", "features": features, **_system([value], where)}
    if isinstance(value, dict) and ("esriGeometryPolygon" in map(str, value.values()) or (
        "geometryType" in value and "features" in value)):  # fmt: skip
        raise GeoFault(where, *ESRI)
    what, mend = OTHERS.get(str(kind), ("not a FeatureCollection", "wrap the features in one"))
    raise GeoFault(where, what, mend)


def _system(values: list[Any], where: str) -> dict[str, Any]:
    """The reference system that they name, as a collection has it."""
    named = [one["crs"] for one in values if isinstance(one, dict) and one.get("crs") is not None]
    if any(one != named[0] for one in named):
        raise GeoFault(where, "its parts name several reference systems", "give each by itself")
    return {"crs": named[0]} if named else {}


def _members(value: Any) -> list[Any]:
    """The Features of one value of a sequence."""
    kind = _type(value)
    if kind == "FeatureCollection" and isinstance(value.get("features"), list):
        return list(value["features"])
    if kind in (*LISTS, *POINTS):
        return [{"type": "Feature", "properties": {}, "geometry": value}]
    return [value]


def _type(value: Any) -> Any:
    return value.get("type") if isinstance(value, dict) else None


def read(path: Path, encoding: str | None) -> list[Layer]:
    """The Features as they are written, so that lint sees them so. Raises GeoFault, OSError."""
    text, notes = decoded(path.read_bytes(), str(path), encoding)
    collection = parse_collection(text, str(path))
    features = collection.get("features")
    if not isinstance(features, list):
        raise GeoFault(f"{path}, features", "no list", "a FeatureCollection has `features`")
    declared = declared_crs(collection)
    crs = WGS_84 if declared is None else declared or None
    layer = Layer("", [], [], crs, notes=notes)
    for number, feature in enumerate(features):
        whole = isinstance(feature, dict) and feature.get("type") == "Feature"
        properties = (feature.get("properties") or {}) if whole else {}
        if not whole:
            layer.unread[number] = Problem("feature", "not a Feature", "wrap the geometry in one")
        elif not isinstance(properties, dict):
            layer.unread[number] = Problem("properties", "not an object", "{} if there are none")
            properties = {}
        row = dict(properties)
        if whole and feature.get("id") is not None:
            row[FEATURE_ID] = feature["id"]
        layer.rows.append(row)
        layer.geometries.append(feature.get("geometry") if whole else None)
    return [layer]
