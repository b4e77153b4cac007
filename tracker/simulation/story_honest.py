"""The honest truck: everything a seal may lawfully go through, and no alert."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.domain.command import (
    AcceptCustody,
    AnyCommand,
    Authorise,
    CloseShipment,
    OfferCustody,
    RecordSeal,
)
from tracker.domain.shipment import Authorisation
from tracker.simulation.journeys import Drive, Journey, Moment, PlannedHalt, Road, SealAct, Stretch
from tracker.simulation.story import (
    CARD,
    CROSSING,
    DESTINATION,
    HIGHWAY_KMH,
    PLANT,
    QUEUE_KMH,
    REST,
    START,
    TOWN_KMH,
    TOWN_M,
    YARD,
    YARD_KMH,
    Declaration,
    DemoTruck,
    Places,
    document,
    middle,
)

NAME, DEVICE = "MTY-LRD-001", "LOCK-001"
FIRST_SEAL, SECOND_SEAL = "MX4471208", "SAT0093317"
COMPOUND, PRIMARY = f"{CROSSING}.mx-compound", f"{CROSSING}.cbp-primary"
INSPECTION = f"{CROSSING}.us-inspection"
AGENCY, OFFICER, REASON = "Aduana 240 Nuevo Laredo", "M. Treviño", "export inspection"
BROKER, GATE, DOCK = "agencia-aduanal-lara", "cruces-rio: yard gate", "gulf-freight: dock 11"


def truck(road: Road, places: Places, seed: int) -> tuple[DemoTruck, datetime]:
    """The truck, and when it has been delivered."""
    drive = Drive(journey(road, places, seed))
    seconds = timedelta(seconds=drive.duration_s)
    honest = DemoTruck(
        shipment=NAME,
        title="honest",
        document=document(NAME, DEVICE, FIRST_SEAL),
        journey=drive.journey,
        declarations=_declarations(drive, places),
    )
    return honest, START + seconds


def journey(road: Road, places: Places, seed: int) -> Journey:
    queue, border = places[f"{CROSSING}.mx-queue"][0], places[COMPOUND][0]
    compound = middle(places, COMPOUND)
    minutes = {PLANT: 20, REST: 20, YARD: 25, COMPOUND: 25, PRIMARY: 4, INSPECTION: 6,
               DESTINATION: 14}  # fmt: skip
    stops = {zone: 0.0 if zone == PLANT else middle(places, zone) for zone in minutes}
    return Journey(
        device=DEVICE,
        road=road,
        starts_at=START,
        end_m=stops[DESTINATION],
        default_kmh=TOWN_KMH,
        stretches=(
            Stretch(TOWN_M, TOWN_KMH),
            Stretch(queue, HIGHWAY_KMH),
            Stretch(border, QUEUE_KMH),
            Stretch(places[f"{CROSSING}.us-queue"][1], YARD_KMH),
        ),
        stops=tuple(PlannedHalt(stops[zone], minutes[zone]) for zone in minutes),
        seal=(
            SealAct(Moment(0.0, 14), "sealed", "sealed", FIRST_SEAL),
            SealAct(Moment(compound, 6), "open", "opened", None, {"kind": "rfid", "id": CARD}),
            SealAct(Moment(compound, 17), "sealed", "sealed", SECOND_SEAL),
        ),
        seed=seed,
    )


def _declarations(drive: Drive, places: Places) -> tuple[Declaration, ...]:
    def at(zone: str, minutes: float, command: Callable[[datetime], AnyCommand]) -> Declaration:
        return Declaration(arrives(zone) + timedelta(minutes=minutes), NAME, command)

    def arrives(zone: str) -> datetime:
        place = 0.0 if zone == PLANT else middle(places, zone)
        return START + timedelta(seconds=drive.second(Moment(place)))

    leave = Authorisation(
        zone=COMPOUND,
        agency=AGENCY,
        reason=REASON,
        officer=OFFICER,
        credential=CARD,
        from_time=arrives(COMPOUND) - timedelta(hours=1),
        until_time=arrives(COMPOUND) + timedelta(hours=3),
    )
    return (
        at(PLANT, 13, lambda now: RecordSeal(
            at=now, by="shipper: dock 4", number=FIRST_SEAL, zone=PLANT, reason="loaded",
            verified=True)),
        at(YARD, 5, lambda now: OfferCustody(
            at=now, by="transportes-norte: driver", releaser="transportes-norte",
            receiver="cruces-rio", number=FIRST_SEAL, zone=YARD)),
        at(YARD, 12, lambda now: AcceptCustody(
            at=now, by=GATE, receiver="cruces-rio", number=FIRST_SEAL, zone=YARD)),
        at(YARD, 20, lambda now: Authorise(at=now, by=BROKER, authorisation=leave)),
        at(COMPOUND, 15, lambda now: RecordSeal(
            at=now, by=BROKER, number=SECOND_SEAL, zone=COMPOUND, officer=OFFICER,
            agency=AGENCY, reason=REASON, verified=True)),
        at(DESTINATION, 5, lambda now: OfferCustody(
            at=now, by="cruces-rio: driver", releaser="cruces-rio", receiver="gulf-freight",
            number=SECOND_SEAL, zone=DESTINATION)),
        at(DESTINATION, 9, lambda now: AcceptCustody(
            at=now, by=DOCK, receiver="gulf-freight", number=SECOND_SEAL, zone=DESTINATION)),
        at(DESTINATION, 14, lambda now: CloseShipment(
            at=now, by=DOCK, number=SECOND_SEAL, reason="delivered, seal intact")),
    )  # fmt: skip
