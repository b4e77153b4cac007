"""The geodesic answer by brute force: pyproj's Geod against samples of the line, refined.

Shares nothing with `geofences`. Distance to a moving point changes no faster than the point moves,
so the nearest point lies within half a sample's spacing of a sample that is no further than the
nearest one plus that half: only those are looked at closer, and none is missed.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
Array = NDArray[np.float64]


def distances(lat: float, lon: float, spots: Array) -> Array:
    many = np.full(len(spots), lon), np.full(len(spots), lat)
    return np.asarray(GEOD.inv(*many, spots[:, 0], spots[:, 1])[2])


class BruteLine:
    """`parts`: (n, 2) arrays of lon, lat."""

    def __init__(self, parts: list[Array], spacing_m: float = 200.0) -> None:
        starts, ends, reached = [], [], []
        total, last = 0.0, None
        for part in parts:
            if last is not None:
                total += float(GEOD.inv(*last, *part[0])[2])
            for a, b in pairwise(part):
                cuts = max(1, int(np.ceil(GEOD.inv(*a, *b)[2] / spacing_m)))
                knots = a + (b - a) * np.linspace(0, 1, cuts + 1)[:, None]
                lengths = np.asarray(
                    GEOD.inv(knots[:-1, 0], knots[:-1, 1], knots[1:, 0], knots[1:, 1])[2]
                )
                starts.append(knots[:-1])
                ends.append(knots[1:])
                reached.append(total + np.concatenate(([0.0], np.cumsum(lengths)[:-1])))
                total += float(lengths.sum())
            last = part[-1]
        self.start, self.end = np.concatenate(starts), np.concatenate(ends)
        self.reached, self.length_m = np.concatenate(reached), total

    def nearest(self, lat: float, lon: float) -> tuple[float, float]:
        """(metres to the line, metres along it), each within a millimetre or so."""
        a, b, reached = self.start, self.end, self.reached
        while True:
            step = np.asarray(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2])
            middle = (a + b) / 2
            apart = distances(lat, lon, middle)
            best = int(apart.argmin())
            if step.max() < 0.001:
                return float(apart[best]), float(reached[best] + step[best] / 2)
            near = apart - step / 2 <= apart[best] + 1e-6
            a, b, reached, step = a[near], b[near], reached[near], step[near]
            shares = np.arange(9) / 8
            knots = a[:, None] + (b - a)[:, None] * shares[None, :, None]
            reached = (reached[:, None] + step[:, None] * shares[None, :-1]).ravel()
            a, b = knots[:, :-1].reshape(-1, 2), knots[:, 1:].reshape(-1, 2)
