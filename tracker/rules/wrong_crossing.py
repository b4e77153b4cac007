"""Wrong crossing: the truck commits to a crossing other than the planned one, or crosses there.

To commit is to be confirmed in a zone of that crossing from which a truck does not turn back
(compound, bridge, inspections; its queue may lie beside another road). To cross is a change of
country, confirmed by two fixes, with no zone of the planned crossing seen or passed, and no
corridor that it keeps to (or over a bridge that the straight way between two fixes ran across).
Who stands at the border has not crossed it, whatever his receiver's drift says.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from geofences.kinds import ZoneKind
from geofences.placement import Placement
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.motion import point
from tracker.domain.outcome import Outcome, Raised
from tracker.domain.plan import Place, Plan
from tracker.domain.visits import drifted, rests
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View

COMMITTED = frozenset(
    {
        ZoneKind.CUSTOMS_COMPOUND,
        ZoneKind.BRIDGE,
        ZoneKind.CBP_PRIMARY,
        ZoneKind.CBP_SECONDARY,
        ZoneKind.STATE_INSPECTION,
    }
)


_KIND = AlertKind.WRONG_CROSSING


class Memory(Struct, frozen=True, kw_only=True):
    """country: the confirmed one. other: fixes in a row in another, the first at `since`.
    planned_seen: a zone of the planned crossing was seen or passed since the last change.
    jumped: another crossing's bridge that was passed between two fixes since then.
    """

    country: str | None = None
    other: int = 0
    since: datetime | None = None
    planned_seen: bool = False
    jumped: str | None = None


def on_reading(view: View, memory: Memory) -> Result:
    plan, fix, placement = view.plan, view.moves.fix, view.placement
    if plan is None or plan.shipment.crossing is None or fix is None or placement is None:
        return memory, NOTHING
    found: list[Outcome] = []
    for zone, first in view.moves.entered.items():
        place = plan.place(zone)
        if place and _commits(place, plan):
            facts: dict[str, Fact] = {"place": place.name}
            code = Code.WRONG_CROSSING_APPROACHED
            found.append(_wrong(first.time, code, facts, zone=zone, **point(first)))
    memory = _seen(view, plan, memory)
    if placement.country in (None, "bridge"):
        return memory, tuple(found)
    if placement.country == memory.country:
        return replace(memory, other=0, since=None) if memory.other else memory, tuple(found)
    since, other = memory.since or fix.time, memory.other + 1
    drift = drifted(view.lane, since)
    if drift and rests(view.lane):
        return replace(memory, other=0, since=None), tuple(found)
    if memory.country is not None and (drift or other < view.policy.confirm_fixes):
        return replace(memory, other=other, since=since), tuple(found)
    vouched = placement.on_corridor is not None and not view.off_route()
    elsewhere = not memory.planned_seen and (memory.jumped is not None or not vouched)
    if memory.country is not None and elsewhere:
        found.append(
            _wrong(
                since,
                Code.CROSSED_ELSEWHERE,
                {
                    "country": placement.country,
                    "planned": plan.shipment.crossing,
                    "bridge": memory.jumped,
                },
                **point(fix),
            )
        )
    return Memory(country=placement.country), tuple(found)


def _commits(place: Place, plan: Plan) -> bool:
    return place.crossing not in (None, plan.shipment.crossing) and place.kind in COMMITTED


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, plan, fix, placement = _KIND, view.plan, view.moves.fix, view.placement
    if plan is None or (planned := plan.shipment.crossing) is None:
        return (Weighed(kind=kind, measure="planned_crossing", value=None),)
    if fix is None or placement is None:
        return (Weighed(kind=kind, measure="new_position", value=None),)
    entered = [place for place in plan.places(tuple(view.moves.entered)) if _commits(place, plan)]
    if entered:
        return tuple(
            Weighed(
                kind=kind,
                measure="committed_to",
                value=place.crossing,
                limit=planned,
                about=place.id,
                speaks=True,
            )
            for place in entered
        )
    return _weighs_country(view, placement, plan, _seen(view, plan, memory))


def _weighs_country(
    view: View, placement: Placement, plan: Plan, memory: Memory
) -> tuple[Weighed, ...]:
    kind, known = _KIND, placement.country not in (None, "bridge")
    changed = known and memory.country is not None and placement.country != memory.country
    country = Weighed(
        kind=kind,
        measure="country",
        value=placement.country,
        limit=memory.country,
        speaks=changed,
    )
    if not changed or view.moves.fix is None:
        return (country,)
    other, least = memory.other + 1, view.policy.confirm_fixes
    drift = drifted(view.lane, memory.since or view.moves.fix.time)
    away = memory.jumped is not None or placement.on_corridor is None or view.off_route()
    return (
        country,
        Weighed(
            kind=kind,
            measure="fixes_in_country",
            value=other,
            limit=least,
            unit="fixes",
            threshold="confirm_fixes",
            speaks=other >= least,
        ),
        Weighed(kind=kind, measure="drifts", value=drift, speaks=not drift),
        Weighed(
            kind=kind,
            measure="planned_crossing_seen",
            value=memory.planned_seen,
            about=plan.shipment.crossing or "",
            speaks=not memory.planned_seen,
        ),
        Weighed(kind=kind, measure="away_from_corridor", value=away, speaks=away),
    )


def _seen(view: View, plan: Plan, memory: Memory) -> Memory:
    passed = plan.places(tuple(passage.zone for passage in view.moves.passed))
    if any(place.crossing == plan.shipment.crossing for place in (*view.places(), *passed)):
        return replace(memory, planned_seen=True)
    for place in passed:
        if place.kind is ZoneKind.BRIDGE and place.crossing is not None:
            return replace(memory, jumped=place.name)
    return memory


def _wrong(
    at: datetime,
    code: Code,
    facts: dict[str, Fact],
    *,
    zone: str | None = None,
    lat: float | None = None,
    lon: float | None = None,
) -> Raised:
    return Raised(
        kind=_KIND,
        severity=Severity.CRITICAL,
        code=code,
        facts=facts,
        at=at,
        zone=zone,
        lat=lat,
        lon=lon,
    )


RULE = Rule(name="wrong_crossing", memory=Memory, on_reading=on_reading, weighs=weighs)
