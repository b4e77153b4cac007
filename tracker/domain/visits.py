"""Zones entered, left and passed: what the fixes of one lane prove of its visits.

Two fixes in a row prove a change (`confirm_fixes`), if the truck has moved for it. Where it stands
already, its receiver's drift crosses edges back and forth: so nothing is left before the halt is,
and what is first seen from there is no visit. Two exceptions keep what is true: a truck that still
rolls (at a report every second each halt is young), and a zone where the plan has it: just after it
came to stand, or when no fix is outside for long (a crawl from the gate to the dock).

What was seen for less than the zone's least stay, or by one fix, or lies on the straight way
between two, was passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from devices.reading import Fix
from geofences.kinds import ZoneKind
from geofences.placement import Placement
from tracker.domain.geo import metres_between
from tracker.domain.plan import Place, Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.state import Lane, Passage, Sighting

STAYS = {
    ZoneKind.PLANT: "stay_yard_min",
    ZoneKind.YARD: "stay_yard_min",
    ZoneKind.CONSIGNEE: "stay_yard_min",
    ZoneKind.REST_STOP: "stay_rest_min",
    ZoneKind.APPROACH_QUEUE: "stay_border_min",
    ZoneKind.CUSTOMS_COMPOUND: "stay_border_min",
    ZoneKind.BRIDGE: "stay_border_min",
    ZoneKind.CBP_PRIMARY: "stay_border_min",
    ZoneKind.CBP_SECONDARY: "stay_border_min",
    ZoneKind.STATE_INSPECTION: "stay_border_min",
    ZoneKind.CHECKPOINT_MILITARY: "stay_border_min",
    ZoneKind.RESTRICTED: "stay_guarded_min",
    ZoneKind.HIGH_RISK: "stay_guarded_min",
}
"""The threshold of each kind; `stay_other_min` for the others."""

Visited = tuple[dict[str, Any], dict[str, Fix], dict[str, Fix], tuple[Passage, ...]]


def drifted(lane: Lane, since: datetime) -> bool:
    """What was first seen then was seen from where the truck halts: it has not moved for it."""
    return lane.halt is not None and lane.halt.since < since


def rests(lane: Lane) -> bool:
    """It stands, and its newest fix is near there."""
    return lane.standing and lane.straying is None


def least_stay_min(place: Place, policy: Policy) -> float:
    """Minutes between the first and the last fix of what counts as a stay there."""
    if place.least_stay_min is not None:
        return place.least_stay_min
    return float(getattr(policy, STAYS.get(place.kind, "stay_other_min")))


def stays(lane: Lane, placement: Placement, plan: Plan) -> bool:
    """Where this fix is, and the way to it, cannot change what is known of the lane's zones."""
    if lane.arriving or lane.leaving or lane.passing or placement.passed:
        return False
    if not (placement.zones or lane.zones):
        return True
    return _inside(placement, plan) == lane.zones.keys()


def _inside(placement: Placement, plan: Plan) -> set[str]:
    return {zone for zone in placement.zones if plan.place(zone) is not None}


def visited(
    lane: Lane, fix: Fix, placement: Placement, plan: Plan, policy: Policy, *, rolls: bool
) -> Visited:
    """What `fix` changes: fields of the lane; zones entered and left, with the fix that first
    showed it; zones passed. The lane's halt follows `fix` already, `lane.fix` is the one before.
    rolls: the truck is surely under way.
    """
    known, inside = lane.zones, _inside(placement, plan)
    doubtful = set(placement.doubtful)
    arriving = _arriving(lane, fix, inside - known.keys(), doubtful, plan, policy)
    leaving = _leaving(lane, fix, known.keys() - inside, doubtful)
    entered = {
        zone: seen.fix for zone, seen in arriving.items()
        if _arrived(lane, fix, seen, zone, plan, policy, rolls=rolls)
    }  # fmt: skip
    left = {
        zone: seen.fix for zone, seen in leaving.items()
        if seen.count >= policy.confirm_fixes and not drifted(lane, seen.fix.time)
    }  # fmt: skip
    passing, passed = _jumped(lane, fix, placement, plan, policy)
    gone = lane.arriving.keys() - arriving.keys()
    passed = (*_seen_once(lane, fix, sorted(gone), policy), *passed)
    zones = {zone: since for zone, since in known.items() if zone not in left}
    zones.update((zone, first.time) for zone, first in entered.items())
    kept = {
        "zones": zones,
        "arriving": {zone: seen for zone, seen in arriving.items() if zone not in entered},
        "leaving": {zone: seen for zone, seen in leaving.items() if zone not in left},
        "passing": passing,
    }
    return kept, entered, left, passed


def _arriving(
    lane: Lane, fix: Fix, zones: Iterable[str], doubtful: set[str], plan: Plan, policy: Policy
) -> dict[str, Sighting]:
    """A fix as vague as the edge is near undoes no sighting, and begins none that could pass."""
    stands = rests(lane)
    found = {
        zone: seen for zone, seen in lane.arriving.items()
        if zone in doubtful and zone not in zones and zone not in lane.zones
    }  # fmt: skip
    for zone in sorted(zones):
        seen = lane.arriving.get(zone)
        since = fix.time if seen is None else seen.fix.time
        if stands and _stood(lane, since, policy) and not plan.awaits(zone):
            continue
        if seen is not None:
            found[zone] = replace(seen, count=seen.count + 1)
        else:
            found[zone] = Sighting(fix=fix, before=None if zone in doubtful else lane.fix)
    return found


def _stood(lane: Lane, at: datetime, policy: Policy) -> bool:
    """It stood already where it is now."""
    return lane.halt is not None and lane.halt.since + minutes(policy.standing_min) <= at


def _arrived(
    lane: Lane, fix: Fix, seen: Sighting, zone: str, plan: Plan, policy: Policy, *, rolls: bool
) -> bool:
    place, stay = plan.place(zone), fix.time - seen.fix.time
    if place is None or seen.count < policy.confirm_fixes:
        return False
    if stay < minutes(least_stay_min(place, policy)):
        return False
    if rolls or not drifted(lane, seen.fix.time):
        return True
    if not lane.standing and plan.awaits(zone):
        return True
    return stay >= minutes(policy.shunted_min)


def _leaving(lane: Lane, fix: Fix, zones: Iterable[str], doubtful: set[str]) -> dict[str, Sighting]:
    """A fix as vague as the zone's edge is near proves no exit: what was seen of one before it
    stays as it is. From where it stands nothing is left.
    """
    found = {}
    for zone in sorted(zones):
        seen = lane.leaving.get(zone)
        if zone in doubtful:
            if seen is not None:
                found[zone] = seen
        elif not rests(lane) or (seen is not None and not drifted(lane, seen.fix.time)):
            found[zone] = replace(seen, count=seen.count + 1) if seen else Sighting(fix=fix)
    return found


def _seen_once(lane: Lane, fix: Fix, zones: Iterable[str], policy: Policy) -> Iterable[Passage]:
    """Zones seen inside on the way, and not for long enough to have been entered."""
    if rests(lane):
        return
    for zone in zones:
        seen = lane.arriving[zone]
        before = seen.before
        if before is None or (seen.count == 1 and not _between(before, seen.fix, fix)):
            continue
        if lane.moving or (_far(before, fix, policy) and _far(seen.fix, fix, policy)):
            yield Passage(zone=zone, after=before, fix=seen.fix, fixes=seen.count)


def _between(a: Fix, b: Fix, c: Fix) -> bool:
    """The way turns by no more than a right angle at `b`: it is no jump aside and back."""
    ab = metres_between(a.lat, a.lon, b.lat, b.lon)
    bc = metres_between(b.lat, b.lon, c.lat, c.lon)
    ac = metres_between(a.lat, a.lon, c.lat, c.lon)
    return ab**2 + bc**2 <= ac**2


def _jumped(
    lane: Lane, fix: Fix, placement: Placement, plan: Plan, policy: Policy
) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Zones jumped over since the last fix, if it is recent enough for a straight way to tell.

    Those on the way from where it stands wait until a second fix shows that it has left.
    """
    last = lane.fix
    if rests(lane) or last is None:
        return (), ()
    passed = lane.passing
    recent = fix.time - last.time <= minutes(policy.passage_min)
    zones = placement.passed if recent else ()
    if zones and (lane.standing or lane.moving or _far(last, fix, policy)):
        passed += tuple(
            Passage(zone=zone, after=last, fix=fix)
            for zone in zones
            if zone not in lane.zones and plan.place(zone) is not None
        )
    return (passed, ()) if lane.standing else ((), passed)


def _far(a: Fix, b: Fix, policy: Policy) -> bool:
    return metres_between(a.lat, a.lon, b.lat, b.lon) > policy.jump_m
