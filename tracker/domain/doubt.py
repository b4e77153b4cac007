"""What is wrong with a fix that is not believed, with the numbers that show it."""

from __future__ import annotations

import enum

from msgspec import Struct

from devices.reading import Fix
from tracker.domain.geo import metres_between
from tracker.domain.own_word import Gap
from tracker.domain.policy import Policy


class Fault(enum.StrEnum):
    """What is wrong with a fix that is not believed."""

    ZERO = "zero"
    """A coordinate is zero: the receiver did not have it."""
    SIGN = "sign"
    """With the other sign of a coordinate it is where the truck can be."""
    SWAPPED = "swapped"
    """With latitude and longitude exchanged it is where the truck can be."""
    SATELLITES = "satellites"
    """It comes from no satellites, and yet says that the truck is somewhere else."""
    SPEED = "speed"
    """No truck gets there in that time."""
    CELL = "cell"
    """It is too far from the cell that the device is connected to."""
    COURSE = "course"
    """It moves otherwise than the course that the receiver tells."""
    OWN_SPEED = "own_speed"
    """It moves otherwise than the speed that the receiver tells."""
    REPLAYED = "replayed"
    """Its positions are those of an old track, to the last digit."""
    TWIN = "twin"
    """It goes on where earlier such fixes were: two devices with one number."""
    FROZEN = "frozen"
    """At speed, exactly where the last one was."""

    @property
    def receivers(self) -> bool:
        """The receiver itself shows that it had no position: nobody deceives by that."""
        return self in (Fault.ZERO, Fault.SATELLITES)

    @property
    def place(self) -> bool:
        """The truck cannot be there at all; the others are believed when they show it again."""
        return self not in (Fault.COURSE, Fault.OWN_SPEED, Fault.REPLAYED, Fault.FROZEN)


class Way(Struct, frozen=True, gc=False):
    """From the last believed fix: how far, in what time, and how fast that is on average."""

    metres: float
    seconds: float
    kmh: float


class Doubt(Struct, frozen=True, kw_only=True):
    """Why `fix` is not believed. coordinate: the faulty one, "lat", "lon" or both; "" for none.
    way: None where there is no believed fix before it. gap: between its receiver's word and way.
    cell_m: metres beyond its cell's range. times: positions that came again, or returns to the
    second way. sustained: it is no single one, whatever came before. last: the believed one.
    """

    fix: Fix
    fault: Fault
    coordinate: str = ""
    way: Way | None = None
    gap: Gap | None = None
    cell_m: float | None = None
    times: int = 0
    sustained: bool = False
    last: Fix | None = None

    def jumped_m(self, policy: Policy) -> float:
        """How far it is beyond where the truck may have driven to since the last believed fix, at
        the speed that the receiver tells: so far the receiver jumped, if it did. Metres.
        """
        if self.way is None:
            return 0.0
        told = self.fix.speed_kmh
        kmh = policy.road_kmh if told is None else min(told, policy.credible_kmh)
        return max(self.way.metres - kmh / 3.6 * self.way.seconds, 0.0)


def implied_kmh(a: Fix, b: Fix) -> float:
    """Mean speed from `a` to the later `b`; a second is the least that a clock resolves."""
    seconds = max((b.time - a.time).total_seconds(), 1.0)
    return metres_between(a.lat, a.lon, b.lat, b.lon) / seconds * 3.6
