"""Progress along corridors that meet themselves, told from the last one."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString, MultiLineString

from geofences.atlas import Atlas
from geofences.corridor import Corridor

STEP_M = 1_000.0
OUT_AND_BACK = LineString([(-100, 25), (-100, 25.2), (-99.9, 25.3), (-100, 25.2), (-100, 25)])
BESIDE = LineString([(-100, 25), (-100, 25.3), (-99.999, 25.3), (-99.999, 25)])
EIGHT = LineString(
    [(-100, 25), (-99.9, 25.1), (-99.8, 25), (-99.9, 24.9), (-100, 25), (-100.1, 25.1),
     (-100.2, 25), (-100.1, 24.9), (-100, 25)]
)  # fmt: skip
LOOP_TWICE = LineString([(-100, 25), (-99.9, 25), (-99.9, 25.1), (-100, 25.1)] * 2 + [(-100, 25)])
THROUGH_ITSELF = LineString([(-100.2, 25), (-99.9, 25), (-99.9, 25.1), (-100, 25.1), (-100, 24.8)])
PARTS = MultiLineString([[(-100, 25), (-100, 25.2)], [(-99.998, 25.2), (-99.998, 25)]])
ROUTES: dict[str, LineString | MultiLineString] = {
    "out and back on one road": OUT_AND_BACK,
    "back on the other side": BESIDE,
    "figure eight": EIGHT,
    "a loop driven twice": LOOP_TWICE,
    "crossing itself": THROUGH_ITSELF,
    "in two parts": PARTS,
}


def atlas(line: LineString | MultiLineString, half_width_m: float = 500.0) -> Atlas:
    return Atlas([], [Corridor("c", "c", line, half_width_m)])


def drive(held: Atlas, along: np.ndarray, noise_m: float = 0.0) -> np.ndarray:
    """The progress that is told for a truck that truly is so far along, fix by fix."""
    random, last, told = np.random.default_rng(5), float(along[0]), []
    for metres in along:
        lat, lon, _ = held.corridor("c").at(float(metres))
        lat, lon = np.array([lat, lon]) + random.normal(0, noise_m / 110_000, 2)
        (at,) = held.locate([lat], [lon], corridors=["c"], progress=[last])
        assert at.progress_m is not None
        last = at.progress_m
        told.append(last)
    return np.array(told)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("step_m", [150.0, STEP_M, 2_700.0])
def test_a_drive_is_told_as_it_was(route: str, step_m: float) -> None:
    held = atlas(ROUTES[route])
    along = np.arange(step_m / 3, held.corridor("c").length_m, step_m)
    told = drive(held, along)
    # When the turning point was passed by less than was driven to it, standing on the way out is as
    # good an answer; the next fix shows that it was not.
    wrong = np.flatnonzero(np.abs(told - along) > 1.0)
    assert len(wrong) <= 1, list(zip(along[wrong], told[wrong], strict=True))
    assert np.abs(told - along).max() <= 2 * step_m
    assert told[-1] == pytest.approx(along[-1], abs=1)


def test_noise_does_not_throw_it_onto_the_other_stretch() -> None:
    held = atlas(BESIDE)
    along = np.arange(500, held.corridor("c").length_m, 700)
    assert np.abs(drive(held, along, noise_m=60.0) - along).max() < 400


def test_without_a_last_progress_the_earliest_of_the_nearest_counts() -> None:
    held = atlas(OUT_AND_BACK)
    lat, lon, _ = held.corridor("c").at(60_000)
    length = held.corridor("c").length_m
    one, other = held.locate(
        [lat] * 2, [lon] * 2, corridors=["c"] * 2, progress=[None, 59_000], exact=True
    )
    assert one.progress_m == pytest.approx(length - 60_000, abs=1)
    assert other.progress_m == pytest.approx(60_000, abs=1)


def test_a_truck_that_turns_round_falls_back() -> None:
    held = atlas(LineString([(-100, 25), (-100, 25.5)]))
    along = np.concatenate((np.arange(1_000, 40_000, STEP_M), np.arange(40_000, 900, -STEP_M)))
    assert np.abs(drive(held, along) - along).max() < 1


def test_a_truck_that_turns_round_long_before_the_end_of_an_out_and_back_falls_back() -> None:
    held = atlas(OUT_AND_BACK)
    along = np.concatenate((np.arange(1_000, 15_000, STEP_M), np.arange(15_000, 900, -STEP_M)))
    assert np.abs(drive(held, along) - along).max() < 1


def test_only_stretches_about_equally_near_compete() -> None:
    held = atlas(LineString([(-100, 25), (-100, 25.5), (-99.98, 25.5), (-99.98, 25)]), 200.0)
    corridor = held.corridor("c")
    lat, lon, _ = corridor.at(20_000)
    back = corridor.length_m - 20_000

    def told(accuracy: float | None) -> float | None:
        return held.locate([lat], [lon], corridors=["c"], progress=[back], accuracies=[accuracy])[
            0
        ].progress_m

    assert told(None) == pytest.approx(20_000, abs=1)  # the way back is 2 km off
    assert told(5.0) == pytest.approx(20_000, abs=1)
    assert told(3_000.0) == pytest.approx(back, abs=10)


def test_the_offset_is_to_the_nearest_stretch() -> None:
    held = atlas(BESIDE)
    corridor = held.corridor("c")
    lat, _, _ = corridor.at(10_000)
    (at,) = held.locate([lat], [-100.0], corridors=["c"], progress=[corridor.length_m - 11_000])
    assert at.offset_m == pytest.approx(0, abs=0.5)
    assert at.on_corridor is True
    assert at.progress_m == pytest.approx(corridor.length_m - 10_000, abs=2)


def test_metres_are_given_to_who_has_a_last_progress_and_to_no_other() -> None:
    held = atlas(BESIDE)
    known, unknown = held.locate(
        [25.1] * 2, [-100.0] * 2, corridors=["c"] * 2, progress=[10_000.0, None]
    )
    assert (known.on_corridor, unknown.on_corridor) == (True, True)
    assert known.offset_m is not None
    assert unknown.offset_m is None


def test_many_corridors_in_one_batch_are_each_held_against_their_own() -> None:
    lines = [LineString([(-100 + k / 50, 25), (-100 + k / 50, 25.5)]) for k in range(40)]
    corridors = [Corridor(f"c{k}", "c", line, 500.0) for k, line in enumerate(lines)]
    held = Atlas([], corridors[:25]).extended([], corridors[25:])
    random = np.random.default_rng(2)
    who = random.integers(0, 40, 300)
    lats, lons = random.uniform(24.9, 25.6, 300), -100 + random.uniform(-0.1, 0.9, 300)
    names: list[str | None] = [f"c{k}" for k in who]
    placed = held.locate(lats, lons, corridors=names, exact=True)
    again = held.locate(lats, lons, corridors=names, progress=[0.0] * 300)
    for i, k in enumerate(who):
        offset, progress = corridors[k].offsets(lats[i : i + 1], lons[i : i + 1])
        for at in (placed[i], again[i]):
            assert at.offset_m == pytest.approx(offset[0], abs=1e-6)
            assert at.progress_m == pytest.approx(progress[0], abs=1e-6)
            assert at.on_corridor == (offset[0] <= 500.0)
