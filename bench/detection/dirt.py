"""What a receiver makes of the truth, and how it reaches us.

Figures, measured on public tracks (GMM, Zenodo 57731; Portal-Tajo): cross-track error p95 10 m in
the median and 68 m at worst; parked receivers drift 90 m and jump 200 m while claiming 1.7 m;
single jumps of up to 9.5 km; receipt lag p50 3.7 s, p95 128 s, at most 565 s; bursts of backlog,
some of them newest first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from numpy.random import Generator

from bench.detection.roads import Way, moved

LAG_MEDIAN_S, LAG_SPREAD, LAG_MOST_S = 3.7, 2.15, 565.0
CARD = {"kind": "rfid", "id": "card-88"}


@dataclass(frozen=True)
class SealWord:
    """What the lock says of itself at a second: a state, perhaps an event."""

    second: float
    state: str
    event: str | None = None
    number: str | None = None
    credential: dict[str, str] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Receiver:
    """One device. Spells are (from, until) in seconds.

    blind: no coverage, told afterwards; roofed: no fix, few satellites, strong cell; dead: says
    nothing ever; frozen: its position stands still; jammed: it says so, and has no fix.
    pulled: (since, bearing, km/h) a spoofer drags it off. skew_s: how far its clock is ahead.
    """

    id: str
    way: Way
    words: Sequence[SealWord]
    rng: Generator
    interval_s: float = 60.0
    sleeps_s: float | None = None
    sigma_m: float = 4.0
    lock: bool = True
    blind: Sequence[tuple[float, float]] = ()
    roofed: Sequence[tuple[float, float]] = ()
    dead: Sequence[tuple[float, float]] = ()
    frozen: Sequence[tuple[float, float]] = ()
    jammed: Sequence[tuple[float, float]] = ()
    pulled: tuple[float, float, float] | None = None
    skew_s: float = 0.0
    battery: tuple[float, float] = (98.0, 2.0)
    vibrates_per_h: float = 0.0
    newest_first: bool = False
    says_buffered: bool = True
    dirty: bool = True

    def __post_init__(self) -> None:
        self._error = [0.0, 0.0]
        self._drift = [0.0, 0.0]
        self._agreeing: tuple[float, float] | None = None
        self._seq = int(self.rng.integers(0, 40_000))
        self._still: tuple[float, float] | None = None

    def readings(self) -> list[tuple[float, dict[str, Any]]]:
        """(true second, native JSON without its time) of every reading, in order."""
        words = sorted(self.words, key=lambda word: word.second)
        seconds = self._schedule([word.second for word in words])
        said, found = None, []
        for second in seconds:
            event = None
            while words and words[0].second <= second:
                said = words.pop(0)
                event = said
            found.append((second, self._reading(second, said, event)))
        return found

    def _schedule(self, acts: Sequence[float]) -> list[float]:
        seconds, now = list(acts), float(self.rng.uniform(0, self.interval_s))
        while now < self.way.end:
            seconds.append(now)
            slow = self.sleeps_s is not None and self.way.kmh(now) < 1 and self._stands(now)
            now += (
                (self.sleeps_s or 0.0) if slow else self.interval_s * self.rng.uniform(0.97, 1.03)
            )
        return sorted(s for s in seconds if not _within(s, self.dead))

    def _stands(self, second: float) -> bool:
        return self.way.at(second) == self.way.at(second - 120)

    def _reading(
        self, second: float, said: SealWord | None, act: SealWord | None
    ) -> dict[str, Any]:
        self._seq += 1
        body: dict[str, Any] = {"seq": self._seq}
        spent = second / 3600 * self.battery[1]
        body["battery"] = round(max(self.battery[0] - spent, 1.0))
        body["cell"] = {"mcc": 334, "mnc": 20, "lac": 1, "cid": 7, "rssi": -65}
        if _within(second, self.jammed):
            body |= {"jamming": True, "satellites": 0}
        elif _within(second, self.roofed):
            body |= {"satellites": int(self.rng.integers(0, 3))}
        else:
            body |= self._fix(second)
        if self.lock:
            seal = self._seal(second, said, act)
            if seal:
                body["seal"] = seal
        return body

    def _seal(self, second: float, said: SealWord | None, act: SealWord | None) -> dict[str, Any]:
        if said is None:
            return {"state": "unarmed"}
        seal: dict[str, Any] = {"state": said.state} | said.extra
        if said.number is not None:
            seal["number"] = said.number
        if act is not None and act.event is not None:
            seal["event"] = act.event
            if act.credential:
                seal["credential"] = act.credential
        elif self._shakes(second):
            seal["event"] = "vibration"
        return seal

    def _shakes(self, second: float) -> bool:
        """The road shakes the lock now and then, while it drives."""
        if not self.vibrates_per_h or self.way.kmh(second) <= 20:
            return False
        return bool(self.rng.random() < self.vibrates_per_h * self.interval_s / 3600)

    def _fix(self, second: float) -> dict[str, Any]:
        lat, lon = self.way.at(second)
        kmh = self.way.kmh(second)
        if self.pulled is not None and second > self.pulled[0]:
            gone = (second - self.pulled[0]) * self.pulled[2] / 3.6
            lat, lon = moved(lat, lon, self.pulled[1], gone)
        if _within(second, self.frozen):
            self._still = self._still or (lat, lon)
            return {
                "lat": round(self._still[0], 6), "lon": round(self._still[1], 6),
                "speed": round(kmh, 1), "course": round(self.way.course(second)), "satellites": 9,
            }  # fmt: skip
        self._still = None
        lat, lon, accuracy, speed = self._blurred(lat, lon, kmh)
        return {
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "speed": round(speed, 1),
            "course": round(self.way.course(second)),
            "accuracy": round(accuracy, 1),
            "satellites": int(self.rng.integers(7, 14)),
            "hdop": round(float(self.rng.uniform(0.7, 1.6)), 1),
        }

    def _blurred(self, lat: float, lon: float, kmh: float) -> tuple[float, float, float, float]:
        rng, accuracy, speed = self.rng, 4.0, max(0.0, kmh + float(self.rng.normal(0, 0.8)))
        stands = kmh < 0.5
        for axis in (0, 1):
            self._error[axis] = 0.8 * self._error[axis] + float(rng.normal(0, self.sigma_m * 0.6))
            self._drift[axis] = (
                max(-90.0, min(90.0, 0.97 * self._drift[axis] + float(rng.normal(0, 5.0))))
                if stands
                else 0.5 * self._drift[axis]
            )
        if stands:
            speed = 0.0 if rng.random() > 1 / 300 else float(rng.uniform(3, 9))
        east, north = (self._error[n] + self._drift[n] for n in (0, 1))
        if self.dirty:
            jump = self._jump(stands)
            if jump is not None:
                east, north, accuracy = east + jump[0], north + jump[1], 1.7
        lat, lon = moved(lat, lon, 0, north)
        lat, lon = moved(lat, lon, 90, east)
        if self.dirty and rng.random() < 1 / 2_000:
            return 0.0, 0.0, accuracy, 0.0
        return lat, lon, accuracy, speed

    def _jump(self, stands: bool) -> tuple[float, float] | None:
        rng = self.rng
        if self._agreeing is not None:
            jump, self._agreeing = self._agreeing, None
            return jump
        if rng.random() >= (1 / 250 if stands else 1 / 900):
            return None
        far = 200.0 if stands else float(10 ** rng.uniform(2.3, 3.98))
        bearing = rng.uniform(0, 2 * math.pi)
        jump = (far * math.sin(bearing), far * math.cos(bearing))
        if rng.random() < 0.1:
            self._agreeing = jump
        return jump


def delivered(receiver: Receiver, start: datetime) -> list[tuple[datetime, str, bytes]]:
    """(receipt, topic, payload) of everything that arrives, with duplicates and out of order."""
    rng, topic = receiver.rng, f"seals/v1/{receiver.id}/telemetry"
    out: list[tuple[datetime, str, bytes]] = []
    kept: dict[tuple[float, float], list[tuple[float, dict[str, Any]]]] = {}
    for second, body in receiver.readings():
        spell = next((spell for spell in receiver.blind if spell[0] <= second <= spell[1]), None)
        if spell is not None:
            kept.setdefault(spell, []).append((second, body))
            continue
        lag = min(LAG_MEDIAN_S * math.exp(LAG_SPREAD * float(rng.normal())), LAG_MOST_S)
        if not receiver.dirty:
            lag = 1.0
        message = _message(receiver, start, second, body, buffered=False)
        out.append((start + timedelta(seconds=second + lag), topic, message))
        if receiver.dirty and rng.random() < 0.01:
            again = second + lag + float(rng.uniform(0.1, 90))
            out.append((start + timedelta(seconds=again), topic, message))
    for (_, until), stored in kept.items():
        ordered = stored[::-1] if receiver.newest_first else stored
        at = until + float(rng.uniform(5, 60))
        for second, body in ordered:
            at += float(rng.uniform(0.05, 1.5))
            text = _message(receiver, start, second, body, buffered=receiver.says_buffered)
            out.append((start + timedelta(seconds=at), topic, text))
    return sorted(out, key=lambda item: item[0])


def _message(
    receiver: Receiver, start: datetime, second: float, body: dict[str, Any], *, buffered: bool
) -> bytes:
    time = start + timedelta(seconds=round(second) + receiver.skew_s)
    said = {"time": time.isoformat(), **body}
    if buffered:
        said["buffered"] = True
    return json.dumps(said).encode()


def _within(second: float, spells: Sequence[tuple[float, float]]) -> bool:
    return any(first <= second <= last for first, last in spells)
