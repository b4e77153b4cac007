"""What goes wrong: each incident is a hook into a trip, and says what should be told of it.

Drawn hard on purpose: a cut where nobody hears, a road 600 m beside the planned one, an exit ramp
and a stop, a spoofer who drags the position off at walking pace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bench.detection.dirt import CARD, Receiver
from bench.detection.journeys import Hook, Trip
from bench.detection.roads import Driver, road
from tracker.domain.command import Authorise, RecordSeal
from tracker.domain.shipment import Authorisation

SEAL = {"seal_tampered", "seal_opened"}
LOOK = {"route_deviation", "unplanned_stop", "silence", "jamming", "likely_theft", "turning_back",
        "devices_apart", "wrong_crossing", "backtracking", "position_not_credible"}  # fmt: skip


def _cut(trip: Trip, label: str, *, stands: float = 0.0) -> None:
    if stands:
        trip.driver.stand(stands / 2)
    since = trip.driver.second
    trip.say("cut", "cut", number=trip.seal)
    trip.tell(label, "seal", {"seal_tampered"}, since=since)
    trip.driver.stand(stands / 2)


def cut_moving(trip: Trip) -> None:
    _cut(trip, "cut while moving")


def cut_at_a_short_stop(trip: Trip) -> None:
    _cut(trip, "cut at a short stop", stands=8)


def cut_where_nobody_hears(trip: Trip) -> None:
    since = trip.driver.second
    spells = [(since - 400, since + 1_500)]
    _cut(trip, "cut without coverage", stands=4)
    trip.options["blind"] = spells


def cut_and_resealed(trip: Trip) -> None:
    _cut(trip, "cut and resealed", stands=6)
    trip.say("sealed", "sealed", lock_count=7)


def opened_at_the_roadside(trip: Trip) -> None:
    trip.driver.stand(5)
    since = trip.driver.second
    trip.say("open", "opened", credential=CARD)
    trip.tell("opened at the roadside", "seal", {"seal_opened"}, since=since)
    trip.driver.stand(4)
    trip.say("sealed", "sealed", lock_count=5)


def opened_while_rolling(trip: Trip) -> None:
    since = trip.driver.second
    trip.say("open", "opened", credential=CARD)
    trip.tell("opened while rolling", "seal", {"seal_opened"}, since=since)


def opened_without_a_card(trip: Trip) -> None:
    trip.driver.stand(10)
    since = trip.driver.second
    trip.say("open", "opened")
    trip.tell("opened without a credential", "seal", {"seal_opened"}, since=since)
    trip.driver.stand(15)


def opened_at_state_inspection(trip: Trip) -> None:
    trip.driver.stand(5)
    since = trip.driver.second
    trip.say("open", "opened", credential=CARD)
    trip.tell("opened at state inspection", "seal", {"seal_opened"}, since=since)
    trip.driver.stand(15)


def shell_opened_at_rest(trip: Trip) -> None:
    trip.driver.stand(3)
    since = trip.driver.second
    trip.say("sealed", "cover_opened")
    trip.say("tampered", "vibration", number=trip.seal, second=since + 40)
    trip.tell("shell opened at rest", "seal", {"seal_tampered"}, since=since)
    trip.driver.stand(6)


def left_unsealed(trip: Trip) -> None:
    trip.options["unsealed"] = True
    trip.tell("left the plant unsealed", "seal",
              {"seal_unsealed_departure", "seal_sealing", "left_unsealed"},
              since=trip.driver.second, minutes=90)  # fmt: skip


def another_number_recorded(trip: Trip) -> None:
    """The lock tells one number at its closing; the officer's paper has another."""
    zone = f"{trip.crossing}.mx-compound"
    leave = Authorisation(zone=zone, agency="aduana", reason="inspection", credential=CARD["id"])
    trip.command(Authorise(at=trip.at(), by="broker", authorisation=leave))
    trip.driver.stand(5)
    trip.say("open", "opened", credential=CARD)
    trip.driver.stand(12)
    trip.seal = trip.new_seal()
    trip.say("sealed", "sealed", lock_count=2)
    since = trip.driver.second
    other = trip.new_seal()
    trip.command(
        RecordSeal(at=trip.at() + timedelta(minutes=3), by="broker", number=other, zone=zone,
                   officer="Officer", agency="aduana", reason="inspection", verified=True)
    )  # fmt: skip
    trip.tell("told one number, recorded another", "seal", {"seal_number", "seal_resealed"},
              since=since, minutes=90)  # fmt: skip
    trip.driver.stand(8)


def wrong_cards(trip: Trip) -> None:
    trip.driver.stand(3)
    since = trip.driver.second
    for number in range(3):
        trip.say("sealed", "wrong_card", second=since + 90 * number,
                 credential={"kind": "rfid", "id": "card-13"})  # fmt: skip
    trip.tell("three wrong cards", "seal", {"unlock_refused"}, since=since)
    trip.driver.stand(8)


# Diversions


def far_off(trip: Trip) -> None:
    since = trip.driver.second
    trip.driver.away(trip.road.course(trip.driver.along_m) + 70, 14_000, 60)
    trip.driver.stand(40)
    trip.over = True
    trip.tell("leaves for a warehouse", "diversion", {"route_deviation", "likely_theft"},
              since=since, minutes=70, acts=LOOK)  # fmt: skip


def beside_the_road(trip: Trip) -> None:
    """A road some 600 m beyond the corridor's edge, for half an hour."""
    trip.document["legs"] = [{"from": trip.first, "to": trip.last, "corridor": trip.lane,
                              "custodian": "norte", "corridor_half_width_m": 400}]  # fmt: skip
    driver = trip.driver
    since = driver.second
    driver.shift(1_000, 2_500, 60)
    driver.drive(driver.along_m + 30_000, 60)
    driver.shift(0, 2_500, 60)
    trip.tell("a parallel road 600 m beyond the edge", "diversion", {"route_deviation"},
              since=since, minutes=60, acts=LOOK, grave=False)  # fmt: skip


def exit_ramp_and_stop(trip: Trip) -> None:
    driver = trip.driver
    half = trip.road.corridor.half_width_m or 500.0
    since = driver.second
    driver.away(trip.road.course(driver.along_m) + 80, half + 900, 40)
    driver.stand(25)
    trip.over = True
    trip.tell("off by a ramp, and stands", "diversion",
              {"route_deviation", "unplanned_stop", "likely_theft"},
              since=since, minutes=60, acts=LOOK)  # fmt: skip


def turns_back(trip: Trip) -> None:
    driver = trip.driver
    since = driver.second
    driver.drive(max(trip.road.middle(trip.first) + 3_000, driver.along_m - 75_000), 65)
    trip.over = True
    trip.tell("turns round and drives home", "diversion", {"turning_back", "backtracking"},
              since=since, minutes=80, acts=LOOK)  # fmt: skip


def another_crossing(trip: Trip) -> None:
    """Declared over the one bridge, driven over the other."""
    trip.document["crossing"] = "laredo-colombia"
    trip.tell("over another bridge", "diversion", {"wrong_crossing"}, since=trip.driver.second,
              minutes=600, acts=LOOK)  # fmt: skip


def jammed_and_gone(trip: Trip) -> None:
    driver = trip.driver
    since = driver.second
    driver.away(trip.road.course(driver.along_m) + 60, 9_000, 55)
    driver.stand(30)
    trip.options["jammed"] = [(since - 60, since + 1_200)]
    trip.over = True
    trip.tell("jammed, and off the route", "diversion", {"likely_theft", "jamming"},
              since=since - 60, minutes=60, acts=LOOK)  # fmt: skip


def parted(trip: Trip) -> None:
    """The tractor is left standing; the trailer with its lock goes on without it."""
    driver = trip.driver
    tractor = Driver(trip.road, trip.rng)
    tractor.knots, tractor.along_m = list(driver.knots), driver.along_m
    tractor.second = driver.second
    tractor.stand(60)
    since = driver.second
    driver.stand(6)
    driver.drive(min(driver.along_m + 55_000, trip.road.length_m * 0.8), 70)
    trip.over = True
    trip.others.append(Receiver(f"TRACTOR-{trip.number}", tractor.way(), (), trip.rng, lock=False))
    trip.tell("the trailer goes on without its tractor", "diversion", {"devices_apart"},
              since=since, minutes=70, acts=LOOK)  # fmt: skip


def dragged_off(trip: Trip) -> None:
    """A spoofer draws the shown position along the road; the truck itself is driven away."""
    driver = trip.driver
    since = driver.second
    course = trip.road.course(driver.along_m)
    driver.stand(1)
    driver.drive(min(driver.along_m + 30_000, trip.road.length_m * 0.8), 75)
    trip.options["pulled"] = (since, course + 90, 25.0)
    trip.over = True
    trip.tell("dragged off slowly by a spoofer", "other",
              {"route_deviation", "position_not_credible"}, since=since, minutes=70,
              acts=LOOK, grave=False)  # fmt: skip


# The rest


def stands_too_long(trip: Trip) -> None:
    since = trip.driver.second
    trip.driver.stand(45)
    trip.tell("stands where no stop is planned", "other", {"unplanned_stop"}, since=since)


def falls_silent(trip: Trip) -> None:
    since = trip.driver.second
    trip.options["dead"] = [(since, 1e9)]
    trip.driver.drive(trip.driver.along_m + 40_000, 75)
    trip.over = True
    trip.tell("falls silent while moving", "other", {"silence"}, since=since, grave=False)


def jammed(trip: Trip) -> None:
    since = trip.driver.second
    trip.options["jammed"] = [(since, since + 900)]
    trip.tell("jammed while driving", "other", {"jamming", "likely_theft"}, since=since)


def frozen(trip: Trip) -> None:
    since = trip.driver.second
    trip.options["frozen"] = [(since, since + 2_400)]
    trip.tell("position frozen while driving", "other",
              {"position_not_credible", "position_frozen", "position_lost"},
              since=since, grave=False)  # fmt: skip


def battery_ends(trip: Trip) -> None:
    hours = max(trip.driver.second / 3600, 0.2)
    trip.options["battery"] = (45.0, 20.0 / hours)
    trip.tell("the battery ends", "other", {"battery_low"}, since=trip.driver.second,
              minutes=600, grave=False)  # fmt: skip


def clock_off(trip: Trip) -> None:
    trip.options["skew_s"] = -6 * 3600.0
    trip.tell("its clock shows local time", "other", {"clock_off"}, since=0.0, minutes=600,
              grave=False)  # fmt: skip


def late(trip: Trip) -> None:
    due = trip.at() + timedelta(minutes=20)
    trip.document["legs"] = [{"from": trip.first, "to": trip.last, "corridor": trip.lane,
                              "custodian": "norte", "latest": due.isoformat()}]  # fmt: skip
    trip.tell("later than promised", "other", {"overdue"}, since=trip.driver.second + 1_200,
              minutes=90, grave=False)  # fmt: skip


ALL: dict[str, tuple[str, Callable[[Trip], None]]] = {
    function.__name__: (stage, function)
    for stage, functions in {
        "plant": (left_unsealed, another_crossing, clock_off),
        "mid": (
            cut_moving, cut_at_a_short_stop, cut_where_nobody_hears, cut_and_resealed,
            opened_at_the_roadside, opened_while_rolling, opened_without_a_card,
            shell_opened_at_rest, wrong_cards, far_off, beside_the_road, exit_ramp_and_stop,
            turns_back, jammed_and_gone, parted, dragged_off, stands_too_long, falls_silent,
            jammed, frozen, battery_ends, late,
        ),
        "compound": (another_number_recorded,),
        "inspection": (opened_at_state_inspection,),
    }.items()
    for function in functions
}  # fmt: skip
"""Name -> the stage at which it strikes, and what it does."""
LANES = {
    "another_crossing": ("monterrey-laredo.world-trade",),
    "opened_at_state_inspection": ("monterrey-laredo.world-trade", "monterrey-laredo.colombia"),
}
"""Where an incident can happen at all; the rest anywhere on a long road."""


def hooks(name: str) -> dict[str, Hook]:
    stage, function = ALL[name]
    return {stage: function}


def fits(name: str, lane: str, rng_seed: int = 0) -> bool:
    import numpy as np

    if name in LANES:
        return lane in LANES[name]
    return road(lane, np.random.default_rng(rng_seed)).length_m > 150_000
