"""Well-known binary and text to GeoJSON geometries, exactly as they are written.

GEOS refuses an open ring or a line of one position, and so would hide where it is. Here the lists
of positions are taken over as they stand, and `defects.problems` says what is wrong with them.
Heights and measures are dropped.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from geofences.geometry.earth import Array
from geofences.io.shapes import positions

Reproject: TypeAlias = Callable[[Array], Array]
"""Positions (n, 2) in, positions (n, 2) out: a change of reference system."""

NAMES = {
    1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection", 8: "CircularString", 9: "CompoundCurve",
    10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface", 15: "PolyhedralSurface", 16: "TIN",
    17: "Triangle",
}  # fmt: skip
"""Codes of OGC Simple Features; 1000, 2000, 3000 more are the same with Z, M, ZM."""
LEVELS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "Polygon": 2, "MultiLineString": 2,
    "MultiPolygon": 3,
}  # fmt: skip
"""How deep the lists of positions are nested; only points, areas and lines are of use."""
CIRCLE = "radius"
"""Where the radius stands of a CIRCLE (x y, radius), which Traccar writes; else it is a Point."""
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000


def unchanged(positions: Array) -> Array:
    """The `Reproject` of what is in degrees of WGS 84 already."""
    return positions


def from_wkb(data: bytes, move: Reproject = unchanged) -> dict[str, Any]:
    """A GeoJSON geometry; of a collection or a curve only its type.

    Raises ValueError for bytes that end too early or are none.
    """
    try:
        return _Wkb(data, move).geometry()
    except (struct.error, ValueError, KeyError, RecursionError) as error:
        raise ValueError(f"no well-known binary: {error}") from None


class _Wkb:
    """A cursor over the bytes."""

    def __init__(self, data: bytes, move: Reproject) -> None:
        self._data, self._at, self._move = data, 0, move

    def geometry(self) -> dict[str, Any]:
        order = "<" if self._data[self._at : self._at + 1] == b"\x01" else ">"
        (code,) = struct.unpack_from(f"{order}I", self._data, self._at + 1)
        self._at += 9 if code & EWKB_SRID else 5
        flags, plain = code & (EWKB_Z | EWKB_M), (code & 0x1FFFFFFF)
        width = 2 + bool(flags & EWKB_Z) + bool(flags & EWKB_M) + (0, 1, 1, 2)[plain // 1000 % 4]
        name = NAMES.get(plain % 1000, f"geometry of type {plain}")
        if name not in LEVELS:
            return {"type": name}
        if name.startswith("Multi"):
            parts = [self._member(name) for _ in range(self._count(order))]
        elif name == "Polygon":
            parts = [self._positions(order, width) for _ in range(self._count(order))]
        elif name == "Point":
            parts = self._numbers(order, width, 1)[0]
        else:
            parts = self._positions(order, width)
        return {"type": name, "coordinates": parts}

    def _member(self, of: str) -> Any:
        found = self.geometry()
        if f"Multi{found['type']}" != of:
            raise ValueError(f"a {found['type']} in a {of}")
        return found["coordinates"]

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._data, self._at)
        self._at += 4
        return int(count)

    def _positions(self, order: str, width: int) -> list[Any]:
        return self._numbers(order, width, self._count(order))

    def _numbers(self, order: str, width: int, count: int) -> list[Any]:
        numbers = np.frombuffer(self._data, f"{order}f8", count * width, self._at)
        self._at += 8 * width * count
        moved: list[Any] = self._move(numbers.reshape(count, width)[:, :2]).tolist()
        return moved


_HEAD = re.compile(r"\s*(?:SRID\s*=\s*(\d+)\s*;)?\s*([A-Z]+?)\s*(?:(?:Z|M|ZM)\s*)?(\(|EMPTY)", re.I)
_FLOAT = r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
_CIRCLE = re.compile(rf"\s*CIRCLE\s*\(\s*{_FLOAT}\s+{_FLOAT}\s*,\s*{_FLOAT}\s*\)\s*", re.I)
_DECIMAL_COMMAS = re.compile(r"\d,\d+\s+[-+]?\d+,\d")
_TUPLE = re.compile(r"[^(),]+")
_BY_UPPER = {name.upper(): name for name in NAMES.values()}


def from_wkt(text: str, move: Reproject = unchanged) -> tuple[dict[str, Any], str | None]:
    """A GeoJSON geometry and the reference system that the text names (EWKT), as "EPSG:code".

    Of a collection or a curve only its type. Raises ValueError for other text.
    """
    if (circle := _CIRCLE.fullmatch(text)) is not None:
        x, y, radius = map(float, circle.groups())
        centre = reprojected([x, y], 0, move)
        return {"type": "Point", "coordinates": centre, CIRCLE: radius}, None
    head = _HEAD.match(text)
    name = _BY_UPPER.get(head[2].upper()) if head else None
    if head is None or name is None:
        raise ValueError(f"no well-known text: {text[:40]!r}")
    crs = f"EPSG:{head[1]}" if head[1] else None
    if name not in LEVELS:
        return {"type": name}, crs
    if head[3] != "(":
        return {"type": name, "coordinates": []}, crs
    try:
        lists = _lists(text[head.end() - 1 :], name)
        return {"type": name, "coordinates": reprojected(lists, LEVELS[name], move)}, crs
    except (ValueError, RecursionError, TypeError, IndexError):
        commas = " (decimal commas?)" if _DECIMAL_COMMAS.search(text) else ""
        raise ValueError(f"no well-known text of a {name}{commas}: {text[:40]!r}") from None


def _lists(body: str, name: str) -> Any:
    """The nested lists of positions. Raises ValueError and its like."""
    lists = json.loads(_as_json(body))
    if name == "Point":
        (lists,) = lists
    elif name == "MultiPoint":  # each may stand in brackets of its own
        lists = [one[0] if isinstance(one[0], list) else one for one in lists]
    if _DECIMAL_COMMAS.search(body) and any(len(one) < 2 for one in _leaves(lists)):
        raise ValueError("a position of one number")
    return lists


def _leaves(lists: Any) -> Iterator[list[Any]]:
    if isinstance(lists, list) and lists and not isinstance(lists[0], list):
        yield lists
    elif isinstance(lists, list):
        for one in lists:
            yield from _leaves(one)


def _as_json(body: str) -> str:
    """ "((1 2, 3 4))" as "[[[1,2],[3,4]]]"."""

    def position(found: re.Match[str]) -> str:
        numbers = [repr(float(part)) for part in found[0].split()]
        return f"[{','.join(numbers)}]".replace("nan", "NaN").replace("inf", "Infinity") if (
            numbers
        ) else ""  # fmt: skip

    return _TUPLE.sub(position, body).replace("(", "[").replace(")", "]")


def reprojected(lists: Any, level: int, move: Reproject) -> Any:
    """Nested lists of positions, each moved; `level` as in LEVELS."""
    if level == 0:
        return move(positions([lists])).tolist()[0] if lists else lists
    if level > 1:
        return [reprojected(one, level - 1, move) for one in lists]
    if not lists:
        return lists
    return move(positions(lists)).tolist()
