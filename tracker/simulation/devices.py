"""What a truck's lock says on its way: native-dialect payloads, published when they are.

Noise as measured on public 1 Hz tracks: the cross-track error's 95th percentile is 10 m in the
median track; the error wanders over a minute rather than jumping from fix to fix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from tracker.simulation.journeys import Drive, Journey, SealAct, Sending, SimulatedReport, moved

NOISE_SIGMA_M = 10.0 / 1.96
"""Per axis: 95 % of a normal distribution lies within 1.96 sigma."""
NOISE_MEMORY_S = 60.0
"""After this long the error has forgotten 63 % of what it was."""
BATTERY_PCT_PER_HOUR = 0.8
TELCEL, T_MOBILE_US = (334, 20), (310, 260)
"""(MCC, MNC) of the serving cells on either side."""
BORDER_LAT = 27.5
"""About where the Rio Grande passes the two Laredos; decides only which operator is named."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One publication: when, on which topic, which bytes, and how many readings are in it."""

    at: datetime
    topic: str
    payload: bytes
    readings: int


def topic(device: str) -> str:
    return f"seals/v1/{device}/telemetry"


def deliveries(journey: Journey) -> list[Delivery]:
    """Everything this journey publishes, in order of sending. The same journey, the same bytes."""
    drive = Drive(journey)
    sendings = [Sending(report.at_s, [report]) for report in reports(drive)]
    for number, fault in enumerate(journey.faults):
        # S311: noise, not a secret. One generator a fault, so that adding one changes no other.
        rng = Random(f"{journey.seed}/{journey.device}/fault {number}")  # noqa: S311
        sendings = sorted(fault(sendings, rng), key=lambda sending: sending.at_s)
    return [_delivery(journey, sending) for sending in sendings]


def reports(drive: Drive) -> list[SimulatedReport]:
    """What the lock reports: every `interval_s`, and at once when something happens to the seal."""
    journey = drive.journey
    rng = Random(f"{journey.seed}/{journey.device}/noise")  # noqa: S311 - noise, not a secret
    acts = sorted(((drive.second(act.when), act) for act in journey.seal), key=lambda pair: pair[0])
    count = math.floor(drive.duration_s / journey.interval_s) + 1
    times = {n * journey.interval_s for n in range(count)} | {when for when, _ in acts}
    lock, receiver, out = _Lock(), _Receiver(rng), list[SimulatedReport]()
    for seq, second in enumerate(sorted(t for t in times if t <= drive.duration_s)):
        while acts and acts[0][0] <= second:
            lock.take(acts.pop(0)[1])
        body = {**receiver.body(drive, second), "seal": lock.body(), "seq": seq}
        out.append(SimulatedReport(second, body))
    return out


class _Lock:
    """The lock's own memory: its condition, number, and how often it was locked."""

    def __init__(self) -> None:
        self.condition, self.lock_count = "unarmed", 0
        self.number: str | None = None
        self.news: dict[str, Any] = {}

    def take(self, act: SealAct) -> None:
        if act.event == "sealed":
            self.lock_count += 1
        self.condition = act.condition
        self.number = act.number or self.number
        news = {"event": act.event, "credential": act.credential}
        self.news = {key: value for key, value in news.items() if value is not None}

    def body(self) -> dict[str, Any]:
        """Its state; what happened is told once."""
        news, self.news = self.news, {}
        number = {} if self.number is None else {"number": self.number}
        return {"state": self.condition, "lock_count": self.lock_count, **number, **news}


class _Receiver:
    """GNSS, modem and battery: their noise follows from `rng` alone."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.last = rng, 0.0
        self.east, self.north = rng.gauss(0, NOISE_SIGMA_M), rng.gauss(0, NOISE_SIGMA_M)

    def body(self, drive: Drive, second: float) -> dict[str, Any]:
        rng, true = self.rng, drive.at(second)
        self._wander(second)
        lat, lon = moved(true.lat, true.lon, self.north, 0.0)
        lat, lon = moved(lat, lon, self.east, 90.0)
        speed = max(0.0, true.speed_kmh + rng.gauss(0, 1.5)) if true.speed_kmh else 0.0
        mcc, mnc = T_MOBILE_US if lat > BORDER_LAT else TELCEL
        return {
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "accuracy": round(rng.uniform(3.0, 9.0), 1),
            "speed": round(speed, 1),
            "course": round((true.course_deg + rng.gauss(0, 2.0)) % 360.0, 1) % 360.0,
            "satellites": rng.randint(8, 14),
            "hdop": round(rng.uniform(0.7, 1.4), 1),
            "battery": round(max(0.0, 96.0 - BATTERY_PCT_PER_HOUR * second / 3600.0), 1),
            "cell": {"mcc": mcc, "mnc": mnc, "rssi": rng.randint(-95, -65)},
        }

    def _wander(self, second: float) -> None:
        kept = math.exp(-(second - self.last) / NOISE_MEMORY_S)
        fresh = NOISE_SIGMA_M * math.sqrt(1.0 - kept * kept)
        self.east = kept * self.east + self.rng.gauss(0, fresh)
        self.north = kept * self.north + self.rng.gauss(0, fresh)
        self.last = second


def _delivery(journey: Journey, sending: Sending) -> Delivery:
    at = journey.starts_at + timedelta(seconds=sending.at_s)
    readings = len(sending.reports)
    if sending.raw is not None:
        return Delivery(at, topic(journey.device), sending.raw, 0)
    bodies = [_stamped(journey, report) for report in sending.reports]
    document = bodies if sending.batch else bodies[0]
    return Delivery(at, topic(journey.device), msgspec.json.encode(document), readings)


def _stamped(journey: Journey, report: SimulatedReport) -> dict[str, Any]:
    moment = journey.starts_at + timedelta(seconds=round(report.at_s + report.skew_s, 3))
    text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"time": text, **report.body}
