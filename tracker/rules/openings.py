"""What an opening is, by where and when it happened and what was shown: see `seal_opening`.

The heartbeat after an opening may overtake the word of the opening itself, with the credential in
it. So one that is found open, at rest where it may be opened, waits for that word
(`opening_evidence_min`); anywhere else it is critical at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from devices.reading import SealCondition, SealEvent, SealReport
from geofences.kinds import ZoneKind
from tracker.domain.alert import Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.plan import Place, Plan
from tracker.domain.seal import SealState
from tracker.domain.shipment import Authorisation
from tracker.rules.base import View
from tracker.rules.seals import rolling, words_missing

OPENINGS = frozenset({SealEvent.OPENED, SealEvent.ROPE_OUT})
PERMITTING = frozenset(
    {ZoneKind.CUSTOMS_COMPOUND, ZoneKind.CBP_SECONDARY, ZoneKind.CHECKPOINT_MILITARY}
)
DUBIOUS = frozenset({ZoneKind.CBP_PRIMARY, ZoneKind.APPROACH_QUEUE})


@dataclass(frozen=True, slots=True)
class OpeningVerdict:
    """severity None: quiet. unrecorded: an authorisation is still owed. waits: for the word of the
    opening, without which it is critical. amendable: that word would make it lawful.
    """

    state: SealState
    code: Code
    facts: dict[str, Fact] = field(default_factory=dict)
    severity: Severity | None = None
    unrecorded: bool = False
    waits: bool = False
    amendable: bool = False


def opens(report: SealReport) -> bool:
    return bool(OPENINGS & report.events) or report.condition in (
        SealCondition.OPEN,
        SealCondition.UNARMED,
    )


def judge(
    view: View, report: SealReport, places: tuple[Place, ...], *, off_route: bool
) -> OpeningVerdict:
    """What an opening now and in these places is."""
    kinds = {place.kind for place in places}
    plan, told = view.plan, bool(OPENINGS & report.events)
    here: dict[str, Fact] = {"places": ", ".join(place.name for place in places) or None}
    if ZoneKind.STATE_INSPECTION in kinds:
        return _unlawful(Code.OPENED_WHERE_FORBIDDEN, here)
    leave = plan and covering(plan, places, view.at, shown(report))
    may = not off_route and not rolling(view) and bool(plan and _may_be_lawful(plan, places))
    waits = may and not told
    if view.seal.state is SealState.UNKNOWN and not told:
        waits = may and words_missing(view)
        return _unlawful(Code.FOUND_OPEN_AFTER_SILENCE, waits=waits, amendable=may)
    if rolling(view):
        return _unlawful(Code.OPENED_WHILE_MOVING)
    unusual = is_unusual(plan, places)
    if leave and not unusual:
        facts = {**here, "agency": leave.agency, "reason": leave.reason}
        return OpeningVerdict(SealState.OPEN_AUTHORISED, Code.OPENED_WITH_LEAVE, facts)
    if off_route:
        return _unlawful(Code.OPENED_OFF_ROUTE)
    if not leave and not known(plan, report):
        return _unlawful(Code.OPENED_WITHOUT_CREDENTIAL, here, waits=waits, amendable=may)
    if unusual:
        return OpeningVerdict(
            SealState.OPEN_AUTHORISED, Code.OPENED_WHERE_UNUSUAL, here, Severity.WARNING
        )
    if plan and any(permits(plan, place) for place in places):
        return OpeningVerdict(
            SealState.OPEN_AUTHORISED, Code.OPENED_LEAVE_OWED, here, unrecorded=True
        )
    return _unlawful(Code.OPENED_AT_UNPLANNED_STOP, here)


def _unlawful(
    code: Code,
    facts: dict[str, Fact] | None = None,
    *,
    waits: bool = False,
    amendable: bool = False,
) -> OpeningVerdict:
    return OpeningVerdict(
        SealState.OPEN_UNAUTHORISED,
        code,
        facts or {},
        Severity.CRITICAL,
        waits=waits,
        amendable=amendable,
    )


def is_unusual(plan: Plan | None, places: tuple[Place, ...]) -> bool:
    """Nobody opens where the truck may be: at CBP primary or in the queue. Known in a place beside
    them too, where it is opened, it has just come there, or drifts: leave decides.
    """
    lawful = plan is not None and any(permits(plan, place) for place in places)
    return not lawful and any(place.kind in DUBIOUS for place in places)


def _may_be_lawful(plan: Plan, places: tuple[Place, ...]) -> bool:
    """With the right credential it would not be critical here."""
    leave = {leave.zone for leave in plan.authorisations}
    return any(p.id in leave or p.kind in DUBIOUS or permits(plan, p) for p in places)


def shown(report: SealReport) -> str | None:
    return report.credential.id if report.credential else None


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
