"""What is wrong with a zone file, and where: `tracker zones check`. Nothing is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geofences.border import border
from geofences.errors import GeoFault
from geofences.features import crs_problem, feature_id, feature_problems, id_problem, name_feature
from geofences.formats import load_collection
from geofences.shapes import Problem, Severity, at, build


@dataclass(frozen=True, slots=True)
class Fault:
    """`feature` is its number from 0 and its id, "" for the whole file; `place` is within it, e.g.
    "ring 0, vertex 12 (-99.5, 27.5)" or the key. Of severity "error": `formats.read` refuses it, or
    it is surely not what was meant; "warning": look at it."""

    file: str
    feature: str
    place: str
    what: str
    mend: str
    severity: Severity

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.feature, self.place) if part)
        return f"{where}: {self.what} ({self.mend})"


def check(path: Path) -> list[Fault]:
    """All faults of a GeoJSON file, in its order. Raises OSError if it cannot be read."""
    try:
        collection = load_collection(path)
    except GeoFault as fault:
        return [Fault(str(path), "", "", fault.what, fault.mend, "error")]
    return [
        Fault(str(path), feature, problem.place, problem.what, problem.mend, problem.severity)
        for feature, problem in _collection_problems(collection)
    ]


def _collection_problems(collection: dict[str, Any]) -> Iterator[tuple[str, Problem]]:
    if (problem := crs_problem(collection)) is not None:
        yield "", problem
    features = collection.get("features")
    if not isinstance(features, list):
        yield "", Problem("features", "no list of features", "a FeatureCollection has `features`")
        return
    if not features:
        yield "", Problem("features", "there are none", "draw something", "warning")
    first: dict[str, int] = {}
    for number, feature in enumerate(features):
        name = name_feature(number, feature)
        for problem in _feature_faults(feature):
            yield name, problem
        own = feature_id(feature)
        if isinstance(own, str) and first.setdefault(own, number) != number:
            what = f"{own!r} is the id of feature {first[own]} too"
            yield name, Problem("id", what, "give each its own")


def _feature_faults(feature: Any) -> Iterator[Problem]:
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
    corners = shapely.get_coordinates(build(feature["geometry"]))
    lons, lats = corners.T
    here = border().countries(lats, lons)
    if (here == None).all():  # noqa: E711 - an array of objects
        if (border().countries(lons, lats) != None).all():  # noqa: E711
            yield Problem(
                f"vertex 0 {at(*corners[0])}",
                "latitude and longitude look swapped: turned round it is in the US or Mexico",
                "GeoJSON wants [longitude, latitude]",
            )
        return
    country = str((feature.get("properties") or {}).get("country"))
    other = {"US": "MX", "MX": "US"}.get(country)
    wrong = np.flatnonzero(here == other)
    if other is not None and len(wrong):
        whole = len(wrong) == len(corners)
        yield Problem(
            f"vertex {wrong[0]} {at(*corners[wrong[0]])}",
            f"country is {country}, but {'all' if whole else f'{len(wrong)} of {len(corners)}'} "
            f"vertices are in {other}",
            "mend the country or the area",
            "error" if whole else "warning",
        )
