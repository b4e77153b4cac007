"""The detection benchmark: its generator is deterministic, and its scorer sees hits and misses."""

from __future__ import annotations

from bench.detection.__main__ import fleet, run
from bench.detection.score import Score


def test_the_same_seed_makes_the_same_journeys() -> None:
    first, again, other = (fleet(seed, ["cut_moving", None]) for seed in (7, 7, 8))
    assert [case.messages for case in first] == [case.messages for case in again]
    assert [case.messages for case in first] != [case.messages for case in other]


def test_a_cut_is_told_and_what_is_not_told_is_missed() -> None:
    cases, result = run((7, ["cut_moving"]))
    assert result.refused == []
    told, silent = Score(), Score()
    told.take(cases, result.alerts)
    silent.take(cases, [])
    assert told.family("seal") == (1, 1, 1)
    assert silent.family("seal") == (1, 0, 0)
