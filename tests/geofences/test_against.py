"""Which way a journey runs along a corridor."""

from __future__ import annotations

import pytest
from shapely import LineString

from geofences.atlas import Atlas
from geofences.corridor import Corridor

ROAD = Corridor("road", "road", LineString([(-100.0, 25.0), (-100.0, 27.0)]))
SOUTH, NORTH, MIDDLE = (25.1, -100.01), (26.9, -99.98), (26.1, -100.0)
Place = tuple[float, float] | None


@pytest.mark.parametrize(
    ("start", "end", "against"),
    [
        (SOUTH, NORTH, False),
        (NORTH, SOUTH, True),
        (SOUTH, MIDDLE, False),
        (NORTH, MIDDLE, True),
        (SOUTH, None, False),
        (NORTH, None, True),
        (None, NORTH, False),
        (None, SOUTH, True),
        (None, None, None),
        (SOUTH, SOUTH, None),
    ],
)
def test_by_where_it_begins_and_ends(start: Place, end: Place, against: bool | None) -> None:
    assert ROAD.against(start, end) is against


def test_exact_for_some_positions_alone() -> None:
    atlas = Atlas([], [ROAD])
    lats, lons = [25.5, 25.5, 25.5], [-100.0, -100.0, -99.9]
    asked = atlas.locate(lats, lons, corridors=["road", "road", "road"], exact=[True, False, False])
    assert [one.on_corridor for one in asked] == [True, True, False]
    assert asked[0].progress_m == pytest.approx(asked[2].progress_m, abs=100)
    assert asked[1].progress_m is None
