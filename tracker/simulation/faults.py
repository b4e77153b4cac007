"""What goes wrong with devices and coverage, on request. Each fault changes what is sent, or when.

Minutes count from the journey's start (`Drive.minute` finds the one at a place). A fault gets all
of a journey's sendings in order of time and returns them changed; the caller sorts them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import msgspec

from tracker.simulation.journeys import Sending, SimulatedReport, moved

BATCH_LIMIT = 1_000
"""Readings a native payload may carry at most."""


@dataclass(frozen=True, slots=True)
class Jammer:
    """One report says `jamming`; then nothing is heard, or (`silent=False`) satellites collapse
    under a strong cell, which is how a jammer shows that the device does not recognise.
    """

    minute: float
    minutes: float
    silent: bool = True

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        before, within, after = _split(sendings, self.minute, self.minutes)
        if not self.silent:
            for report in _reports(within):
                _blind(report, rng)
            return before + within + after
        for report in _reports(within[:1]):
            report.body |= {"jamming": True, "satellites": 2, "hdop": 25.0}
        return before + within[:1] + after


@dataclass(frozen=True, slots=True)
class CoverageLoss:
    """No coverage: nothing is sent. Afterwards the newest reading comes first, then, in a burst,
    the stored ones in arrays, marked `buffered`.
    """

    minute: float
    minutes: float

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        before, within, after = _split(sendings, self.minute, self.minutes)
        stored = _reports(within)
        for report in stored:
            report.body["buffered"] = True
        back = after[0].at_s if after else 60.0 * (self.minute + self.minutes)
        batches = [
            Sending(back, stored[start : start + BATCH_LIMIT], batch=True)
            for start in range(0, len(stored), BATCH_LIMIT)
        ]
        return before + after[:1] + batches + after[1:]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """About this share of the messages arrives twice, the copy up to a minute later."""

    share: float = 0.1

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        copies = [
            Sending(s.at_s + rng.uniform(0.0, 60.0), s.reports, s.raw, s.batch)
            for s in sendings
            if rng.random() < self.share
        ]
        return sendings + copies


@dataclass(frozen=True, slots=True)
class Disorder:
    """About this share of the messages is held up by up to `minutes` and overtaken by others.

    A truck tracker on a highway was measured with a lag of 128 s at its 95th percentile.
    """

    share: float = 0.2
    minutes: float = 2.1

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        for sending in sendings:
            if rng.random() < self.share:
                sending.at_s += rng.uniform(0.0, 60.0 * self.minutes)
        return sendings


@dataclass(frozen=True, slots=True)
class Jump:
    """One fix is this far off, with good accuracy claimed (jumps of 9.5 km were measured)."""

    minute: float
    metres: float = 9_000.0

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        for report in _reports([s for s in sendings if s.at_s >= 60.0 * self.minute][:1]):
            _move(report, self.metres, rng.uniform(0.0, 360.0))
        return sendings


@dataclass(frozen=True, slots=True)
class Drift:
    """While the truck stands its fixes wander up to `metres` away (90 m were measured)."""

    metres: float = 90.0

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        away = 0.0
        for report in _reports(sendings):
            if report.body.get("speed") == 0.0:
                away = min(max(away + rng.uniform(-0.3, 0.5) * self.metres, 0.0), self.metres)
                _move(report, away, rng.uniform(0.0, 360.0))
        return sendings


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """The device's clock is ahead by this much (behind, if negative)."""

    seconds: float

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        for report in _reports(sendings):
            report.skew_s += self.seconds
        return sendings


@dataclass(frozen=True, slots=True)
class Zeros:
    """The receiver has no fix and says 0,0."""

    minute: float
    minutes: float

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        for report in _reports(_split(sendings, self.minute, self.minutes)[1]):
            report.body |= {"lat": 0.0, "lon": 0.0, "satellites": 0}
        return sendings


@dataclass(frozen=True, slots=True)
class Corrupt:
    """The message of this minute arrives with only the first half of its bytes."""

    minute: float

    def __call__(self, sendings: list[Sending], rng: Random) -> list[Sending]:
        for sending in [s for s in sendings if s.at_s >= 60.0 * self.minute][:1]:
            whole = msgspec.json.encode([report.body for report in sending.reports])
            sending.raw, sending.reports = whole[: len(whole) // 2], []
        return sendings


def _split(
    sendings: list[Sending], minute: float, minutes: float
) -> tuple[list[Sending], list[Sending], list[Sending]]:
    """Before, within and after the window that opens at `minute` and lasts `minutes`."""
    opens, shuts = 60.0 * minute, 60.0 * (minute + minutes)
    return (
        [s for s in sendings if s.at_s < opens],
        [s for s in sendings if opens <= s.at_s < shuts],
        [s for s in sendings if s.at_s >= shuts],
    )


def _reports(sendings: list[Sending]) -> list[SimulatedReport]:
    """Each report once, though a duplicate may send it twice."""
    return list({id(report): report for s in sendings for report in s.reports}.values())


def _move(report: SimulatedReport, metres: float, bearing_deg: float) -> None:
    if "lat" in report.body:
        lat, lon = moved(report.body["lat"], report.body["lon"], metres, bearing_deg)
        report.body |= {"lat": round(lat, 6), "lon": round(lon, 6)}


def _blind(report: SimulatedReport, rng: Random) -> None:
    for key in ("lat", "lon", "accuracy", "course", "speed"):
        report.body.pop(key, None)
    report.body |= {"satellites": rng.randint(0, 2), "hdop": 99.0}
    report.body["cell"] = {**report.body.get("cell", {}), "rssi": -61}
