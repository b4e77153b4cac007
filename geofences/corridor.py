"""Corridors: the line that a journey should follow, and how far from it is still on it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely import LineString, MultiLineString

from geofences.geometry.centreline import Centreline
from geofences.geometry.earth import Array, positions
from geofences.geometry.inner_buffer import InnerBuffer, inner_buffer
from geofences.kinds import Precision


@dataclass(frozen=True, eq=False)
class Corridor:
    """A route with a width. `line` is in degrees, WGS 84, (lon, lat) order as GeoJSON has it.

    The parts of a MultiLineString follow each other; the straight gap between two counts for
    progress but is no part of the line. `half_width_m` None: the policy's default decides.
    Raises ValueError for a line of no length, one that crosses the antimeridian, a coordinate that
    is no finite number, or a width that is not above 0.
    """

    id: str
    name: str
    line: LineString | MultiLineString
    half_width_m: float | None = None
    precision: Precision = Precision.APPROXIMATE
    source: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    centreline: Centreline = field(init=False, repr=False)
    _buffers: dict[float, InnerBuffer] = field(init=False, repr=False, default_factory=dict)
    meets_itself: dict[float, bool] = field(init=False, repr=False, default_factory=dict)
    """By half-width, as far as it was worked out (`geofences.index.revisits`)."""

    def __post_init__(self) -> None:
        _check(self.half_width_m)
        parts = [shapely.get_coordinates(part) for part in shapely.get_parts(self.line)]
        if not all(len(part) and np.isfinite(part).all() for part in parts) or not parts:
            raise ValueError("the line is empty, or a coordinate is no finite number")
        object.__setattr__(self, "centreline", Centreline(parts))

    def under(self, corridor_id: str, half_width_m: float | None) -> Corridor:
        """The same route under another id, with another width. What is worked out of the line is
        shared, so that a thousand of these cost little more than one. Raises ValueError."""
        _check(half_width_m)
        made = copy.copy(self)
        object.__setattr__(made, "id", corridor_id)
        object.__setattr__(made, "half_width_m", half_width_m)
        return made

    def along(self, other: Corridor) -> Corridor:
        """The same, sharing what was worked out of `other`, whose line is the same."""
        made = copy.copy(self)
        for name in ("line", "centreline", "_buffers", "meets_itself"):
            object.__setattr__(made, name, getattr(other, name))
        return made

    @property
    def length_m(self) -> float:
        """Geodesic metres from start to end, gaps between parts included."""
        return self.centreline.length_m

    def offsets(self, lats: ArrayLike, lons: ArrayLike) -> tuple[Array, Array]:
        """For each position (degrees): metres to the centre line, and metres along it from its
        start to the nearest point. Within 0.5 m or 0.1 % of the geodesic answer. Raises ValueError
        for a position that is no finite number."""
        return self.centreline.offsets(*positions(lats, lons))

    def at(self, progress_m: float) -> tuple[float, float, float]:
        """(lat, lon, course in degrees) so many metres along; before the start it is the start,
        past the end the end."""
        return self.centreline.at(progress_m)

    def against(
        self, start: tuple[float, float] | None, end: tuple[float, float] | None
    ) -> bool | None:
        """Whether a journey from `start` to `end` (lat, lon, each somewhere near it, None if it is
        not known) runs against the direction of the line. None if that does not tell."""
        first, last = self._along(start), self._along(end)
        if first is None and last is None:
            return None
        if first is None or last is None:
            half = self.length_m / 2
            return first > half if first is not None else last is not None and last < half
        return None if first == last else last < first

    def _along(self, place: tuple[float, float] | None) -> float | None:
        if place is None:
            return None
        return float(self.offsets([place[0]], [place[1]])[1][0])

    def inner_buffer(self, half_width_m: float) -> InnerBuffer:
        """A polygon wholly within the half-width, prepared and warmed: built once for each width,
        so that an atlas drawn anew costs no buffers."""
        if half_width_m not in self._buffers:
            made = inner_buffer(self.centreline, half_width_m)
            shapely.prepare(made)
            shapely.contains_xy(made, 0.0, 0.0)  # GEOS builds its index at the first question
            self._buffers[half_width_m] = made
        return self._buffers[half_width_m]


def _check(half_width_m: float | None) -> None:
    if half_width_m is not None and not 0 < half_width_m < np.inf:
        raise ValueError(f"half_width_m must be above 0, not {half_width_m}")
