"""What `zones check` and `zones import` share: how a file is to be read, and what is said of it."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geofences.kinds import ZoneKind
from tracker.cli.shared import render
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geofences.checks.lint import Fault
    from geofences.io.files import ReadOptions, Tally

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", help="GeoJSON, .gpkg, .shp or .zip, .kml, .kmz, .fgb, .gpx, .csv."
    ),
]
Crs = Annotated[
    str | None,
    typer.Option(help="The reference system they are in, whatever they say: EPSG:32614."),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=KEY",
        help="This column is that key: id, name, kind, country, crossing, half_width_m, "
        "precision, source, usual_minutes, least_stay_min, radius_m.",
    ),
]
Kind = Annotated[ZoneKind | None, typer.Option(help="The kind of all zones that do not say.")]
IdPrefix = Annotated[
    str, typer.Option("--id-prefix", help="In front of every id; numbers what has none.")
]
KindOf = Annotated[
    list[str] | None,
    typer.Option(
        "--kind-of",
        metavar="NAME=KIND",
        help="This folder or style of a KML file, or value of a kind's column, is that kind; "
        "* and ? may stand in it.",
    ),
]
Radius = Annotated[
    float | None,
    typer.Option(
        metavar="METRES", min=0, help="How far points reach that do not say; else they are left."
    ),
]
LatLon = Annotated[bool, typer.Option("--lat-lon", help="Their positions are latitude, longitude.")]
Encoding = Annotated[
    str | None,
    typer.Option(help="What their text is written in, whatever they say: cp1252, utf-8."),
]

ALIKE = 20
"""Faults of one kind that people are shown of a file; --json has all."""
LONG = 5_000
"""Features from which on people are told how far it is, where no terminal shows it move."""


def reading(
    crs: str | None,
    names: list[str] | None,
    kind: ZoneKind | None,
    prefix: str,
    *,
    kinds: list[str] | None = None,
    radius_m: float | None = None,
    lat_first: bool = False,
    encoding: str | None = None,
) -> ReadOptions:
    """The options as `geofences.io.files` has them. Raises UsageError."""
    from geofences.io.files import ReadOptions

    return ReadOptions(
        crs=crs,
        names=_names(names),
        kind=kind,
        prefix=prefix,
        kinds=_kinds(kinds),
        encoding=encoding,
        radius_m=radius_m or None,
        lat_first=lat_first,
    )


def _names(names: list[str] | None) -> dict[str, str]:
    from geofences.io.columns import KEYS

    told: dict[str, str] = {}
    for pair in names or ():
        column, equals, key = pair.rpartition("=")
        if not equals or not column or key not in KEYS:
            raise UsageError(
                f"{pair!r} is no COLUMN=KEY",
                where="--map",
                mend=f"KEY is one of {', '.join(KEYS)}",
            )
        if key in told.values():
            raise UsageError(f"two columns for {key}", where="--map", mend="choose one")
        told[column] = key
    return told


def _kinds(names: list[str] | None) -> dict[str, ZoneKind]:
    told: dict[str, ZoneKind] = {}
    for pair in names or ():
        name, equals, kind = pair.rpartition("=")
        if not equals or not name or kind not in list(ZoneKind):
            raise UsageError(
                f"{pair!r} is no NAME=KIND",
                where="--kind-of",
                mend=f"KIND is one of {', '.join(ZoneKind)}",
            )
        told[name] = ZoneKind(kind)
    return told


def show_tallies(tallies: Iterable[Tally]) -> None:
    """How much each file has, and how much of it was read."""
    for tally in tallies:
        if tally.has or tally.passed_over:
            render.warn(str(tally))


@contextmanager
def handled() -> Iterator[None]:
    """What `geofences` and the system raise, as errors of ours.

    Meanwhile no cycles are collected: a large file becomes millions of lists, in which there are
    none, and looking for them took a third of the time.
    """
    from geofences.errors import GeoFault

    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from fault
    except OSError as error:
        what = f"cannot be read or written: {error.strerror}"
        raise UsageError(what, where=str(error.filename)) from error
    finally:
        if collecting:
            gc.enable()


def progress() -> Callable[[str, int, int], None]:
    """Says on stderr how far it is: in place on a terminal, now and then elsewhere."""
    terminal = sys.stderr.isatty()

    def tell(what: str, done: int, of: int) -> None:
        if terminal and of >= LONG:
            end = "\n" if done >= of else ""
            sys.stderr.write(f"\r\x1b[K{what}: {done:,} of {of:,}{end}")
            sys.stderr.flush()
        elif of >= LONG and done % 10_000 == 0:
            render.warn(f"{what}: {done:,} of {of:,}")

    return tell


FAULT_COLUMNS = ("SEVERITY", "FILE", "FEATURE", "PLACE", "WHAT", "MEND")


def show_faults(faults: Sequence[Fault], *, empty: str) -> None:
    """A table; of faults that are alike only the first, and how many there are."""
    counts = Counter(_alike(fault) for fault in faults)
    shown: Counter[Any] = Counter()
    rows = []
    for fault in faults:
        like = _alike(fault)
        shown[like] += 1
        if shown[like] <= ALIKE:
            rows.append(
                (fault.severity, fault.file, fault.feature, fault.place, fault.what, fault.mend)
            )
    render.table(FAULT_COLUMNS, rows, empty=empty)
    for (file, _, what), count in counts.items():
        if count > ALIKE:
            render.say(f"... and {count - ALIKE:,} more in {file}: {what} (--json has them all)")


def _alike(fault: Fault) -> tuple[str, str, str]:
    """Numbers and names differ from place to place, the first words do not."""
    return fault.file, fault.severity, " ".join(fault.what.split()[-3:])


def has_errors(faults: Iterable[Fault]) -> bool:
    return any(fault.severity == "error" for fault in faults)
