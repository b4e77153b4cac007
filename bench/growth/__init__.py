"""What growth costs: zones, open shipments, stored readings; each against the small case.

`python -m bench growth` (with `--quick` smaller, in less than a minute). Processor time, for the
machine is shared; what is compared takes turns.
"""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """few, many: of each. rounds: how often what is compared takes turns."""

    zones: tuple[int, int] = (50, 10_000)
    open_: tuple[int, int] = (1_000, 100_000)
    readings: int = 10_000_000
    alerts: int = 100_000
    entries: int = 1_000_000
    rounds: int = 7
    processes: int = 5


QUICK = Size(
    open_=(1_000, 10_000), readings=300_000, alerts=10_000, entries=50_000, rounds=5, processes=3
)


def report(*, quick: bool = False) -> None:
    """Prints each cost, that of the small case being 1."""
    from bench.growth import asking, costs, start

    size = QUICK if quick else Size()
    print("what a reading, a start and a question cost, processor time, the small case being 1")
    costs.report(size)
    start.report(size)
    asking.report(size)
