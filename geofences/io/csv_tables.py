"""CSV with a column of well-known text, or with columns of latitude and longitude. The delimiter
and the columns are found by themselves."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geofences.errors import GeoFault
from geofences.io.columns import Row
from geofences.io.layer import Layer
from geofences.io.shapes import Problem
from geofences.io.text import decoded
from geofences.io.values import plain_value
from geofences.io.well_known import CIRCLE, from_wkt

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1 << 26
"""64 MiB of text: an outline of a million positions (csv's own 128 KiB: 3,000)."""
SYSTEM_COLUMNS = ("crs", "srid", "epsg")
"""A column that names the reference system, as our own export writes it."""
SHAPES = ("POLYGON", "MULTIPOLYGON", "LINESTRING", "MULTILINESTRING", "SRID=", "POINT",
          "MULTIPOINT", "GEOMETRY", "CIRCLE")  # fmt: skip
LATITUDES = ("lat", "latitude", "latitud", "y")
LONGITUDES = ("lon", "lng", "long", "longitude", "longitud", "x")
WKT = "write POLYGON((lon lat, ...)) or LINESTRING(lon lat, ...)"
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d+$)")
_SEPARATOR = re.compile(r"sep=(.)[^\S\n]*\n", re.I)
"""The first line that Excel writes and reads to name the delimiter."""


def read(path: Path, encoding: str | None) -> list[Layer]:
    """The file as one layer. Raises GeoFault if nothing in it could be a geometry; OSError."""
    text, notes = decoded(path.read_bytes(), str(path), encoding)
    table = _Table(path, text.removeprefix("\ufeff"))
    system = next((one for one in table.columns if one.casefold() in SYSTEM_COLUMNS), None)
    wkt = table.wkt_column()
    pair = None if wkt else table.position_columns()
    if wkt is None and pair is None:
        raise table.no_geometry()
    notes.append(f"column {wkt} has the geometry" if wkt else
                 f"columns {' and '.join(pair or ())} have the positions")  # fmt: skip
    crs = table.system(system, wkt)
    layer = Layer("", [], [], crs, notes=notes, stated=len(table.rows), by_name=wkt is None)
    for number, row in enumerate(table.rows):
        if number in table.torn:
            layer.unread[number] = table.torn[number]
            layer.geometries.append(None)
        elif wkt is not None:
            layer.geometries.append(_geometry(layer, number, row, row[wkt]))
        else:
            layer.geometries.append(_position(layer, number, row, pair or ("", "")))
        dropped = (wkt, system, *(pair or ()))
        layer.rows.append({c: plain_value(v) for c, v in row.items() if c not in dropped})
    return [layer]


class _Table:
    """The rows by column; `torn` has what is wrong with those that have too many fields."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self.torn: dict[int, Problem] = {}
        text = text.replace("\r\n", "\n").replace("\r", "\n")  # the last: Excel's for old Macs
        named = _SEPARATOR.match(text)
        self._first = 2 if named else 1
        text = text[named.end() :] if named else text
        head = text.partition("\n")[0]
        delimiter = named[1] if named else max(DELIMITERS, key=head.count)
        before = csv.field_size_limit(LONGEST_FIELD)
        try:
            lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
            self.columns = [name.strip() for name in next(lines, [])]
            _refuse_columns(path, self.columns)
            self.rows = list(self._read(lines))
        except csv.Error as error:
            mend = 'a field that holds the delimiter or a quote stands in quotes, with "" for one'
            line = lines.line_num + self._first - 1
            raise GeoFault(f"{path}, line {line}", f"no CSV: {error}", mend) from None
        finally:
            csv.field_size_limit(before)

    def _read(self, lines: Any) -> Iterator[Row]:
        number = 0
        for line in lines:
            if not any(field.strip() for field in line):
                continue
            if len(line) > len(self.columns):
                what = f"{len(line)} fields, but {len(self.columns)} columns"
                place = f"line {lines.line_num + self._first - 1}"
                self.torn[number] = Problem(place, what, "put the well-known text in quotes")
            whole = line + [""] * (len(self.columns) - len(line))
            yield dict(zip(self.columns, whole, strict=False))
            number += 1

    def wkt_column(self) -> str | None:
        """The column with the most values that begin as well-known text does."""
        count = {
            column: sum(row[column].lstrip().upper().startswith(SHAPES) for row in self.rows)
            for column in self.columns
        }
        best = max(self.columns, key=lambda column: count[column])
        return best if count[best] else None

    def position_columns(self) -> tuple[str, str] | None:
        """Those of latitude and longitude."""
        by_plain = {column.casefold(): column for column in reversed(self.columns)}
        found = [
            next((by_plain[name] for name in names if name in by_plain), None)
            for names in (LATITUDES, LONGITUDES)
        ]
        return (found[0], found[1]) if found[0] and found[1] and self.rows else None

    def no_geometry(self) -> GeoFault:
        what = "no column has well-known text" if self.rows else "it has no rows"
        mend = "a column of POLYGON((lon lat, ...)), or columns lat, lon and radius_m"
        return GeoFault(str(self._path), what, mend)

    def system(self, column: str | None, wkt: str | None) -> str | None:
        """What the rows say of their reference system: one thing, or nothing. Columns that are
        called latitude and longitude say it by their name."""
        found: set[str] = set()
        for row in self.rows:
            head = row[wkt].lstrip()[:20].upper() if wkt else ""
            if head.startswith("SRID=") and ";" in head:
                found.add(f"EPSG:{head[5:].partition(';')[0].strip()}")
            elif column is not None and row[column].strip():
                value = row[column].strip()
                found.add(f"EPSG:{value}" if value.isdigit() else value)
        if len(found) > 1:
            names = " and ".join(sorted(found))
            what = f"its rows are in {names}"
            raise GeoFault(str(self._path), what, "one file, one reference system")
        if not found and wkt is None and (pair := self.position_columns()):
            return "EPSG:4326" if pair[0].casefold().startswith("lat") else None
        return found.pop() if found else None


def _refuse_columns(path: Path, columns: list[str]) -> None:
    if not any(columns):
        raise GeoFault(str(path), "it has no header", "name the columns in its first line")
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise GeoFault(str(path), f"two columns are called {twice!r}", "give each its own name")


def _geometry(layer: Layer, number: int, row: Row, text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        geometry = from_wkt(text)[0]
    except ValueError as error:
        layer.unread[number] = Problem("geometry", str(error), WKT)
        return None
    if CIRCLE in geometry:
        row["radius_m"] = str(geometry.pop(CIRCLE))
    return geometry


def _position(layer: Layer, number: int, row: Row, pair: tuple[str, str]) -> dict[str, Any] | None:
    found = []
    for column in reversed(pair):
        text = row[column].strip()
        try:
            found.append(float(_DECIMAL_COMMA.sub(".", text, count=1)))
        except ValueError:
            if text:
                what = f"{text!r} is no number of degrees"
                layer.unread[number] = Problem(column, what, "write 27.5")
            return None
    return {"type": "Point", "coordinates": found}
