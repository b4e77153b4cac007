"""CSV with a column of well-known text. The delimiter and that column are found by themselves."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from geofences.errors import GeoFault
from geofences.io.columns import plain_value
from geofences.io.layer import Layer
from geofences.io.shapes import Problem
from geofences.io.well_known import from_wkt

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1 << 26
"""64 MiB of text: an outline of a million positions (csv's own 128 KiB: 3,000)."""
SYSTEM_COLUMNS = ("crs", "srid", "epsg")
"""A column that names the reference system, as our own export writes it."""
SHAPES = ("POLYGON", "MULTIPOLYGON", "LINESTRING", "MULTILINESTRING", "SRID=", "POINT", "GEOMETRY")
LATITUDES = ("lat", "latitude", "latitud", "y")


def read(path: Path) -> list[Layer]:
    """The file as one layer. Raises GeoFault if there is no column of well-known text; OSError."""
    text, notes = _decoded(path)
    rows, columns = _rows(path, text)
    wkt = _wkt_column(path, rows, columns)
    system = next((one for one in columns if one.casefold() in SYSTEM_COLUMNS), None)
    notes.append(f"column {wkt} has the geometry")
    layer = Layer("", [], [], _system(path, rows, system, wkt), notes=notes)
    for number, row in enumerate(rows):
        layer.geometries.append(_geometry(layer, number, row.pop(wkt)))
        if system is not None:
            row.pop(system)
        layer.rows.append({column: plain_value(value) for column, value in row.items()})
    return [layer]


def _decoded(path: Path) -> tuple[str, list[str]]:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), ["it is in UTF-16"]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), ["not UTF-8: read as Windows-1252"]


def _rows(path: Path, text: str) -> tuple[list[dict[str, Any]], list[str]]:
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        columns = [name.strip() for name in next(lines, [])]
        _refuse_columns(path, columns)
        rows = [_row(path, lines.line_num, columns, line) for line in lines if any(line)]
    except csv.Error as error:
        mend = 'a field that holds the delimiter or a quote stands in quotes, with "" for one'
        raise GeoFault(f"{path}, line {lines.line_num}", f"no CSV: {error}", mend) from None
    finally:
        csv.field_size_limit(before)
    return rows, columns


def _refuse_columns(path: Path, columns: list[str]) -> None:
    if not any(columns):
        raise GeoFault(str(path), "it has no header", "name the columns in its first line")
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise GeoFault(str(path), f"two columns are called {twice!r}", "give each its own name")


def _row(path: Path, line_number: int, columns: list[str], line: list[str]) -> dict[str, Any]:
    if len(line) > len(columns):
        what = f"{len(line)} fields, but {len(columns)} columns"
        raise GeoFault(f"{path}, line {line_number}", what, "put the well-known text in quotes")
    return dict(zip(columns, line + [""] * (len(columns) - len(line)), strict=True))


def _wkt_column(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> str:
    """The column with the most values that begin as well-known text does."""
    count = {
        column: sum(row[column].lstrip().upper().startswith(SHAPES) for row in rows)
        for column in columns
    }
    best = max(columns, key=lambda column: count[column])
    if count[best]:
        return best
    if any(column.casefold() in LATITUDES for column in columns):
        what = "it has points (latitude and longitude); a zone is an area, a corridor a line"
        mend = "give the outline as a column of well-known text: POLYGON((lon lat, ...))"
        raise GeoFault(str(path), what, mend)
    what = "no column has well-known text" if rows else "it has no rows"
    raise GeoFault(
        str(path), what, "a column of POLYGON((lon lat, ...)) or LINESTRING(lon lat, ...)"
    )


def _system(path: Path, rows: list[dict[str, Any]], column: str | None, wkt: str) -> str | None:
    """What the rows say of their reference system: one thing, or nothing."""
    found: set[str] = set()
    for row in rows:
        head = row[wkt].lstrip()[:20].upper()
        if head.startswith("SRID=") and ";" in head:
            found.add(f"EPSG:{head[5:].partition(';')[0].strip()}")
        elif column is not None and row[column].strip():
            value = row[column].strip()
            found.add(f"EPSG:{value}" if value.isdigit() else value)
    if len(found) > 1:
        names = " and ".join(sorted(found))
        raise GeoFault(str(path), f"its rows are in {names}", "one file, one reference system")
    return found.pop() if found else None


def _geometry(layer: Layer, number: int, text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        return from_wkt(text)[0]
    except ValueError as error:
        mend = "write POLYGON((lon lat, ...)) or LINESTRING(lon lat, ...)"
        layer.unread[number] = Problem("geometry", str(error), mend)
        return None
