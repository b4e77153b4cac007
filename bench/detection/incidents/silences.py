"""Silence, jamming, and devices that say less than they should."""

from __future__ import annotations

from bench.detection.incidents.base import Strike, at, end_here
from bench.detection.trip import Trip

FOREVER = 1e9


def silent_moving(trip: Trip) -> None:
    since = trip.driver.second
    trip.spell("dead", since, FOREVER)
    trip.driver.drive(trip.driver.along_m + 40_000, 75)
    trip.tell("silent_moving", since=since)
    end_here(trip)


def silent_parked(trip: Trip) -> None:
    """At a stop that is planned, so that nothing else speaks."""
    trip.zones.append(trip.area("hotel", "rest_stop", trip.driver.along_m))
    trip.stops.append({"zone": "hotel", "minutes": 240, "reason": "sleep"})
    trip.driver.stand(20)
    since = trip.driver.second
    trip.spell("dead", since, FOREVER)
    trip.driver.stand(100)
    trip.tell("silent_parked", since=since, minutes=100)
    end_here(trip)


def silent_after_dead_zone(trip: Trip) -> None:
    """It goes into the dead zone, and never comes out of it."""
    driver = trip.driver
    since = trip.spells["dead zone"][-1][0]
    trip.spell("dead", since, FOREVER)
    trip.tell("silent_after_dead_zone", since=since, minutes=90)
    driver.stand(90)
    end_here(trip)


def silent_after_jamming(trip: Trip) -> None:
    since = trip.driver.second
    lasts = max(400.0, 2.5 * trip.interval_s)
    trip.spell("jammed", since, since + lasts)
    trip.spell("dead", since + lasts, FOREVER)
    trip.driver.drive(trip.driver.along_m + 45_000, 75)
    trip.tell("silent_after_jamming", since=since)
    end_here(trip)


def jammed(trip: Trip) -> None:
    since = trip.driver.second
    trip.spell("jammed", since, since + 900)
    trip.tell("jammed", since=since)


def jammed_quietly(trip: Trip) -> None:
    """Satellites are gone while the cell is strong; on the open road, for 25 min."""
    since = trip.driver.second
    trip.options["bare"] = False
    trip.spell("quietly_jammed", since, since + 1_500)
    trip.tell("jammed_quietly", since=since)
    trip.driver.drive(trip.driver.along_m + 32_000, 75)


def slow_reporting(trip: Trip) -> None:
    """It was asked for a word every minute or two, and now gives one every nine."""
    trip.interval_s = 60.0
    since = trip.driver.second
    trip.options["slowed"] = (since, 540.0)
    trip.tell("slow_reporting", since=since, minutes=70)
    trip.driver.drive(trip.driver.along_m + 55_000, 75)


def seal_mute(trip: Trip) -> None:
    """It reports on and on, and of the seal not a word more."""
    since = trip.driver.second
    trip.say("sealed", None, mute=True, second=since + 1)
    trip.tell("seal_mute", since=since, minutes=90)
    trip.driver.drive(trip.driver.along_m + 40_000, 75)
    end_here(trip)


HERE: dict[str, Strike] = {
    "silent_moving": at("mid", silent_moving),
    "silent_parked": at("mid", silent_parked),
    "silent_after_dead_zone": at("dead_zone", silent_after_dead_zone),
    "silent_after_jamming": at("mid", silent_after_jamming),
    "jammed": at("mid", jammed),
    "jammed_quietly": at("mid", jammed_quietly),
    "slow_reporting": at("mid", slow_reporting),
    "seal_mute": at("mid", seal_mute),
}
