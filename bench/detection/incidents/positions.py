"""Positions that are not true: dragged off, replayed, frozen, gone."""

from __future__ import annotations

from bench.detection.dirt import sigma_m
from bench.detection.incidents.base import Strike, at, end_here, off_the_corridor
from bench.detection.receiver import Receiver
from bench.detection.trip import INTERVALS, Trip


def _dragged(trip: Trip, name: str, kmh: float) -> None:
    """What is shown drifts off the road sideways, while the truck drives on along it. Delay counts
    from where that is beyond the corridor's edge.
    """
    driver = trip.driver
    since = driver.second
    trip.options["pulled"] = (since, trip.road.course(driver.along_m) + 90, kmh)
    edge = since + trip.half_width_m / (kmh / 3.6)
    driver.drive(driver.along_m + (edge - since) * 75 / 3.6 + 30_000, 75)
    trip.tell(name, since=since, minutes=(driver.second - since) / 60, counts=edge)
    end_here(trip)


def dragged_slowly(trip: Trip) -> None:
    _dragged(trip, "dragged_slowly", 12.0)


def dragged_fast(trip: Trip) -> None:
    _dragged(trip, "dragged_fast", 60.0)


def spoofed_beside_tracker(trip: Trip) -> None:
    """The lock hears a spoofer and shows itself on the road; the tractor's tracker tells where the
    truck is driven.
    """
    driver = trip.driver
    since = driver.second
    shown = driver.twin()
    shown.drive(shown.along_m + 45_000, 75)
    left = off_the_corridor(trip, 60, trip.half_width_m + 9_000, 60)
    driver.stand(20)
    trip.options["shown"] = (since, shown.way())
    trip.tell("spoofed_beside_tracker", since=since, minutes=60, counts=left)
    interval = float(trip.rng.choice(INTERVALS))
    trip.others.append(
        Receiver(f"TRACTOR-{trip.number}", driver.way(), (), trip.rng, lock=False,
                 interval_s=interval, sigma_m=sigma_m(trip.rng))
    )  # fmt: skip
    end_here(trip)


def replayed(trip: Trip) -> None:
    """A record of an hour ago is played to it while it is driven elsewhere."""
    driver = trip.driver
    since = driver.second
    back = min(3_600.0, since * 0.4)
    driver.drive(driver.along_m + 45_000, 75)
    trip.options["replayed"] = (since, driver.second, back)
    trip.tell("replayed", since=since, minutes=60)
    end_here(trip)


def frozen(trip: Trip) -> None:
    """The position stands still, the speed does not."""
    since = trip.driver.second
    trip.spell("frozen", since, since + 2_400)
    trip.driver.drive(trip.driver.along_m + 45_000, 70)
    trip.tell("frozen", since=since)


def position_lost(trip: Trip) -> None:
    """Its receiver is broken: it reports, without a position, for the rest of the day."""
    since = trip.driver.second
    trip.options["bare"] = True
    trip.spell("roofed", since, since + 4.5 * 3_600)
    trip.driver.drive(trip.driver.along_m + 40_000, 60)
    trip.driver.stand(60)
    trip.driver.drive(trip.driver.along_m + 20_000, 60)
    trip.driver.stand(140)
    trip.tell("position_lost", since=since, minutes=280)
    end_here(trip)


HERE: dict[str, Strike] = {
    "dragged_slowly": at("mid", dragged_slowly),
    "dragged_fast": at("mid", dragged_fast),
    "spoofed_beside_tracker": at("mid", spoofed_beside_tracker, "own devices"),
    "replayed": at("mid", replayed),
    "frozen": at("mid", frozen),
    "position_lost": at("mid", position_lost),
}
