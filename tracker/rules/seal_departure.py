"""The truck is under way unsealed. Critical.

OPEN_AUTHORISED, and it leaves the zone of the opening; or ARMED, and outside the loading zone it
moves while the lock itself says that it is open.
Leaving shows in two fixes in a row outside (`confirm_fixes`), whether or not the entry was ever
confirmed, and in the truck's having left where it stood: a parked lock that drifts is no departure.
The destination is excepted: there the cargo is unloaded.
"""

from __future__ import annotations

from msgspec import Struct

from devices.reading import Fix, SealCondition
from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.plan import Plan
from tracker.domain.seal import SealState
from tracker.domain.visits import drifted, rests
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """outside: fixes in a row outside `zone`, where it was opened; first: the first of them.
    told: that it departed has been raised.
    """

    outside: int = 0
    told: bool = False
    zone: str | None = None
    first: Fix | None = None


def on_reading(view: View, memory: Memory) -> Result:
    seal, plan, fix = view.seal, view.plan, view.moves.fix
    if plan is not None and seal.state is SealState.ARMED:
        return memory, _never_sealed(view, plan)
    if plan is None or seal.state is not SealState.OPEN_AUTHORISED:
        return Memory(), _over(view)
    if fix is None or view.placement is None or plan.destination in seal.opened_in:
        return memory, NOTHING
    outside_of = [zone for zone in seal.opened_in if zone not in view.placement.zones]
    if not outside_of:
        return Memory(), NOTHING
    zone, first = memory.zone or outside_of[0], memory.first or fix
    drift = drifted(view.lane, first.time)
    if drift and rests(view.lane):
        return Memory(), NOTHING
    outside = memory.outside + 1
    gone = not drift and outside >= view.policy.confirm_fixes
    found = (_leaves(view, plan, zone, first),) if gone and not memory.told else NOTHING
    return Memory(outside=outside, zone=zone, first=first, told=memory.told or gone), found


def _leaves(view: View, plan: Plan, zone: str, first: Fix) -> Raised:
    place = plan.place(zone)
    return Raised(
        kind=AlertKind.SEAL_UNSEALED_DEPARTURE,
        severity=Severity.CRITICAL,
        code=Code.LEFT_UNSEALED,
        facts={"place": place.name if place else zone},
        key=view.device or "",
        at=first.time,
        zone=zone,
        **point(first),
    )


def _never_sealed(view: View, plan: Plan) -> tuple[Raised, ...]:
    report = view.reading.seal if view.reading else None
    open_ = report is not None and report.condition in (SealCondition.OPEN, SealCondition.UNARMED)
    if not open_ or view.moves.fix is None or not view.lane.moving:
        return ()
    if any(p.id == plan.loading or p.kind is ZoneKind.PLANT for p in view.places()):
        return ()
    return (
        Raised(
            kind=AlertKind.SEAL_UNSEALED_DEPARTURE,
            severity=Severity.CRITICAL,
            code=Code.NEVER_SEALED,
            key=view.device or "",
            at=view.at,
            **view.where(),
        ),
    )


def _over(view: View) -> tuple[Cleared, ...]:
    if (
        view.seal.state is not SealState.SEALED
        or view.before is None
        or (view.before.seal.state is SealState.SEALED)
    ):
        return ()
    return (
        Cleared(
            kind=AlertKind.SEAL_UNSEALED_DEPARTURE,
            code=Code.SEALED_AGAIN,
            key=view.device or "",
            at=view.at,
        ),
    )


RULE = Rule(name="seal_departure", memory=Memory, on_reading=on_reading)
