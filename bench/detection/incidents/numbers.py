"""Seal numbers, sealing and release: what the lock tells against what people declare."""

from __future__ import annotations

from datetime import timedelta

from bench.detection.incidents.base import Strike, at
from bench.detection.seal_words import CARD
from bench.detection.trip import Trip
from tracker.domain.command import Authorise, CloseShipment, RecordSeal
from tracker.domain.shipment import Authorisation


def left_unsealed(trip: Trip) -> None:
    """The doors are shut, the lock hangs there unarmed, and off it goes."""
    trip.options["unsealed"] = True
    trip.tell("left_unsealed", since=trip.driver.second, minutes=90)


def left_unsealed_mute(trip: Trip) -> None:
    """The lock has not said a word of its seal when the truck leaves, nor afterwards."""
    trip.options["unsealed"] = True
    trip.words.clear()
    trip.say("unknown", None, second=0.0, mute=True)
    trip.tell("left_unsealed_mute", since=trip.driver.second, minutes=120)


def _opened_by_leave(trip: Trip) -> str:
    zone = f"{trip.crossing}.mx-compound"
    leave = Authorisation(zone=zone, agency="aduana", reason="inspection", credential=CARD["id"])
    trip.driver.stand(6)
    trip.command(Authorise(at=trip.at() - timedelta(minutes=2), by="broker", authorisation=leave))
    trip.say("open", "opened", credential=CARD)
    trip.driver.stand(14)
    return zone


def _recorded(trip: Trip, zone: str, number: str, second: float) -> None:
    trip.command(
        RecordSeal(at=trip.at(second), by="broker", number=number, device=trip.lock, zone=zone,
                   officer="Officer", agency="aduana", reason="inspection", verified=True)
    )  # fmt: skip


def left_customs_open(trip: Trip) -> None:
    """Opened by leave, and never closed again: the truck rolls on to the bridge."""
    _opened_by_leave(trip)
    trip.tell("left_customs_open", since=trip.driver.second, minutes=120)


def wrong_number(trip: Trip) -> None:
    """The manifest has one number, the lock at its closing another."""
    trip.driver.stand(2)
    trip.tell("wrong_number", since=trip.driver.second)
    trip.seal = f"ZZ{trip.number:06d}"


def told_then_recorded(trip: Trip) -> None:
    zone = _opened_by_leave(trip)
    trip.seal, other = trip.new_seal(), trip.new_seal()
    trip.say("sealed", "sealed", lock_count=2)
    trip.tell("told_then_recorded", since=trip.driver.second, minutes=90)
    _recorded(trip, zone, other, trip.driver.second + 60 * trip.between(1, 8))
    trip.driver.stand(12)


def recorded_then_told(trip: Trip) -> None:
    zone = _opened_by_leave(trip)
    trip.seal, other = trip.new_seal(), trip.new_seal()
    trip.tell("recorded_then_told", since=trip.driver.second - 120, minutes=90)
    _recorded(trip, zone, other, trip.driver.second - 100)
    trip.say("sealed", "sealed", lock_count=2)
    trip.driver.stand(12)


def old_number_again(trip: Trip) -> None:
    """The broken seal's number is written down for the new one, and the lock tells it too."""
    zone = _opened_by_leave(trip)
    trip.tell("old_number_again", since=trip.driver.second, minutes=90)
    _recorded(trip, zone, trip.seal, trip.driver.second + 90)
    trip.say("sealed", "sealed", lock_count=2)
    trip.driver.stand(8)


def released_elsewhere(trip: Trip) -> None:
    """Somebody signs for the cargo at the roadside, 100 km from the consignee."""
    trip.driver.stand(6)
    trip.tell("released_elsewhere", since=trip.driver.second)
    trip.command(CloseShipment(at=trip.at() + timedelta(minutes=2), by="dispatch",
                               number=trip.seal))  # fmt: skip
    trip.driver.stand(8)
    trip.over = True


HERE: dict[str, Strike] = {
    "left_unsealed": at("plant", left_unsealed),
    "left_unsealed_mute": at("plant", left_unsealed_mute),
    "left_customs_open": at("compound", left_customs_open),
    "wrong_number": at("plant", wrong_number),
    "told_then_recorded": at("compound", told_then_recorded),
    "recorded_then_told": at("compound", recorded_then_told),
    "old_number_again": at("compound", old_number_again),
    "released_elsewhere": at("mid", released_elsewhere),
}
