"""The other trucks: one mishap each, and the alerts that must come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from geofences.corridor import Corridor
from geofences.formats import GeofenceSet
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.command import AcknowledgeAlert
from tracker.simulation import faults, story_honest
from tracker.simulation.journeys import (
    Detour,
    Drive,
    Fault,
    Journey,
    Moment,
    PlannedHalt,
    SealAct,
    Stretch,
)
from tracker.simulation.story import (
    COLOMBIA,
    HIGHWAY_KMH,
    OTHER_CROSSING,
    START,
    TOWN_KMH,
    TOWN_M,
    WORLD_TRADE,
    YARD,
    YARD_KMH,
    AlertAnswer,
    DemoStory,
    DemoTruck,
    Due,
    document,
    middle,
    spans,
)

FOR_GOOD_MIN = 24 * 60.0
"""Longer than the story."""
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL
CUT_AT_M, HIDDEN_CUT_AT_M, LEAVES_AT_M, JAMMED_AT_M = 60_000.0, 130_000.0, 110_000.0, 140_000.0


def tell(geofences: GeofenceSet, seed: int = 1) -> DemoStory:
    """The whole story on the shipped corridors. Raises KeyError if one of its places is missing."""
    roads = {corridor.id: corridor for corridor in geofences.corridors}
    places = spans(roads[WORLD_TRADE], geofences.zones)
    honest, delivered = story_honest.truck(roads[WORLD_TRADE], places, seed)
    cast = _Cast(roads[WORLD_TRADE], middle(places, YARD), seed)
    others = (_cut(cast), _diversion(cast), _jammed(cast), _hidden_cut(cast))
    return DemoStory(
        (honest, *others, _wrong_crossing(cast, roads[COLOMBIA], geofences)),
        until=delivered + timedelta(minutes=2),
    )


@dataclass(frozen=True, slots=True)
class _Cast:
    road: Corridor
    yard_m: float
    seed: int

    def truck(self, number: int, title: str, *due: Due) -> DemoTruck:
        """It loads, is sealed, and drives to the yard on the border, where it stays."""
        name, device, seal = f"MTY-LRD-{number:03d}", f"LOCK-{number:03d}", f"MX447{1207 + number}"
        journey = Journey(
            device=device,
            road=self.road,
            starts_at=START + timedelta(minutes=4 * number),
            end_m=self.yard_m,
            default_kmh=HIGHWAY_KMH,
            stretches=(Stretch(TOWN_M, TOWN_KMH),),
            stops=(PlannedHalt(0.0, 10), PlannedHalt(self.yard_m, FOR_GOOD_MIN)),
            seal=(SealAct(Moment(0.0, 6), "sealed", "sealed", seal),),
            seed=self.seed,
        )
        return DemoTruck(name, title, document(name, device, seal), journey, frozenset(due))


def _sealed(truck: DemoTruck, *acts: SealAct) -> DemoTruck:
    return replace(truck, journey=replace(truck.journey, seal=(*truck.journey.seal, *acts)))


def _faulty(truck: DemoTruck, fault: Fault) -> DemoTruck:
    return replace(truck, journey=replace(truck.journey, faults=(fault,)))


def _cut(cast: _Cast) -> DemoTruck:
    """The control room answers within five minutes, so this alert does not escalate; others do."""
    honest = cast.truck(2, "seal cut on the highway", (AlertKind.SEAL_TAMPERED, CRITICAL, False))
    truck = _sealed(honest, SealAct(Moment(CUT_AT_M), "cut", "cut"))
    happened = timedelta(minutes=Drive(truck.journey).minute(CUT_AT_M))
    answer = AlertAnswer(
        truck.journey.starts_at + happened + timedelta(minutes=3),
        truck.shipment,
        AlertKind.SEAL_TAMPERED,
        lambda now, alert: AcknowledgeAlert(
            at=now, by="control room", alert=alert, note="driver called, patrol sent to km 60"
        ),
    )
    return replace(truck, declarations=(answer,))


def _diversion(cast: _Cast) -> DemoTruck:
    truck = cast.truck(3, "diversion", (AlertKind.ROUTE_DEVIATION, CRITICAL, False))
    detour = Detour(LEAVES_AT_M, 3_500.0, 8.0)
    return replace(truck, journey=replace(truck.journey, detours=(detour,)))


def _jammed(cast: _Cast) -> DemoTruck:
    jamming = (AlertKind.JAMMING, CRITICAL, False)
    truck = cast.truck(4, "jammed, then silent", jamming, (AlertKind.SILENCE, CRITICAL, False))
    minute = Drive(truck.journey).minute(JAMMED_AT_M)
    return _faulty(truck, faults.Jammer(minute, FOR_GOOD_MIN))


def _hidden_cut(cast: _Cast) -> DemoTruck:
    """Cut out of coverage and spliced: the newest word is "sealed", the backlog tells."""
    silence = (AlertKind.SILENCE, WARNING, False)
    truck = _sealed(
        cast.truck(5, "cut out of coverage", silence, (AlertKind.SEAL_TAMPERED, CRITICAL, True)),
        SealAct(Moment(HIDDEN_CUT_AT_M), "cut", "cut"),
        SealAct(Moment(HIDDEN_CUT_AT_M, 6), "sealed", "rope_in"),
    )
    minute = Drive(truck.journey).minute(HIDDEN_CUT_AT_M)
    return _faulty(truck, faults.CoverageLoss(minute - 20, 40))


def _wrong_crossing(cast: _Cast, road: Corridor, geofences: GeofenceSet) -> DemoTruck:
    """Planned over the World Trade Bridge, driven over the Colombia bridge."""
    places = spans(road, geofences.zones)
    border, beyond = (
        places[f"{OTHER_CROSSING}.mx-compound"][0],
        places[f"{OTHER_CROSSING}.us-queue"][1],
    )
    deviation = (AlertKind.ROUTE_DEVIATION, CRITICAL, False)
    truck = cast.truck(6, "wrong crossing", deviation, (AlertKind.WRONG_CROSSING, CRITICAL, False))
    journey = replace(
        truck.journey,
        road=road,
        end_m=road.length_m,
        stretches=(
            Stretch(TOWN_M, TOWN_KMH),
            Stretch(border, HIGHWAY_KMH),
            Stretch(beyond, YARD_KMH),
        ),
        stops=(PlannedHalt(0.0, 10), PlannedHalt(road.length_m, FOR_GOOD_MIN)),
    )
    return replace(truck, journey=journey)
