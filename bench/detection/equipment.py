"""What hangs on the truck: honest devices of many habits, and a second one on the tractor."""

from __future__ import annotations

from typing import Any

from bench.detection.dirt import sigma_m
from bench.detection.receiver import Receiver
from bench.detection.roads import Way
from bench.detection.trip import INTERVALS, Trip

SPELLS = ("roofed", "blind", "lost", "slow_link", "dead", "jammed", "quietly_jammed", "canyon",
          "frozen")  # fmt: skip
LOCAL_ZONES = {"south": "America/Chicago", "border": "America/Matamoros"}
"""Border cities follow the summer time of the United States; the rest of Mexico has none."""


def equipped(trip: Trip, way: Way) -> dict[str, Any]:
    """The lock's habits on this trip. What an incident has set goes before."""
    rng = trip.rng
    _coverage(trip)
    options: dict[str, Any] = {
        "interval_s": trip.interval_s,
        "sleeps_s": trip.between(900, 1_200) if trip.chance(0.3, "sleeps") else None,
        "sigma_m": sigma_m(rng),
        "vibrates_per_h": float(rng.choice((0.0, 0.5, 3.0))),
        "shakes_unsealed": trip.chance(0.5, "shaken at the dock"),
        "newest_first": bool(rng.random() < 0.3),
        "says_buffered": bool(rng.random() < 0.7),
        "bare": trip.chance(0.15, "says little"),
        "battery": (float(rng.uniform(70, 100)), float(rng.uniform(0.3, 4.0))),
    }
    if trip.chance(0.2, "clock off"):
        options["skew_s"] = trip.between(-300, 300)
    if trip.chance(0.35 if trip.summer_time else 0.04, "local time"):
        options["clock"] = LOCAL_ZONES["border" if rng.random() < 0.5 else "south"]
    if trip.chance(0.06, "counter restarts"):
        options["rebooted"] = [trip.between(0, way.end)]
    spells = {name: tuple(trip.spells.get(name, ())) for name in SPELLS}
    return options | spells | trip.options


def _coverage(trip: Trip) -> None:
    """Gaps of 1 to 7 min that nobody listed, some of them for good; slow links; high houses."""
    rng, end = trip.rng, trip.driver.second
    for _ in range(int(rng.poisson(1.5))):
        since = trip.between(0, end)
        trip.spell("blind", since, since + trip.between(60, 420))
    if trip.chance(0.15, "loses messages"):
        since = trip.between(0, end)
        trip.spell("lost", since, since + trip.between(30, 240))
    if trip.chance(0.1, "slow link"):
        since = trip.between(0, end)
        trip.spell("slow_link", since, since + 60 * trip.between(20, 90))
    if trip.chance(0.4, "high houses"):
        trip.spell("canyon", 0.0, trip.spells["loaded"][0][1] + trip.between(600, 1_800))
    if trip.chance(0.3, "high houses at the end"):
        trip.spell("canyon", end - trip.between(900, 5_400), end)


def trackers(trip: Trip, way: Way, lock: dict[str, Any]) -> list[Receiver]:
    """Perhaps one on the tractor, with an interval of its own. Where the tractor changes, its
    tracker is another one too, and the shipment's file is amended; the first falls silent then.
    """
    swaps = trip.spells.get("swap", [])
    spells = {name: lock[name] for name in ("roofed", "blind", "canyon")}
    amended = "another tractor's tracker" in trip.traits
    if trip.others or (swaps and not amended):
        return []
    if not amended and not trip.chance(0.35, "tracker"):
        return []
    out = [_tracker(trip, f"TRACTOR-{trip.number}", way, spells)]
    if amended:
        swapped = swaps[0][0]
        out[0].dead = [(swapped + 30, 1e9)]
        second = _tracker(trip, f"TRACTOR-{trip.number}-2", way, spells)
        second.dead = [(0.0, swapped + 90)]
        out.append(second)
    return out


def _tracker(trip: Trip, name: str, way: Way, spells: dict[str, Any]) -> Receiver:
    return Receiver(
        name, way, (), trip.rng, lock=False, interval_s=float(trip.rng.choice(INTERVALS)),
        sigma_m=sigma_m(trip.rng), bare=bool(trip.rng.random() < 0.2), **spells,
    )  # fmt: skip
