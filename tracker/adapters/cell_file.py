"""Reads a file of cells: comma-separated, with the names of its columns in the first line.

OpenCelliD's (mcc, net, area, cell, lon, lat, range, ...) or ours (mcc, mnc, lac, cid, lat, lon,
range_m), in any order; further columns are passed over. It may be compressed (.gz).
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from tracker.app.cells import CellKey, CellPlace, Cells
from tracker.domain.errors import UsageError

NAMES = (
    ("mcc",),
    ("mnc", "net"),
    ("lac", "area"),
    ("cid", "cell"),
    ("lat",),
    ("lon",),
    ("range_m", "range"),
)
MEND = "the first line names the columns: mcc,mnc,lac,cid,lat,lon,range_m, or OpenCelliD's"


def read_cells(path: Path) -> Cells:
    """Raises UsageError that says the line, and what it should hold."""
    try:
        with _opened(path) as text:
            return Cells(_cells(csv.reader(text), str(path)))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot be read: {why}", where=str(path), mend="correct [cells] file"
        ) from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _cells(rows: Iterable[list[str]], where: str) -> dict[CellKey, CellPlace]:
    numbered = enumerate(rows, 1)
    _, head = next(numbered, (0, list[str]()))
    columns = _columns([name.strip().lower() for name in head], where)
    found: dict[CellKey, CellPlace] = {}
    for line, row in numbered:
        if not row:
            continue
        try:
            mcc, mnc, lac, cid, lat, lon, range_m = (row[column] for column in columns)
            place = float(lat), float(lon), float(range_m)
            key = int(mcc), int(mnc), int(lac), int(cid)
        except (ValueError, IndexError) as error:
            raise UsageError(f"line {line} is no cell: {error}", where=where, mend=MEND) from error
        _check(place, line, where)
        found[key] = place
    return found


def _columns(head: list[str], where: str) -> list[int]:
    missing = [names[0] for names in NAMES if not any(name in head for name in names)]
    if missing:
        raise UsageError(f"line 1 names no column {', '.join(missing)}", where=where, mend=MEND)
    return [next(head.index(name) for name in names if name in head) for names in NAMES]


def _check(place: CellPlace, line: int, where: str) -> None:
    lat, lon, range_m = place
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise UsageError(
            f"line {line}: {lat}, {lon} is nowhere",
            where=where,
            mend="lat and lon are degrees (WGS 84)",
        )
    if not (range_m >= 0 and math.isfinite(range_m)):
        raise UsageError(
            f"line {line}: a range of {range_m}", where=where, mend="the range is metres, 0 or more"
        )
