"""Fewer points, the same line."""

from __future__ import annotations

import math
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from devices.reading import Fix
from tests.map.scenes import ZONE
from tests.support.office import START
from tracker.app.queries.map_scene.journey import SeenAt, tracks
from tracker.app.queries.map_scene.thin import thinned
from tracker.domain.policy import Policy

positions = st.tuples(st.floats(-120, -90), st.floats(20, 35))


@given(
    st.lists(positions, min_size=2, max_size=80),
    st.sets(st.integers(0, 79), max_size=10),
    st.integers(2, 90),
)
def test_the_kept_are_kept_and_the_number_is_met(
    line: list[tuple[float, float]], kept: set[int], most: int
) -> None:
    kept = {i for i in kept if i < len(line)}
    chosen = thinned(line, kept, most)
    assert chosen == sorted(set(chosen))
    assert {0, len(line) - 1} <= set(chosen)
    if len(line) > most:
        must = {0, len(line) - 1, *kept}
        assert must <= set(chosen)
        assert len(chosen) == max(most, len(must))
    else:
        assert len(chosen) == len(line)


def test_what_is_left_out_changes_little() -> None:
    line = [(-100 + k / 2000, 26 + math.sin(k / 300)) for k in range(20_000)]
    chosen = thinned(line, (), 5_000)
    assert len(chosen) == 5_000
    apart = LineString(line).hausdorff_distance(LineString([line[i] for i in chosen]))
    assert apart < 1e-4  # degrees: some 10 m in a drawing of 1,000 km


def test_a_long_track_keeps_its_stops_and_gaps() -> None:
    minute, places = 0.0, []
    for k in range(20_000):
        minute += 25.0 if k in (4_000, 8_000) else 0.5
        moved = k - min(max(k - 10_000, 0), 600)  # a stop of five hours
        lat = 20 + abs(moved % 4_000 - 2_000) / 200  # up and down, 67 km/h
        fix = Fix(lat=lat, lon=-100 + k / 4_000, time=START + timedelta(minutes=minute))
        if 10_000 <= k <= 10_600:
            fix = msgspec.structs.replace(fix, lon=-97.5)
        places.append(SeenAt(fix, late=15_000 <= k < 15_100))
    (track,) = tracks({"L1": places}, {"L1": "lock"}, Policy(), ZONE, most=5_000)
    assert track.fixes == 20_000
    assert len(track.line) == len(track.times) == 5_000
    assert [gap.text[:26] for gap in track.gaps] == ["no position for 25 min, fr"] * 2
    assert [stop.text[:14] for stop in track.stops] == ["stood 300 min,"]
    first, last = track.late[0], track.late[-1]
    assert track.line[first][0] == -96.25
    assert track.line[last][0] == round(-100 + 15_099 / 4_000, 6)
    assert last - first + 1 == len(track.late)
