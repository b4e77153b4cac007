"""An opening that is lawful only if the truck was where it is thought to have been.

Two such: its one fix is far from where the truck is known to be, and the next fix decides; or it
has no fix of its own, is judged where the last one was, and what the device had stored since tells
another place.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.coverage import rests
from tracker.domain.geo import metres_between
from tracker.domain.motion import point
from tracker.domain.outcome import Outcome, Raised, SealMoved
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealState
from tracker.rules.base import View
from tracker.rules.openings import OpeningVerdict, judge, permits
from tracker.rules.openings_early import UNGUARDED
from tracker.rules.seals import left, own_time, reached


class Apart(Struct, frozen=True, kw_only=True):
    """An opening that is lawful unless the one fix `fix` is true, which is far from `home`, where
    the truck was known to be. code: what it is then. due: receipt.
    """

    fix: Fix
    home: Fix
    at: datetime
    due: datetime
    code: Code
    places: str | None = None


class Unplaced(Struct, frozen=True, kw_only=True):
    """An opening without a fix, lawful where the truck was known to be (lat, lon; since then). at:
    of the record; told: by the device's own clock. reached: nobody saw it there, it may have come
    there since its last fix. away: fixes that are far from there, of before
    the opening, and the next after it if they were not alone; last: the newest of before, and
    whether the lock may be opened there. due: when these are believed, by receipt; until: when none
    is expected any more.
    """

    lat: float
    lon: float
    since: datetime
    at: datetime
    told: datetime
    until: datetime
    reached: bool = False
    away: int = 0
    last: Fix | None = None
    lawful: bool = False
    due: datetime | None = None


def apart_of(view: View, report: SealReport, verdict: OpeningVerdict) -> Apart | None:
    """None if the verdict hangs on no fix: it is as grave where the truck is known to be."""
    fix, home = view.moves.fix, view.before.fix if view.before else None
    grave = verdict.severity is Severity.CRITICAL and not verdict.waits
    if fix is None or home is None or grave:
        return None
    there = judge(view, report, view.places(), off_route=view.off_route())
    if there.severity is not Severity.CRITICAL or there.waits:
        return None
    places = there.facts.get("places")
    due = view.now + minutes(view.policy.silence_parked_min)
    return Apart(
        fix=fix, home=home, at=view.at, due=due, code=there.code,
        places=places if isinstance(places, str) else None,
    )  # fmt: skip


def unplaced_of(view: View, verdict: OpeningVerdict) -> Unplaced | None:
    """None if it has a fix of its own, or is critical already."""
    last = view.before.fix if view.before else None
    grave = verdict.severity is Severity.CRITICAL and not verdict.waits
    told = own_time(view)
    if view.late or view.moves.fix is not None or last is None or grave or last.time >= told:
        return None
    policy = view.policy
    until = view.now + minutes(max(policy.backlog_grace_min, policy.roof_ahead_min))
    opening = Unplaced(
        lat=last.lat, lon=last.lon, since=last.time, at=view.at, told=told, until=until
    )
    place = reached(view)
    if view.plan is not None and place is not None:
        _, lat, lon = next(rest for rest in rests(view.lane, view.plan) if rest[0] == place.id)
        return replace(opening, lat=lat, lon=lon, reached=True)
    halt = view.lane.halt
    if halt is None or not view.lane.zones or not left(view):
        return opening
    return replace(opening, lat=halt.lat, lon=halt.lon, since=halt.since, away=1, last=last)


def placed(view: View, opening: Unplaced) -> Unplaced:
    """With what this reading tells of where the truck was at the opening."""
    fix = view.moves.fix
    if fix is None or fix.time <= opening.since:
        return opening
    if metres_between(opening.lat, opening.lon, fix.lat, fix.lon) <= view.policy.jump_m:
        return opening
    if opening.reached:
        return _elsewhere_by_then(view, opening, fix)
    if fix.time > opening.told:
        return opening if view.late else _borne_out(view, opening, fix)
    away, due = opening.away + 1, view.now + minutes(view.policy.opening_evidence_min)
    opening = replace(opening, away=away, due=due if away >= view.policy.confirm_fixes else None)
    if opening.last is not None and opening.last.time >= fix.time:
        return opening
    plan, zones = view.plan, view.placement.zones if view.placement else ()
    lawful = plan is not None and any(permits(plan, place) for place in plan.places(zones))
    return replace(opening, last=fix, lawful=lawful)


def _elsewhere_by_then(view: View, opening: Unplaced, fix: Fix) -> Unplaced:
    """No truck comes from there to this fix, or from it there, in the time between."""
    policy, seconds = view.policy, abs((fix.time - opening.told).total_seconds())
    metres = metres_between(opening.lat, opening.lon, fix.lat, fix.lon)
    if metres / max(seconds, 1.0) * 3.6 <= policy.credible_kmh:
        return opening
    away, wait = opening.away + 1, policy.opening_evidence_min if view.late else 0.0
    due = view.now + minutes(wait) if away >= policy.confirm_fixes else None
    return replace(opening, away=away, last=fix, due=due)


def _borne_out(view: View, opening: Unplaced, fix: Fix) -> Unplaced:
    """By the next fix: the last one before the opening was no jump."""
    soon = fix.time - opening.told <= minutes(view.policy.moving_known_min)
    if opening.last is None or not soon or opening.away >= view.policy.confirm_fixes:
        return opening
    return replace(opening, away=opening.away + 1, due=view.now)


def refuted(opening: Unplaced, policy: Policy) -> Code | None:
    """What it is by the fixes that came since; None if they do not speak against it."""
    last = opening.last
    if last is None or opening.away < policy.confirm_fixes:
        return None
    if opening.reached:
        return Code.OPENED_AT_UNPLANNED_STOP
    fresh = opening.told - last.time <= minutes(policy.moving_known_min)
    if fresh and last.speed_kmh is not None and last.speed_kmh > policy.speed_alone_kmh:
        return Code.OPENED_WHILE_MOVING
    return None if opening.lawful else Code.OPENED_AT_UNPLANNED_STOP


def elsewhere(
    view: View, fix: Fix, at: datetime, code: Code, places: str | None = None
) -> list[Outcome]:
    """It is told as what it was, where it was."""
    facts = facts_of(code, places)
    told = Raised(
        kind=AlertKind.SEAL_OPENED,
        severity=Severity.CRITICAL,
        code=code,
        facts=facts,
        at=at,
        key=view.device or "",
        **point(fix),
    )
    return [told, *breached(view, code, facts, at)]


def facts_of(code: Code, places: str | None) -> dict[str, Fact]:
    """What is told of an opening with that code, if it was in these places."""
    return {"places": places} if "places" in code.facts else {}


def breached(view: View, code: Code, facts: dict[str, Fact], at: datetime) -> list[Outcome]:
    """The present seal, if it is not breached yet: it is, by that opening."""
    seal = view.seal
    if not seal.on_duty and seal.state not in UNGUARDED:
        return []
    to = replace(seal, state=SealState.OPEN_UNAUTHORISED, since=at, opened_at=at, record_due=None)
    return [SealMoved(to=to, code=code, facts=facts, at=at)]
