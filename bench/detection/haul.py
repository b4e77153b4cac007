"""The open road: stops, jams, detours, tunnels, checkpoints and dead zones, all of them honest."""

from __future__ import annotations

from collections.abc import Callable

from bench.detection import places
from bench.detection.trip import Trip

Act = tuple[float, Callable[[Trip], None]]


def haul(trip: Trip, until_m: float, *, main: bool) -> None:
    """From where it is to there. main: the long part, where most incidents strike."""
    driver = trip.driver
    begins = driver.along_m
    if until_m - begins < 50:
        return
    acts = _acts(trip, begins, until_m)
    if main:
        acts += _dead_zones(trip, begins, until_m)
        acts.append((begins + min(trip.between(900, 2_500), (until_m - begins) / 3), _leaving))
        acts.append((begins + (until_m - begins) * trip.between(0.38, 0.60), _middle))
    fast = 40.0 if until_m - begins < 30_000 else trip.between(68, 92)
    for along, act in sorted(acts, key=lambda item: item[0]):
        if along > driver.along_m + 5:
            driver.drive(min(along, until_m), fast)
        if driver.along_m < until_m:
            act(trip)
        if trip.over:
            return
    if driver.aside_m:
        driver.shift(0.0, 1_000, 55.0)
    if until_m > driver.along_m:
        driver.drive(until_m, 55.0)


def _acts(trip: Trip, begins: float, until: float) -> list[Act]:
    """What an honest driver does on the way; on a short way less."""
    way, rng = until - begins, trip.rng
    acts: list[Act] = []

    def somewhere() -> float:
        """Not in the middle, where incidents strike."""
        part = trip.between(0.06, 0.36) if rng.random() < 0.5 else trip.between(0.64, 0.94)
        return begins + part * way

    for _ in range(int(rng.poisson(min(way / 90_000, 3.0)))):
        acts.append((somewhere(), _short_stop))
    for _ in range(int(rng.poisson(min(way / 200_000 + 0.1, 2.0)))):
        acts.append((somewhere(), _jam))
    for _ in range(int(rng.poisson(min(way / 150_000, 2.0)))):
        acts.append((somewhere(), _tunnel))
    if way > 40_000 and trip.chance(0.35, "detour"):
        acts.append((somewhere(), _detour))
    if way > 60_000 and trip.chance(0.2, "toll plaza"):
        acts.append((somewhere(), _toll))
    if way > 150_000 and trip.chance(0.7, "planned stop"):
        at = places.planned_stop(trip, somewhere(), 45, "fuel and rest")
        if begins < at < until:
            acts.append((at, _rest))
    if way > 120_000 and trip.chance(0.5, "military checkpoint"):
        at = places.checkpoint(trip, somewhere())
        if begins < at < until:
            acts.append((at, _military))
    return acts


def _dead_zones(trip: Trip, begins: float, until: float) -> list[Act]:
    acts: list[Act] = []
    for into, out in places.dead_zones(trip):
        if begins < into and out < until:
            acts.append((into, _into_dead_zone))
            acts.append(((into + out) / 2, _in_dead_zone))
            acts.append((out, _out_of_dead_zone))
    return acts


def _into_dead_zone(trip: Trip) -> None:
    trip.spell("dead zone", trip.driver.second, trip.driver.second)


def _in_dead_zone(trip: Trip) -> None:
    trip.hook("dead_zone")


def _out_of_dead_zone(trip: Trip) -> None:
    if "dead zone" in trip.spells and not trip.over:
        since = trip.spells["dead zone"][-1][0]
        trip.spell("blind", since, trip.driver.second)


def _leaving(trip: Trip) -> None:
    trip.hook("leaving")


def _middle(trip: Trip) -> None:
    if not trip.hook("mid"):
        trip.hook("mid_if_possible")


def _short_stop(trip: Trip) -> None:
    """A call, a tyre, a coffee: below any policy's patience."""
    trip.driver.stand(trip.between(1, 11))


def _jam(trip: Trip) -> None:
    """Stop and go over a kilometre or two, faster than it stands."""
    way = trip.between(900, 2_200)
    trip.driver.crawl(trip.driver.along_m + way, trip.between(8, 25))


def _tunnel(trip: Trip) -> None:
    since = trip.driver.second
    trip.spell("roofed", since, since + trip.between(20, 150))


def _toll(trip: Trip) -> None:
    driver, since = trip.driver, trip.driver.second
    driver.crawl(driver.along_m + 150, trip.between(1.5, 5))
    trip.spell("roofed", since, driver.second)


def _detour(trip: Trip) -> None:
    """A parallel road well within the corridor: road works, or an old road."""
    driver = trip.driver
    side = 1 if trip.rng.random() < 0.5 else -1
    driver.shift(side * trip.between(0.2, 0.7) * (trip.half_width_m - 150), 1_500, 60)
    driver.drive(driver.along_m + trip.between(3_000, 12_000), 60)
    driver.shift(0, 1_500, 60)


def _rest(trip: Trip) -> None:
    """Fuel under a canopy, food, sleep: within the plan."""
    driver, since = trip.driver, trip.driver.second
    if trip.rng.random() < 0.5:
        trip.spell("roofed", since, since + 60 * trip.between(1, 15))
    driver.stand(trip.between(12, 42))


def _military(trip: Trip) -> None:
    """Soldiers look at papers."""
    driver = trip.driver
    driver.crawl(driver.along_m + 60, trip.between(1, 6))
    driver.stand(trip.between(1, 8))
