"""A truck on a road: where it is, which way it points and how fast it goes, at every second.

Pure and deterministic: a `Journey` says everything, noise comes from its `seed`. `Drive` answers
where the truck truly is; `devices.reports` adds what its lock says of that.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any, Protocol

EARTH_RADIUS_M = 6_371_000.0


class Road(Protocol):
    """What a journey needs of a corridor (`geofences.Corridor` is one)."""

    @property
    def length_m(self) -> float: ...

    def at(self, progress_m: float) -> tuple[float, float, float]:
        """(lat, lon, course in degrees from north) at this many metres from the start."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """`minutes` after the truck first reaches `at_m` metres of its road."""

    at_m: float
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The speed up to `until_m` metres of the road."""

    until_m: float
    kmh: float


@dataclass(frozen=True, slots=True)
class PlannedHalt:
    at_m: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Detour:
    """Off the road at `at_m`: `distance_m` straight out, `bearing_deg` right of the course.

    It stands there `minutes`, then drives back the same way, or ends its journey there.
    """

    at_m: float
    distance_m: float
    minutes: float
    bearing_deg: float = 90.0
    kmh: float = 50.0
    returns: bool = True


@dataclass(frozen=True, slots=True)
class SealAct:
    """What happens to the lock: `condition` and `event` in the native dialect's words.

    The event `sealed` is a locking, and counted; a cut rope put together again is only `rope_in`.
    """

    when: Moment
    condition: str
    event: str | None = None
    number: str | None = None
    credential: dict[str, str] | None = None


@dataclass(slots=True)
class SimulatedReport:
    """One reading in the making: `body` is its native JSON without `time`.

    at_s: seconds since the journey's start by the true clock; skew_s: how far the device's clock
    is ahead of it.
    """

    at_s: float
    body: dict[str, Any]
    skew_s: float = 0.0


@dataclass(slots=True)
class Sending:
    """One publication in the making. `raw` stands in for the reports if it is not None."""

    at_s: float
    reports: list[SimulatedReport]
    raw: bytes | None = None
    batch: bool = False


Fault = Callable[[list[Sending], Random], list[Sending]]
"""What goes wrong with a device or its coverage; `tracker.simulation.faults` has them."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One truck with its lock on one road.

    `default_kmh` holds where no stretch does. `interval_s`: the lock reports this often, and at
    once when something happens to the seal. Faults act in the order given.
    """

    device: str
    road: Road
    starts_at: datetime
    begin_m: float = 0.0
    end_m: float | None = None
    default_kmh: float = 80.0
    stretches: tuple[Stretch, ...] = ()
    stops: tuple[PlannedHalt, ...] = ()
    detours: tuple[Detour, ...] = ()
    seal: tuple[SealAct, ...] = ()
    faults: tuple[Fault, ...] = ()
    interval_s: float = 30.0
    seed: int = 1

    @property
    def finish_m(self) -> float:
        return self.road.length_m if self.end_m is None else self.end_m


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The truth at one second, without noise. Off the road, `progress_m` is where it left."""

    lat: float
    lon: float
    course_deg: float
    speed_kmh: float
    progress_m: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """Between seconds t0 and t1: from p0 to p1 along the road, from off0 to off1 away from it."""

    t0: float
    t1: float
    p0: float
    p1: float
    off0: float = 0.0
    off1: float = 0.0
    bearing_deg: float = 0.0

    @property
    def kmh(self) -> float:
        metres = abs(self.p1 - self.p0) + abs(self.off1 - self.off0)
        return 3.6 * metres / (self.t1 - self.t0) if self.t1 > self.t0 else 0.0


class Drive:
    """A journey worked out. Raises ValueError if it does not lie on its road."""

    def __init__(self, journey: Journey) -> None:
        if not 0 <= journey.begin_m < journey.finish_m <= journey.road.length_m + 0.5:
            raise ValueError(
                f"journey of {journey.device}: from {journey.begin_m} to {journey.finish_m} m does "
                f"not lie on a road of {journey.road.length_m:.0f} m"
            )
        self.journey = journey
        self._segments = _segments(journey)
        self._starts = [segment.t0 for segment in self._segments]

    @property
    def duration_s(self) -> float:
        return self._segments[-1].t1

    def at(self, second: float) -> Whereabouts:
        """Where the truck is `second` seconds after its start (clamped to the journey)."""
        second = min(max(second, 0.0), self.duration_s)
        segment = self._segments[bisect_right(self._starts, second) - 1]
        span = segment.t1 - segment.t0
        share = (second - segment.t0) / span if span else 0.0
        progress = segment.p0 + share * (segment.p1 - segment.p0)
        off = segment.off0 + share * (segment.off1 - segment.off0)
        lat, lon, course = self.journey.road.at(progress)
        if off:
            lat, lon = moved(lat, lon, off, course + segment.bearing_deg)
        if segment.off1 != segment.off0:
            course += segment.bearing_deg + (180.0 if segment.off1 < segment.off0 else 0.0)
        return Whereabouts(lat, lon, course % 360.0, segment.kmh, progress)

    def second(self, moment: Moment) -> float:
        """Seconds from the start to a moment. Raises ValueError if its place is never reached."""
        for segment in self._segments:
            if segment.p0 <= moment.at_m <= segment.p1:
                run = segment.p1 - segment.p0
                share = (moment.at_m - segment.p0) / run if run else 0.0
                return segment.t0 + share * (segment.t1 - segment.t0) + 60.0 * moment.minutes
        raise ValueError(f"journey of {self.journey.device} never reaches {moment.at_m:.0f} m")

    def minute(self, at_m: float) -> float:
        """Minutes from the start to the first arrival at `at_m`."""
        return self.second(Moment(at_m)) / 60.0


def moved(lat: float, lon: float, metres: float, bearing_deg: float) -> tuple[float, float]:
    """The point `metres` away in a straight line (a sphere's local plane: fit for simulation)."""
    bearing = math.radians(bearing_deg)
    north, east = metres * math.cos(bearing), metres * math.sin(bearing)
    parallel = EARTH_RADIUS_M * math.cos(math.radians(lat))
    return lat + math.degrees(north / EARTH_RADIUS_M), lon + math.degrees(east / parallel)


def _segments(journey: Journey) -> list[_Segment]:
    begin, finish = journey.begin_m, journey.finish_m
    halts: list[PlannedHalt | Detour] = sorted(
        (*journey.stops, *journey.detours), key=lambda halt: halt.at_m
    )
    marks = [s.until_m for s in journey.stretches] + [h.at_m for h in halts]
    cuts = sorted({begin, finish, *(m for m in marks if begin <= m <= finish)})
    clock, out = 0.0, list[_Segment]()
    for here, there in pairwise([*cuts, None]):
        for halt in (h for h in halts if h.at_m == here):
            out += _halted(halt, clock)
            clock = out[-1].t1
            if isinstance(halt, Detour) and not halt.returns:
                return out
        if here is not None and there is not None:
            seconds = (there - here) / (_kmh(journey, here) / 3.6)
            out.append(_Segment(clock, clock + seconds, here, there))
            clock += seconds
    return out


def _halted(halt: PlannedHalt | Detour, clock: float) -> list[_Segment]:
    stand, place = 60.0 * halt.minutes, halt.at_m
    if isinstance(halt, PlannedHalt):
        return [_Segment(clock, clock + stand, place, place)]
    away, bearing = halt.distance_m, halt.bearing_deg
    drive = away / (halt.kmh / 3.6)
    there, leaves = clock + drive, clock + drive + stand
    out = [
        _Segment(clock, there, place, place, 0.0, away, bearing),
        _Segment(there, leaves, place, place, away, away, bearing),
    ]
    if halt.returns:
        out.append(_Segment(leaves, leaves + drive, place, place, away, 0.0, bearing))
    return out


def _kmh(journey: Journey, progress_m: float) -> float:
    ahead = [s for s in journey.stretches if s.until_m > progress_m]
    return min(ahead, key=lambda s: s.until_m).kmh if ahead else journey.default_kmh
