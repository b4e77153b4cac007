"""Openings that nobody may make, or not there, or not with that card."""

from __future__ import annotations

from datetime import timedelta

from shapely.geometry import Point, shape

from bench.detection.incidents.base import STRANGE_CARD, Strike, at, closed_again, opened
from bench.detection.receiver import Receiver
from bench.detection.roads import places as shipped
from bench.detection.seal_words import CARD
from bench.detection.trip import Trip
from tracker.domain.command import Authorise
from tracker.domain.shipment import Authorisation

DRIFT_DEG = 0.003
"""About 300 m."""


def opened_roadside(trip: Trip) -> None:
    """By the road: at a planned stop the same is lawful, as far as somebody records leave."""
    while _at_planned_stop(trip):
        trip.driver.drive(trip.driver.along_m + 2_000, 70)
    trip.driver.stand(5)
    opened(trip, "opened_roadside")
    trip.driver.stand(4)
    closed_again(trip)


def _at_planned_stop(trip: Trip) -> bool:
    """In its zone, or as near as a parked receiver drifts."""
    stops = {stop["zone"] for stop in trip.stops}
    own = [shape(zone["geometry"]) for zone in trip.zones if zone["id"] in stops]
    polygons = own + [zone.polygon for zone in shipped()[0].zones if zone.id in stops]
    lat, lon = trip.road.at(trip.driver.along_m, 0.0)
    return any(polygon.buffer(DRIFT_DEG).contains(Point(lon, lat)) for polygon in polygons)


def opened_rolling(trip: Trip) -> None:
    """The event comes with a fix of its own, or without one."""
    fixless = bool(trip.rng.random() < 0.5)
    opened(trip, "opened_rolling", card=CARD if trip.rng.random() < 0.5 else None, fixless=fixless)
    if trip.rng.random() < 0.5:
        trip.driver.drive(trip.driver.along_m + trip.between(500, 6_000), 70)
        closed_again(trip)


def opened_without_card(trip: Trip) -> None:
    trip.driver.stand(8)
    opened(trip, "opened_without_card", card=None)
    trip.driver.stand(5)


def opened_state_inspection(trip: Trip) -> None:
    trip.driver.stand(5)
    opened(trip, "opened_state_inspection")
    trip.driver.stand(15)


def opened_in_queue(trip: Trip) -> None:
    trip.driver.stand(2)
    opened(trip, "opened_in_queue")
    trip.driver.stand(4)


def opened_without_leave(trip: Trip) -> None:
    """In customs, by the right card; but nobody ever records that it was allowed."""
    trip.driver.stand(8)
    opened(trip, "opened_without_leave")
    trip.driver.stand(25)


def opened_strange_card(trip: Trip) -> None:
    """There is leave for one card, and another one opens."""
    zone = f"{trip.crossing}.mx-compound"
    leave = Authorisation(zone=zone, agency="aduana", reason="inspection", credential=CARD["id"])
    trip.driver.stand(6)
    trip.command(Authorise(at=trip.at() - timedelta(minutes=3), by="broker", authorisation=leave))
    opened(trip, "opened_strange_card", card=STRANGE_CARD)
    trip.driver.stand(20)


def opened_dead_zone(trip: Trip) -> None:
    """Opened and closed again before anybody hears of it."""
    trip.driver.stand(3)
    opened(trip, "opened_dead_zone")
    trip.driver.stand(5)
    closed_again(trip)


def wrong_cards(trip: Trip) -> None:
    trip.driver.stand(2)
    since = trip.driver.second
    trip.tell("wrong_cards", since=since)
    for number in range(3):
        trip.say("sealed", "wrong_card", second=since + 90 * number, credential=STRANGE_CARD)
    trip.driver.stand(6)


def wrong_cards_two_locks(trip: Trip) -> None:
    """Two tries at one door and one at the other, within five minutes."""
    driver = trip.driver
    driver.stand(2)
    since = driver.second
    trip.tell("wrong_cards_two_locks", since=since)
    for second in (since, since + 80):
        trip.say("sealed", "wrong_card", second=second, credential=STRANGE_CARD)
    mine, trip.words = trip.words, []
    number, trip.seal = trip.seal, f"SB{trip.number:06d}"
    trip.say("sealed", "sealed", second=trip.spells["loaded"][0][1])
    trip.say("sealed", "wrong_card", second=since + 170, credential=STRANGE_CARD)
    trip.say("sealed", None, second=since + 172)
    theirs, trip.words, trip.seal = trip.words, mine, number
    driver.stand(5)
    side = f"LOCK-{trip.number}-B"
    driver.drive(driver.along_m + 20_000, 75)
    trip.over = True
    trip.others.append(Receiver(side, driver.way(), theirs, trip.rng, interval_s=trip.interval_s))
    trip.document["seals"] = [
        {"number": f"MX{trip.number:06d}1", "device": trip.lock},
        {"number": f"SB{trip.number:06d}", "device": side},
    ]


HERE: dict[str, Strike] = {
    "opened_roadside": at("mid", opened_roadside),
    "opened_rolling": at("mid", opened_rolling),
    "opened_without_card": at("mid", opened_without_card),
    "opened_state_inspection": at(
        "inspection", opened_state_inspection, south=False,
        lanes=("monterrey-laredo.world-trade", "monterrey-laredo.colombia",
               "monterrey-pharr.pharr-reynosa", "saltillo-eagle-pass.camino-real"),
    ),
    "opened_in_queue": at("queue", opened_in_queue),
    "opened_without_leave": at("compound", opened_without_leave),
    "opened_strange_card": at("compound", opened_strange_card),
    "opened_dead_zone": at("dead_zone", opened_dead_zone),
    "wrong_cards": at("mid", wrong_cards),
    "wrong_cards_two_locks": at("mid", wrong_cards_two_locks, "own devices"),
}  # fmt: skip
