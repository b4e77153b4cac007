"""What ails devices, and what people fail to do at a handover."""

from __future__ import annotations

from bench.detection.incidents.base import Strike, at, end_here
from bench.detection.trip import Trip
from tracker.domain.command import AcceptCustody, OfferCustody


def _drained(trip: Trip, name: str, to_pct: float) -> None:
    """From 50 % at this hour down to that within 100 min."""
    since = trip.driver.second
    trip.options["battery"] = (50.0, 0.0)
    trip.options["drained"] = (since, (50.0 - to_pct) / (100 / 60))
    trip.driver.drive(trip.driver.along_m + 60_000, 70)
    trip.driver.stand(11)
    trip.driver.drive(trip.driver.along_m + 45_000, 70)
    crosses = 100 * (50 - (30 if to_pct > 15 else 15)) / (50 - to_pct)
    trip.tell(name, since=since, minutes=100, counts=since + crosses * 60)
    end_here(trip)


def battery_low(trip: Trip) -> None:
    _drained(trip, "battery_low", 25)


def battery_ends(trip: Trip) -> None:
    _drained(trip, "battery_ends", 8)


def clock_off(trip: Trip) -> None:
    """It shows local time, and nobody declared that."""
    trip.options["skew_s"] = -6 * 3_600.0
    trip.traits.append("undeclared clock")
    trip.tell("clock_off", since=-7 * 3_600, minutes=24 * 60, counts=trip.driver.second)


def lock_fault(trip: Trip) -> None:
    trip.tell("lock_fault", since=trip.driver.second)
    trip.say("fault", None)
    trip.driver.drive(trip.driver.along_m + 15_000, 70)


def _offered(trip: Trip) -> str:
    zone = trip.swap_zone or trip.last
    trip.command(OfferCustody(at=trip.at(), by="norte", releaser="norte", receiver="cruces",
                              number=trip.seal, zone=zone))  # fmt: skip
    return zone


def not_accepted(trip: Trip) -> None:
    _offered(trip)
    trip.tell("not_accepted", since=trip.driver.second, minutes=90)
    trip.driver.stand(75)


def other_number_accepted(trip: Trip) -> None:
    """The receiver reads the number on the doors, and it is not the one that was declared."""
    zone = _offered(trip)
    trip.driver.stand(6)
    trip.tell("other_number_accepted", since=trip.driver.second)
    trip.command(AcceptCustody(at=trip.at(), by="cruces", receiver="cruces",
                               number=f"ZZ{trip.number:06d}", zone=zone))  # fmt: skip
    trip.driver.stand(12)


HERE: dict[str, Strike] = {
    "battery_low": at("mid", battery_low),
    "battery_ends": at("mid", battery_ends),
    "clock_off": at("plant", clock_off),
    "lock_fault": at("mid", lock_fault),
    "not_accepted": at("handover", not_accepted, "swap"),
    "other_number_accepted": at("handover", other_number_accepted, "swap"),
}
