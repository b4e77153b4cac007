"""Off the road, back along it, over another bridge: and what a thief combines it with."""

from __future__ import annotations

from bench.detection.incidents.base import Strike, at, end_here, off_the_corridor, opened
from bench.detection.roads import road
from bench.detection.trip import Trip


def far_off(trip: Trip) -> None:
    since = trip.driver.second
    left = off_the_corridor(trip, 70, 9_000 + trip.half_width_m, 60)
    trip.tell("far_off", since=since, minutes=70, counts=left)
    trip.driver.stand(40)
    end_here(trip)


def off_unheard(trip: Trip) -> None:
    """Without coverage from before the turn until it stands in a barn; told afterwards."""
    since = trip.driver.second
    off_the_corridor(trip, 60, 8_000 + trip.half_width_m, 60)
    heard = trip.driver.second + 120
    trip.spell("blind", since - 90, heard)
    trip.tell("off_unheard", since=since, minutes=80, counts=heard)
    trip.driver.stand(35)
    end_here(trip)


def beside_the_road(trip: Trip) -> None:
    """A road 600 m beyond the corridor's edge, for half an hour; the corridor is narrow here."""
    half = trip.half_width_m
    trip.document["every_leg"] = {"corridor_half_width_m": half}
    driver = trip.driver
    since = driver.second
    driver.shift(half + 600, 2_500, 60)
    left = since + (driver.second - since) * half / (half + 600)
    driver.drive(driver.along_m + 26_000, 60)
    driver.shift(0, 2_500, 60)
    trip.tell("beside_the_road", since=since, minutes=60, counts=left)
    driver.stand(1)
    end_here(trip)


def ramp_and_stop(trip: Trip) -> None:
    """Off at an exit, and stands some 900 m beyond the edge."""
    since = trip.driver.second
    left = off_the_corridor(trip, 80, trip.half_width_m + 900, 40)
    trip.tell("ramp_and_stop", since=since, minutes=60, counts=left)
    trip.driver.stand(28)
    end_here(trip)


def turns_back(trip: Trip) -> None:
    driver = trip.driver
    since = driver.second
    driver.drive(max(trip.road.middle(trip.first) + 3_000, driver.along_m - 75_000), 65)
    trip.tell("turns_back", since=since, minutes=(driver.second - since) / 60)
    driver.stand(10)
    end_here(trip)


def turns_back_late(trip: Trip) -> None:
    """In sight of the border, some 30 km of the way home."""
    driver = trip.driver
    since = driver.second
    driver.drive(driver.along_m - 32_000, 70)
    trip.tell("turns_back_late", since=since, minutes=(driver.second - since) / 60)
    driver.stand(12)
    end_here(trip)


def another_crossing(trip: Trip) -> None:
    """Declared over the one bridge of Laredo, driven over the other."""
    other = {
        "laredo-world-trade": "monterrey-laredo.colombia",
        "laredo-colombia": "monterrey-laredo.world-trade",
    }[trip.crossing]
    plan = other if trip.rng.random() < 0.5 else trip.lane
    trip.document["crossing"] = other.replace("monterrey-laredo.", "laredo-")
    trip.document["every_leg"] = {"corridor": plan}
    queue = trip.road.spans[f"{trip.crossing}.mx-queue"][0]
    hours = (queue - trip.driver.along_m) / 80_000
    lines = (trip.road, road(other, trip.rng))
    last = [line.spans.get("sabinas-hidalgo.rest", (0.0, 0.0))[1] for line in lines]
    now = trip.driver.second
    trip.tell(
        "another_crossing", since=now + min(last) / 20, minutes=hours * 60 + 900,
        counts=now + hours * 3_600,
    )  # fmt: skip


def restricted(trip: Trip) -> None:
    """A forbidden place within the corridor: in at 25 km/h, three minutes' standing, out again."""
    driver, aside = trip.driver, 0.5 * trip.half_width_m
    trip.zones.append(
        trip.area("old-warehouse", "restricted", driver.along_m + 4_000, half_m=450, aside_m=aside)
    )
    driver.shift(aside, 3_500, 60)
    since = driver.second
    driver.drive(driver.along_m + 500, 25)
    driver.stand(trip.between(3, 9))
    driver.drive(driver.along_m + 700, 25)
    trip.tell("restricted", since=since, minutes=(driver.second - since) / 60 + 5)
    driver.shift(0, 3_000, 60)


def jammed_and_gone(trip: Trip) -> None:
    """A jammer for a while, and when it is off the truck is where it should not be."""
    driver = trip.driver
    since = driver.second
    driver.drive(driver.along_m + 3_000, 70)
    off_the_corridor(trip, 60, trip.half_width_m + 5_000, 55)
    told = bool(trip.rng.random() < 0.7)
    trip.spell("jammed" if told else "quietly_jammed", since, driver.second - 180)
    trip.options["bare"] = False
    trip.tell("jammed_and_gone", since=since, minutes=60, counts=driver.second - 180)
    driver.stand(30)
    end_here(trip)


def opened_and_stopped(trip: Trip) -> None:
    """Stands at the roadside, doors open, and stands on."""
    trip.driver.stand(3)
    opened(trip, "opened_and_stopped")
    trip.driver.stand(32)
    end_here(trip)


def reappears(trip: Trip) -> None:
    """Not a word for an hour, and then it is 40 km off the road."""
    driver = trip.driver
    since = driver.second
    driver.away(trip.road.course(driver.along_m) + 75, 40_000, 60)
    heard = driver.second - 120
    trip.spell("dead", since, heard)
    trip.tell("reappears", since=since, minutes=90, counts=heard)
    driver.stand(25)
    end_here(trip)


LAREDO = ("monterrey-laredo.world-trade", "monterrey-laredo.colombia")
HERE: dict[str, Strike] = {
    "far_off": at("mid", far_off),
    "off_unheard": at("mid", off_unheard),
    "beside_the_road": at("mid", beside_the_road, "narrow"),
    "ramp_and_stop": at("mid", ramp_and_stop),
    "turns_back": at("mid", turns_back),
    "turns_back_late": at("before_border", turns_back_late, south=False),
    "another_crossing": at("leaving", another_crossing, lanes=LAREDO, south=False),
    "restricted": at("mid", restricted),
    "jammed_and_gone": at("mid", jammed_and_gone),
    "opened_and_stopped": at("mid", opened_and_stopped),
    "reappears": at("mid", reappears),
}
