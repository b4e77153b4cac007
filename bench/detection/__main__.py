"""`python -m bench.detection`: how well incidents are told, over so many honest hours."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.detection import incidents
from bench.detection.journeys import LANES, Case, Trip, made
from bench.detection.judge import Judged, judged
from bench.detection.score import Score, table

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
FLEET = 60
"""Trucks on the road at once in one run."""


def fleet(seed: int, names: list[str | None]) -> list[Case]:
    """One trip for each name: an incident, or None for an honest one."""
    rng = np.random.default_rng(seed)
    cases = []
    for number, name in enumerate(names):
        lanes = [lane for lane in LANES if name is None or incidents.fits(name, lane)]
        lane = str(rng.choice(lanes))
        hooks = incidents.hooks(name) if name else {}
        start = START + timedelta(minutes=float(rng.uniform(0, 240)))
        own = np.random.default_rng([seed, number])
        cases.append(made(Trip(seed * 1000 + number, own, start, lane, hooks)))
    return cases


def run(seed_and_names: tuple[int, list[str | None]]) -> tuple[list[Case], Judged]:
    cases = fleet(*seed_and_names)
    result = judged(cases)
    for case in cases:
        case.messages = []
    return cases, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2_000, help="honest truck-hours, at least")
    parser.add_argument("--each", type=int, default=5, help="incidents of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="this incident alone; may be repeated")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("-v", "--verbose", action="store_true", help="with examples of what failed")
    arguments = parser.parse_args()
    score, readings, began = Score(), 0, time.monotonic()
    wanted = arguments.only or sorted(incidents.ALL)
    labelled: list[str | None] = [name for name in wanted for _ in range(arguments.each)]
    jobs = [labelled[n : n + FLEET] for n in range(0, len(labelled), FLEET)]
    seed = arguments.seed
    with ProcessPoolExecutor(arguments.processes) as pool:
        numbered = list(enumerate(jobs, seed * 100))
        for cases, result in pool.map(run, numbered):
            score.take(cases, result.alerts)
            readings += result.readings
            _told(result)
        number = seed * 100 + len(jobs)
        while score.honest_hours < arguments.hours:
            some = [(number + n, [None] * FLEET) for n in range(arguments.processes)]
            number += len(some)
            for cases, result in pool.map(run, some):
                score.take(cases, result.alerts)
                readings += result.readings
                _told(result)
            print(f"{score.honest_hours:,.0f} h", file=sys.stderr)
    print(table(score, verbose=arguments.verbose))
    print(f"{readings:,} readings, seed {seed}, {time.monotonic() - began:.0f} s")


def _told(result: Judged) -> None:
    for refusal in sorted(set(result.refused))[:3]:
        print("refused:", refusal.replace("\n", " "), file=sys.stderr)


if __name__ == "__main__":
    main()
