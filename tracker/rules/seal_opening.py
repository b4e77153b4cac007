"""SEALED -> OPEN_AUTHORISED or OPEN_UNAUTHORISED: who may open it where.

A known credential alone does not authorise; place, agency and window are needed. So an opening is
- critical without a credential, or with one that the shipment does not list; while moving, off
  the route, at an unplanned stop; and always at a state inspection (Texas troopers may not open a
  sealed load, borderblogs.com/?p=3015);
- a warning at CBP primary or in the queue, and in a right place (customs compound, CBP secondary,
  a leg's end, a planned or military stop) if nobody records an authorisation within
  `opening_record_min`;
- quiet with a recorded authorisation for that place, time and credential.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent, SealReport
from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import Authorise
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.plan import Place, Plan
from tracker.domain.policy import minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.shipment import Authorisation
from tracker.rules.base import NOTHING, Result, Rule, View

OPENINGS = frozenset({SealEvent.OPENED, SealEvent.ROPE_OUT})
PERMITTING = frozenset(
    {ZoneKind.CUSTOMS_COMPOUND, ZoneKind.CBP_SECONDARY, ZoneKind.CHECKPOINT_MILITARY}
)
DUBIOUS = frozenset({ZoneKind.CBP_PRIMARY, ZoneKind.APPROACH_QUEUE})


class Memory(Struct, frozen=True, kw_only=True):
    """late: openings that the backlog told, whose authorisation is still owed. They are past, so
    the present seal's `record_due` says nothing of them.
    """

    late: tuple[SealRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningVerdict:
    """severity None: quiet. unrecorded: an authorisation is still owed."""

    state: SealState
    code: Code
    facts: dict[str, Fact] = field(default_factory=dict)
    severity: Severity | None = None
    unrecorded: bool = False


def on_reading(view: View, memory: Memory) -> Result:
    report = view.reading.seal if view.reading else None
    if report is None or not opens(report):
        return memory, NOTHING
    if view.seal.breached:  # the same incident goes on; counted where it was raised
        return memory, (_still_open(view),) if _was_opened(view.seal) else NOTHING
    if not view.seal.on_duty:
        return memory, NOTHING
    verdict = judge(view, report)
    owed = verdict.unrecorded
    due = view.at + minutes(view.policy.opening_record_min) if owed else None
    opened = replace(
        view.seal,
        state=verdict.state,
        since=view.at,
        opened_at=view.at,
        opened_in=tuple(place.id for place in view.places()),
        opened_with=_shown(report),
        record_due=due,
        pending_number=None,
    )
    code, facts = verdict.code, verdict.facts
    found: list[Outcome] = [SealMoved(to=opened, code=code, facts=facts, at=view.at)]
    if verdict.severity is not None:
        found.append(_incident(view, code, facts, verdict.severity))
    if due is not None and view.late and view.now >= due:
        found.append(_owed(view, opened))
    elif due is not None and view.late:
        memory = Memory(late=(*memory.late, opened))
    return memory, tuple(found)


def opens(report: SealReport) -> bool:
    return bool(OPENINGS & report.events) or report.condition in (
        SealCondition.OPEN,
        SealCondition.UNARMED,
    )


def judge(view: View, report: SealReport) -> OpeningVerdict:
    """What an opening now and here is."""
    places = view.places()
    kinds = {place.kind for place in places}
    plan = view.plan
    here: dict[str, Fact] = {"places": ", ".join(place.name for place in places) or None}
    if ZoneKind.STATE_INSPECTION in kinds:
        return _unlawful(Code.OPENED_WHERE_FORBIDDEN, here)
    if view.seal.state is SealState.UNKNOWN and not OPENINGS & report.events:
        return _unlawful(Code.FOUND_OPEN_AFTER_SILENCE)
    if view.lane.moving:
        return _unlawful(Code.OPENED_WHILE_MOVING)
    leave = plan and covering(plan, places, view.at, _shown(report))
    if leave and not kinds & DUBIOUS:
        return OpeningVerdict(
            SealState.OPEN_AUTHORISED,
            Code.OPENED_WITH_LEAVE,
            {**here, "agency": leave.agency, "reason": leave.reason},
        )
    if view.off_route():
        return _unlawful(Code.OPENED_OFF_ROUTE)
    if not leave and not known(plan, report):
        return _unlawful(Code.OPENED_WITHOUT_CREDENTIAL, here)
    if kinds & DUBIOUS:
        return OpeningVerdict(
            SealState.OPEN_AUTHORISED, Code.OPENED_WHERE_UNUSUAL, here, Severity.WARNING
        )
    if plan and any(permits(plan, place) for place in places):
        return OpeningVerdict(
            SealState.OPEN_AUTHORISED, Code.OPENED_LEAVE_OWED, here, unrecorded=True
        )
    return _unlawful(Code.OPENED_AT_UNPLANNED_STOP, here)


def _unlawful(code: Code, facts: dict[str, Fact] | None = None) -> OpeningVerdict:
    return OpeningVerdict(SealState.OPEN_UNAUTHORISED, code, facts or {}, Severity.CRITICAL)


def known(plan: Plan | None, report: SealReport) -> bool:
    """The lock accepted a credential, and the shipment, if it lists any, lists this one."""
    if report.credential is None:
        return False
    listed = plan.shipment.credentials if plan else ()
    return not listed or report.credential.id in listed


def permits(plan: Plan, place: Place) -> bool:
    """The leg may have the seal opened here, given an authorisation."""
    return (
        place.kind in PERMITTING
        or place.id in plan.stops
        or place.id == plan.destination
        or (place.country == "US" and place.kind in (ZoneKind.YARD, ZoneKind.CONSIGNEE))
    )


def covering(
    plan: Plan, places: tuple[Place, ...], at: datetime, shown: str | None
) -> Authorisation | None:
    """The authorisation in force here and then for the credential shown, if there is one."""
    for leave in plan.authorisations:
        here = any(leave.zone == place.id for place in places)
        in_time = (leave.from_time is None or leave.from_time <= at) and (
            leave.until_time is None or at <= leave.until_time
        )
        fits = leave.credential is None or leave.credential == shown
        if here and in_time and fits:
            return leave
    return None


def leave_to_unlock(plan: Plan, places: tuple[Place, ...], at: datetime) -> Authorisation | None:
    """The authorisation by which a lock may be opened from afar, here and now. No card is shown, so
    one that is bound to a credential does not serve; and at a state inspection none does.
    """
    if any(place.kind is ZoneKind.STATE_INSPECTION for place in places):
        return None
    return covering(plan, places, at, None)


def on_command(view: View, memory: Memory) -> Result:
    """An authorisation recorded in time settles an opening that owed one."""
    seal = view.seal
    if not isinstance(view.command, Authorise) or view.plan is None:
        return memory, NOTHING
    if any(_covered(view.plan, opened) for opened in memory.late):
        memory = Memory(late=tuple(s for s in memory.late if not _covered(view.plan, s)))
    if seal.state is not SealState.OPEN_AUTHORISED or not _covered(view.plan, seal):
        return memory, NOTHING
    settled = replace(seal, record_due=None)
    return memory, (
        SealUpdated(to=settled),
        Cleared(
            kind=AlertKind.SEAL_OPENED,
            code=Code.OPENING_RECORDED,
            key=f"{view.device}:unrecorded",
            at=view.at,
        ),
    )


def _covered(plan: Plan, seal: SealRecord) -> bool:
    at, places = seal.opened_at, plan.places(seal.opened_in)
    return at is not None and covering(plan, places, at, seal.opened_with) is not None


def on_tick(view: View, memory: Memory) -> Result:
    seal, found = view.seal, list[Outcome]()
    for opened in (s for s in memory.late if _due(view, s.record_due)):
        found.append(_owed(view, opened))
        memory = Memory(late=tuple(s for s in memory.late if s is not opened))
    due = seal.record_due if seal.state is SealState.OPEN_AUTHORISED else None
    if due is not None and _due(view, due):
        found += (_owed(view, seal), SealUpdated(to=replace(seal, record_due=None)))
    return memory, tuple(found)


def _due(view: View, due: datetime | None) -> bool:
    return due is not None and view.now >= due


def deadline(view: View, memory: Memory) -> datetime | None:
    seals = [*memory.late, *((view.seal,) if view.seal.state is SealState.OPEN_AUTHORISED else ())]
    return min((seal.record_due for seal in seals if seal.record_due is not None), default=None)


def _owed(view: View, seal: SealRecord) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_OPENED,
        severity=Severity.WARNING,
        code=Code.OPENING_NOT_RECORDED,
        facts={"within_min": round(view.policy.opening_record_min)},
        key=f"{view.device}:unrecorded",
        at=seal.opened_at or view.at,
        **view.where(),
    )


def _shown(report: SealReport) -> str | None:
    return report.credential.id if report.credential else None


def _was_opened(seal: SealRecord) -> bool:
    return seal.state is SealState.OPEN_UNAUTHORISED


def _still_open(view: View) -> Raised:
    since = view.seal.since or view.at
    return replace(_incident(view, Code.STILL_OPEN), at=since, seen=view.at)


def _incident(
    view: View,
    code: Code,
    facts: dict[str, Fact] | None = None,
    severity: Severity = Severity.CRITICAL,
) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_OPENED,
        severity=severity,
        code=code,
        facts=facts or {},
        at=view.at,
        key=view.device or "",
        **view.where(),
    )


RULE = Rule(
    name="seal_opening",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    on_command=on_command,
    on_tick=on_tick,
    deadline=deadline,
)
