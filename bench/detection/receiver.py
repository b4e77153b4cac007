"""One device on a truck: when it speaks, and what it says of position, seal and itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from bench.detection.dirt import blurred
from bench.detection.roads import Array, Way, moved
from bench.detection.seal_words import SealWord, spoken

Spells = Sequence[tuple[float, float]]
UNSET = "clock not set"
"""Marks a reading whose device has restarted and has no time yet; it is not sent."""
SLEEPS_AFTER_S = 120.0
"""It stands so long before it sleeps."""


@dataclass
class Receiver:
    """One device. Spells are (from, until) in seconds since the trip's start.

    blind: no coverage, told afterwards; lost: no coverage, never told; dead: switched off;
    slow_link: what it sends takes minutes; roofed: no fix, few satellites, strong cell;
    jammed: it says so, and has no fix; quietly_jammed: the same without a word of it.
    canyon: between high houses. frozen: its position stands still, its speed does not.
    pulled: (since, bearing, km/h): a spoofer drags it off. replayed: (since, until, seconds back):
    it hears a record of its own past. shown: another way that it shows from a second on.
    slowed: (since, interval). skew_s: how far its clock is ahead. offset_s: what its clock shows,
    against UTC, at a second (local time). rebooted: its counter starts again at these seconds.
    """

    id: str
    way: Way
    words: Sequence[SealWord]
    rng: Generator
    interval_s: float = 60.0
    sleeps_s: float | None = None
    sigma_m: float = 5.0
    lock: bool = True
    blind: Spells = ()
    lost: Spells = ()
    slow_link: Spells = ()
    roofed: Spells = ()
    dead: Spells = ()
    jammed: Spells = ()
    quietly_jammed: Spells = ()
    canyon: Spells = ()
    frozen: Spells = ()
    pulled: tuple[float, float, float] | None = None
    replayed: tuple[float, float, float] | None = None
    shown: tuple[float, Way] | None = None
    slowed: tuple[float, float] | None = None
    skew_s: float = 0.0
    clock: str | None = None
    rebooted: Sequence[float] = ()
    battery: tuple[float, float] = (98.0, 2.0)
    drained: tuple[float, float] | None = None
    vibrates_per_h: float = 0.0
    shakes_unsealed: bool = False
    newest_first: bool = False
    says_buffered: bool = True
    bare: bool = False
    dirty: bool = True

    def readings(self) -> list[tuple[float, dict[str, Any]]]:
        """(true second, native JSON without its time) of every reading, in order."""
        words = sorted(self.words, key=lambda word: word.second)
        seconds = np.array(self._schedule([word.second for word in words]))
        if not len(seconds):
            return []
        fixes = self._fixes(seconds)
        lasting = self._states(seconds, words)
        seq = self._counts(seconds)
        battery = self._battery(seconds).tolist()
        shakes = self._shakes(seconds)
        acts = {word.second: word for word in words}
        waking = self._waking(seconds)
        out = []
        for n, second in enumerate(seconds.tolist()):
            body: dict[str, Any] = {"seq": seq[n], "battery": battery[n]}
            if not self.bare:
                body["cell"] = {"mcc": 334, "mnc": 20, "lac": 1, "cid": 7, "rssi": -65}
            act = acts.get(second)
            if n in waking:
                body[UNSET] = True
            elif act is None or not act.fixless:
                body |= fixes[n]
            if self.lock and (word := act or lasting[n]) is not None and not word.mute:
                body["seal"] = spoken(word, act, shakes=bool(shakes[n]))
            elif self.lock and lasting[n] is None:
                body["seal"] = {"state": "unarmed"}
            out.append((second, body))
        return out

    def _schedule(self, acts: Sequence[float]) -> list[float]:
        """The lock speaks at each of its acts, at each interval, and seldom while it sleeps; it
        wakes when the truck moves.
        """
        rng, end = self.rng, self.way.end
        naps = [] if self.sleeps_s is None else self.way.standstills()
        seconds, nap = list(acts), 0
        now = float(rng.uniform(0, self.interval_s))
        while now < end:
            seconds.append(now)
            interval = self.interval_s
            if self.slowed is not None and now >= self.slowed[0]:
                interval = self.slowed[1]
            while nap < len(naps) and naps[nap][1] <= now:
                nap += 1
            since, until = naps[nap] if nap < len(naps) else (end, end)
            if self.sleeps_s is not None and now >= since + SLEEPS_AFTER_S:
                now = min(now + self.sleeps_s, until + float(rng.uniform(1, 25)))
            else:
                now += interval * float(rng.uniform(0.97, 1.03))
        return sorted({s for s in seconds if not _within(s, self.dead)})

    def _fixes(self, seconds: Array) -> list[dict[str, Any]]:
        """The part of each reading that speaks of position."""
        lat, lon = self.way.at(seconds)
        kmh, course = self.way.motion(seconds)
        if self.shown is not None:
            shown = seconds >= self.shown[0]
            for mine, theirs in zip((lat, lon), self.shown[1].at(seconds), strict=True):
                mine[shown] = theirs[shown]
            for mine, theirs in zip((kmh, course), self.shown[1].motion(seconds), strict=True):
                mine[shown] = theirs[shown]
        if self.replayed is not None:
            since, until, back = self.replayed
            old = (seconds >= since) & (seconds <= until)
            lat[old], lon[old] = self.way.at(seconds[old] - back)
            kmh[old], course[old] = self.way.motion(seconds[old] - back)
        if self.pulled is not None:
            since, bearing, pull = self.pulled
            for n in np.flatnonzero(seconds > since):
                far = (seconds[n] - since) * pull / 3.6
                lat[n], lon[n] = moved(float(lat[n]), float(lon[n]), bearing, float(far))
        told = blurred(
            self.rng, seconds, lat, lon, kmh,
            sigma=self.sigma_m, canyon=_mask(seconds, self.canyon), clean=not self.dirty,
        )  # fmt: skip
        for since, until in self.frozen:
            still = (seconds >= since) & (seconds <= until)
            if still.any():
                first = int(np.flatnonzero(still)[0])
                told.lat[still], told.lon[still] = told.lat[first], told.lon[first]
        return self._told(seconds, told, course)

    def _told(self, seconds: Array, told: Any, course: Array) -> list[dict[str, Any]]:
        rng, n = self.rng, len(seconds)
        jammed, roofed = _mask(seconds, self.jammed), _mask(seconds, self.roofed)
        roofed |= _mask(seconds, self.quietly_jammed)
        satellites = rng.integers(7, 14, n).tolist()
        few = rng.integers(0, 3, n).tolist()
        hdop = np.round(rng.uniform(0.7, 1.6, n), 1).tolist()
        columns = (np.round(told.lat, 6), np.round(told.lon, 6), np.round(told.kmh, 1),
                   np.round((course + rng.normal(0, 4, n)) % 360) % 360,
                   np.round(told.accuracy, 1))  # fmt: skip
        out: list[dict[str, Any]] = []
        for k, (lat, lon, kmh, heading, accuracy) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            if jammed[k]:
                out.append({"jamming": True, "satellites": 0})
            elif roofed[k]:
                out.append({} if self.bare else {"satellites": few[k]})
            elif told.zero[k]:
                out.append({"lat": 0.0, "lon": 0.0, "speed": 0.0})
            elif told.half[k]:
                out.append({"lat": lat, "speed": kmh})
            else:
                body = {"lat": lat, "lon": lon, "speed": kmh, "course": heading}
                if not self.bare:
                    body |= {"accuracy": accuracy, "satellites": satellites[k], "hdop": hdop[k]}
                out.append(body)
        return out

    def _states(self, seconds: Array, words: Sequence[SealWord]) -> list[SealWord | None]:
        """The last word of the lock at each reading."""
        when = np.array([word.second for word in words])
        last = (np.searchsorted(when, seconds, side="right") - 1).tolist()
        return [words[n] if n >= 0 else None for n in last]

    def _counts(self, seconds: Array) -> list[int]:
        """The device's own counter; it starts anew when the device does."""
        first, out = int(self.rng.integers(0, 40_000)), []
        restarts = sorted(self.rebooted)
        for second in seconds.tolist():
            if restarts and second >= restarts[0]:
                restarts, first = restarts[1:], 0
            first += 1
            out.append(first)
        return out

    def _waking(self, seconds: Array) -> set[int]:
        """Of its first words after a restart its clock is not set yet, and it has no fix."""
        starts = [int(n) for n in np.searchsorted(seconds, self.rebooted)]
        return {n + k for n in starts for k in range(int(self.rng.integers(0, 3)))}

    def _battery(self, seconds: Array) -> Array:
        """percent: (at the start, lost in an hour), and drained: (from a second on, per hour)."""
        left = self.battery[0] - seconds / 3600 * self.battery[1]
        if self.drained is not None:
            since, rate = self.drained
            left = left - np.maximum(seconds - since, 0.0) / 3600 * rate
        else:
            left = np.maximum(left, 40.0)
        return np.maximum(np.round(left), 1).astype(int)

    def _shakes(self, seconds: Array) -> Array:
        """The road shakes the lock now and then while it drives, and a dock while it is loaded."""
        kmh, _ = self.way.motion(seconds)
        rate = np.where(kmh > 20, self.vibrates_per_h, 0.0)
        first = min((w.second for w in self.words if w.state == "sealed"), default=0.0)
        if self.shakes_unsealed:
            rate = np.where(seconds < first, 2.0, rate)
        shakes: Array = self.rng.random(len(seconds)) < rate * self.interval_s / 3600
        return shakes


def _within(second: float, spells: Spells) -> bool:
    return any(first <= second <= last for first, last in spells)


def _mask(seconds: Array, spells: Spells) -> Array:
    inside = np.zeros(len(seconds), dtype=bool)
    for first, last in spells:
        inside |= (seconds >= first) & (seconds <= last)
    return inside
