"""Recorded drives against the route they truly took, at 200 m."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from geofences.atlas import Atlas
from geofences.corridor import Corridor
from geofences.io.geojson import from_features

HALF_WIDTH_M = 200.0
WORST_M = {
    "00000011": 16.0,
    "00000025": 19.0,
    "00000033": 136.0,
    "00000042": 12.0,
    "00000079": 19.0,
    "00000096": 103.0,
}
"""Each track's farthest fix, rounded up (m): measured independently in mapmatch_index.csv."""


def load(shared_data: Path, track: str) -> tuple[Corridor, np.ndarray, np.ndarray]:
    route = json.loads((shared_data / f"tracks/{track}.route.geojson").read_text())
    (corridor,) = from_features(route, where=track).corridors
    with (shared_data / f"tracks/{track}.csv").open(encoding="utf-8") as rows:
        fixes = [(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(rows)]
    return corridor, *np.array(fixes).T


@pytest.mark.shared_data
@pytest.mark.parametrize("track", WORST_M)
def test_the_farthest_fix_is_as_far_as_was_measured(shared_data: Path, track: str) -> None:
    corridor, lats, lons = load(shared_data, track)
    offsets, _ = corridor.offsets(lats, lons)
    assert WORST_M[track] - 2 < offsets.max() <= WORST_M[track]


@pytest.mark.shared_data
@pytest.mark.parametrize("track", WORST_M)
def test_no_fix_is_off_its_own_route(shared_data: Path, track: str) -> None:
    corridor, lats, lons = load(shared_data, track)
    atlas = Atlas([], [corridor], default_half_width_m=HALF_WIDTH_M)
    placements = atlas.locate(lats, lons, corridors=[track] * len(lats))
    assert all(placement.on_corridor for placement in placements)
