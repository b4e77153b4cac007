"""How often a device reports: as it was observed, under way and at rest.

No device says it, and it differs by dialect, maker and setting: 30 s to 5 min under way, 15 to 20
min asleep. The estimate follows the gaps between its readings; in one of them, by its serials, it
may have spoken more often than it was heard (yet).
"""

from __future__ import annotations

from typing import Any

from devices.reading import SHARED_SERIALS, Reading
from tracker.domain.state import Lane

FIRST_S = 60.0
"""The estimate begins no higher: from little evidence follows no patience."""
AWAKE_S = 300.0
"""No device sleeps that reports as often: how often it did at rest, it will under way."""
BURST, FALL, DRIFT = 0.25, 0.8, 0.95
"""What is shorter than BURST of the estimate is an event's own report, and lowers it by DRIFT only;
else it falls by FALL at most."""
PACE_RISE, REST_RISE = 1.5, 4.0
"""So far it grows at most with one gap: a lost report is no other rhythm, a sleep is one."""
SLEPT, WOKEN = 2.0, 0.7
WOKEN_TIMES = 2
"""Of a device that slept (a gap longer than SLEPT of its pace) the report came early (a gap shorter
than WOKEN of its rest) because it was woken."""


def rhythm(lane: Lane, seconds: float, intervals: int = 1) -> dict[str, Any]:
    """What changes in the lane with a reading that comes so long after the one before; intervals:
    so many of its reports later.
    """
    if seconds <= 0:
        return {}
    if lane.moving:
        known = lane.pace_s or min(lane.rest_s, AWAKE_S)
        return {"pace_s": _followed(known, _each(known, seconds, intervals), PACE_RISE)}
    known = lane.rest_s
    return {"rest_s": _followed(known, _each(known, seconds, intervals), REST_RISE)}


def intervals(lane: Lane, reading: Reading) -> int:
    """How many reports after the newest of the lane this one was made, as far as serials tell."""
    if lane.seq is None or reading.seq is None or reading.dialect in SHARED_SERIALS:
        return 1
    return max(reading.seq - lane.seq, 1)


def _each(known: float, seconds: float, intervals: int) -> float:
    """One of so many intervals. What is missing explains why a gap is longer than those known, and
    makes none shorter: serials may count more than is sent.
    """
    return seconds if intervals == 1 or seconds <= known else max(seconds / intervals, known)


def woken(before: Lane, seconds: float) -> int:
    """How many times in a row a device asleep reported at once when it was moved; counted when it
    is heard under way after so long, and has stood. An event of its own looks like it, once.
    """
    if before.rest_s <= AWAKE_S or seconds <= SLEPT * before.pace_s:
        return before.wakes
    return before.wakes + 1 if seconds < WOKEN * before.rest_s else 0


def wakes(lane: Lane) -> bool:
    """While it says nothing, it was not moved."""
    return lane.wakes >= WOKEN_TIMES


def _followed(known: float, seconds: float, rise: float) -> float:
    if not known:
        return min(seconds, FIRST_S)
    if seconds >= known:
        return min(seconds, known * rise)
    return max(seconds, known * (DRIFT if seconds < known * BURST else FALL))
