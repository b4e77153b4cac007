"""Zipped files (KMZ, zipped shapefiles) unpacked without harm: sizes, names and kinds are checked
before a byte is written, and what is written keeps none of the archive's folders."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geofences.errors import GeoFault

MOST_MEMBERS = 10_000
MOST_BYTES = 1 << 30
"""A gibibyte unpacked: a hundred times the largest zone file seen, and a disk still holds it."""
MOST_RATIO = 200
"""Unpacked to packed. Coordinates as text shrink some 5-fold, a bomb a thousandfold and more."""
SMALL = 10 << 20
"""Below this the ratio does not matter: a file of zeros is not dangerous for being regular."""
CHUNK = 1 << 20


def unpack(path: Path, into: Path, wanted: tuple[str, ...]) -> tuple[list[Path], list[str]]:
    """Writes the members whose names end in one of `wanted` (lower case, with dot) into the folder
    `into`, without folders of their own, and gives back their paths in the archive's order, and
    the names of the members that were not wanted.

    Raises GeoFault for what is no zip, is encrypted or damaged, unpacks to too much, has two
    members of one name, or names like "../x"; OSError if it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked(path, archive)
            chosen = [one for one in members if _is_wanted(one, wanted)]
            written: dict[str, Path] = {}
            for member in chosen:
                name = PurePosixPath(member.filename).name
                if name.lower() in written:
                    raise _fault(path, f"two files in it are called {name}", "zip each by itself")
                written[name.lower()] = into / name
                _write(archive, member, into / name)
            others = [one.filename for one in members if one not in chosen and not _shadow(one)]
            return list(written.values()), others
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        what, mend = f"cannot be unpacked: {error}", "zip it anew, without a password"
        raise _fault(path, what, mend) from None


def _is_wanted(member: zipfile.ZipInfo, wanted: tuple[str, ...]) -> bool:
    return member.filename.lower().endswith(wanted) and not _shadow(member)


def _shadow(member: zipfile.ZipInfo) -> bool:
    """Macs put a shadow "__MACOSX/._x.shp" beside every file."""
    return PurePosixPath(member.filename).name.startswith(("._", ".DS_Store"))


def _checked(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise _fault(path, f"{len(members)} files in it", "zip only the zones")
    for one in members:
        parts = PurePosixPath(one.filename.replace("\\", "/")).parts
        if one.filename.startswith(("/", "\\")) or ".." in parts or ":" in one.filename:
            raise _fault(
                path, f"a file in it is called {one.filename!r}", "it is not to be trusted"
            )
    size = sum(one.file_size for one in members)
    packed = max(1, sum(one.compress_size for one in members))
    if size > MOST_BYTES or (size > SMALL and size / packed > MOST_RATIO):
        what = f"it would unpack to {size / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB"
        raise _fault(path, what, "it is not to be trusted; unpack it yourself if you do")
    return members


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    """No more than what was declared, which was summed up before: zipfile stops there."""
    with archive.open(member) as source, to.open("xb") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)


def _fault(path: Path, what: str, mend: str) -> GeoFault:
    return GeoFault(str(path), what, mend)
