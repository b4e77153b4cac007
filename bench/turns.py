"""What is compared takes turns, so that whatever else the machine does meets all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

Ask = Callable[[], object]
LEAST_S = 0.02
"""How long each turn takes at least: were one short and the other long, a busy machine would mostly
interrupt the long one.
"""


def turns(rounds: int, *asks: Ask) -> list[list[float]]:
    """Seconds that a call of each took in each round; every other round goes backwards."""
    taken: list[list[float]] = [[0.0] * rounds for _ in asks]
    for number in range(rounds):
        order = range(len(asks))
        for which in reversed(order) if number % 2 else order:
            taken[which][number] = _turn(asks[which])
    return taken


def _turn(ask: Ask) -> float:
    calls, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < LEAST_S:
        ask()
        calls += 1
    return spent / calls


def seconds(ask: Ask) -> float:
    """That one call takes, for what cannot be done twice."""
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def rate(taken: Sequence[float], count: int) -> float:
    """Per second, when a call does `count`: the median."""
    return count / statistics.median(taken)


def speed(ours: Sequence[float], other: Sequence[float]) -> float:
    """How fast ours is, the other being 1: the median over pairs of one round."""
    return statistics.median(b / a for a, b in zip(ours, other, strict=True))
