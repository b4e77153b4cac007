"""The truck is under way unsealed. Critical.

OPEN_AUTHORISED, and it leaves the zone of the opening; or ARMED, and it leaves the loading zone (or
drives along the corridor), whether the lock says that it is open or says nothing of itself.
Leaving shows in two fixes in a row outside (`confirm_fixes`), whether or not the entry was ever
confirmed, and in the truck's having left where it stood: a parked lock that drifts is no departure,
nor are two jumps that agree: unless it moves there, a third has to.
The destination is excepted: there the cargo is unloaded.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix, SealCondition
from geofences.kinds import ZoneKind
from geofences.placement import Placement
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.motion import point
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.plan import Plan
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.visits import drifted, rests
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View, concluded
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """outside: fixes in a row outside `zone`, where it was opened or loaded; first: the first of
    them. told: that it departed has been raised. loaded: it was seen in the loading zone, unsealed.
    """

    outside: int = 0
    told: bool = False
    zone: str | None = None
    first: Fix | None = None
    loaded: bool = False


NONE = Memory()


def on_reading(view: View, memory: Memory) -> Result:
    seal, plan, fix = view.seal, view.plan, view.moves.fix
    if plan is not None and seal.state is SealState.ARMED:
        return _never_sealed(view, plan, memory)
    if plan is None or seal.state is not SealState.OPEN_AUTHORISED:
        return NONE, _over(view)
    if fix is None or view.placement is None or plan.destination in seal.opened_in:
        return memory, NOTHING
    outside_of = _outside_of(plan, seal.opened_in, view.placement)
    if not outside_of:
        return NONE, NOTHING
    memory, gone = _counted(view, memory, memory.zone or outside_of[0], fix)
    if not gone or memory.told or memory.zone is None or memory.first is None:
        return memory, NOTHING
    place = plan.place(memory.zone)
    facts: dict[str, Fact] = {"place": place.name if place else memory.zone}
    told = _raised(view, Code.LEFT_UNSEALED, memory.first, facts, memory.zone)
    return replace(memory, told=True), (told,)


def _outside_of(plan: Plan, opened_in: tuple[str, ...], placement: Placement) -> list[str]:
    """The zones it was opened in that it is outside of. Those of one crossing overlap: in one of
    them it is still where it was.
    """
    within = [
        place for zone in opened_in if zone in placement.zones and (place := plan.place(zone))
    ]
    crossings = {place.crossing for place in within} - {None}
    return [
        zone
        for zone in opened_in
        if zone not in placement.zones
        and not ((place := plan.place(zone)) and place.crossing in crossings)
    ]


def _counted(view: View, memory: Memory, zone: str, fix: Fix) -> tuple[Memory, bool]:
    """One more fix outside of the zone; and whether the truck has left it."""
    first = memory.first or fix
    drift = drifted(view.lane, first.time)
    if drift and rests(view.lane):
        return Memory(loaded=memory.loaded), False
    outside = memory.outside + 1
    enough = view.policy.confirm_fixes + (0 if view.lane.moving else 1)
    after = replace(memory, outside=outside, zone=zone, first=first)
    return after, not drift and outside >= enough


def _raised(
    view: View, code: Code, first: Fix, facts: dict[str, Fact], zone: str | None = None
) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_UNSEALED_DEPARTURE,
        severity=Severity.CRITICAL,
        code=code,
        facts=facts,
        key=view.device or "",
        at=min(first.time, view.at),
        zone=zone,
        **point(first),
    )


def _never_sealed(view: View, plan: Plan, memory: Memory) -> Result:
    fix, placement = view.moves.fix, view.placement
    if fix is None or placement is None:
        return memory, NOTHING
    if _in_loading(plan, placement):
        return Memory(loaded=True, told=memory.told), NOTHING
    if not memory.loaded and not _sets_out(view, plan, placement):
        return memory, NOTHING
    memory, gone = _counted(view, memory, plan.loading or "", fix)
    if not gone or memory.told or memory.first is None or not _unsealed(view, memory.first):
        return memory, NOTHING
    return replace(memory, told=True), (_raised(view, Code.NEVER_SEALED, memory.first, {}),)


def _in_loading(plan: Plan, placement: Placement) -> bool:
    if plan.loading in placement.zones or plan.loading in placement.doubtful:
        return True
    return any(place.kind is ZoneKind.PLANT for place in plan.places(placement.zones))


def _sets_out(view: View, plan: Plan, placement: Placement) -> bool:
    """It was not seen where it is loaded, says that it is open, and drives along the corridor, away
    from there: a truck on its way to its load does not.
    """
    if not _says_open(view) or not view.lane.moving or placement.on_corridor is not True:
        return False
    was, now = view.before.progress_m if view.before else None, placement.progress_m
    return plan.loading is None or was is None or now is None or now > was


def _says_open(view: View) -> bool:
    report = view.reading.seal if view.reading else None
    condition = report.condition if report else None
    return condition in (SealCondition.OPEN, SealCondition.UNARMED)


def _unsealed(view: View, first: Fix) -> bool:
    """The lock says so; or it says nothing, nobody has closed it on record, and no word of it that
    was stored can be on its way any more.
    """
    if _says_open(view):
        return True
    if view.seal.closed_at is not None:
        return False
    known = view.known
    if known is None or known.held_until is None or view.now >= known.held_until:
        return True
    if known.backlog is None or known.backlog.at is None:  # there is no gap, it has just begun
        return True
    return view.lane.at is not None and view.lane.at - first.time >= minutes(
        view.policy.opening_evidence_min
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


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, seal, plan = AlertKind.SEAL_UNSEALED_DEPARTURE, view.seal, view.plan
    if plan is None:
        return (Weighed(kind=kind, measure="on_shipment", value=False),)
    open_ = seal.state in (SealState.ARMED, SealState.OPEN_AUTHORISED)
    state = Weighed(kind=kind, measure="seal", value=seal.state.value, speaks=open_)
    if not open_:
        return (state,)
    if view.moves.fix is None or view.placement is None:
        return (state, Weighed(kind=kind, measure="new_position", value=None))
    raised = kind in concluded(view, memory, RULE)
    after = on_reading(view, memory)[0]
    outside = Weighed(
        kind=kind,
        measure="fixes_outside",
        value=after.outside,
        limit=view.policy.confirm_fixes + (0 if view.lane.moving else 1),
        unit="fixes",
        threshold="confirm_fixes",
        about=after.zone or "",
        speaks=raised,
    )
    if seal.state is SealState.OPEN_AUTHORISED or after.first is None:
        return (state, outside)
    unsealed = _unsealed(view, after.first)
    return (state, outside, Weighed(kind=kind, measure="unsealed", value=unsealed, speaks=unsealed))


RULE = Rule(
    name="seal_departure", memory=Memory, on_reading=on_reading, wakes=Sign.SEAL, weighs=weighs
)
