"""Restricted zone entered: two fixes inside (`confirm_fixes`). Critical.

One that the straight way between two fixes runs through is a warning (the road may bend), and so is
one with a single fix inside.
"""

from __future__ import annotations

from typing import Any

from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Outcome, Raised
from tracker.domain.plan import Plan
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import Sign


def on_reading(view: View, memory: Any) -> Result:
    moves = view.moves
    if view.plan is None or not (moves.entered or moves.left or moves.passed):
        return memory, NOTHING
    found: list[Outcome] = []
    for zone, fix in view.moves.entered.items():
        place = view.plan.place(zone)
        if place is not None and place.kind is ZoneKind.RESTRICTED:
            found.append(
                Raised(
                    kind=AlertKind.RESTRICTED_ZONE,
                    severity=Severity.CRITICAL,
                    code=Code.RESTRICTED_ZONE_ENTERED,
                    facts={"name": place.name},
                    key=zone,
                    at=fix.time,
                    zone=zone,
                    **point(fix),
                )
            )
    for passage in moves.passed:
        zone, fix = passage.zone, passage.fix
        place = view.plan.place(zone)
        if place is not None and place.kind is ZoneKind.RESTRICTED:
            found.append(
                Raised(
                    kind=AlertKind.RESTRICTED_ZONE,
                    severity=Severity.WARNING,
                    code=Code.RESTRICTED_ZONE_PASSED,
                    facts={"name": place.name, "fixes": passage.fixes},
                    key=f"{zone}:passed",
                    at=fix.time,
                    zone=zone,
                    **point(fix),
                )
            )
    found += [
        Cleared(
            kind=AlertKind.RESTRICTED_ZONE, code=Code.RESTRICTED_ZONE_LEFT, key=zone, at=fix.time
        )
        for zone, fix in view.moves.left.items()
    ]
    return memory, tuple(found)


def weighs(view: View, memory: Any) -> tuple[Weighed, ...]:
    kind, moves, plan = AlertKind.RESTRICTED_ZONE, view.moves, view.plan
    if plan is None:
        return (Weighed(kind=kind, measure="on_shipment", value=False),)
    least, told = view.policy.confirm_fixes, list[Weighed]()
    for zone in moves.entered:
        if _restricted(plan, zone):
            told.append(_fixes(zone, least, least))
    for passage in moves.passed:
        if _restricted(plan, passage.zone):
            passed = Weighed(kind=kind, measure="zone_passed", value=passage.zone, speaks=True)
            told.append(passed)
    if told:
        return tuple(told)
    if moves.fix is None:
        return (Weighed(kind=kind, measure="new_position", value=None),)
    inside = [zone for zone in view.lane.zones if _restricted(plan, zone)]
    arriving = [zone for zone in view.lane.arriving if _restricted(plan, zone)]
    told += [Weighed(kind=kind, measure="entered_before", value=zone) for zone in inside]
    told += [_fixes(zone, view.lane.arriving[zone].count, least) for zone in arriving]
    return tuple(told) or (Weighed(kind=kind, measure="in_restricted_zone", value=False),)


def _restricted(plan: Plan, zone: str) -> bool:
    place = plan.place(zone)
    return place is not None and place.kind is ZoneKind.RESTRICTED


def _fixes(zone: str, count: int, least: int) -> Weighed:
    return Weighed(
        kind=AlertKind.RESTRICTED_ZONE,
        measure="fixes_inside",
        value=count,
        limit=least,
        unit="fixes",
        threshold="confirm_fixes",
        about=zone,
        speaks=count >= least,
    )


RULE = Rule(name="restricted_zone", on_reading=on_reading, wakes=Sign.VISITS, weighs=weighs)
