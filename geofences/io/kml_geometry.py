"""What a Placemark draws, as a GeoJSON geometry, exactly as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element  # it parses nothing here

from geofences.io.shapes import Problem, Undrawn

SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "Track", "Model")
SEVERAL = ("MultiGeometry", "MultiTrack")
DRAWN = (*SHAPES, *SEVERAL)
WRITE = "write longitude,latitude and a blank between positions: -99.6,27.5 -99.5,27.5"

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|infinity)"
_TUPLE = re.compile(rf"({_NUMBER}),({_NUMBER})(?:,(?:{_NUMBER}))?", re.I)
_DECIMAL_COMMAS = re.compile(r"-?\d{1,3},\d+,-?\d{1,2},\d+(,.*)?")


def drawn(placemark: Element) -> tuple[dict[str, Any] | None, list[str]]:
    """Its geometry, None if it has none, and what was left out of it. Raises Undrawn."""
    parts = list(_parts(placemark))
    areas = [_polygon(part) for part in parts if part.tag == "Polygon"]
    lines = [_line(part) for part in parts if part.tag in ("LineString", "Track")]
    points = [_point(part) for part in parts if part.tag == "Point"]
    if any(part.tag == "LinearRing" for part in parts):
        mend = "put it into <Polygon><outerBoundaryIs>, or make it a LineString"
        raise Undrawn(Problem("geometry", "a LinearRing is no area, but a line", mend))
    if areas and lines:
        what = "areas and lines in one Placemark"
        raise Undrawn(Problem("geometry", what, "make an area and a line of it"))
    left = [f"{len(points)} points beside its {'area' if areas else 'line'}"] if (
        points and (areas or lines)
    ) else []  # fmt: skip
    models = sum(part.tag == "Model" for part in parts)
    left += [f"{models} 3D models"] if models else []
    for name, found in (("Polygon", areas), ("LineString", lines), ("Point", points)):
        if found:
            several = len(found) > 1
            return {
                "type": f"Multi{name}" if several else name,
                "coordinates": found if several else found[0],
            }, left
    return None, left


def _parts(element: Element) -> Iterator[Element]:
    """Its shapes, out of whatever collections hold them."""
    for child in element:
        if child.tag in SEVERAL:
            yield from _parts(child)
        elif child.tag in SHAPES:
            yield child


def _polygon(polygon: Element) -> list[Any]:
    outer = [ring for side in polygon.findall("outerBoundaryIs") for ring in _rings(side)]
    inner = [ring for side in polygon.findall("innerBoundaryIs") for ring in _rings(side)]
    if len(outer) != 1:
        what = f"a Polygon with {len(outer)} outlines" if outer else "a Polygon without outline"
        raise Undrawn(Problem("geometry", what, "one LinearRing in one outerBoundaryIs"))
    return [positions(ring, f"ring {number}") for number, ring in enumerate([*outer, *inner])]


def _rings(side: Element) -> list[Element]:
    return side.findall("LinearRing")


def _line(line: Element) -> list[Any]:
    if line.tag == "LineString":
        return positions(line, "line")
    found = []
    for number, coord in enumerate(line.findall("coord")):
        words = (coord.text or "").split()
        try:
            found.append([float(words[0]), float(words[1])])
        except (ValueError, IndexError):
            problem = Problem(f"line, vertex {number}", f"{coord.text!r} is no position",
                              "write longitude latitude height")  # fmt: skip
            raise Undrawn(problem) from None
    return found


def _point(point: Element) -> list[float]:
    found = positions(point, "point")
    if len(found) != 1:
        what = f"a Point of {len(found)} positions"
        raise Undrawn(Problem("geometry", what, "give it one"))
    one: list[float] = found[0]
    return one


def positions(element: Element, place: str) -> list[Any]:
    """The lists of [longitude, latitude] in its <coordinates>; heights are dropped.

    Raises Undrawn for text that could be understood in two ways, or in none.
    """
    text = " ".join(one.text or "" for one in element.findall("coordinates"))
    found = []
    for number, word in enumerate(text.split()):
        match = _TUPLE.fullmatch(word)
        if match is None:
            raise Undrawn(_unclear(text, word, f"{place}, vertex {number}"))
        found.append([float(match[1]), float(match[2])])
    return found


def _unclear(text: str, word: str, place: str) -> Problem:
    if _DECIMAL_COMMAS.fullmatch(word):
        return Problem(place, f"{word!r} has decimal commas", "write decimal points: -99.6,27.5")
    if word.startswith(",") or word.endswith(",") or word.count(",") > 2:
        what = f"commas stand where blanks should: {word!r}"
        return Problem(place, what, WRITE)
    if "," not in text:
        return Problem(place, f"blanks stand where commas should: {' '.join(text.split()[:2])!r}",
                       WRITE)  # fmt: skip
    return Problem(place, f"{word!r} is no position", WRITE)
