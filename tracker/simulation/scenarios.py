"""Ready-made journeys: an honest truck, and the mishaps that can befall one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tracker.simulation import faults
from tracker.simulation.journeys import (
    Detour,
    Drive,
    Fault,
    Journey,
    Moment,
    PlannedHalt,
    Road,
    SealAct,
    Stretch,
)

HIGHWAY_KMH, TOWN_KMH = 80.0, 40.0
TOWN_M = 5_000.0
"""This much at either end of the road is driven at town speed."""
LOADING_MIN, UNLOADING_MIN, SEALED_AFTER_MIN = 12.0, 10.0, 8.0
MISHAP_AT = 0.4
"""The share of the road after which a mishap happens: on the highway of any corridor."""

Mishap = Callable[[Journey], Journey]


def honest(device: str, road: Road, starts_at: datetime, *, number: str, seed: int = 1) -> Journey:
    """A truck that loads, is sealed standing, drives the road to its end and stands there."""
    town = min(TOWN_M, road.length_m / 4)
    return Journey(
        device=device,
        road=road,
        starts_at=starts_at,
        default_kmh=TOWN_KMH,
        stretches=(Stretch(town, TOWN_KMH), Stretch(road.length_m - town, HIGHWAY_KMH)),
        stops=(PlannedHalt(0.0, LOADING_MIN), PlannedHalt(road.length_m, UNLOADING_MIN)),
        seal=(SealAct(Moment(0.0, SEALED_AFTER_MIN), "sealed", "sealed", number),),
        seed=seed,
    )


def _place(journey: Journey) -> float:
    return journey.begin_m + MISHAP_AT * (journey.finish_m - journey.begin_m)


def _seal(condition: str, event: str) -> Mishap:
    def change(journey: Journey) -> Journey:
        act = SealAct(Moment(_place(journey)), condition, event)
        return replace(journey, seal=(*journey.seal, act))

    return change


def _stop(minutes: float) -> Mishap:
    return lambda journey: replace(
        journey, stops=(*journey.stops, PlannedHalt(_place(journey), minutes))
    )


def _detour(distance_m: float, minutes: float, *, returns: bool) -> Mishap:
    return lambda journey: replace(
        journey,
        detours=(
            *journey.detours,
            Detour(_place(journey), distance_m, minutes, returns=returns),
        ),
    )


def _fault(make: Callable[[float], Fault]) -> Mishap:
    """`make` gets the minute at which the truck reaches the mishap's place."""

    def change(journey: Journey) -> Journey:
        minute = Drive(journey).minute(_place(journey))
        return replace(journey, faults=(*journey.faults, make(minute)))

    return change


def _gap_with_cut(journey: Journey) -> Journey:
    cut = _seal("cut", "cut")(journey)
    return _fault(lambda minute: faults.CoverageLoss(minute - 20.0, 40.0))(cut)


MISHAPS: dict[str, Mishap] = {
    "cut": _seal("cut", "cut"),
    "opened": _seal("open", "opened"),
    "stop": _stop(40.0),
    "diversion": _detour(4_000.0, 10.0, returns=True),
    "lost": _detour(9_000.0, 30.0, returns=False),
    "jammer": _fault(lambda minute: faults.Jammer(minute, 20.0)),
    "blind": _fault(lambda minute: faults.Jammer(minute, 20.0, silent=False)),
    "backlog": _fault(lambda minute: faults.CoverageLoss(minute, 60.0)),
    "backlog-cut": _gap_with_cut,
    "duplicates": _fault(lambda minute: faults.Duplicates()),
    "disorder": _fault(lambda minute: faults.Disorder()),
    "jump": _fault(faults.Jump),
    "drift": _fault(lambda minute: faults.Drift()),
    "skew": _fault(lambda minute: faults.ClockSkew(300.0)),
    "zeros": _fault(lambda minute: faults.Zeros(minute, 15.0)),
    "corrupt": _fault(faults.Corrupt),
}
"""What `tracker simulate --fault` knows."""
