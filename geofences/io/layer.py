"""One layer of a file, whatever its format: rows of columns, and the geometry of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geofences.io.columns import Row
from geofences.io.shapes import Problem


@dataclass(frozen=True, slots=True)
class Layer:
    """`geometries` are GeoJSON as written, positions in `crs` (None: the file does not say), x, y
    or longitude, latitude in order; None for a row without. `unread` has what is wrong with rows
    whose geometry cannot be read, by number; `problems` what is wrong with the whole; `notes` what
    a reader should know that is no fault."""

    name: str
    rows: list[Row]
    geometries: list[dict[str, Any] | None]
    crs: str | None
    unread: dict[int, Problem] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
