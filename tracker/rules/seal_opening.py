"""SEALED -> OPEN_AUTHORISED or OPEN_UNAUTHORISED: who may open it where.

A known credential alone does not authorise; place, agency and window are needed. So an opening is
- critical without a credential, or with one that the shipment does not list; while moving, off
  the route, at an unplanned stop; and always at a state inspection (Texas troopers may not open a
  sealed load, borderblogs.com/?p=3015);
- a warning at CBP primary or in the queue, and in a right place (customs compound, CBP secondary,
  a leg's end, a planned or military stop) if nobody records an authorisation within
  `opening_record_min`;
- quiet with a recorded authorisation for that place, time and credential.

The truck moves, and is off the route or elsewhere than it was, by more than the word of one fix:
where one alone says so, the next decides, and where there was none, what the device had stored
(`openings_apart`). An opening that is found, where it may be one by leave, waits
`opening_evidence_min` for the word that tells it; one that was told critical without a credential
ends if that proves to have been shown (`openings_held`). Where its serials say that the word is
lost, leave recorded for that place and time stands for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.command import Authorise, CloseShipment
from tracker.domain.geo import metres_between
from tracker.domain.outcome import Cleared, Outcome, Raised, SealMoved, SealUpdated
from tracker.domain.plan import Place, Plan
from tracker.domain.policy import Policy, minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.shipment import Authorisation
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View, concluded
from tracker.rules.openings import OpeningVerdict, covering, is_unusual, judge, opens, shown
from tracker.rules.openings_apart import (
    Apart,
    Unplaced,
    apart_of,
    breached,
    elsewhere,
    facts_of,
    placed,
    refuted,
    unplaced_of,
)
from tracker.rules.openings_early import Early, as_held, heard, is_early, kept
from tracker.rules.openings_held import (
    Held,
    Shown,
    holding,
    is_present,
    merged,
    recalled,
    remembered,
    witnessed,
)
from tracker.rules.seals import apart, is_sealed, known_places, recorded, renumbered, strays
from tracker.rules.signs import Sign


class Memory(Struct, frozen=True, kw_only=True):
    """late: openings that the backlog told, or that were closed again, whose authorisation is still
    owed. They are past, so the present seal's `record_due` says nothing of them. held: openings
    whose word is awaited. early: those heard before the word that sealed the lock. cards: known
    ones, of openings that came late.
    """

    late: tuple[SealRecord, ...] = ()
    held: tuple[Held, ...] = ()
    early: tuple[Early, ...] = ()
    cards: tuple[Shown, ...] = ()
    apart: Apart | None = None
    unplaced: Unplaced | None = None


def on_reading(view: View, memory: Memory) -> Result:
    found: list[Outcome] = []
    if memory.apart is not None and view.moves.fix is not None and not view.late:
        memory, found = _agreed(view, memory, memory.apart, view.moves.fix)
    if memory.unplaced is not None:
        memory = replace(memory, unplaced=placed(view, memory.unplaced))
    report = view.reading.seal if view.reading else None
    if report is None:
        return memory, tuple(found)
    if memory.held:
        memory = replace(memory, held=witnessed(view, memory.held, report))
    if memory.early:
        memory = replace(memory, early=heard(view, memory.early, report))
    cards = remembered(view, memory.cards, report)
    if cards is not memory.cards:
        memory = replace(memory, cards=cards)
    if not opens(report):
        return _still_owed(view, memory, report), tuple(found)
    if view.seal.breached:  # the same incident goes on; counted where it was raised
        still = (_still_open(view),) if _was_opened(view.seal) else NOTHING
        return memory, (*found, *still)
    if not view.seal.on_duty:
        return _early(view, memory, report), tuple(found)
    return _opened(view, memory, report)


def _early(view: View, memory: Memory, report: SealReport) -> Memory:
    if view.plan is None or apart(view) or not is_early(view, report):
        return memory
    places = known_places(view)
    verdict = judge(view, report, places, off_route=strays(view))
    opened = _as_opened(view, report, places, verdict)
    return replace(memory, early=kept(view, memory.early, verdict, opened))


def _as_opened(
    view: View, report: SealReport, places: tuple[Place, ...], verdict: OpeningVerdict
) -> SealRecord:
    """The seal as this opening leaves it."""
    owed = verdict.unrecorded
    due = view.at + minutes(view.policy.opening_record_min) if owed else None
    opened = replace(
        view.seal,
        state=SealState.OPEN_AUTHORISED if verdict.waits else verdict.state,
        since=view.at,
        opened_at=view.at,
        opened_in=tuple(place.id for place in places),
        opened_with=shown(report),
        record_due=due,
        told=None,
    )
    if _of_this(view, opened):
        return opened
    return replace(opened, pending_number=None, pending_at=None)


def _opened(view: View, memory: Memory, report: SealReport) -> Result:
    places = known_places(view)
    verdict = judge(view, report, places, off_route=strays(view))
    if apart(view):
        memory = replace(memory, apart=apart_of(view, report, verdict))
    if (unplaced := unplaced_of(view, verdict)) is not None:
        memory = replace(memory, unplaced=unplaced)
    opened = _as_opened(view, report, places, verdict)
    due = opened.record_due
    code, facts = verdict.code, verdict.facts
    if verdict.waits or verdict.amendable:
        new = recalled(view, holding(view, verdict, opened), memory.cards)
        held, again = merged(memory.held, new)
        memory = replace(memory, held=held)
        if verdict.waits:
            code, facts = Code.OPENING_WORD_AWAITED, {"places": _named(view, opened)}
            if again:
                return memory, (SealUpdated(to=opened),)
    found: list[Outcome] = [SealMoved(to=opened, code=code, facts=facts, at=view.at)]
    if verdict.severity is not None and not verdict.waits:
        found.append(_incident(view, code, facts, verdict.severity))
    if due is not None and view.late and view.now >= due:
        found.append(_owed(view, opened))
    elif due is not None and view.late:
        memory = replace(memory, late=(*memory.late, opened))
    return memory, tuple(found)


def _still_owed(view: View, memory: Memory, report: SealReport) -> Memory:
    """Closed again before leave for the opening was recorded: it is owed all the same."""
    seal = view.seal
    if seal.state is not SealState.OPEN_AUTHORISED or seal.record_due is None or view.late:
        return memory
    return replace(memory, late=(*memory.late, seal)) if is_sealed(report) else memory


def _of_this(view: View, opened: SealRecord) -> bool:
    """The number that a person recorded is of the reseal after this opening: it was recorded after
    it, or just before.
    """
    since = opened.pending_at
    return since is not None and since >= view.at - minutes(view.policy.opening_record_min)


def _agreed(view: View, memory: Memory, far: Apart, fix: Fix) -> tuple[Memory, list[Outcome]]:
    """The next fix: is the truck where the opening's fix said, or where it was before?"""
    memory = replace(memory, apart=None)
    metres = metres_between(far.home.lat, far.home.lon, fix.lat, fix.lon)
    if metres <= view.policy.jump_m:
        return memory, []
    return memory, elsewhere(view, far.fix, far.at, far.code, far.places)


def on_command(view: View, memory: Memory) -> Result:
    """An authorisation recorded in time settles an opening that owed one. At the closing nothing
    can be waited for any more.
    """
    seal = view.seal
    if isinstance(view.command, CloseShipment):
        return _decided(view, memory, everything=True)
    if memory.late and recorded(view) is not None:  # its reseal is on record, so it is known of
        return replace(memory, late=()), NOTHING
    if not isinstance(view.command, Authorise) or view.plan is None:
        return memory, NOTHING
    if any(_covered(view.plan, opened) for opened in memory.late):
        late = tuple(s for s in memory.late if not _covered(view.plan, s))
        memory = replace(memory, late=late)
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
        memory = replace(memory, late=tuple(s for s in memory.late if s is not opened))
    due = seal.record_due if seal.state is SealState.OPEN_AUTHORISED else None
    if due is not None and _due(view, due):
        found += (_owed(view, seal), SealUpdated(to=replace(seal, record_due=None)))
        return memory, tuple(found)  # what is held is decided in the next
    memory, decided = _decided(view, memory)
    return memory, (*found, *decided)


def _decided(view: View, memory: Memory, *, everything: bool = False) -> Result:
    found: list[Outcome] = []
    if memory.apart is not None and (everything or view.now >= memory.apart.due):
        far = memory.apart
        found += elsewhere(view, far.fix, far.at, far.code, far.places)
        memory = replace(memory, apart=None)
    if memory.unplaced is not None:
        memory, found = _placed(view, memory, memory.unplaced, found, everything=everything)
    if memory.early:
        memory, found = _guarded(view, memory, found)
    slack, still = timedelta(seconds=view.policy.opening_evidence_s), list[Held]()
    for held in memory.held:
        if not everything and view.now < held.due:
            still.append(held)
            continue
        card = held.lawful(slack)
        leave = _granted(view, held) if card is None else None
        if card is not None:
            found += _lawful(view, memory, held, card.credential)
        elif leave is not None:
            found += _lawful(view, memory, held, leave.credential)
        elif not held.told:
            facts = facts_of(held.code, held.places)
            at = held.opened.opened_at or held.at
            found.append(replace(_incident(view, held.code, facts), at=at))
            if is_present(view.seal, held) or view.seal.on_duty:
                found += breached(view, held.code, facts, at)
            again = view.now + minutes(view.policy.backlog_grace_min)
            still.append(replace(held, told=True, due=again))
    if len(still) != len(memory.held) or found:
        memory = replace(memory, held=tuple(still))
    return memory, tuple(found)


def _placed(
    view: View, memory: Memory, opening: Unplaced, found: list[Outcome], *, everything: bool
) -> tuple[Memory, list[Outcome]]:
    """What the stored fixes say of an opening that had none, once no more are on their way."""
    due = opening.due
    if not everything and view.now < (opening.until if due is None else due):
        return memory, found
    code, last = refuted(opening, view.policy), opening.last
    memory = replace(memory, unplaced=None)
    if code is not None and last is not None:
        found = [*found, *elsewhere(view, last, opening.at, code)]
        others = tuple(held for held in memory.held if held.opened.opened_at != opening.at)
        memory = replace(memory, held=others)
    return memory, found


def _guarded(view: View, memory: Memory, found: list[Outcome]) -> tuple[Memory, list[Outcome]]:
    """Openings of which it is proven by now that the lock was sealed before them."""
    due = [early for early in memory.early if view.now >= early.due]
    rest = tuple(early for early in memory.early if early not in due)
    memory = replace(memory, early=rest) if due else memory
    unsealed = view.seal.state is SealState.ARMED
    proven = sorted((e for e in due if e.proven is not None), key=lambda e: e.at)
    for early in proven:
        at = early.opened.opened_at or early.at
        facts = facts_of(early.code, early.places)
        if early.amendable:
            held = recalled(view, as_held(view, early), memory.cards)
            memory = replace(memory, held=(*memory.held, held))
        elif early.severity is not None:
            found.append(replace(_incident(view, early.code, facts, early.severity), at=at))
        if early.severity is Severity.CRITICAL and not early.amendable:
            found += breached(view, early.code, facts, at)
        elif unsealed:
            unsealed = False
            found.append(SealMoved(to=early.opened, code=early.code, facts=facts, at=at))
        elif early.opened.record_due is not None:
            memory = replace(memory, late=(*memory.late, early.opened))
    return memory, found


def _granted(view: View, held: Held) -> Authorisation | None:
    """The word of the opening is lost, as the serials say, and somebody had recorded leave for it
    there and then: nothing speaks against its having been that.
    """
    at, plan = held.opened.opened_at, view.plan
    if plan is None or at is None or not held.unheard or held.told:
        return None
    places = plan.places(held.opened.opened_in)
    return next((a for a in plan.authorisations if covering(plan, places, at, a.credential)), None)


def _lawful(view: View, memory: Memory, held: Held, credential: str | None) -> list[Outcome]:
    """Its word has come, and proves leave: what was told of it is over."""
    found: list[Outcome] = []
    seal, plan, at = view.seal, view.plan, held.opened.opened_at or held.at
    if held.told:
        key = view.device or ""
        found.append(
            Cleared(kind=AlertKind.SEAL_OPENED, code=Code.OPENING_PROVEN, key=key, at=view.now)
        )
    places = plan.places(held.opened.opened_in) if plan else ()
    leave = plan and covering(plan, places, at, credential)
    if not leave and is_unusual(plan, places):
        facts: dict[str, Fact] = {"places": held.places or _named(view, held.opened)}
        told = _incident(view, Code.OPENED_WHERE_UNUSUAL, facts, Severity.WARNING)
        found.append(replace(told, at=at))
    if not is_present(seal, held) or (seal.state is SealState.OPEN_UNAUTHORISED and not held.told):
        return found
    elsewhere = any(late.opened_at and late.opened_at <= at for late in memory.late)
    owed = not leave and not elsewhere
    due = at + minutes(view.policy.opening_record_min) if owed else None
    after = replace(seal, opened_with=credential, record_due=due)
    if seal.state is SealState.OPEN_AUTHORISED:
        return [*found, SealUpdated(to=after)]
    after = replace(after, state=SealState.OPEN_AUTHORISED)
    if seal.resealed_silently:  # it has been closed again meanwhile
        owed_by = view.at + minutes(view.policy.opening_record_min)
        after = renumbered(after, seal.told, view.at, record_due=owed_by, told=seal.told)
    return [*found, SealMoved(to=after, code=Code.OPENING_PROVEN, at=view.at)]


def _named(view: View, seal: SealRecord) -> str | None:
    places = view.plan.places(seal.opened_in) if view.plan else ()
    return ", ".join(place.name for place in places) or None


def _due(view: View, due: datetime | None) -> bool:
    return due is not None and view.now >= due


def deadline(view: View, memory: Memory) -> datetime | None:
    seals = [*memory.late, *((view.seal,) if view.seal.state is SealState.OPEN_AUTHORISED else ())]
    due = [seal.record_due for seal in seals if seal.record_due is not None]
    due += [held.due for held in memory.held]
    due += [early.due for early in memory.early]
    if memory.apart is not None:
        due.append(memory.apart.due)
    if memory.unplaced is not None:
        due.append(memory.unplaced.due or memory.unplaced.until)
    return min(due, default=None)


def set_back(memory: Memory, now: datetime, policy: Policy) -> Memory:
    latest = now + minutes(policy.backlog_grace_min)
    held = tuple(replace(h, due=min(h.due, latest)) for h in memory.held)
    far = memory.apart
    far = None if far is None else replace(far, due=min(far.due, latest))
    early = tuple(replace(e, due=min(e.due, latest)) for e in memory.early)
    lost = memory.unplaced
    if lost is not None:
        lost = replace(lost, due=lost.due and min(lost.due, latest), until=min(lost.until, latest))
    if not held and not early and far is None and lost is None:
        return memory
    return replace(memory, held=held, early=early, apart=far, unplaced=lost)


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


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, report = AlertKind.SEAL_OPENED, view.reading.seal if view.reading else None
    codes = concluded(view, memory, RULE).get(kind)
    wrong = Weighed(kind=kind, measure="concluded", value=codes, speaks=codes is not None)
    if view.reading is None:
        waiting = len((*memory.held, *memory.early, *memory.late))
        waiting += (memory.apart is not None) + (memory.unplaced is not None)
        count = Weighed(kind=kind, measure="openings_waiting", value=waiting)
        return (wrong,) if codes else (wrong, count)
    told = report is not None and opens(report)
    opened = Weighed(kind=kind, measure="lock_says_open", value=told, speaks=told)
    duty = view.seal.on_duty or view.seal.breached
    guards = Weighed(kind=kind, measure="seal_on_duty", value=duty, speaks=duty)
    if report is None or not (told and duty) or view.seal.breached:
        return (wrong,) if codes else (opened, guards, wrong)
    places = known_places(view)
    verdict = judge(view, report, places, off_route=strays(view))
    lawful = Weighed(
        kind=kind,
        measure="opening_judged",
        value=str(verdict.code),
        about=", ".join(place.id for place in places),
        speaks=codes is not None,
    )
    return (opened, guards, lawful)


RULE = Rule(
    name="seal_opening",
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
