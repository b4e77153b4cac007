"""Fleets of trips by seed, judged one after the other or in several processes, with one result."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.detection.incidents import ALL
from bench.detection.journeys import LANES, LONG, made
from bench.detection.judge import Judged, judged
from bench.detection.score import Score
from bench.detection.trip import Case, Trip

FLEET = 300
"""Trucks under way at once in one run."""
HONEST_FLEET = 100
"""The same of honest trips: a run of so many is told of, and ends, soon."""
TRIP_H = 10.0
"""About as long a trip takes; before one is measured."""
SOUTH = 0.35
DAYS = (datetime(2026, 2, 3, 6, tzinfo=UTC), datetime(2026, 4, 14, 13, tzinfo=UTC),
        datetime(2026, 6, 9, 22, tzinfo=UTC), datetime(2026, 9, 29, 3, tzinfo=UTC))  # fmt: skip
SUMMER_TIME = (datetime(2026, 3, 8, 3, tzinfo=UTC), datetime(2026, 11, 1, 2, tzinfo=UTC))
"""Nights in which the clocks change in the United States and along the border."""


@dataclass
class Job:
    """One fleet: a name for each trip, of an incident, or None for an honest one."""

    seed: int
    names: Sequence[str | None]


@dataclass
class Outcome:
    """cpu_s: seconds of processor time that it took. hours: honest truck-hours in it."""

    cases: list[Case]
    judged: Judged
    cpu_s: float
    hours: float = 0.0

    @property
    def hours_a_minute(self) -> float:
        """Truck-hours in a minute of processor time."""
        return self.hours / self.cpu_s * 60 if self.cpu_s else 0.0


def fleet(job: Job) -> list[Case]:
    """The same for the same job, whatever else runs."""
    rng = np.random.default_rng(job.seed)
    changes = bool(rng.random() < 0.15)
    days = SUMMER_TIME if changes else DAYS
    day = days[int(rng.integers(0, len(days)))]
    cases = []
    for number, name in enumerate(job.names):
        start = day + timedelta(minutes=float(rng.uniform(0, 90)))
        cases.append(trip(job.seed, number, name, start, summer_time=changes))
    return cases


def trip(
    seed: int, number: int, name: str | None, start: datetime, *, summer_time: bool = False
) -> Case:
    rng = np.random.default_rng([seed, number])
    south = bool(rng.random() < SOUTH)
    if name is None:
        lane = str(rng.choice(LANES))
        return made(Trip(seed * 1_000 + number, rng, start, lane, south, summer_time=summer_time))
    strike = ALL[name]
    lane = str(rng.choice(strike.lanes or LONG))
    return made(
        Trip(
            seed * 1_000 + number, rng, start, lane, south and strike.south,
            hooks={strike.stage: strike.hook}, wants=strike.needs, summer_time=summer_time,
        )
    )  # fmt: skip


def run(job: Job) -> Outcome:
    began = time.process_time()
    cases = fleet(job)
    result = judged(cases)
    for case in cases:
        case.messages, case.declared = (), ()
    return Outcome(cases, result, time.process_time() - began)


def incident_jobs(seed: int, names: Sequence[str], each: int) -> list[Job]:
    """Trips with an incident, so many of each, mixed."""
    labelled: list[str | None] = [name for _ in range(each) for name in names]
    parts = [labelled[n : n + FLEET] for n in range(0, len(labelled), FLEET)]
    return [Job(seed * 10_000 + number, part) for number, part in enumerate(parts)]


def honest_jobs(seed: int) -> Iterator[Job]:
    """Without end."""
    number = seed * 10_000 + 5_000
    while True:
        yield Job(number, [None] * HONEST_FLEET)
        number += 1


def outcomes(jobs: Iterator[Job], processes: int) -> Iterator[Outcome]:
    """In the order of the jobs, some ahead of being asked for."""
    if processes == 1:
        yield from (run(job) for job in jobs)
        return
    with ProcessPoolExecutor(processes) as pool:
        ahead: list[Future[Outcome]] = []
        try:
            for job in jobs:
                ahead.append(pool.submit(run, job))
                if len(ahead) > processes:
                    yield ahead.pop(0).result()
            while ahead:
                yield ahead.pop(0).result()
        finally:
            for future in ahead:
                future.cancel()


def benchmark(
    score: Score, *, seed: int, names: Sequence[str], each: int, hours: float, processes: int
) -> Iterator[Outcome]:
    """Fills the score, and tells of each fleet as it is done. What comes out does not depend on
    the number of processes.
    """
    for outcome in outcomes(iter(incident_jobs(seed, names, each)), processes):
        yield _taken(score, outcome)
    jobs, fleets, begun = honest_jobs(seed), 0, score.honest_hours
    while score.honest_hours < hours:
        # No more at once than are needed for sure: none would be waited for in vain at the end.
        usual = (score.honest_hours - begun) / fleets if fleets else HONEST_FLEET * TRIP_H
        batch = max(int((hours - score.honest_hours) / usual), 1)
        for outcome in outcomes(itertools.islice(jobs, batch), processes):
            if score.honest_hours < hours:
                fleets += 1
                yield _taken(score, outcome)


def _taken(score: Score, outcome: Outcome) -> Outcome:
    before = score.honest_hours
    score.take(outcome.cases, outcome.judged.alerts)
    return replace(outcome, hours=score.honest_hours - before)
