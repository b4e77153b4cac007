"""GPX: routes and tracks as lines, waypoints as points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element  # it parses nothing here

from geofences.io.crs import WGS_84
from geofences.io.layer import Layer
from geofences.io.shapes import Problem, Undrawn
from geofences.io.xml_documents import parse, text_of

LAYERS = {"routes": "rte", "tracks": "trk", "waypoints": "wpt"}
POINTS = ("wpt", "rtept", "trkpt", "trkseg", "rteseg", "link", "extensions")
"""What stands within a route or a track and is no property of it."""
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf|infinity)", re.I)


def read(path: Path, encoding: str | None) -> list[Layer]:
    """A layer each of routes, tracks and waypoints that it has. Raises GeoFault, OSError."""
    root, notes = parse(path, ("gpx",), encoding)
    layers = [_layer(root, name, tag) for name, tag in LAYERS.items()]
    found = [layer for layer in layers if layer.rows] or layers[:1]
    found[0].notes.extend(notes)
    return found


def _layer(root: Element, name: str, tag: str) -> Layer:
    layer = Layer(name, [], [], WGS_84, stated=sum(1 for _ in root.iter(tag)), by_name=True)
    for number, element in enumerate(root.findall(tag)):
        layer.rows.append(dict(_row(element)))
        try:
            layer.geometries.append(_geometry(element, number, layer))
        except Undrawn as undrawn:
            layer.geometries.append(None)
            layer.unread[number] = undrawn.problem
    return layer


def _row(element: Element) -> Iterator[tuple[str, Any]]:
    for child in element:
        if child.tag not in POINTS and (text := text_of(child)) is not None:
            yield child.tag, text
    for extension in element.findall("extensions"):
        for leaf in extension.iter():
            if len(leaf) == 0 and (text := text_of(leaf)) is not None:
                yield leaf.tag, text


def _geometry(element: Element, number: int, layer: Layer) -> dict[str, Any] | None:
    if element.tag == "wpt":
        return {"type": "Point", "coordinates": _position(element, "waypoint")}
    if element.tag == "rte":
        found = [_position(one, f"rtept {n}") for n, one in enumerate(element.findall("rtept"))]
        return {"type": "LineString", "coordinates": found}
    segments = [
        [_position(one, f"trkseg {s}, trkpt {n}") for n, one in enumerate(part.findall("trkpt"))]
        for s, part in enumerate(element.findall("trkseg"))
    ]
    whole = [segment for segment in segments if len(segment) > 1]
    if whole and len(whole) < len(segments):
        note = f"{layer.name} {number}: {len(segments) - len(whole)} trkseg of no or one point"
        layer.notes.append(f"{note} passed over")
        layer.passed_over["empty segments"] += len(segments) - len(whole)
    kept = whole or segments
    if len(kept) == 1:
        return {"type": "LineString", "coordinates": kept[0]}
    return {"type": "MultiLineString", "coordinates": kept}


def _position(point: Element, place: str) -> list[float]:
    """[longitude, latitude]. Raises Undrawn where an attribute is no number."""
    found = []
    for key in ("lon", "lat"):
        text = point.get(key, "").strip()
        if _NUMBER.fullmatch(text) is None:
            comma = " (a decimal comma)" if re.fullmatch(r"-?\d+,\d+", text) else ""
            what = f"{key}={text!r} is no number{comma}"
            raise Undrawn(Problem(place, what, f'write {key}="27.5"'))
        found.append(float(text))
    return found
