"""Where along a leg's corridor the places lie that rules must know of before the truck is there.

Geometry, done once when a plan is built: rules see `Stretch` and `Border`, which need none.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geofences.corridor import Corridor
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.domain.plan import PlannedLeg
from tracker.domain.stretch import Border, Ring, Stretch

STEP_M = 250.0
"""A corridor is looked at every so many metres."""
MARK_M = 1_000.0
"""Marks on the way to a dead zone are as far apart."""
TOWARDS_M = 25_000.0
"""From so far before a dead zone the way towards it is marked: a quarter of an hour at 100 km/h."""
BESIDE = 2**0.5
"""What lies as far along as aside is so much further away than what lies beside."""
M_PER_DEG = 111_195.0

Column = np.ndarray[Any, np.dtype[np.float64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A corridor as a leg follows it: positions every `STEP_M`, and metres from the leg's start."""

    lats: Column
    lons: Column
    along_m: Column
    half_width_m: float

    def spans(self, zones: Sequence[Zone]) -> list[tuple[float, float]]:
        """From where to where (metres along) the way runs through these zones; if it misses one by
        no more than its half-width, where it lies beside it.
        """
        inside = np.zeros(len(self.lats), dtype=bool)
        for zone in zones:
            inside |= self._through(zone)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(int)))
        return [
            (float(self.along_m[first]), float(self.along_m[end - 1]))
            for first, end in edges.reshape(-1, 2)
        ]

    def _through(self, zone: Zone) -> Mask:
        near = self.half_width_m / M_PER_DEG
        west, south, east, north = zone.polygon.bounds
        aside = near / math.cos(math.radians(south))
        close = (self.lons > west - aside) & (self.lons < east + aside)
        close &= (self.lats > south - near) & (self.lats < north + near)
        if not close.any():
            return close
        hit: Mask = shapely.contains_xy(zone.polygon, self.lons, self.lats)
        if hit.any():
            return hit
        away = shapely.distance(shapely.points(self.lons[close], self.lats[close]), zone.polygon)
        # Beside it, and no further along the way than it lies aside: a wide corridor makes no zone
        # longer than it is.
        close[close] = away <= min(near, away.min() * BESIDE + STEP_M / M_PER_DEG)
        return close

    def stretch(
        self, begins_m: float, ends_m: float, *, towards_m: float, every_m: float, **more: Any
    ) -> Stretch:
        """towards_m: so far before it the way is marked too; and beyond it as far as marks reach,
        lest who has left it seem to be at its end."""
        reach = self.half_width_m + every_m / 2
        first, last = begins_m - max(towards_m, reach), ends_m + reach
        picked = np.flatnonzero((self.along_m >= first) & (self.along_m <= last))
        along = self.along_m[picked[:: max(int(every_m // STEP_M), 1)]]
        picked = np.searchsorted(self.along_m, along)
        left = np.where(along > ends_m, -1.0, np.maximum(begins_m - along, 0.0))
        return Stretch(
            reach_m=reach,
            lats=array("d", self.lats[picked]),
            lons=array("d", self.lons[picked]),
            left_m=array("d", left),
            **more,
        )


@functools.lru_cache(maxsize=1024)
def way(corridor: Corridor, half_width_m: float, *, backwards: bool = False) -> Way:
    """backwards: the leg goes from the end of the corridor's line to its start."""
    lats, lons, along = _sampled(corridor)
    if backwards:
        lats, lons, along = lats[::-1], lons[::-1], corridor.length_m - along[::-1]
    return Way(lats, lons, along, half_width_m)


@dataclass(frozen=True, slots=True)
class Along:
    """What to look for along the legs. crossing: the planned one, whose queue may reach back
    `queue_m`, and from whose edge a receiver strays `margin_m`. half_width_m: of corridors that do
    not say.
    """

    crossing: str | None
    queue_m: float
    margin_m: float
    half_width_m: float


def laid_out(
    legs: tuple[PlannedLeg, ...],
    corridor: Callable[[str], Corridor],
    zones: Iterable[Zone],
    along: Along,
) -> tuple[tuple[PlannedLeg, ...], Border | None]:
    """The legs with what lies along their corridors, and the planned crossing."""
    dead, planned = list[Zone](), list[Zone]()
    for zone in zones:
        if zone.kind is ZoneKind.DEAD_ZONE:
            dead.append(zone)
        elif along.crossing is not None and zone.crossing == along.crossing:
            planned.append(zone)
    if not dead and not planned:
        return legs, None
    ways = list[Way]()
    for number, leg in enumerate(legs):
        if leg.corridor is not None:
            half = leg.half_width_m or along.half_width_m
            ways.append(way(corridor(leg.corridor), half, backwards=bool(leg.backwards)))
            here = dataclasses.replace(leg, dead=dead_stretches(ways[-1], dead))
            legs = (*legs[:number], here, *legs[number + 1 :])
    if not planned:
        return legs, None
    return legs, border(tuple(planned), tuple(ways), along.queue_m, along.margin_m)


def dead_stretches(way: Way, zones: Iterable[Zone]) -> tuple[Stretch, ...]:
    """One for each passage of the way through one of these dead zones."""
    return tuple(
        way.stretch(
            begins,
            ends,
            towards_m=TOWARDS_M,
            every_m=MARK_M,
            zone=zone.id,
            usual_minutes=float(zone.properties.get("usual_minutes") or 0.0),
        )
        for zone in zones
        for begins, ends in way.spans([zone])
    )


@functools.lru_cache(maxsize=1024)
def border(
    zones: tuple[Zone, ...], ways: tuple[Way, ...], queue_m: float, margin_m: float
) -> Border:
    """The crossing that these zones make up. queue_m: how far before its first zone its queue may
    reach back along each way; margin_m: how far a receiver strays from its edge.
    """
    queues = []
    for one in ways:
        spans = one.spans(zones)
        if spans:
            begins, ends = spans[0][0] - queue_m, spans[-1][1]
            queues.append(one.stretch(begins, ends, towards_m=0.0, every_m=STEP_M))
    return Border(hull=_hull(zones, margin_m), queues=tuple(queues))


def _hull(zones: Sequence[Zone], margin_m: float) -> Ring:
    """Their convex hull, with a margin, on a plane that is flat enough for a crossing."""
    if not zones:
        return ()
    hull = shapely.union_all([zone.polygon for zone in zones]).convex_hull
    flat = math.cos(math.radians(hull.centroid.y))
    plane = shapely.transform(hull, lambda xy: xy * [flat, 1.0])
    wide = plane.buffer(margin_m / M_PER_DEG, quad_segs=2).convex_hull
    corners = shapely.get_coordinates(wide).tolist()
    return tuple((y, x / flat) for x, y in corners[:-1])  # the last is the first again


@functools.lru_cache(maxsize=512)
def _sampled(corridor: Corridor) -> tuple[Column, Column, Column]:
    steps = max(math.ceil(corridor.length_m / STEP_M), 1)
    along = np.linspace(0.0, corridor.length_m, steps + 1)
    spots = np.array([corridor.at(metres)[:2] for metres in along.tolist()])
    return spots[:, 0], spots[:, 1], along
