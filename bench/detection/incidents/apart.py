"""Two devices of one shipment part: a trailer left, swapped, or a lock on another truck."""

from __future__ import annotations

from bench.detection.dirt import sigma_m
from bench.detection.driver import Driver
from bench.detection.incidents.base import Strike, at, end_here
from bench.detection.receiver import Receiver
from bench.detection.trip import INTERVALS, Trip


def _tractor(trip: Trip, driver: Driver) -> None:
    interval = float(trip.rng.choice(INTERVALS))
    trip.others.append(
        Receiver(
            f"TRACTOR-{trip.number}", driver.way(), (), trip.rng, lock=False,
            interval_s=interval, sigma_m=sigma_m(trip.rng),
        )
    )  # fmt: skip


def tractor_left(trip: Trip) -> None:
    """Another tractor takes the trailer on, along the planned road; the first stays behind."""
    tractor = trip.driver.twin()
    tractor.stand(70)
    since = trip.driver.second
    trip.driver.stand(6)
    gone = trip.driver.second
    trip.driver.drive(trip.driver.along_m + 50_000, 70)
    _tractor(trip, tractor)
    trip.tell("tractor_left", since=since, minutes=60, counts=gone + 30)
    end_here(trip)


def trailer_left(trip: Trip) -> None:
    """The tractor drives on without its trailer."""
    tractor = trip.driver.twin()
    tractor.stand(4)
    gone = tractor.second
    tractor.drive(tractor.along_m + 45_000, 75)
    trip.tell("trailer_left", since=trip.driver.second, minutes=60, counts=gone + 30)
    trip.driver.stand(40)
    _tractor(trip, tractor)
    end_here(trip)


def trailer_swapped(trip: Trip) -> None:
    """The lock goes on with another truck of the same corridor, an hour behind: both drive, neither
    is ever off the road, and they are 50 to 70 km apart at the end.
    """
    tractor = trip.driver.twin()
    since = trip.driver.second
    tractor.stand(5)
    gone = tractor.second
    tractor.drive(min(tractor.along_m + 70_000, trip.road.length_m - 30_000), 80)
    trip.driver.stand(trip.between(8, 13))
    trip.driver.drive(trip.driver.along_m + 35_000, trip.between(40, 70))
    trip.tell("trailer_swapped", since=since, minutes=60, counts=gone + 30)
    _tractor(trip, tractor)
    end_here(trip)


HERE: dict[str, Strike] = {
    "tractor_left": at("mid", tractor_left, "own devices"),
    "trailer_left": at("mid", trailer_left, "own devices"),
    "trailer_swapped": at("mid", trailer_swapped, "own devices"),
}
