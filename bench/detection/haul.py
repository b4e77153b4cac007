"""The open road: stops, jams, detours, tunnels, checkpoints and dead zones, all of them honest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.detection import places
from bench.detection.trip import Trip

PASSED_M = 150.0


@dataclass(frozen=True)
class Act:
    """What a driver does at a place. fixed: there and nowhere else; a driver who is already past
    leaves it out. room_m: how far it takes him; it is left out where something fixed comes sooner.
    """

    along_m: float
    do: Callable[[Trip], None]
    fixed: bool = False
    room_m: float = 0.0


def haul(trip: Trip, until_m: float, *, main: bool) -> None:
    """From where it is to there. main: the long part, where most incidents strike."""
    driver = trip.driver
    begins = driver.along_m
    if until_m - begins < 50:
        return
    quiet = (
        [zone for zone in places.dead_zones(trip) if begins < zone[0] and zone[1] < until_m]
        if main
        else []
    )
    acts = [act for act in _acts(trip, begins, until_m) if not _within(act, quiet)]
    if main:
        acts += _dead_zones(quiet)
        gate = begins + min(trip.between(900, 2_500), (until_m - begins) / 3)
        acts.append(Act(gate, _leaving, fixed=True))
        middle = begins + (until_m - begins) * trip.between(0.38, 0.60)
        acts.append(Act(middle, _middle, fixed=True))
    fast = 40.0 if until_m - begins < 30_000 else trip.between(68, 92)
    acts.sort(key=lambda act: act.along_m)
    for n, act in enumerate(acts):
        if act.fixed and driver.along_m > act.along_m + PASSED_M:
            continue
        room = min((a.along_m for a in acts[n + 1 :] if a.fixed), default=until_m) - act.along_m
        if act.room_m and room < act.room_m:
            continue
        if act.along_m > driver.along_m + 5:
            driver.drive(min(act.along_m, until_m), fast)
        if driver.along_m < until_m:
            act.do(trip)
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
        acts.append(Act(somewhere(), _short_stop))
    for _ in range(int(rng.poisson(min(way / 200_000 + 0.1, 2.0)))):
        acts.append(Act(somewhere(), _jam, room_m=3_000))
    for _ in range(int(rng.poisson(min(way / 150_000, 2.0)))):
        acts.append(Act(somewhere(), _tunnel))
    if way > 40_000 and trip.chance(0.35, "detour"):
        acts.append(Act(somewhere(), _detour, room_m=16_000))
    if way > 60_000 and trip.chance(0.2, "toll plaza"):
        acts.append(Act(somewhere(), _toll, room_m=500))
    if way > 150_000 and trip.chance(0.7, "planned stop"):
        at = places.planned_stop(trip, somewhere(), 45, "fuel and rest")
        if begins < at < until:
            acts.append(Act(at, _rest, fixed=True))
    if way > 60_000 and trip.chance(0.15, "weighbridge"):
        at = somewhere()
        trip.zones.append(trip.area(f"scale-{len(trip.zones)}", "waypoint", at, half_m=400))
        trip.vias.append((at, trip.zones[-1]["id"]))
        acts.append(Act(at - 100, _weighed, fixed=True))
    if way > 120_000 and trip.chance(0.5, "military checkpoint"):
        at = places.checkpoint(trip, somewhere())
        if begins < at < until:
            acts.append(Act(at, _military, fixed=True))
    return acts


def _within(act: Act, spans: list[tuple[float, float]]) -> bool:
    """Nobody stops where nothing is heard, or so near that a queue would reach into it: a dead
    zone's usual minutes are those of passing through it.
    """
    return any(into - 3_000 < act.along_m < out + 1_000 for into, out in spans)


def _dead_zones(spans: list[tuple[float, float]]) -> list[Act]:
    acts: list[Act] = []
    for into, out in spans:
        acts.append(Act(into, _into_dead_zone, fixed=True))
        acts.append(Act((into + out) / 2, _in_dead_zone, fixed=True))
        acts.append(Act(out, _out_of_dead_zone, fixed=True))
    return acts


def _into_dead_zone(trip: Trip) -> None:
    trip.spell("dead zone", trip.driver.second, trip.driver.second)


def _in_dead_zone(trip: Trip) -> None:
    trip.hook("dead_zone")


def _out_of_dead_zone(trip: Trip) -> None:
    inside = trip.spells.get("dead zone", [])
    if inside:
        since, _ = inside.pop()
        trip.spell("blind", since, trip.driver.second)


def _leaving(trip: Trip) -> None:
    trip.hook("leaving")


def _middle(trip: Trip) -> None:
    if not trip.hook("mid"):
        trip.hook("mid_if_possible")


def _short_stop(trip: Trip) -> None:
    """A call, a tyre, a coffee: below any policy's patience, and so no second one at the same spot
    (a detour has led past the places of both).
    """
    if trip.driver.stands:
        return
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
    if trip.rng.random() < 0.5:  # it has queued for the pump till then
        trip.spell("roofed", since + 200, since + 200 + 60 * trip.between(1, 15))
    driver.stand(trip.between(12, 42))


def _weighed(trip: Trip) -> None:
    """A required waypoint: driven through slowly, or a few minutes on the scale."""
    driver = trip.driver
    if trip.rng.random() < 0.5:
        driver.drive(driver.along_m + 300, 15)
    else:
        driver.stand(trip.between(1, 8))


def _military(trip: Trip) -> None:
    """Soldiers look at papers."""
    driver = trip.driver
    driver.crawl(driver.along_m + 60, trip.between(1, 6))
    driver.stand(trip.between(1, 8))
