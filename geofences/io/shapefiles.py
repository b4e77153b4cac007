"""What GDAL does not say of a shapefile: which of its files are missing, what its text is written
in, how many shapes and rings it has. Its layout: ESRI, 1998; dBASE III."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

from geofences.errors import GeoFault
from geofences.io.shapes import Problem
from geofences.io.text import codec

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
HEADER, RECORD_HEADER = 100, 8
NULL = 0
RINGED = (3, 13, 23, 5, 15, 25)
"""Lines and polygons, plain, with heights, with measures: they count their parts."""
POINTED = (1, 11, 21, 8, 18, 28)
UNKNOWN = -1
CODE_PAGES: dict[int, str] = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac-roman", 0x57: "cp1252", 0x58: "cp1252",
    0x59: "cp1252",
}  # fmt: skip
"""What the byte 29 of a .dbf says, for the languages spoken here."""


def gathered(path: Path, folder: Path) -> tuple[Path, list[Problem]]:
    """The .shp with its parts beside it under the names that GDAL looks for: as it stands, or
    copied into `folder` where capitals differ. Raises GeoFault if it cannot be read without what
    is missing."""
    beside = {suffix: _part(path, suffix) for suffix in PARTS}
    if beside[".shx"] is None:
        mend = "give all its files, or one .zip of them (ogrinfo can make a .shx anew)"
        raise GeoFault(str(path), "there is no .shx beside it", mend)
    problems = []
    if beside[".dbf"] is None:
        mend = "give all its files, or one .zip of them"
        what = "there is no .dbf beside it, so no names and ids"
        problems.append(Problem("", what, mend, "warning"))
    suffixes = {file.suffix for file in beside.values() if file is not None}
    stems = {file.stem for file in beside.values() if file is not None}
    if len(stems) == 1 and suffixes <= {one.lower() for one in suffixes}:
        return path, problems
    folder = folder / f"{path.stem}-parts"
    folder.mkdir()
    for suffix, file in beside.items():
        if file is not None:
            shutil.copyfile(file, folder / f"{path.stem}{suffix}")
    return folder / f"{path.stem}.shp", problems


def _part(path: Path, suffix: str) -> Path | None:
    """The file beside it, whatever its capitals; the very spelling goes first."""
    if path.suffix.lower() == suffix:
        return path
    name = f"{path.stem}{suffix}".casefold()
    found = [file for file in path.parent.iterdir() if file.name.casefold() == name]
    return max(found, key=lambda file: file.stem == path.stem, default=None)


def declared_encoding(path: Path) -> str | None:
    """What the .cpg says as it stands there, else the code page of the .dbf; None: nothing."""
    try:
        said = path.with_suffix(".cpg").read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        said = ""
    if codec(said) is not None:
        return said
    try:
        with path.with_suffix(".dbf").open("rb") as file:
            head = file.read(32)
    except FileNotFoundError:
        return None
    return CODE_PAGES.get(head[29]) if len(head) == 32 else None


def rings(path: Path) -> list[int]:
    """Of each shape how many parts (rings, lines) it says that it has; 1 for points, 0 for none,
    UNKNOWN for patches in space. Counted in the .shp itself; stops where that ends too early."""
    return list(_rings(path.read_bytes()))


def _rings(data: bytes) -> Iterator[int]:
    at = HEADER
    while at + RECORD_HEADER + 4 <= len(data):
        (words,) = struct.unpack_from(">i", data, at + 4)
        (kind,) = struct.unpack_from("<i", data, at + RECORD_HEADER)
        if kind in RINGED and at + RECORD_HEADER + 40 <= len(data):
            yield struct.unpack_from("<i", data, at + RECORD_HEADER + 36)[0]
        elif kind in (NULL, *POINTED):
            yield int(kind != NULL)
        else:
            yield UNKNOWN
        if words < 2:
            return
        at += RECORD_HEADER + 2 * words


def rows(path: Path) -> tuple[int, int]:
    """How many the .dbf says that it has, and how many of them its owner deleted: those stand there
    yet, and GDAL passes over them. (0, 0) without a .dbf."""
    try:
        data = path.with_suffix(".dbf").read_bytes()
    except FileNotFoundError:
        return 0, 0
    if len(data) < 32:
        return 0, 0
    count, start, size = struct.unpack_from("<IHH", data, 4)
    return count, data[start : start + count * size : size].count(b"*") if size else 0
