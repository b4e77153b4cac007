"""An old track told again: the same positions, to the last digit, with new times.

No receiver meets its own positions again to 0.1 m, in the same order, while it drives. So of every
`SAMPLE`th position (by a digit of its own, so that the same are chosen again) a lane keeps the hash
and that of its successor: a few bytes for a day's way. When they come again in a row, the track is
replayed. One that is coarser than that meets itself by chance; a miss begins anew.
"""

from __future__ import annotations

from msgspec import Struct

from devices.reading import Fix

SAMPLE = 7
"""One position in so many is kept, by its latitude: a prime, for positions may be rounded."""
MARK_BYTES = 8
"""Of one kept position: 4 of its own hash, 4 of its successor's."""
MOST_BYTES = 128 * MARK_BYTES
"""So that about 1,000 positions are remembered: 17 hours at one a minute."""


class Trail(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """marks: of kept positions, the oldest first. before: the hash of the newest if it waits for
    its successor. due: what its successor was last time. met: kept positions and successors in a
    row that came again.
    """

    marks: bytes = b""
    before: int | None = None
    due: int | None = None
    met: int = 0


def followed(trail: Trail, fix: Fix) -> Trail:
    """The trail with a new position of a device that drives; the same if nothing was learnt."""
    waits, chosen = trail.before, round(fix.lat * 1e6) % SAMPLE == 0
    if waits is None and not chosen:
        return trail
    own = _hash(fix)
    marks, met, due = trail.marks, trail.met, None
    if waits is not None:
        if trail.due is not None:
            met = met + 1 if own == trail.due else 0
        else:
            mark = waits.to_bytes(4, "big") + own.to_bytes(4, "big")
            marks = (marks + mark)[-MOST_BYTES:]
    before = None
    if chosen:
        before, due = own, _successor(marks, own)
        met = met + 1 if due is not None else 0
    return Trail(marks=marks, before=before, due=due, met=met)


def _successor(marks: bytes, own: int) -> int | None:
    """What followed it the last time; None if it was never there."""
    wanted, at = own.to_bytes(4, "big"), -1
    while (at := marks.find(wanted, at + 1)) >= 0:
        if at % MARK_BYTES == 0:
            return int.from_bytes(marks[at + 4 : at + MARK_BYTES], "big")
    return None


def _hash(fix: Fix) -> int:
    """Of the position to 1e-6 degrees: 32 bits, the same in every process."""
    lat, lon = round(fix.lat * 1e6), round(fix.lon * 1e6)
    mixed = (lat * 0x9E3779B1) ^ (lon * 0x85EBCA77)
    return (mixed ^ (mixed >> 15)) & 0xFFFFFFFF
