"""Every break of a seal is paired: with leave and a recorded reseal, or a signed-off incident.

And the sealing that began it all, which is where continuity starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.numbers import declared, records_of
from tracker.audit.wording import minutes_of
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.finding import FindingType
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.spelling import same

OPEN = frozenset({SealState.OPEN_AUTHORISED, SealState.OPEN_UNAUTHORISED, SealState.TAMPERED})
CLOSED = frozenset({SealState.SEALED, SealState.RELEASED})
WORDS = {
    SealState.OPEN_AUTHORISED: "opened",
    SealState.OPEN_UNAUTHORISED: "opened without leave",
    SealState.TAMPERED: "tampered with",
}


@dataclass(frozen=True)
class Break:
    """A lock was not sealed. states: the entries that say so, the first is its beginning. closed:
    the entry that ends it, sealed or released; None if none does. before: the number until then.
    """

    lock: str
    states: tuple[CustodyEntry, ...]
    before: str | None
    closed: CustodyEntry | None = None

    @property
    def began(self) -> CustodyEntry:
        return self.states[0]

    @property
    def worst(self) -> CustodyEntry:
        """The first state that no leave covers, else the first."""
        return next((one for one in self.states if not _lawful(one)), self.began)

    @property
    def lawful(self) -> bool:
        return all(map(_lawful, self.states))


def _lawful(entry: CustodyEntry) -> bool:
    return entry.facts.get("to") == SealState.OPEN_AUTHORISED


def breaks(dossier: Dossier) -> Iterator[Break]:
    """Each lock's, in order of what happened."""
    for lock in dossier.plan.locks:
        number, states = next(iter(declared(dossier, lock)), None), list[CustodyEntry]()
        for entry in dossier.happened:
            if entry.type != FindingType.SEAL_STATE or entry.device != lock:
                continue
            if entry.facts.get("to") in OPEN:
                states.append(entry)
            elif entry.facts.get("to") in CLOSED:
                if states:
                    yield Break(lock, tuple(states), number, entry)
                number, states = entry.text("number") or number, []
        if states:
            yield Break(lock, tuple(states), number)


def paired(dossier: Dossier) -> Iterator[AuditFinding]:
    """Each break by itself."""
    found = list(breaks(dossier))
    for number, one in enumerate(found):
        later = [b.began for b in found[number + 1 :] if b.lock == one.lock]
        if not one.lawful:
            yield _incident(dossier, one)
        elif one.closed is None or one.closed.facts.get("to") == SealState.RELEASED:
            yield _unsealed(dossier, one)
        else:
            yield from _resealed(dossier, one, later[0] if later else None)


def _incident(dossier: Dossier, one: Break) -> AuditFinding:
    """No leave covers it: somebody inspected, and signed off with a reason."""
    worst = one.worst
    signed = next(
        (
            entry
            for entry in records_of(dossier, one.lock)
            if entry.facts.get("incident") is True and entry.at >= worst.at
        ),
        None,
    )
    what = f"{one.lock} was {WORDS[SealState(str(worst.facts['to']))]}: {worst.detail}"
    if signed is None:
        return AuditFinding(
            check=AuditCheck.BREAK,
            severity=Severity.CRITICAL,
            what=f"{what}; no incident was signed off",
            at=worst.at,
            number=one.before,
            entries=tuple(entry.id for entry in one.states),
            mend=f"inspect, then tracker shipment seal {dossier.stored.id} --incident --number "
            "NEW --reason REPORT; of a closed shipment, an incident report beside the record",
        )
    return AuditFinding(
        check=AuditCheck.BREAK,
        severity=Severity.INFO,
        what=f"{what}; signed off as an incident, sealed with {signed.text('number')}: "
        f"{signed.text('reason')}",
        at=worst.at,
        number=one.before,
        entries=(*(entry.id for entry in one.states), signed.id),
    )


def _unsealed(dossier: Dossier, one: Break) -> AuditFinding:
    """Opened with leave, and not sealed again: right only where the cargo is unloaded."""
    began, goal = one.began, dossier.plan.destination
    places = dossier.zones_at(one.lock, began.at) | {began.zone}
    unloaded = goal is None or goal in places
    under_way = one.closed is None and dossier.closing is None
    rests = (began.id, *((one.closed.id,) if one.closed else ()))
    if unloaded or under_way:
        return AuditFinding(
            check=AuditCheck.BREAK,
            severity=Severity.INFO,
            what=f"{one.lock} was {began.detail}"
            + (" and is open" if under_way else ", the destination" if goal else ""),
            at=began.at,
            number=one.before,
            entries=rests,
        )
    return AuditFinding(
        check=AuditCheck.BREAK,
        severity=Severity.CRITICAL,
        what=f"{one.lock} was {began.detail}, and never sealed again",
        at=began.at,
        number=one.before,
        entries=rests,
        mend="an incident report: from there on nothing vouches for the cargo",
    )


def _resealed(dossier: Dossier, one: Break, until: CustodyEntry | None) -> Iterator[AuditFinding]:
    """Opened with leave and sealed again: with a new number, which somebody recorded."""
    closed = one.closed
    assert closed is not None  # noqa: S101 - `paired` has looked
    number = closed.text("number")
    within = [
        entry
        for entry in records_of(dossier, one.lock)
        if entry.at >= one.began.at and (until is None or entry.at < until.at)
    ]
    named = [entry for entry in within if same(entry.text("number") or "", number or "")]
    # A lock that names no number keeps the old one in its entry: then it is the record that counts.
    record = next(iter(named or (within if same(number or "", one.before or "") else ())), None)
    if record is None:
        yield AuditFinding(
            check=AuditCheck.RESEAL,
            severity=Severity.CRITICAL,
            what=f"{one.lock} was {one.began.detail} and sealed again as "
            f"{number if number != one.before else 'nobody knows what'}; nobody recorded it",
            at=closed.at,
            number=number,
            entries=(one.began.id, closed.id),
            mend=f"tracker shipment seal {dossier.stored.id} --number NUMBER --officer --agency "
            "--reason, while it is open; else the officer's own record",
        )
        return
    yield from _recorded(dossier, one, closed, record)


def _recorded(
    dossier: Dossier, one: Break, closed: CustodyEntry, record: CustodyEntry
) -> Iterator[AuditFinding]:
    number, rests = record.text("number"), (one.began.id, closed.id, record.id)
    missing = [name for name in ("agency", "reason") if not record.facts.get(name)]
    if record.text("officer") is None and "payload.facts.officer" not in record.hidden:
        missing.insert(0, "officer")
    late = record.at - closed.at
    wrong = ""
    if number == one.before:
        wrong = "with the old number"
    elif missing:
        wrong = f"without {', '.join(missing)}"
    elif late > minutes(dossier.policy.opening_record_min):
        wrong = f"only {minutes_of(late)} after it was sealed"
    if wrong:
        yield AuditFinding(
            check=AuditCheck.RESEAL,
            severity=Severity.CRITICAL if number == one.before else Severity.WARNING,
            what=f"the reseal of {one.lock} as {number} was recorded {wrong}",
            at=closed.at,
            number=number,
            entries=rests,
            mend="get it in writing from the officer or the agency, and keep that with the record",
        )
        return
    yield AuditFinding(
        check=AuditCheck.RESEAL,
        severity=Severity.INFO,
        what=f"{one.lock} was {one.began.detail}; {one.before} was replaced by {number}, "
        f"recorded with {record.text('agency')}: {record.text('reason')}",
        at=one.began.at,
        number=number,
        entries=rests,
    )


def reseal_limit(dossier: Dossier) -> Iterator[AuditFinding]:
    """More reseals of one lock than a trip needs."""
    limit = dossier.policy.reseal_limit
    for lock in dossier.plan.locks:
        seals = [
            one.closed
            for one in breaks(dossier)
            if one.lock == lock and one.closed and one.closed.facts.get("to") == SealState.SEALED
        ]
        if len(seals) > limit:
            yield AuditFinding(
                check=AuditCheck.RESEAL_LIMIT,
                severity=Severity.WARNING,
                what=f"{lock} was sealed again {len(seals)} times, the limit is {limit}",
                at=seals[limit].at,
                entries=tuple(entry.id for entry in seals),
                mend="ask for each why; if this lane needs more, set reseal_limit in its policy",
            )


def sealing(dossier: Dossier) -> Iterator[AuditFinding]:
    """It was sealed, soon after loading, and somebody verified the seal (View, Verify, Tug, Twist:
    CTPAT minimum security criteria 6.1, 6.2).
    """
    at, loaded = dossier.sealed_at, dossier.plan.shipment.loaded_at
    if at is None:
        if dossier.closing is not None and (dossier.plan.locks or dossier.stored.numbers):
            yield _never_sealed(dossier, dossier.closing)
        return
    limit = minutes(dossier.policy.sealing_late_min)
    if loaded is not None and at - loaded > limit:
        yield AuditFinding(
            check=AuditCheck.SEALING,
            severity=Severity.WARNING,
            what=f"it was sealed {minutes_of(at - loaded)} after loading",
            at=at,
            mend="ask the shipper who watched the trailer in between",
        )
    unverified = [
        entry
        for entry in dossier.of(FindingType.SEAL_RECORDED)
        if entry.facts.get("verified") is not True
    ]
    if unverified or not dossier.of(FindingType.SEAL_RECORDED):
        numbers = ", ".join(str(entry.facts["number"]) for entry in unverified)
        yield AuditFinding(
            check=AuditCheck.SEALING,
            severity=Severity.INFO,
            what="nobody recorded View, Verify, Tug, Twist" + (numbers and f" of {numbers}"),
            entries=tuple(entry.id for entry in unverified),
        )


def _never_sealed(dossier: Dossier, closing: CustodyEntry) -> AuditFinding:
    """Right only for a trip that somebody declared as given up, and that had not begun. What was
    written as the reason is shown, and changes nothing.
    """
    went = _under_way(dossier)
    given_up = closing.code == Code.GIVEN_UP
    if given_up and went is None:
        return AuditFinding(
            check=AuditCheck.SEALING,
            severity=Severity.INFO,
            what=f"it was given up before it was sealed: {closing.given}",
            at=closing.at,
            entries=(closing.id,),
        )
    what = "it was delivered, and never sealed"
    if went is not None and given_up:
        what = "it was given up before it was sealed, and had been under way"
    return AuditFinding(
        check=AuditCheck.SEALING,
        severity=Severity.CRITICAL,
        what=what,
        at=closing.at,
        entries=(closing.id, *((went.id,) if went else ())),
        mend="an incident report: nothing vouches for the cargo",
    )


def _under_way(dossier: Dossier) -> CustodyEntry | None:
    """The first entry by which the truck had left where it was loaded, or was somewhere else."""
    loading = dossier.plan.loading
    for entry in dossier.happened:
        left = entry.type == FindingType.ZONE_LEFT and entry.zone == loading
        reached = entry.type == FindingType.ZONE_ENTERED and entry.zone != loading
        if left or reached or entry.type == FindingType.LEG_COMPLETED:
            return entry
        if entry.facts.get("kind") == AlertKind.SEAL_UNSEALED_DEPARTURE:
            return entry
    return None


CHECKS = (sealing, paired, reseal_limit)
