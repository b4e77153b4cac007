"""Stretches of a leg's way that matter to rules: a listed dead zone ahead, the queue before a
crossing. Laid out when the plan is built; told here with nothing but distances.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tracker.domain.geo import metres_between

Ring = tuple[tuple[float, float], ...]
"""Corners (lat, lon) of a convex area, closed or not."""


def _array() -> array[float]:
    return array("d")


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A part of a leg's way, with marks along it and on the way towards it.

    left_m: for each mark (lats, lons; degrees) the metres of way from there to where the stretch
    begins; 0 from there to its end, and less than 0 beyond. reach_m: who is further from every mark
    is not on this way. usual_minutes: of a dead zone, how long it usually takes to be heard again.
    """

    zone: str | None = None
    usual_minutes: float = 0.0
    reach_m: float = 0.0
    lats: array[float] = field(default_factory=_array)
    lons: array[float] = field(default_factory=_array)
    left_m: array[float] = field(default_factory=_array)

    def left(self, lat: float, lon: float) -> float | None:
        """Metres of way from there to the stretch, 0 within it; None if it does not lie ahead."""
        nearest, least = None, self.reach_m
        for place, mark in enumerate(zip(self.lats, self.lons, strict=True)):
            away = metres_between(lat, lon, *mark)
            if away <= least:
                nearest, least = place, away
        return None if nearest is None or self.left_m[nearest] < 0 else self.left_m[nearest]

    def covers(self, lat: float, lon: float) -> bool:
        return self.left(lat, lon) == 0.0


def within(ring: Ring, lat: float, lon: float) -> bool:
    """Whether a position lies within a convex area: to the same side of all its edges."""
    sides: set[bool] = set()
    for (lat1, lon1), (lat2, lon2) in pairwise((*ring, *ring[:1])):
        turn = (lon2 - lon1) * (lat - lat1) - (lat2 - lat1) * (lon - lon1)
        if turn:
            sides.add(turn > 0)
    return bool(ring) and len(sides) == 1


@dataclass(frozen=True, slots=True, eq=False)
class Border:
    """The planned crossing as one place: the hull of its zones, and the queue before them on each
    leg that runs into it.
    """

    hull: Ring = ()
    queues: Sequence[Stretch] = ()

    def holds(self, lat: float, lon: float) -> bool:
        return within(self.hull, lat, lon) or any(queue.covers(lat, lon) for queue in self.queues)
