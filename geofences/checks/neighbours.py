"""What can only be seen of zones and corridors together: ids that occur twice, areas whose overlap
leaves the rules two answers, corridors that miss the zones they name as their ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geofences import library
from geofences.corridor import Corridor
from geofences.geometry.earth import metres_per_degree
from geofences.io.geojson import from_features
from geofences.io.shapes import Problem, at
from geofences.kinds import ZoneKind
from geofences.zone import Zone

SUBSTANTIAL = 0.2
"""Of the smaller area. Hand-drawn neighbours touch and overlap a little, which confuses nobody."""
AT_ONCE = 256
MOST_PAIRS = 2_000_000
"""Overlapping pairs looked at: some 20 s. A file that has more is nested or doubled throughout."""
USUAL_HALF_WIDTH_M = 500.0
"""Of corridors that state none; the policy's default."""

FORBIDDEN = "a truck there is where it must not be"
OPENS = "an opening is the agency's right there"
DOUBTS = "an opening is suspicious there"
NEVER_OPENS = "no seal may be opened there"
HANDS_OVER = "cargo is loaded, handed over and released there"
PASSES = "trucks pass or rest there"
MEANING: dict[ZoneKind, str] = {
    ZoneKind.RESTRICTED: FORBIDDEN,
    ZoneKind.CUSTOMS_COMPOUND: OPENS,
    ZoneKind.CBP_SECONDARY: OPENS,
    ZoneKind.CHECKPOINT_MILITARY: OPENS,
    ZoneKind.CBP_PRIMARY: DOUBTS,
    ZoneKind.APPROACH_QUEUE: DOUBTS,
    ZoneKind.STATE_INSPECTION: NEVER_OPENS,
    ZoneKind.PLANT: HANDS_OVER,
    ZoneKind.YARD: HANDS_OVER,
    ZoneKind.CONSIGNEE: HANDS_OVER,
    ZoneKind.BRIDGE: PASSES,
    ZoneKind.REST_STOP: PASSES,
    ZoneKind.WAYPOINT: PASSES,
}
"""What a place means to the rules of seals and places. The kinds that are not here (high_risk,
dead_zone, other) are meant to lie over others."""


@dataclass(frozen=True, slots=True)
class SourcedPlace:
    """A place and where it is written; `file` "" for what ships."""

    file: str
    label: str
    place: Zone | Corridor


def shipped(without: Iterable[Path] = (), off: Sequence[str] = ()) -> list[SourcedPlace]:
    """The places of the library, but for those of its files that are among `without`, and those
    that are switched `off` (ids, with * and ?). Raises GeoFault for one that it has not."""
    folder = Path(library.__file__).parent.resolve()
    given = {path.name for path in without if path.resolve().parent == folder}
    sets = [library.load()]
    if given:
        kept = [name for name in library.names() if name not in given | {library.BORDER}]
        sets = [from_features(library.features(n), where=n, default_kind=None) for n in kept]
    gone = set(library.switched_off(off))
    return [
        SourcedPlace("", place.id, place)
        for geofences in sets
        for place in geofences.places
        if place.id not in gone
    ]


Found = Iterator[tuple[SourcedPlace, Problem]]


def problems(checked: Sequence[SourcedPlace], known: Sequence[SourcedPlace] | None) -> Found:
    """All about `checked`, among themselves and beside `known`, each with whom it concerns.

    `known` None: nothing is known of what else there is, so no end zone is missing. What places
    of the library `checked` replaces is there no more.
    """
    if known is not None:
        yield from _replaces_nothing(checked)
        gone = {own for one in checked for own in library.replaced_by(one.place)}
        known = [one for one in known if one.file or one.place.id not in gone]
    yield from _duplicates(checked, known or ())
    yield from _overlaps(checked, known or ())
    yield from _missed_ends(checked, known)


def _replaces_nothing(checked: Sequence[SourcedPlace]) -> Found:
    shipped_ids = {place.id for place in library.load().places}
    for one in checked:
        for own in library.replaced_by(one.place):
            if own not in shipped_ids:
                what = f"there is no {own!r} in the shipped library"
                yield one, Problem("replaces", what, library.NAMES)


def _duplicates(checked: Sequence[SourcedPlace], known: Sequence[SourcedPlace]) -> Found:
    first = {one.place.id: one for one in known}
    for one in checked:
        other = first.setdefault(one.place.id, one)
        if other is not one:
            what = f"{one.place.id!r} is the id of {_named(other, one)} too"
            mend = "" if other.file else f', or say "replaces": "{one.place.id}"'
            yield one, Problem("id", what, f"give each its own{mend}")


def _named(other: SourcedPlace, beside: SourcedPlace) -> str:
    if not other.file:
        return f"{other.place.id!r} in the shipped library"
    return other.label if other.file == beside.file else f"{other.label} of {other.file}"


def _overlaps(checked: Sequence[SourcedPlace], known: Sequence[SourcedPlace]) -> Found:
    mine = [one for one in checked if _has_meaning(one)]
    if not mine:
        return
    everyone = [*mine, *(one for one in known if _has_meaning(one))]
    areas: Any = np.array([_zone(one).polygon for one in everyone], dtype=object)
    tree = shapely.STRtree(areas)
    looked_at = 0
    for start in range(0, len(mine), AT_ONCE):
        i, j = tree.query(areas[start : min(start + AT_ONCE, len(mine))], predicate="intersects")
        i = i + start
        later = j > i  # each pair once, and none with itself
        looked_at += int(later.sum())
        if looked_at > MOST_PAIRS:
            what = f"more than {MOST_PAIRS:,} pairs of zones overlap: the rest was not compared"
            yield everyone[start], Problem("geometry", what, "remove what is double", "warning")
            return
        pairs = zip(i[later].tolist(), j[later].tolist(), strict=True)
        for a, b in sorted(pairs):
            if (problem := _ambiguity(everyone[a], everyone[b])) is not None:
                yield everyone[a], problem


def _has_meaning(one: SourcedPlace) -> bool:
    return isinstance(one.place, Zone) and one.place.kind in MEANING


def _zone(one: SourcedPlace) -> Zone:
    assert isinstance(one.place, Zone)  # noqa: S101 - _has_meaning has looked
    return one.place


def _ambiguity(one: SourcedPlace, other: SourcedPlace) -> Problem | None:
    """What the overlap of two zones leaves open, if it is substantial and leaves anything open."""
    a, b = _zone(one), _zone(other)
    if not (why := _two_answers(a, b)):
        return None
    shared = a.polygon.intersection(b.polygon)
    share = shared.area / min(a.polygon.area, b.polygon.area)
    if share < SUBSTANTIAL:
        return None
    x, y = shared.representative_point().coords[0]
    what = f"{share:.0%} overlap with {_named(other, one)}: {why}"
    return Problem(f"geometry {at(x, y)}", what, "draw them apart, or make them one", "warning")


def _two_answers(a: Zone, b: Zone) -> str:
    """ "" if the rules say the same of both."""
    here, there = MEANING[a.kind], MEANING[b.kind]
    if a.crossing and b.crossing and a.crossing != b.crossing:
        return f"one is of crossing {a.crossing}, the other of {b.crossing}"
    if here != there and (FORBIDDEN in (here, there) or PASSES not in (here, there)):
        return f"{a.kind}: {here}; {b.kind}: {there}"
    return ""


def _missed_ends(checked: Sequence[SourcedPlace], known: Sequence[SourcedPlace] | None) -> Found:
    """Corridors say in the properties `from` and `to` which zones they run between."""
    everyone = (*(known or ()), *checked)
    zones = {one.place.id: one.place for one in everyone if isinstance(one.place, Zone)}
    for one in checked:
        if not isinstance(one.place, Corridor):
            continue
        corridor = one.place
        for key, progress_m in (("from", 0.0), ("to", corridor.length_m)):
            named = corridor.properties.get(key)
            if named is None:
                continue
            zone = zones.get(str(named))
            if zone is None and known is not None:
                what = f"there is no zone {named!r} in these files or the library"
                yield one, Problem(key, what, "name a zone's id, or check its file too", "warning")
            if zone and (problem := _missed(corridor, zone, key, progress_m)) is not None:
                yield one, problem


def _missed(corridor: Corridor, zone: Zone, key: str, progress_m: float) -> Problem | None:
    lat, lon, _ = corridor.at(progress_m)
    apart = _metres_apart(lat, lon, zone)
    if apart <= (corridor.half_width_m or USUAL_HALF_WIDTH_M):
        return None
    verb = "starts" if key == "from" else "ends"
    far_lat, far_lon, _ = corridor.at(corridor.length_m - progress_m)
    turned = _metres_apart(far_lat, far_lon, zone) < apart
    return Problem(
        f"{key} {at(lon, lat)}",
        f"it {verb} {apart / 1000:,.1f} km from its zone {zone.id!r}",
        "its other end is nearer: turn it round" if turned else "draw it into the zone",
    )


def _metres_apart(lat: float, lon: float, zone: Zone) -> float:
    """0 inside; in a plane at the position's latitude, which is enough to tell near from far."""
    scale = np.array(metres_per_degree(lat))
    plane = shapely.transform(zone.polygon, lambda xy: (xy - (lon, lat)) * scale)
    return float(shapely.distance(plane, shapely.points(0.0, 0.0)))
