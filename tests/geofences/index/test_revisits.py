"""Which corridors meet themselves."""

from __future__ import annotations

import pytest
from shapely import LineString

from geofences import library
from geofences.corridor import Corridor
from geofences.index.revisits import revisits

LINES: dict[str, tuple[list[tuple[float, float]], bool]] = {
    "straight": ([(-100, 25), (-100, 26)], False),
    "bend": ([(-100, 25), (-100, 25.5), (-99.5, 25.5)], False),
    "serpentine": ([(-100, 25), (-99.99, 25.01), (-100, 25.02), (-99.99, 25.03)], False),
    "out and back": ([(-100, 25), (-100, 26), (-100, 25)], True),
    "figure eight": ([(-100, 25), (-99, 26), (-99, 25), (-100, 26)], True),
    "loop": ([(-100, 25), (-99, 25), (-99, 26), (-100, 26), (-100, 25)], True),
}


@pytest.mark.parametrize("name", LINES)
def test_by_its_shape(name: str) -> None:
    line, meets = LINES[name]
    corridor = Corridor(id=name, name=name, line=LineString(line), half_width_m=500)
    assert revisits(corridor, 500.0) is meets


def test_the_roads_that_ship_lead_on() -> None:
    assert [one.id for one in library.load().corridors if revisits(one, 500.0)] == []
