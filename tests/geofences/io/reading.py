"""What the tests of formats share: a file's zones and corridors, and all that is said of it."""

from __future__ import annotations

from pathlib import Path

from geofences.checks import lint
from geofences.corridor import Corridor
from geofences.io.files import ReadOptions
from geofences.kinds import ZoneKind
from geofences.zone import Zone

AS_YARDS = ReadOptions(kind=ZoneKind.YARD)
SQUARE = "-99.60,27.50 -99.59,27.50 -99.59,27.51 -99.60,27.51 -99.60,27.50"
"""Beside Nuevo Laredo, as KML has it."""


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zones(path: Path, options: ReadOptions = AS_YARDS) -> dict[str, Zone]:
    """By id; the file must be without error."""
    result = lint.survey([path], options)
    assert [str(fault) for fault in result.faults if fault.severity == "error"] == []
    return {one.place.id: one.place for one in result.placed if isinstance(one.place, Zone)}


def corridors(path: Path, options: ReadOptions = AS_YARDS) -> dict[str, Corridor]:
    """By id, whatever else is wrong."""
    placed = lint.survey([path], options).placed
    return {one.place.id: one.place for one in placed if isinstance(one.place, Corridor)}


def said(path: Path, options: ReadOptions = AS_YARDS) -> str:
    """Faults, notes and counts, a line each."""
    result = lint.survey([path], options)
    return "\n".join([*map(str, result.faults), *result.notes, *map(str, result.tallies)])
