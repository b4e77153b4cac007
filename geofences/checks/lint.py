"""What is wrong with zone files, and where: `tracker zones check`. Nothing is repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geofences.checks import neighbours
from geofences.checks.neighbours import SourcedPlace
from geofences.errors import GeoFault
from geofences.geometry.earth import Array, metres_per_degree
from geofences.index.border import border
from geofences.io.features import feature_id, feature_problems, id_problem, place_of, shape_of
from geofences.io.files import (
    GEOJSON,
    LoadedFile,
    ReadOptions,
    Tally,
    load,
    load_as_configured,
)
from geofences.io.kind_names import KindNames
from geofences.io.shapes import Problem, Severity, at
from geofences.kinds import ZoneKind

BORDER_ERROR_M = 300.0
"""The border line is 254 m off at most (see `border`): nearer than this it proves nothing."""
MENDS = {
    "id": "--map COLUMN=id says which column has it, --id-prefix PREFIX numbers them",
    "kind": "--kind KIND for all that do not say, --map COLUMN=kind if a column does, "
    "--kind-of NAME=KIND for a folder or a style of KML, or what a column says",
}
"""What else mends a key that is missing, where a file is read with options."""
SWAPPED = "latitude and longitude"
TURN = "--lat-lon reads them so"
"""How problems of swapped positions begin, and what else mends them there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`feature` is its layer, its number from 0 and its id, "" for the whole file; `place` is
    within it, e.g. "ring 0, vertex 12 (-99.5, 27.5)" or the key. Of severity "error":
    `formats.read` refuses it, or it is surely not what was meant; "warning": look at it."""

    file: str
    feature: str
    place: str
    what: str
    mend: str
    severity: Severity

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.feature, self.place) if part)
        return f"{where}: {self.what} ({self.mend})"


@dataclass(frozen=True, slots=True)
class LintResult:
    """Everything that files hold and all that is wrong with it. `placed` has what could be made of
    them, faulty places too unless nothing could be made of their features; `count` all features
    that were read, `tallies` how many each file has."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    placed: list[SourcedPlace] = field(default_factory=list)
    count: int = 0
    tallies: list[Tally] = field(default_factory=list)

    def sound(self) -> list[SourcedPlace]:
        """The places that no error names."""
        bad = {(fault.file, fault.feature) for fault in self.faults if fault.severity == "error"}
        return [one for one in self.placed if (one.file, one.label) not in bad]


Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) now and then."""
EVERY = 1_000


def _silent(what: str, done: int, of: int) -> None:
    pass


def check(path: Path) -> list[Fault]:
    """All faults of one file, without asking what else there is. Raises OSError if it cannot be
    read."""
    return survey([path]).faults


def survey(
    paths: Sequence[Path],
    options: ReadOptions | None = None,
    *,
    known: Sequence[SourcedPlace] | None = None,
    progress: Progress = _silent,
) -> LintResult:
    """All faults of files, by themselves, among themselves and beside what is `known`.

    `options` None: GeoJSON is taken as it stands, other formats as they say. Raises OSError if a
    file cannot be read, GeoFault if `options` does not fit one (see `files.load`), or names a kind
    of what is in none.
    """
    found = LintResult()
    names = KindNames({} if options is None else options.kinds)
    total = 0
    for path in paths:
        progress(f"reading {path}", 0, 0)
        strict = options is None and path.suffix.lower() in GEOJSON
        loaded = load_as_configured(path) if strict else load(path, options or ReadOptions(), names)
        found.tallies.append(loaded.tally)
        found.notes.extend(f"{path}: {note}" for note in loaded.notes)
        found.faults.extend(_of_file(loaded, found.placed, progress, {} if strict else MENDS))
        total += len(loaded.features)
    _refuse_unused(names, options)
    progress("comparing", total, total)
    found.faults.extend(
        _fault(one.file, one.label, problem)
        for one, problem in neighbours.problems(found.placed, known)
    )
    return replace(found, count=total)


def _refuse_unused(names: KindNames, options: ReadOptions | None) -> None:
    """A name that is nowhere was misspelt: its zones have got another kind, or none."""
    for name in options.kinds if options else ():
        if name not in names.used:
            met = ", ".join(map(repr, names.met)) or "no folder, style or column of kinds"
            raise GeoFault("--kind-of", f"nothing is called {name!r}", f"there are: {met}")


def _of_file(
    loaded: LoadedFile, placed: list[SourcedPlace], progress: Progress, mends: dict[str, str]
) -> Iterator[Fault]:
    """The faults of one file, in its order; adds its places to `placed`."""
    file = str(loaded.path)
    known_bad = {label for label, problem in loaded.problems if problem.severity == "error"}
    for label, problem in loaded.problems:
        yield _fault(file, label, problem)
    for number, (feature, label) in enumerate(zip(loaded.features, loaded.labels, strict=True)):
        if number % EVERY == 0:
            progress(f"checking {file}", number, len(loaded.features))
        if label in known_bad:
            continue
        errors = False
        for problem in _feature_problems(feature):
            errors = errors or problem.severity == "error"
            yield _fault(file, label, _mended(problem, mends))
        if not errors:
            try:
                place = place_of(feature, feature_id(feature), None, label)
            except GeoFault as fault:
                yield Fault(file, label, "geometry", fault.what, fault.mend, "error")
            else:
                placed.append(SourcedPlace(file, label, place))


def _mended(problem: Problem, mends: dict[str, str]) -> Problem:
    if mends and problem.what.startswith(SWAPPED):
        return replace(problem, mend=f"{problem.mend}; {TURN}")
    if problem.what != "missing" or problem.place not in mends:
        return problem
    return replace(problem, mend=f"{problem.mend}; {mends[problem.place]}")


def _fault(file: str, label: str, problem: Problem) -> Fault:
    return Fault(file, label, problem.place, problem.what, problem.mend, problem.severity)


def _feature_problems(feature: Any) -> Iterator[Problem]:
    found = list(feature_problems(feature, default_kind=None))
    yield from found
    if found and found[0].place == "feature":
        return
    if (problem := id_problem(feature_id(feature))) is not None:
        yield problem
    if not any(problem.severity == "error" for problem in found):
        yield from _misplaced(feature)


def _misplaced(feature: dict[str, Any]) -> Iterator[Problem]:
    """Where it lies, held against the border: swapped positions, and the wrong side."""
    corners = shapely.get_coordinates(shape_of(feature))
    here = border().countries(corners[:, 1], corners[:, 0])
    nowhere = np.flatnonzero(here == None)  # noqa: E711 - an array of objects
    if len(nowhere):
        turned = border().countries(corners[nowhere, 0], corners[nowhere, 1])
        swapped = nowhere[turned != None]  # noqa: E711
        if len(swapped):
            whole = len(swapped) == len(corners)
            yield Problem(
                f"vertex {swapped[0]} {at(*corners[swapped[0]])}",
                "latitude and longitude look swapped: turned round it is in the US or Mexico"
                + ("" if whole else f" ({len(swapped)} of {len(corners)} vertices)"),
                "GeoJSON wants [longitude, latitude]",
            )
            return
        if len(nowhere) == len(corners):
            yield Problem(
                f"vertex 0 {at(*corners[0])}",
                "it is in neither the US nor Mexico",
                "check its reference system (--crs EPSG:...) and its coordinates",
                "warning",
            )
            return
    yield from _wrong_side(feature.get("properties") or {}, corners, here)


def _wrong_side(said: dict[str, Any], corners: Array, here: Any) -> Iterator[Problem]:
    country = str(said.get("country"))
    other = {"US": "MX", "MX": "US"}.get(country)
    wrong = np.flatnonzero(here == other)
    if other is None or not len(wrong):
        return
    whole = len(wrong) == len(corners)
    if not whole and said.get("kind") == ZoneKind.BRIDGE:
        return  # a bridge is on both sides
    near = whole and _is_near_the_other_side(corners, country)
    yield Problem(
        f"vertex {wrong[0]} {at(*corners[wrong[0]])}",
        f"country is {country}, but {'all' if whole else f'{len(wrong)} of {len(corners)}'} "
        f"vertices are in {other}" + (" (by a line that is up to 254 m off)" if near else ""),
        "mend the country or the area",
        "error" if whole and not near else "warning",
    )


def _is_near_the_other_side(corners: Array, country: str) -> bool:
    """Whether a step of BORDER_ERROR_M from a vertex leads into the country."""
    reach = BORDER_ERROR_M / np.array(metres_per_degree(float(corners[0, 1])))
    for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        lons, lats = (corners + reach * (east, north)).T
        if (border().countries(lats, lons) == country).any():
            return True
    return False
