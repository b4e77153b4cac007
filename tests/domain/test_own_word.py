"""Whether a receiver's own word bears out its way: on made ways, and on those of real trucks."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest

from devices.reading import Fix
from tests.support.office import START
from tests.test_real_tracks import trucks
from tracker.domain.own_word import OwnWord, between, compared, sustained
from tracker.domain.policy import Policy
from tracker.domain.replayed import MOST_BYTES, Trail, followed

POLICY = Policy()
HELD = OwnWord(borne=POLICY.borne_fixes)


def fix(second: float, north: float, east: float, kmh: float, course: float | None = 0.0) -> Fix:
    """A fix so many metres from 26 N, 100 W."""
    lat = 26.0 + north / 111_195
    lon = -100.0 + east / (111_195 * math.cos(math.radians(lat)))
    time = START + timedelta(seconds=second)
    return Fix(lat=lat, lon=lon, time=time, speed_kmh=kmh, course_deg=course)


def heard(word: OwnWord, *fixes: Fix) -> OwnWord:
    for one in fixes:
        word, _ = compared(word, one, POLICY)
    return word


@pytest.mark.parametrize("step_s", [30, 60, 120])
@pytest.mark.parametrize("bearing", [0.0, 90.0, 180.0, 271.0, 359.0])
def test_a_straight_way_bears_it_out_whatever_its_bearing(step_s: int, bearing: float) -> None:
    turn, word = math.radians(bearing), OwnWord()
    for n in range(9):
        gone = 20.0 * step_s * n
        one = fix(n * step_s, gone * math.cos(turn), gone * math.sin(turn), 72.0, bearing)
        word = heard(word, one)
    assert (word.borne, word.aside, word.contrary) == (POLICY.borne_fixes, 0, 0)


@pytest.mark.parametrize(("side", "hand"), [(1, 1), (-1, -1)])
def test_what_goes_aside_is_counted_to_its_side(side: int, hand: int) -> None:
    fixes = [fix(60 * n, 1_250 * n, side * 417 * n, 75.0) for n in range(POLICY.aside_fixes + 1)]
    word = heard(HELD, *fixes)
    assert word.aside == hand * POLICY.aside_fixes
    assert sustained(word, POLICY)


def test_a_bend_either_way_is_no_drag() -> None:
    word, north, east = HELD, 0.0, 0.0
    for n in range(40):
        course = 60 * math.sin(n / 3)
        word = heard(word, fix(60 * n, north, east, 70.0, course % 360))
        middle = math.radians(60 * math.sin((n + 0.5) / 3))
        north += 1_166 * math.cos(middle)
        east += 1_166 * math.sin(middle)
        assert not sustained(word, POLICY)
        assert word.contrary == 0


def test_starting_and_braking_between_is_borne_out() -> None:
    for first, second, gone in ((0.0, 80.0, 200.0), (80.0, 0.0, 1_300.0), (0.0, 80.0, 1_300.0)):
        gap = between(fix(0, 0, 0, first), fix(60, gone, 0, second), POLICY)
        assert not gap.contrary


def test_a_receiver_that_tells_no_speed_costs_and_says_nothing() -> None:
    silent = Fix(lat=26.0, lon=-100.0, time=START)
    assert compared(HELD, silent, POLICY) == (HELD, None)


def test_real_trucks_on_mountain_roads_are_never_accused(shared_data: Path) -> None:
    for _, _, told in trucks(shared_data / "tracks"):
        ordered = sorted(told, key=lambda one: one.time)
        for step_s in (10, 30, 60, 90, 120):
            word, most, last = OwnWord(), 0, None
            for one in ordered:
                if last is not None and (one.time - last).total_seconds() < step_s:
                    continue
                last, body = one.time, one.body
                word, _ = compared(
                    word,
                    Fix(lat=body["lat"], lon=body["lon"], time=one.time,
                        speed_kmh=body.get("speed"), course_deg=body.get("course")),
                    POLICY,
                )  # fmt: skip
                most = max(most, abs(word.aside))
                assert not sustained(word, POLICY), (step_s, one.time)
            print(step_s, word.borne, most)
            assert most <= POLICY.aside_fixes - 2


def test_a_way_driven_twice_is_no_replay_and_a_track_told_twice_is() -> None:
    way = [fix(60 * n, 1_100.3 * n, 3.7 * n, 66.0) for n in range(120)]
    again = [fix(60 * n, 1_100.3 * n + 0.4, 3.7 * n, 66.0) for n in range(120)]
    trail = Trail()
    for one in (*way, *again):
        trail = followed(trail, one)
        assert trail.met == 0
    assert 0 < len(trail.marks) <= MOST_BYTES
    met = []
    for one in way:
        trail = followed(trail, one)
        met.append(trail.met)
    assert max(met) >= POLICY.replayed_fixes
    assert next(n for n, count in enumerate(met) if count >= POLICY.replayed_fixes) < 40
