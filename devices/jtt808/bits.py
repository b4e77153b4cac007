"""The alarm and status words of a position (0200), by who speaks.

- STANDARD: JT/T 808-2011 and 2013. 15 to 17 are reserved there, and 18 is the day's driving time:
  no tampering and no low battery, whatever some trackers put there.
- EDITION_2019: JT/T 808-2019, which gave bits 15 to 18 meanings of its own.
- AOVX: trackers whose extension F2 begins with AOVX_: 16 is movement.
- JOINTECH: JT709 and its kin. The maker's manual has 16 cover opened, 17 and 18 fence entered and
  left, 7 low battery; status 20 rope out, 21 motor open, 24 to 27 what woke the lock.
- TAMPER: G-360P and G-508P, by the model of their registration: 0 and 4 removed, 1 tampered with.

Of the seal: a Jointech lock is SEALED when rope and motor are shut, else OPEN (the maker's own
rule). Rope and motor are levels, told in every frame: `extra` has them; they become events only
where the rope woke the lock. Status bit 7 is the back cover; which way round, the manual does not
say, so it is kept as sent (`back_cover`), and the event comes from alarm bit 16 alone.
Bits without a name are kept by number, "alarm_bit_22", "status_bit_9".
"""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import Any, NamedTuple

from devices.common.jointech_seal import NO_WAKE, WAKE
from devices.reading import SealCondition, SealEvent, SealReport


class Kind(enum.Enum):
    """Who speaks, as far as the meaning of its bits goes."""

    STANDARD = "standard"
    EDITION_2019 = "2019 edition"
    JOINTECH = "Jointech"
    TAMPER = "G-360P, G-508P"
    AOVX = "AOVX"


Table = dict[int, str | SealEvent | SealCondition]

_COMMON: Table = {
    0: "sos",
    1: "overspeed",
    2: "fatigue",
    3: "danger_warning",
    4: "gnss_fault",
    5: "gnss_antenna_cut",
    6: "gnss_antenna_short",
    7: "low_power",
    8: "power_off",
    9: "display_fault",
    10: "tts_fault",
    11: "camera_fault",
    12: "card_reader_fault",
    13: "overspeed_warning",
    14: "fatigue_warning",
    19: "parking",
    20: "geofence",
    21: "route_crossed",
    22: "route_time",
    23: "lane_departure",
    24: "speed_sensor_fault",
    25: "fuel_abnormal",
    26: "stolen",
    27: "illegal_ignition",
    28: "movement",
    29: "collision",
    30: "rollover",
    31: "door_opened",
}
ALARMS: dict[Kind, Table] = {
    Kind.STANDARD: {
        **_COMMON,
        18: "driving_hours",
    },
    Kind.AOVX: {**_COMMON, 16: "movement"},
    Kind.EDITION_2019: {
        **_COMMON,
        15: "illegal_driving",
        16: "tyre_pressure",
        17: "blind_spot",
        18: "driving_hours",
    },
    Kind.JOINTECH: {
        **_COMMON,
        7: SealEvent.LOW_BATTERY,
        15: SealEvent.VIBRATION,
        16: SealEvent.COVER_OPENED,
        17: "fence_entered",
        18: "fence_left",
    },
}
ALARMS[Kind.TAMPER] = ALARMS[Kind.STANDARD] | dict.fromkeys((0, 1, 4), SealCondition.TAMPERED)

FIXED, SOUTH, WEST, LBS = 1, 2, 3, 6
"""Status bits of the position; LBS (located by cell) is Jointech's."""
GPS, ROPE_OUT, MOTOR_OPEN = 18, 20, 21
_WAKE_SHIFT, _WAKE_MASK = 24, 0xF
ROPE_WOKE = 4

_PLACED_NAMES: Table = {FIXED: "fixed", SOUTH: "south", WEST: "west"}
STATUSES: dict[Kind, Table] = {
    Kind.STANDARD: {
        **_PLACED_NAMES,
        0: "acc",
        4: "out_of_service",
        5: "coordinates_encrypted",
        10: "blocked",
        11: "power_cut",
        12: "doors_locked",
        13: "door_1",
        14: "door_2",
        15: "door_3",
        16: "door_4",
        17: "door_5",
        18: "gps",
        19: "beidou",
        20: "glonass",
        21: "galileo",
        22: "moving",
    },
    Kind.JOINTECH: {
        **_PLACED_NAMES,
        0: "acc",
        LBS: "lbs",
        7: "back_cover",
        10: "blocked",
        GPS: "gps",
        ROPE_OUT: "rope_out",
        MOTOR_OPEN: "motor_open",
        **{24 + bit: f"woken_by_{1 << bit}" for bit in range(4)},
    },
}
_PLACED = {FIXED, SOUTH, WEST}
_LEVELS = {7, ROPE_OUT, MOTOR_OPEN, *range(24, 28)}


class Words(NamedTuple):
    """What an alarm and a status word say together; shared, so `extra` is not to be changed.

    coarse: the position is that of a cell.
    """

    seal: SealReport | None
    extra: dict[str, Any]
    fixed: bool
    coarse: bool
    south: bool
    west: bool


@lru_cache(maxsize=16_384)
def words(alarm: int, status: int, kind: Kind) -> Words:
    """Both words, 32 bits each."""
    jointech = kind is Kind.JOINTECH
    told = [ALARMS[kind].get(bit, f"alarm_bit_{bit}") for bit in _bits(alarm)]
    known = statuses(kind)
    spent = _PLACED | _LEVELS if jointech else _PLACED
    told += [known.get(bit, f"status_bit_{bit}") for bit in _bits(status) if bit not in spent]
    extra: dict[str, Any] = {name: True for name in told if type(name) is str}
    events = {event for event in told if isinstance(event, SealEvent)}
    condition = next((one for one in told if isinstance(one, SealCondition)), None)
    fixed = bool(status >> FIXED & 1)
    coarse = False
    if jointech:
        condition = _levels(status, events, extra)
        fixed = fixed or bool(status >> GPS & 1)
        coarse = not fixed and bool(status >> LBS & 1)
    seal = None
    if events or condition is not None:
        seal = SealReport(condition=condition, events=frozenset(events))
    south, west = bool(status >> SOUTH & 1), bool(status >> WEST & 1)
    return Words(seal, extra, fixed or coarse, coarse, south, west)


def statuses(kind: Kind) -> Table:
    """The status bits of a kind, those of the position and of the lock's levels too."""
    return STATUSES[Kind.JOINTECH if kind is Kind.JOINTECH else Kind.STANDARD]


def _levels(status: int, events: set[SealEvent], extra: dict[str, Any]) -> SealCondition:
    """A Jointech lock's condition; its levels go to `extra`, what the rope did to `events`."""
    rope_out, motor_open = bool(status >> ROPE_OUT & 1), bool(status >> MOTOR_OPEN & 1)
    extra["rope_in"], extra["motor_locked"] = not rope_out, not motor_open
    extra["back_cover"] = status >> 7 & 1
    wake = status >> _WAKE_SHIFT & _WAKE_MASK
    if wake != NO_WAKE:
        extra["wake"] = WAKE.get(wake, wake)
    if wake == ROPE_WOKE:
        events.add(SealEvent.ROPE_OUT if rope_out else SealEvent.ROPE_IN)
    return SealCondition.OPEN if rope_out or motor_open else SealCondition.SEALED


def named(word: int, table: Table, kind: str) -> str:
    """The bits that are set, in words. kind: "alarm" or "status"."""
    names = [f"{table.get(bit, f'{kind}_bit_{bit}')} (bit {bit})" for bit in _bits(word)]
    return ", ".join(name.replace("_", " ") for name in names) or "none set"


def _bits(word: int) -> list[int]:
    return [bit for bit in range(32) if word >> bit & 1]
