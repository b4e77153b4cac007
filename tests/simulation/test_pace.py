"""Pacing with a clock that only moves when slept on."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from tests.simulation.roads import START
from tracker.domain.errors import UsageError
from tracker.simulation import pace
from tracker.simulation.devices import Delivery

SENDINGS = [Delivery(START + timedelta(seconds=s), "t", b"", 1) for s in (0, 30, 30, 90)]


class Sleeper:
    def __init__(self) -> None:
        self.now = 1_000.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def sent_at(factor: float, rate: float | None = None, work_s: float = 0.0) -> list[float]:
    time = Sleeper()
    out = []
    for _ in pace.paced(SENDINGS, factor, rate=rate, clock=time.clock, sleep=time.sleep):
        out.append(round(time.now - 1_000.0, 3))
        time.now += work_s
    return out


def test_speed_divides_the_distances() -> None:
    assert sent_at(1) == [0, 30, 30, 90]
    assert sent_at(60) == [0, 0.5, 0.5, 1.5]


def test_the_highest_speed_never_waits() -> None:
    assert sent_at(pace.FASTEST) == [0, 0, 0, 0]


def test_rate_bounds_any_speed() -> None:
    assert sent_at(pace.FASTEST, rate=10) == [0, 0.1, 0.2, 0.3]
    assert sent_at(60, rate=1) == [0, 1, 2, 3]


def test_a_slow_consumer_is_not_hurried_beyond_the_rate() -> None:
    assert sent_at(pace.FASTEST, rate=10, work_s=0.5) == [0, 0.5, 1.0, 1.5]


@pytest.mark.parametrize("factor", [0.5, 1.0, 60.0, pace.FASTEST])
def test_nothing_is_ahead_of_the_moment_it_is_sent(factor: float) -> None:
    first, last = SENDINGS[0].at, SENDINGS[-1].at
    now = START + timedelta(days=3)
    shift = pace.end_for(first, last, now, factor) - last
    sent = [
        0.0 if math.isinf(factor) else (s.at - first).total_seconds() / factor for s in SENDINGS
    ]
    for one, wall in zip(SENDINGS, sent, strict=True):
        assert one.at + shift <= now + timedelta(seconds=wall + 1e-5)


def test_speed_is_a_positive_number_or_max() -> None:
    assert [pace.speed(text) for text in ("1", "60", "0", "max")] == [1, 60, math.inf, math.inf]
    for text in ("-1", "fast", "nan", "inf"):
        with pytest.raises(UsageError, match="neither a positive number nor max"):
            pace.speed(text)
