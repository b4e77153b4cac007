"""The border, both ways: queues of hours, X-ray lanes, red light, secondary, two carriers."""

from __future__ import annotations

import numpy as np

from bench.detection.roads import places as shipped
from bench.detection.seal_words import CARD
from bench.detection.trip import Amend, Trip
from tracker.domain.command import AcceptCustody, Authorise, OfferCustody, RecordSeal
from tracker.domain.shipment import Authorisation


def north(trip: Trip) -> None:
    """Queue, export compound, bridge, CBP, perhaps secondary, state inspection."""
    driver, spans, name = trip.driver, trip.road.spans, trip.crossing
    compound = spans[f"{name}.mx-compound"]
    waits = float(np.clip(trip.rng.lognormal(4.0, 0.8), 12, 420))
    head = driver.along_m + (compound[0] - driver.along_m) * trip.between(0.3, 0.8)
    driver.crawl(head, waits * 0.6)
    if trip.hook("queue"):
        return
    driver.crawl(compound[0] + 10, waits * 0.4)
    driver.crawl(sum(compound) / 2, 3.0)
    if modulated(trip, f"{name}.mx-compound", 0.4):
        return
    _over_the_line(trip)
    if trip.over:
        return
    _secondary(trip)
    inspection = spans.get(f"{name}.us-inspection")
    if inspection is not None and sum(inspection) / 2 > driver.along_m:
        driver.drive(sum(inspection) / 2, 20)
        if trip.hook("inspection"):
            return
        driver.stand(trip.between(2, 40))


def south(trip: Trip) -> None:
    """Queue on the US side, bridge, import compound with its red light."""
    driver, spans, name = trip.driver, trip.road.spans, trip.crossing
    line = spans.get(f"{name}.bridge") or spans[f"{name}.mx-compound"]
    queue = spans.get(f"{name}.us-queue", (driver.along_m, line[0]))
    waits = float(np.clip(trip.rng.lognormal(3.3, 0.8), 6, 240))
    driver.crawl(max(sum(queue) / 2, driver.along_m + 50), waits * 0.5)
    if trip.hook("queue"):
        return
    driver.crawl(line[0] + 10, waits * 0.5)
    compound = spans[f"{name}.mx-compound"]
    driver.crawl(sum(compound) / 2, trip.between(5, 40))
    modulated(trip, f"{name}.mx-compound", 0.4)


def modulated(trip: Trip, zone: str, red: float) -> bool:
    """Customs: a green light, an X-ray lane, or a red light and an inspection with doors open.
    Whether the journey is over.
    """
    driver = trip.driver
    trip.hook("compound")
    if "compound" in trip.struck:
        return trip.over
    if trip.chance(0.2, "x-ray"):
        since = driver.second
        driver.crawl(driver.along_m + 80, trip.between(4, 12))
        driver.stand(trip.between(2, 8))
        trip.spell("roofed", since, driver.second)
    if trip.chance(red, "red light"):
        inspected(trip, zone, trip.between(25, 90), "aduana")
    else:
        driver.stand(trip.between(8, 60))
    return trip.over


def inspected(trip: Trip, zone: str, minutes: float, agency: str) -> None:
    """Opened by leave, looked into, and sealed anew before the truck goes on."""
    driver, rng = trip.driver, trip.rng
    driver.stand(minutes * 0.3)
    opened = driver.second
    leave = Authorisation(zone=zone, agency=agency, reason="inspection", credential=CARD["id"])
    recorded = opened - 240 if rng.random() < 0.5 else opened + 60 * trip.between(1, 9)
    trip.command(Authorise(at=trip.at(recorded), by="broker", authorisation=leave))
    trip.say("open", "opened", credential=CARD)
    unheard = trip.chance(0.2, "opening told in a flush")
    driver.stand(trip.between(4, 7) if unheard else max(minutes * 0.4, 10))
    trip.seal = trip.new_seal()
    number_at = driver.second + (60 if rng.random() < 0.7 else -60)
    trip.command(
        RecordSeal(at=trip.at(number_at), by="broker", number=trip.seal, zone=zone,
                   device=trip.lock, officer="Officer", agency=agency, reason="inspection",
                   verified=True)
    )  # fmt: skip
    trip.say("sealed", "sealed", lock_count=trip.seals)
    if unheard:
        trip.spell("blind", opened - trip.between(5, 60), driver.second + trip.between(-100, 60))
    driver.stand(minutes * 0.3 + 4)
    trip.hook("resealed")


def handed_over(trip: Trip, zone: str, receiver: str = "cruces") -> None:
    """A yard: another carrier's tractor takes the trailer on, and both say what the seal reads."""
    driver = trip.driver
    driver.stand(trip.between(6, 30))
    if trip.hook("handover"):
        return
    number = trip.seal
    trip.command(OfferCustody(at=trip.at(), by="norte", releaser="norte", receiver=receiver,
                              number=number, zone=zone))  # fmt: skip
    driver.stand(trip.between(3, 22))
    trip.command(AcceptCustody(at=trip.at(), by=receiver, receiver=receiver, number=number,
                               zone=zone))  # fmt: skip
    trip.spell("swap", driver.second, driver.second)
    if "own devices" not in trip.wants and trip.chance(0.4, "another tractor's tracker"):
        devices = [{"id": trip.lock}, {"id": f"TRACTOR-{trip.number}-2", "role": "tracker"}]
        trip.command(Amend(trip.at(driver.second + 60), {"devices": devices}, "another tractor"))
    driver.stand(trip.between(5, 60))


def _over_the_line(trip: Trip) -> None:
    driver, spans, name = trip.driver, trip.road.spans, trip.crossing
    bridge, primary = spans.get(f"{name}.bridge"), spans.get(f"{name}.cbp-primary")
    if bridge is not None:  # on land the line itself is crossed
        driver.crawl(bridge[1] - 5, trip.between(6, 45))
    if primary is not None:
        driver.crawl(sum(primary) / 2, trip.between(4, 20))
        since = driver.second
        driver.stand(trip.between(2, 9))
        trip.spell("roofed", since, driver.second)


def _secondary(trip: Trip) -> None:
    """Off to the dock beside the lanes; half of them are opened by CBP."""
    zone = f"{trip.crossing}.cbp-secondary"
    if trip.over or not trip.chance(0.3, "secondary"):
        return
    polygon = next(z.polygon for z in shipped()[0].zones if z.id == zone)
    driver = trip.driver
    driver.goto(polygon.centroid.y, polygon.centroid.x, 12)
    if trip.rng.random() < 0.5:
        inspected(trip, zone, trip.between(30, 120), "CBP")
    else:
        driver.stand(trip.between(15, 120))
    if not trip.over:
        driver.back_on(12)
