"""One layer of a file, whatever its format: rows of columns, and the geometry of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from geofences.io.columns import Row
from geofences.io.shapes import Problem


@dataclass(slots=True)
class Layer:
    """`geometries` are GeoJSON as written, positions in `crs` (None: the file does not say), x, y
    or longitude, latitude in order; None for a row without. `unread` has what is wrong with rows
    whose geometry cannot be read, by number; `problems` what is wrong with the whole; `notes` what
    a reader should know that is no fault.

    `stated` is how many features the file itself says that it has here, counted otherwise than by
    reading them; None if it does not. `passed_over` counts what it has besides, and is no feature:
    {"photo overlays": 1}. `by_name`: latitude and longitude stand under their names, so no order of
    theirs can be meant otherwise.
    """

    name: str
    rows: list[Row]
    geometries: list[dict[str, Any] | None]
    crs: str | None
    unread: dict[int, Problem] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stated: int | None = None
    passed_over: Counter[str] = field(default_factory=Counter)
    by_name: bool = False
