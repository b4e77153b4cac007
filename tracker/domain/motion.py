"""From one reading to the next: which fix to believe, which zones are entered, who stands still.

What real receivers do decides this (measured): parked devices jump 200 m while claiming 1.7 m, and
tracks hold single jumps of kilometres. So one fix never changes a zone, a stop or a position that
it contradicts; the second that agrees does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.reading import Fix, NoFix, Reading
from geofences.placement import Placement
from tracker.domain.geo import metres_between
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Halt, Lane, Sighting

STRONG_GSM = (0, 31)
"""3GPP TS 27.007 +CSQ: 0 is -113 dBm, each step 2 dB, 31 is -51 dBm or more; 99 is unknown."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What changed in a lane with one reading. `fix` is None unless it is new and believed.

    entered, left: zone -> the fix that first showed it. passed: zones that the straight way from
    the last fix ran through, and that hold neither of the two.
    """

    fix: Fix | None = None
    entered: dict[str, Fix] = field(default_factory=dict)
    left: dict[str, Fix] = field(default_factory=dict)
    passed: tuple[str, ...] = ()


def advance(
    lane: Lane, reading: Reading, placement: Placement | None, plan: Plan | None, policy: Policy
) -> tuple[Lane, Moves]:
    """The lane after `reading`, and what that changed. The seal is the rules' business."""
    jammed, starved = _jammed(lane, reading, policy)
    lane = replace(
        lane, at=reading.event_time, seq=_or(reading.seq, lane.seq), jammed=jammed, starved=starved
    )
    fix = reading.position
    if isinstance(fix, NoFix) or (fix.hdop is not None and fix.hdop >= policy.hdop_useless):
        return lane, Moves()
    if lane.fix is not None and fix.time <= lane.fix.time:
        if lane.fix.time <= reading.received_at + minutes(policy.clock_skew_min):
            return lane, Moves()
        lane = _anew(lane)
    if not _credible(lane, fix, policy):
        return replace(lane, suspect=fix), Moves()
    lane = _settle(replace(lane, suspect=None), fix, policy)
    if placement is None or plan is None:
        return replace(lane, fix=fix), Moves(fix=fix)
    passed = _passed(lane, fix, placement, plan, policy)
    inside = {zone for zone in placement.zones if plan.place(zone) is not None}
    lane, entered, left = _zones(lane, fix, inside, set(placement.doubtful), policy)
    lane = replace(lane, fix=fix, progress_m=placement.progress_m)
    return lane, Moves(fix=fix, entered=entered, left=left, passed=passed)


def _passed(
    lane: Lane, fix: Fix, placement: Placement, plan: Plan, policy: Policy
) -> tuple[str, ...]:
    """Zones jumped over since the last fix, if it is recent enough for a straight way to tell."""
    if not placement.passed or lane.fix is None:
        return ()
    if fix.time - lane.fix.time > minutes(policy.passage_min):
        return ()
    return tuple(z for z in placement.passed if z not in lane.zones and plan.place(z) is not None)


def _anew(lane: Lane) -> Lane:
    """Without the fixes of a clock that ran ahead: else none would count until it is caught up."""
    return replace(lane, fix=None, suspect=None, halt=None, straying=None, arriving={}, leaving={})


def _credible(lane: Lane, fix: Fix, policy: Policy) -> bool:
    if lane.fix is None or implied_kmh(lane.fix, fix) <= policy.credible_kmh:
        return True
    # It contradicts the last one. A second fix that agrees with it proves the jump.
    suspect = lane.suspect
    return (
        suspect is not None
        and fix.time > suspect.time
        and implied_kmh(suspect, fix) <= policy.credible_kmh
    )


def implied_kmh(a: Fix, b: Fix) -> float:
    """Mean speed from `a` to the later `b`; a second is the least that a clock resolves."""
    seconds = max((b.time - a.time).total_seconds(), 1.0)
    return metres_between(a.lat, a.lon, b.lat, b.lon) / seconds * 3.6


def _settle(lane: Lane, fix: Fix, policy: Policy) -> Lane:
    """Follow where the truck halts: two fixes away from there in a row end the halt."""
    halt, straying = lane.halt, None
    if halt is None:
        halt = Halt(lat=fix.lat, lon=fix.lon, since=fix.time)
    elif metres_between(halt.lat, halt.lon, fix.lat, fix.lon) > policy.stop_radius_m:
        first = lane.straying
        if first is None:
            straying = fix
        else:
            near = metres_between(first.lat, first.lon, fix.lat, fix.lon) <= policy.stop_radius_m
            new = first if near else fix
            halt = Halt(lat=new.lat, lon=new.lon, since=new.time)
    return replace(lane, halt=halt, straying=straying, moving=_moving(lane, halt, fix, policy))


def _moving(lane: Lane, halt: Halt, fix: Fix, policy: Policy) -> bool:
    if fix.speed_kmh is not None:
        return fix.speed_kmh > policy.moving_kmh
    seconds = (fix.time - halt.since).total_seconds()
    if seconds <= 0:  # it has just left its last halt, or this is the first fix of all
        return lane.fix is not None
    gone = metres_between(halt.lat, halt.lon, fix.lat, fix.lon)
    return gone / seconds * 3.6 > policy.moving_kmh


def _zones(
    lane: Lane, fix: Fix, inside: set[str], doubtful: set[str], policy: Policy
) -> tuple[Lane, dict[str, Fix], dict[str, Fix]]:
    """Zones entered and left. A fix as vague as the zone's edge is near proves no exit: what was
    seen of one before it stays as it is.
    """
    known = lane.zones
    if not lane.arriving and not lane.leaving and inside == known.keys():
        return lane, {}, {}
    arriving = _seen(lane.arriving, sorted(inside - known.keys()), fix)
    leaving = _seen(lane.leaving, sorted(known.keys() - inside - doubtful), fix)
    leaving |= {z: s for z, s in lane.leaving.items() if z in doubtful and z not in inside}
    entered = _confirmed(arriving, policy)
    left = _confirmed(leaving, policy)
    zones: dict[str, datetime] = {z: t for z, t in known.items() if z not in left}
    zones.update((z, f.time) for z, f in entered.items())
    lane = replace(
        lane,
        zones=zones,
        arriving={z: s for z, s in arriving.items() if z not in entered},
        leaving={z: s for z, s in leaving.items() if z not in left},
    )
    return lane, entered, left


def _seen(before: dict[str, Sighting], zones: list[str], fix: Fix) -> dict[str, Sighting]:
    return {
        z: replace(before[z], count=before[z].count + 1) if z in before else Sighting(fix=fix)
        for z in zones
    }


def _confirmed(sightings: dict[str, Sighting], policy: Policy) -> dict[str, Fix]:
    return {z: s.fix for z, s in sightings.items() if s.count >= policy.confirm_fixes}


def _jammed(lane: Lane, reading: Reading, policy: Policy) -> tuple[bool, int]:
    """Jammed now, and how many readings in a row lacked satellites under a strong cell."""
    satellites = reading.position.satellites
    few = satellites is not None and satellites <= policy.jamming_satellites
    cell = reading.cell.rssi if reading.cell else None
    if cell is not None and STRONG_GSM[0] <= cell <= STRONG_GSM[1]:
        cell = -113 + 2 * cell
    strong = cell is not None and policy.jamming_cell_dbm <= cell < 0
    starved = lane.starved + 1 if few and strong else 0
    if reading.jamming or starved >= policy.confirm_fixes:
        return True, starved
    # A reading that says nothing of jamming and has no fix does not show that reception is back.
    still = lane.jammed and reading.jamming is None and isinstance(reading.position, NoFix)
    return still, starved


def _or(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def point(fix: Fix | None) -> dict[str, Any]:
    """`lat` and `lon` as keyword arguments, if there is a position."""
    return {} if fix is None else {"lat": fix.lat, "lon": fix.lon}
