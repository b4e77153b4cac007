"""Stops where none is planned, or too long, or where none may be; and driving back, passing by."""

from __future__ import annotations

from datetime import timedelta

from bench.detection.incidents.base import Strike, at
from bench.detection.trip import Trip


def _stand(trip: Trip, name: str, minutes: float) -> None:
    since = trip.driver.second
    trip.driver.stand(minutes)
    trip.tell(name, since=since, minutes=minutes)


def stands_too_long(trip: Trip) -> None:
    _stand(trip, "stands_too_long", 45)


def stands_a_while(trip: Trip) -> None:
    _stand(trip, "stands_a_while", 22)


def sleeps_too_long(trip: Trip) -> None:
    """Its device sleeps too: a word every 15 to 20 min."""
    trip.options["sleeps_s"] = trip.between(900, 1_200)
    _stand(trip, "sleeps_too_long", 70)


def first_mile(trip: Trip) -> None:
    """A kilometre from the gate, where a thief waits for his share."""
    _stand(trip, "first_mile", trip.between(17, 25))


def last_mile(trip: Trip) -> None:
    """Short of the consignee's gate."""
    driver = trip.driver
    end = trip.road.spans[trip.last][0]
    stop = max(driver.along_m + 100, end - trip.between(1_000, 1_800))
    driver.drive(stop, 45)
    _stand(trip, "last_mile", trip.between(18, 28))


def high_risk(trip: Trip) -> None:
    """No stop is tolerated there; this one takes five minutes."""
    trip.zones.append(trip.area("robbers", "high_risk", trip.driver.along_m, half_m=1_500))
    _stand(trip, "high_risk", 6)


def backtracks(trip: Trip) -> None:
    """Eight kilometres back, and then on as if nothing had been."""
    driver = trip.driver
    since, here = driver.second, driver.along_m
    driver.drive(here - 8_000, 50)
    trip.tell("backtracks", since=since, minutes=(driver.second - since) / 60 + 10)
    driver.stand(2)
    driver.drive(here, 60)


def waypoint_missed(trip: Trip) -> None:
    """Past it on a parallel road, well within the corridor."""
    driver, here = trip.driver, trip.driver.along_m
    trip.zones.append(trip.area("weighbridge", "waypoint", here + 6_000, half_m=300))
    trip.vias.append((here + 6_000, "weighbridge"))
    driver.shift(0.6 * trip.half_width_m, 3_500, 60)
    driver.drive(here + 9_500, 60)
    trip.tell("waypoint_missed", since=driver.second - 200, minutes=90, counts=driver.second)
    driver.shift(0, 2_500, 60)
    driver.drive(driver.along_m + 15_000, 75)


def waypoint_order(trip: Trip) -> None:
    """The second of two is visited, then the first: it lies 2.5 km back."""
    driver, here = trip.driver, trip.driver.along_m
    for name, along in (("a-first-gate", here + 5_000), ("b-second-gate", here + 7_600)):
        trip.zones.append(trip.area(name, "waypoint", along, half_m=300))
    trip.vias += [(here + 5_000, "a-first-gate"), (here + 7_600, "b-second-gate")]
    driver.shift(0.6 * trip.half_width_m, 3_000, 60)
    driver.drive(here + 6_000, 60)
    driver.shift(0, 1_400, 50)
    since = driver.second
    driver.drive(here + 7_600, 40)
    driver.stand(12)
    driver.drive(here + 5_000, 50)
    driver.stand(12)
    trip.tell("waypoint_order", since=since, minutes=90)
    driver.drive(here + 25_000, 75)


def late(trip: Trip) -> None:
    """The leg's latest arrival goes by on the road."""
    due = trip.at() + timedelta(minutes=20)
    trip.document["every_leg"] = {"latest": due.isoformat()}
    trip.tell("late", since=trip.driver.second + 1_200, minutes=90)


HERE: dict[str, Strike] = {
    "stands_too_long": at("mid", stands_too_long),
    "stands_a_while": at("mid", stands_a_while),
    "sleeps_too_long": at("mid", sleeps_too_long),
    "first_mile": at("leaving", first_mile, south=False),
    "last_mile": at("last_mile", last_mile),
    "high_risk": at("mid", high_risk),
    "backtracks": at("mid", backtracks),
    "waypoint_missed": at("mid", waypoint_missed),
    "waypoint_order": at("mid", waypoint_order),
    "late": at("mid", late),
}
