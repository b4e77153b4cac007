"""How and when readings reach us: lag, stalls, slow links, backlog, duplicates, clocks.

Measured on `trucks_myanmar_drvr.csv` (Portal-Tajo; 3,559 events of three trips): receipt after the
event p25 2.2 s, p50 3.0 s, p75 6.3 s, p90 42 s, p95 128 s, p99 435 s, most 562 s. The body is
log-normal with a spread of 0.8; the tail comes in runs: 82 and 200 messages one after the other
with more than a minute of lag each. 5 of 3,559 came out of order, none by more than a minute;
events follow each other by 5 s on two trips and by 25 s on one. (Design notes: p50 3.7 s, p95
128 s, at most 565 s.) Duplicates: QoS 1 delivers anew after a reconnection; their rate is ours.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from bench.detection.receiver import UNSET, Receiver

LAG_MEDIAN_S, LAG_SPREAD, LAG_MOST_S = 3.0, 0.8, 565.0
STALL_RATE, STALL_S = 1 / 150, (20.0, 180.0)
"""A connection that stalls: what is sent meanwhile comes all at once."""
SLOW_LOG_S, SLOW_SPREAD = math.log(130.0), 0.7
DUPLICATE, RETAINED = 0.01, 0.003
"""Delivered twice within 90 s; delivered again half an hour to four hours later."""
NEVER_SET = datetime(2004, 1, 1, tzinfo=UTC)
"""What devices say of the time until they have it (one vendor's messages, design notes)."""
Delivered = tuple[datetime, str, bytes]


def delivered(receiver: Receiver, start: datetime) -> list[Delivered]:
    """(receipt, topic, payload) of everything that arrives, with duplicates and out of order."""
    rng, topic = receiver.rng, f"seals/v1/{receiver.id}/telemetry"
    clock = _Clock(receiver, start)
    out: list[tuple[float, bytes]] = []
    kept: dict[tuple[float, float], list[tuple[float, dict[str, Any]]]] = {}
    readings = receiver.readings()
    lags = LAG_MEDIAN_S * np.exp(LAG_SPREAD * rng.normal(0, 1, len(readings)))
    chances = rng.random((len(readings), 3))
    stalled = 0.0
    for n, (second, body) in enumerate(readings):
        spell = next((spell for spell in receiver.blind if spell[0] <= second <= spell[1]), None)
        if spell is not None:
            kept.setdefault(spell, []).append((second, body))
            continue
        if any(since <= second <= until for since, until in receiver.lost):
            continue
        lag = min(float(lags[n]), LAG_MOST_S) if receiver.dirty else 1.0
        if receiver.dirty:
            if any(since <= second <= until for since, until in receiver.slow_link):
                lag = min(math.exp(SLOW_LOG_S + SLOW_SPREAD * float(rng.normal())), LAG_MOST_S)
            if chances[n, 0] < STALL_RATE:
                stalled = second + float(rng.uniform(*STALL_S))
            lag = max(lag, stalled - second + float(chances[n, 1]) * 2)
        text = clock.message(second, body, buffered=False)
        out.append((second + lag, text))
        if receiver.dirty and chances[n, 2] < DUPLICATE:
            out.append((second + lag + float(rng.uniform(0.1, 90)), text))
        elif receiver.dirty and chances[n, 2] > 1 - RETAINED:
            out.append((second + lag + float(rng.uniform(1_800, 14_400)), text))
    for (_, until), stored in kept.items():
        at = until + float(rng.uniform(5, 60))
        quick = rng.random() < 0.5  # a burst within milliseconds, or as fast as the link allows
        for second, body in stored[::-1] if receiver.newest_first else stored:
            at += float(rng.uniform(0.005, 0.02) if quick else rng.uniform(0.05, 1.5))
            text = clock.message(second, body, buffered=receiver.says_buffered)
            out.append((max(at, second + 1), text))
    end = readings[-1][0] + 600 if readings else 0.0
    arrived = [(at, text) for at, text in out if at <= end or at <= receiver.way.end + 600]
    arrived.sort(key=lambda item: item[0])
    return [(start + timedelta(seconds=at), topic, text) for at, text in arrived]


class _Clock:
    """The device's own: steady, ahead or behind, or in local time."""

    def __init__(self, receiver: Receiver, start: datetime) -> None:
        self._start, self._skew_s = start, receiver.skew_s
        self._zone = None if receiver.clock is None else ZoneInfo(receiver.clock)

    def message(self, second: float, body: dict[str, Any], *, buffered: bool) -> bytes:
        time = self._start + timedelta(seconds=round(second) + self._skew_s)
        if self._zone is not None:  # it shows local time and takes it for UTC
            time = time.astimezone(self._zone).replace(tzinfo=UTC)
        if body.pop(UNSET, False):
            time = NEVER_SET + timedelta(seconds=second % 900)
        said = {"time": time.isoformat(), **body}
        if buffered:
            said["buffered"] = True
        return msgspec.json.encode(said)
