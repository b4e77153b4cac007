"""ARMED -> SEALED, and the number while it is sealed.

In the loading zone, standing, the number as in the manifest. A warning outside it (where it was
merely found sealed there, once the word of the sealing had time to come), while moving, or
`sealing_late_min` after loading; critical if the number differs, then or later: from what is
declared, from what the lock tells and from what people record, whichever comes first. Written
otherwise (MX-0100001, mx0100001) it is the same number, which is noted once.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealEvent, SealReport
from geofences.kinds import ZoneKind
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import AmendShipment
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.plan import Plan
from tracker.domain.policy import Policy, minutes, whole_minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import among, same
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View, concluded
from tracker.rules.seals import (
    known_places,
    number_differs,
    recorded,
    renumbered,
    rolling,
    sealed_report,
)
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """written: how the lock writes the number in force, where that is not as it was declared.
    doubt: a sealing in doubt that was found so, until `due` (receipt): the word of the sealing
    itself may be on its way.
    """

    written: str | None = None
    doubt: Raised | None = None
    due: datetime | None = None


def on_reading(view: View, memory: Memory) -> Result:
    report, seal = sealed_report(view), view.seal
    if report is None:
        return memory, NOTHING
    if seal.state is SealState.ARMED:
        memory, found = _first(view, memory, report, seal)
        return _written(view, memory, report, seal, found)
    if seal.state is SealState.FAULT:
        healed = replace(seal, state=SealState.SEALED, since=view.at)
        over = SealMoved(to=healed, code=Code.FAULT_OVER, at=view.at)
        return memory, (over, *_still(view, report, healed))
    if seal.state is SealState.SEALED:
        return _written(view, memory, report, seal, _still(view, report, seal))
    return memory, NOTHING


def _written(
    view: View, memory: Memory, report: SealReport, seal: SealRecord, found: tuple[Outcome, ...]
) -> Result:
    """Told once: the lock has the number in force, in another writing."""
    read, due = report.number, seal.number
    if read is None or due is None or read in (due, memory.written) or not same(read, due):
        return memory, found
    note = Noted(
        type=FindingType.SEAL_NUMBER_READ,
        code=Code.NUMBER_WRITTEN_OTHERWISE,
        facts={"read": read, "in_force": due},
        at=view.at,
        **view.where(),
    )
    return replace(memory, written=read), (*found, note)


def _first(
    view: View, memory: Memory, report: SealReport, seal: SealRecord
) -> tuple[Memory, tuple[Outcome, ...]]:
    number = report.number or seal.number
    sealed = replace(
        seal,
        state=SealState.SEALED,
        since=view.at,
        number=seal.number or number,
        told=report.number,
        closed_at=view.at,
        lock_count=report.lock_count,
    )
    found: list[Outcome] = [
        SealMoved(to=sealed, code=Code.SEALED, facts={"named": number or None}, at=view.at)
    ]
    if report.number and seal.number and not same(report.number, seal.number):
        found.append(number_differs(view, report.number, seal.number))
    doubts = _doubts(view)
    if not any(doubts.values()):
        return replace(memory, doubt=None, due=None) if memory.doubt else memory, tuple(found)
    doubt = Raised(
        kind=AlertKind.SEAL_SEALING,
        severity=Severity.WARNING,
        code=Code.SEALED_IN_DOUBT,
        facts=doubts,
        at=view.at,
        key=view.device or "",
        **view.where(),
    )
    if SealEvent.SEALED in report.events or _first_word(view):
        return memory, (*found, doubt)
    due = view.now + minutes(view.policy.opening_evidence_min)
    return replace(memory, doubt=doubt, due=due), tuple(found)


def _first_word(view: View) -> bool:
    """It was sealed when it was first heard, and stands. One that is first heard on the road has a
    past, which a flush may tell after.
    """
    if view.before is not None and view.before.at is not None:
        return False
    fix = view.moves.fix
    return fix is None or (fix.speed_kmh or 0.0) <= view.policy.speed_alone_kmh


def on_tick(view: View, memory: Memory) -> Result:
    if memory.doubt is None or memory.due is None or view.now < memory.due:
        return memory, NOTHING
    return replace(memory, doubt=None, due=None), (memory.doubt,)


def deadline(view: View, memory: Memory) -> datetime | None:
    return memory.due


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    latest = now + minutes(policy.opening_evidence_min)
    return memory if memory.due is None else replace(memory, due=min(memory.due, latest))


def _doubts(view: View) -> dict[str, Fact]:
    plan = view.plan
    loaded = plan.shipment.loaded_at if plan else None
    late = loaded is not None and view.at - loaded > minutes(view.policy.sealing_late_min)
    return {
        "outside_loading": plan is not None and _outside(view, plan),
        "moving": rolling(view),
        "minutes_after_loading": whole_minutes(view.at - loaded) if loaded and late else None,
    }


def _outside(view: View, plan: Plan) -> bool:
    """It was sealed outside the loading zone, as far as anybody knows where it was."""
    if plan.loading is None or view.moves.doubt is not None or view.lane.fix is None:
        return False
    if plan.loading in view.lane.arriving:
        return False
    if view.late and (view.before is None or view.before.fix is None):  # one fix alone
        return False
    places = known_places(view)
    return not any(place.id == plan.loading or place.kind is ZoneKind.PLANT for place in places)


def _still(view: View, report: SealReport, seal: SealRecord) -> tuple[Outcome, ...]:
    if report.number is None:
        return NOTHING
    if report.number == seal.number or (seal.number and same(report.number, seal.number)):
        return _contradicted(view, report.number, seal)
    if _is_old(view, report.number, seal):
        return NOTHING
    if seal.number is None:
        named = replace(seal, number=report.number, told=report.number)
        return (SealUpdated(to=named),)
    if seal.pending_number is not None and same(
        report.number, seal.pending_number
    ):  # recorded by a person; its opening was not seen
        changed = renumbered(
            seal, report.number, view.at, lock_count=report.lock_count, told=report.number
        )
        return (SealUpdated(to=changed),)
    return (number_differs(view, report.number, seal.number),)


def _is_old(view: View, read: str, seal: SealRecord) -> bool:
    """A late word from before the reseal by which that number went out of use, of which only the
    outcome was heard: a burst told it newest first.
    """
    alone = view.late and (view.before is None or view.before.at is None)
    return alone and among(read, seal.used)


def _contradicted(view: View, read: str, seal: SealRecord) -> tuple[Outcome, ...]:
    """A person recorded another number, of a reseal that nobody saw; the lock goes on naming this
    one, and no backlog that could tell of it is on its way any more.
    """
    pending, since = seal.pending_number, seal.pending_at
    if pending is None or since is None or view.late:
        if seal.told is None:
            return (SealUpdated(to=replace(seal, told=read)),)
        return NOTHING
    until = view.known.held_until if view.known else None
    if view.at - since <= minutes(view.policy.opening_record_min):
        return NOTHING
    if until is not None and view.now < until:
        return NOTHING
    dropped = replace(seal, pending_number=None, pending_at=None)
    return number_differs(view, read, pending), SealUpdated(to=dropped)


def on_command(view: View, memory: Memory) -> Result:
    """A person has read the number of a seal that is not closed yet; or declares another for it."""
    if isinstance(view.command, AmendShipment):
        return memory, _declared(view)
    command, seal = recorded(view), view.seal
    if command is None or seal.state is not SealState.ARMED:
        return memory, NOTHING
    if seal.number is not None and not same(seal.number, command.number):
        return memory, (number_differs(view, command.number, seal.number),)
    at = command.occurred_at or view.at
    read = replace(seal, number=seal.number or command.number, closed_at=at)
    return memory, (SealUpdated(to=read),)


def _declared(view: View) -> tuple[Outcome, ...]:
    """The declaration is amended: a seal that is not closed yet gets its number; to one that is,
    another than it was closed with is a contradiction.
    """
    seal, plan = view.seal, view.plan
    number = plan.number_of(view.device) if plan and view.device else None
    if number is None or (seal.number is not None and same(number, seal.number)):
        return NOTHING
    if seal.state is SealState.ARMED:
        return (SealUpdated(to=replace(seal, number=number)),)
    first = seal.on_duty and seal.reseals == 0 and seal.number is not None
    if not first or (seal.told is not None and same(seal.told, number)):
        return NOTHING
    return (number_differs(view, number, seal.number or ""),)


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    codes, report = concluded(view, memory, RULE), sealed_report(view)
    number = Weighed(
        kind=AlertKind.SEAL_NUMBER,
        measure="number_declared",
        value=report.number if report else None,
        limit=view.seal.number,
        speaks=AlertKind.SEAL_NUMBER in codes,
    )
    kind = AlertKind.SEAL_SEALING
    raised = kind in codes
    if not raised and (report is None or view.seal.state is not SealState.ARMED):
        return (number, Weighed(kind=kind, measure="seal", value=view.seal.state.value))
    doubts = memory.doubt.facts if memory.doubt is not None and report is None else _doubts(view)
    told = ", ".join(name for name, value in doubts.items() if value) or None
    return (number, Weighed(kind=kind, measure="sealing_doubts", value=told, speaks=raised))


RULE = Rule(
    name="seal_sealing",
    memory=Memory,
    keeps="device",
    on_reading=on_reading,
    wakes=Sign.SEAL,
    on_command=on_command,
    on_tick=on_tick,
    deadline=deadline,
    set_back=set_back,
    weighs=weighs,
)
