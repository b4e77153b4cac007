"""Seals cut, pulled and broken: where nobody hears, where one stands lawfully, newest first."""

from __future__ import annotations

from bench.detection.incidents.base import Strike, at, closed_again, cut
from bench.detection.trip import Trip


def cut_moving(trip: Trip) -> None:
    cut(trip, "cut_moving")


def cut_short_stop(trip: Trip) -> None:
    trip.driver.stand(4)
    cut(trip, "cut_short_stop")
    trip.driver.stand(4)


def cut_unheard(trip: Trip) -> None:
    since = trip.driver.second
    trip.driver.stand(2)
    cut(trip, "cut_unheard")
    trip.driver.stand(2)
    trip.spell("blind", since - trip.between(100, 400), since + trip.between(400, 1_500))


def cut_dead_zone(trip: Trip) -> None:
    trip.driver.stand(1)
    cut(trip, "cut_dead_zone")
    trip.driver.stand(2)


def cut_in_queue(trip: Trip) -> None:
    cut(trip, "cut_in_queue")
    trip.driver.stand(3)


def cut_newest_first(trip: Trip) -> None:
    """Some time goes by in the gap, and the lock tells the end of it before its beginning."""
    since = trip.driver.second
    cut(trip, "cut_newest_first")
    trip.options["newest_first"] = True
    trip.options["says_buffered"] = bool(trip.rng.random() < 0.5)
    trip.spell("blind", since - 120, since + trip.between(600, 3_000))


def cut_after_reseal(trip: Trip) -> None:
    """The officer is gone, the truck still stands in the compound."""
    cut(trip, "cut_after_reseal")
    trip.driver.stand(4)


def cut_resealed(trip: Trip) -> None:
    trip.driver.stand(3)
    cut(trip, "cut_resealed")
    trip.driver.stand(4)
    closed_again(trip)


def cut_fixless(trip: Trip) -> None:
    cut(trip, "cut_fixless", fixless=True)


def rope_pulled(trip: Trip) -> None:
    trip.driver.stand(5)
    trip.tell("rope_pulled", since=trip.driver.second)
    trip.say("open", "rope_out", number=None)
    trip.driver.stand(4)


def shell_opened(trip: Trip) -> None:
    """The cover, then movement, while it stands."""
    trip.driver.stand(3)
    since = trip.driver.second
    trip.tell("shell_opened", since=since)
    trip.say("sealed", "cover_opened")
    trip.say("tampered", "vibration", number=trip.seal, second=since + 40)
    trip.driver.stand(6)


def motor_stuck(trip: Trip) -> None:
    trip.driver.stand(3)
    trip.tell("motor_stuck", since=trip.driver.second)
    trip.say("sealed", "motor_stuck")
    trip.say("sealed", None, second=trip.driver.second + 60)
    trip.driver.stand(4)


def lock_count_changed(trip: Trip) -> None:
    """It comes out of a gap as it went in, but it was locked once more meanwhile."""
    since = trip.driver.second
    trip.tell("lock_count_changed", since=since, counts=since + 1_200)
    trip.say("sealed", None, lock_count=trip.seals, second=since - 1)
    trip.say("sealed", None, lock_count=trip.seals + 1, second=since + 1_200)
    trip.driver.stand(5)
    trip.spell("dead", since, since + 1_195)
    trip.driver.drive(trip.driver.along_m + 24_000, 75)


HERE: dict[str, Strike] = {
    "cut_moving": at("mid", cut_moving),
    "cut_short_stop": at("mid", cut_short_stop),
    "cut_unheard": at("mid", cut_unheard),
    "cut_dead_zone": at("dead_zone", cut_dead_zone),
    "cut_in_queue": at("queue", cut_in_queue),
    "cut_newest_first": at("mid", cut_newest_first),
    "cut_after_reseal": at("resealed", cut_after_reseal, "red light"),
    "cut_resealed": at("mid", cut_resealed),
    "cut_fixless": at("mid", cut_fixless),
    "rope_pulled": at("mid", rope_pulled),
    "shell_opened": at("mid", shell_opened),
    "motor_stuck": at("mid", motor_stuck),
    "lock_count_changed": at("mid", lock_count_changed),
}
