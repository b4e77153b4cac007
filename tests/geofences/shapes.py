"""ZoneIndex and positions of any kind, for property tests.

Coordinates lie on a coarse grid, so that positions on boundaries and corners, equal coordinates and
touching zones occur all the time and not once in a million.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon
from shapely.affinity import scale, translate

from geofences.kinds import ZoneKind
from geofences.zone import Zone

COORDINATE = st.integers(-12, 12).map(lambda step: step / 4)
POSITION = st.tuples(COORDINATE, COORDINATE)
SIZE = st.sampled_from([4.0, 1.0, 0.25, 0.01, 1e-5])


@st.composite
def star(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """A star-shaped polygon of any size, with a hole of the same shape half of the time, and a
    second part now and then."""
    corners = draw(st.integers(3, 9))
    lengths = draw(st.lists(st.integers(2, 8), min_size=corners, max_size=corners))
    centre = np.array([draw(COORDINATE), draw(COORDINATE)])
    angles = 2 * np.pi * np.arange(corners) / corners
    reach = np.array(lengths) / 8 * draw(SIZE)
    ring = centre + reach[:, None] * np.column_stack((np.cos(angles), np.sin(angles)))
    shell = Polygon(ring)
    if draw(st.booleans()):
        hole = scale(shell, 0.5, 0.5, origin=tuple(centre))
        shell = Polygon(ring, [hole.exterior.coords])
    if draw(st.integers(0, 4)) == 0:
        return MultiPolygon([shell, translate(shell, 9.0, 0.25)])
    return shell


@st.composite
def zones(draw: st.DrawFn, most: int = 12) -> list[Zone]:
    shapes = draw(st.lists(star(), max_size=most))
    kinds = st.sampled_from([ZoneKind.OTHER, ZoneKind.BRIDGE])
    return [Zone(f"z{i:02}", f"z{i}", draw(kinds), shape) for i, shape in enumerate(shapes)]
