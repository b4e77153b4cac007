"""What is drawn: plain values, ready to be encoded as JSON or painted. Nothing here reads a thing.

Positions are (lon, lat) degrees, WGS 84, rounded to 1e-6 (0.1 m). Times are texts, as they are to
be shown, with their zone.
"""

from __future__ import annotations

from msgspec import Struct

Position = tuple[float, float]
Line = tuple[Position, ...]
Bounds = tuple[float, float, float, float]
"""West, south, east, north."""


class Area(Struct, frozen=True, kw_only=True):
    """A zone. `polygons`: of each its rings, the outer one first. `at`: a position inside it."""

    id: str
    name: str
    kind: str
    polygons: tuple[tuple[Line, ...], ...]
    at: Position
    country: str | None
    crossing: str | None
    precision: str
    source: str


class Route(Struct, frozen=True, kw_only=True):
    """A corridor: its centre line's parts, and how far (m) to each side still counts as on it."""

    id: str
    name: str
    parts: tuple[Line, ...]
    half_width_m: float
    length_m: float
    precision: str
    source: str


class TrackGap(Struct, frozen=True, kw_only=True):
    """No position between the track's fix number `index` and the one after it."""

    index: int
    text: str


class TrackStop(Struct, frozen=True, kw_only=True):
    at: Position
    text: str


class TrackDoubt(Struct, frozen=True, kw_only=True):
    """A position that was told and not believed: it is no part of the line."""

    at: Position
    text: str


class MapTrack(Struct, frozen=True, kw_only=True):
    """Where a device was, by event time. `times`, `speeds` (km/h) and `line` are of one length.

    late: indices of the fixes that came from a backlog. fixes: how many there were before the
    track was thinned for drawing. doubted: positions that were not believed, which the line leaves
    out.
    """

    device: str
    role: str
    line: Line
    times: tuple[str, ...]
    speeds: tuple[float | None, ...]
    late: tuple[int, ...]
    gaps: tuple[TrackGap, ...]
    stops: tuple[TrackStop, ...]
    fixes: int
    doubted: tuple[TrackDoubt, ...] = ()


class Mark(Struct, frozen=True, kw_only=True):
    """Something that happened at a place: an alert or a change of a seal.

    look: "critical", "warning", "info" for alerts; for seals a name of `style.SEALS`.
    placed: how its place is known ("" if it was stated).
    """

    layer: str
    look: str
    word: str
    time: str
    detail: str
    at: Position
    placed: str


class Row(Struct, frozen=True, kw_only=True):
    """A line of the timeline; `at` is None for what has no place."""

    time: str
    word: str
    detail: str
    look: str
    at: Position | None


class Name(Struct, frozen=True, kw_only=True):
    """A name on the base layer; rank 0 is the most important."""

    text: str
    at: Position
    rank: int


class Base(Struct, frozen=True, kw_only=True):
    """The ground: the border line, both countries' coarse outlines, names."""

    border: Line
    lands: tuple[Line, ...]
    names: tuple[Name, ...]


class Scene(Struct, frozen=True, kw_only=True):
    """Everything that is drawn. `focus` is what the first view shows; `notes` stand in the legend.
    `drawn`: when."""

    title: str
    drawn: str
    focus: Bounds
    base: Base
    areas: tuple[Area, ...] = ()
    routes: tuple[Route, ...] = ()
    tracks: tuple[MapTrack, ...] = ()
    marks: tuple[Mark, ...] = ()
    timeline: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


def bounds_of(positions: list[Position]) -> Bounds | None:
    """The box around them; None for none."""
    if not positions:
        return None
    lons, lats = zip(*positions, strict=True)
    return (min(lons), min(lats), max(lons), max(lats))
