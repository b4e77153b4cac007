"""What a receiver makes of the truth: errors of a fix, drift, jumps. All from one generator.

Measured (by hand, once) on the public tracks that Zenodo 57731 and Portal-Tajo hold:

- Cross-track error, p95 of each of 100 tracks (Zenodo 57731): median 10.4 m, p75 15.9 m, p90 25 m,
  p95 35 m, worst 241 m: `SIGMA_*`. Within a track p99 is 1.6 times p95 (a normal law has 1.31):
  `TAIL_FREEDOM`.
- How long an error lasts (tracks 25, 42, 79): correlation 0.9 after 1 s, 0.3 after 30 s, 0.2 after
  60 s: `ERROR_LASTS_S`. Between high houses (track 96: p95 16 m, p99 75 m, most 102 m) 1.0, 0.84
  and 0.72: `CANYON_*`.
- Parked for 71 min (track 33): wanders over 205 m by 277 m, half of the fixes on the spot, p90
  161 m, most 299 m; within a minute p95 55 m, p99 125 m; one step of 136 m in a second: `DRIFT_*`.
  Over a minute its speed is p90 10 km/h, p99 47 km/h: `PARKED_SPEED_*`.
- Single jumps: 10 of the 100 tracks imply more than 196 km/h, 5 more than 300, at most 651 km/h;
  their largest steps are p95 323 m, most 879 m; about one in 7 h at 1 Hz. Buses that report every
  120 s jump up to 9.5 km (design notes): `JUMP_*`.

The rates of jumps are higher here than measured, so that a short run sees some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from bench.detection.roads import M_PER_DEG, Array

SIGMA_MEDIAN_M, SIGMA_SPREAD = 5.3, 0.70
"""Of one axis; over devices it is log-normal."""
TAIL_FREEDOM = 5.0
"""Student's degrees of freedom: p99 / p95 = 1.6."""
ERROR_LASTS_S = 30.0
CANYON_SIGMA_M, CANYON_LASTS_S = 35.0, 120.0
DRIFT_SIGMA_M, DRIFT_LASTS_S, DRIFT_MOST_M = 45.0, 900.0, 150.0
"""A standing receiver wanders so; on each axis."""
PARKED_SPEED_RATE, PARKED_SPEED_KMH = 1 / 120, (4.0, 47.0)
"""A parked fix that claims to move, with the step that goes with it."""
JUMP_DRIVING, JUMP_PARKED, JUMP_AGREES = 1 / 900, 1 / 250, 0.1
JUMP_PARKED_M, JUMP_LOG10_M = 200.0, (2.3, 3.98)
AGREEING_KMH = 250.0
"""Two far jumps that agree are told from a drive by nothing but the speed to get there: so they
are at least so fast. What was measured (9.5 km at 120 s: 285 km/h) is. Where that would take them
further than any was measured, no two agree."""
CLAIMED_M = 1.7
"""What a receiver says of its accuracy while it jumps."""
NO_POSITION = 1 / 2_000
HALF_POSITION = 1 / 6_000


@dataclass
class Fixes:
    """What a receiver tells of its position, for each of its readings. zero: it says 0,0; half: it
    says a latitude alone."""

    lat: Array
    lon: Array
    kmh: Array
    accuracy: Array
    zero: Array
    half: Array


def sigma_m(rng: Generator) -> float:
    return float(min(SIGMA_MEDIAN_M * math.exp(SIGMA_SPREAD * float(rng.normal())), 35.0))


def _wander(normals: Array, keeps: Array, sigma: Array) -> Array:
    """An error that keeps so much of itself from one reading to the next, of such a size."""
    out, now = [], 0.0
    fresh = np.sqrt(1 - keeps**2) * sigma * normals
    for kept, new in zip(keeps.tolist(), fresh.tolist(), strict=True):
        now = kept * now + new
        out.append(now)
    return np.array(out)


def blurred(
    rng: Generator,
    seconds: Array,
    lat: Array,
    lon: Array,
    kmh: Array,
    *,
    sigma: float,
    canyon: Array,
    clean: bool = False,
) -> Fixes:
    """The truth, as a receiver has it. canyon: between high houses. clean: without jumps."""
    n = len(seconds)
    gaps = np.diff(seconds, prepend=seconds[:1])
    stands = kmh < 0.5
    sizes = np.where(canyon, np.maximum(CANYON_SIGMA_M, sigma), sigma)
    keeps = np.exp(-gaps / np.where(canyon, CANYON_LASTS_S, ERROR_LASTS_S))
    drift_keeps = np.where(stands, np.exp(-gaps / DRIFT_LASTS_S), np.exp(-gaps / 20.0))
    drift_sizes = np.where(stands, DRIFT_SIGMA_M, 0.0)
    offsets = []
    for _ in range(2):
        tails = rng.standard_t(TAIL_FREEDOM, n) / math.sqrt(TAIL_FREEDOM / (TAIL_FREEDOM - 2))
        drift = _wander(rng.normal(0, 1, n), drift_keeps, drift_sizes)
        error = _wander(tails, keeps, sizes)
        offsets.append(error + np.clip(drift, -DRIFT_MOST_M, DRIFT_MOST_M))
    east, north = offsets
    speed = np.where(stands, 0.0, np.maximum(kmh + rng.normal(0, 0.8, n), 0.0))
    accuracy = np.clip(rng.normal(1.0, 0.3, n) * sizes, 1.5, 80.0)
    zero = np.zeros(n, dtype=bool)
    half = np.zeros(n, dtype=bool)
    if not clean:
        _parked_speeds(rng, stands, speed, east, north)
        _jumps(rng, stands, gaps, east, north, accuracy)
        zero = rng.random(n) < NO_POSITION
        zero[1:] |= zero[:-1] & (rng.random(n - 1) < 0.5) if n > 1 else False
        half = rng.random(n) < HALF_POSITION
    return Fixes(
        lat + north / M_PER_DEG,
        lon + east / (M_PER_DEG * np.cos(np.radians(lat))),
        speed,
        accuracy,
        zero,
        half,
    )


def _parked_speeds(rng: Generator, stands: Array, speed: Array, east: Array, north: Array) -> None:
    """Multipath: a parked fix that moves, and says so; one in five times two in a row."""
    for n in np.flatnonzero(stands & (rng.random(len(speed)) < PARKED_SPEED_RATE)).tolist():
        bearing, far = rng.uniform(0, 2 * math.pi), rng.uniform(20, 200)
        last = n + 2 if rng.random() < 0.2 else n + 1
        for m in range(n, min(last, len(speed))):
            if stands[m]:
                speed[m] = PARKED_SPEED_KMH[0] + rng.exponential(7.0)
                speed[m] = min(speed[m], PARKED_SPEED_KMH[1])
                east[m] += far * math.sin(bearing)
                north[m] += far * math.cos(bearing)


def _jumps(
    rng: Generator, stands: Array, gaps: Array, east: Array, north: Array, accuracy: Array
) -> None:
    n = len(stands)
    jumps = np.flatnonzero(rng.random(n) < np.where(stands, JUMP_PARKED, JUMP_DRIVING)).tolist()
    for at in jumps:
        far = JUMP_PARKED_M if stands[at] else float(10 ** rng.uniform(*JUMP_LOG10_M))
        bearing = rng.uniform(0, 2 * math.pi)
        agrees = rng.random() < JUMP_AGREES
        if agrees and far > 400:
            least = AGREEING_KMH / 3.6 * float(gaps[at]) * 1.2
            agrees = least <= 10 ** JUMP_LOG10_M[1]
            far = max(far, least) if agrees else far
        for m in range(at, min(at + (2 if agrees else 1), n)):
            east[m] += far * math.sin(bearing)
            north[m] += far * math.cos(bearing)
            accuracy[m] = CLAIMED_M
