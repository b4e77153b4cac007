"""What incidents share: when they strike, what they need, and moves that several make."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bench.detection.seal_words import CARD
from bench.detection.trip import Hook, Trip

STRANGE_CARD = {"kind": "rfid", "id": "card-13"}


@dataclass(frozen=True)
class Strike:
    """stage: of the journey; needs: traits it must have ("own devices": nobody amends which
    there are); lanes: those where it can happen, none for any long one; south: whether it happens
    southwards too.
    """

    stage: str
    hook: Hook
    needs: frozenset[str] = field(default_factory=frozenset)
    lanes: tuple[str, ...] = ()
    south: bool = True


def at(
    stage: str, hook: Hook, *needs: str, lanes: tuple[str, ...] = (), south: bool = True
) -> Strike:
    return Strike(stage, hook, frozenset(needs), lanes, south)


def cut(trip: Trip, name: str, **more: object) -> None:
    """Cut, and the lock says so at once. The rest of the way it goes on saying that it is cut."""
    trip.tell(name, since=trip.driver.second)
    trip.say("cut", "cut", number=trip.seal, **more)


def opened(trip: Trip, name: str, *, card: dict[str, str] | None = CARD, **more: object) -> None:
    trip.tell(name, since=trip.driver.second)
    trip.say("open", "opened", credential=card, **more)


def closed_again(trip: Trip) -> None:
    trip.say("sealed", "sealed", lock_count=trip.seals + 4)


def off_the_corridor(trip: Trip, angle: float, distance_m: float, kmh: float) -> float:
    """Leaves the road at an angle; the second at which it passes the corridor's edge."""
    driver = trip.driver
    since = driver.second
    driver.away(trip.road.course(driver.along_m) + angle, distance_m, kmh)
    edge = trip.half_width_m / max(math.sin(math.radians(abs(angle))), 0.3)
    return since + edge / (kmh / 3.6)


def end_here(trip: Trip) -> None:
    """The journey ends where it is: nobody closes the shipment."""
    trip.over = True
