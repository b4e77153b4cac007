"""Continuity of seal numbers: each that appears follows from one that was declared or recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.wording import minutes_of
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType
from tracker.domain.policy import minutes
from tracker.domain.spelling import among, same


class NumberMention(NamedTuple):
    """A lock is sealed with a number from `at` on. entry: the first that says so. spoken: the lock
    itself named it, in a reading.
    """

    number: str
    at: datetime
    entry: str | None
    spoken: bool


def declared(dossier: Dossier, lock: str | None) -> set[str]:
    """The file's numbers for this lock; for None, those that no lock carries."""
    shipment, locks = dossier.plan.shipment, dossier.plan.locks
    if lock is None:
        carried = {dossier.plan.number_of(one) for one in locks}
        return {seal.number for seal in shipment.seals} - carried
    number = dossier.plan.number_of(lock)
    return set() if number is None else {number}


def records_of(dossier: Dossier, lock: str | None) -> list[CustodyEntry]:
    """Entries in which a person recorded a seal of this lock. Without a name it is the lone lock's;
    what is recorded where there is no lock is nobody's (None).
    """
    lone = dossier.plan.locks[0] if len(dossier.plan.locks) == 1 else None
    recorded = dossier.of(FindingType.SEAL_RECORDED)
    return [entry for entry in recorded if (entry.text("lock") or lone) == lock]


def named_by(dossier: Dossier, lock: str) -> list[NumberMention]:
    """Each change of the number from the sealing on, in order of time: by the lock's own readings,
    or, where it names none, by the entries.
    """
    states = [
        entry
        for entry in dossier.happened
        if entry.type == FindingType.SEAL_STATE
        and entry.device == lock
        and entry.facts.get("to") == "SEALED"
    ]
    if not states:
        return []
    entries = {entry.text("number"): entry.id for entry in reversed(states)}
    spoken = [
        NumberMention(one.number, one.at, entries.get(one.number), True)
        for one in dossier.heard
        if one.device == lock and one.number and states[0].at <= one.at <= dossier.end
    ]
    told = [
        NumberMention(number, e.at, e.id, False) for e in states if (number := e.text("number"))
    ]
    changes: list[NumberMention] = []
    for one in spoken or told:
        if not changes or not same(changes[-1].number, one.number):
            changes.append(one)
    return changes


def recorded(dossier: Dossier) -> Iterator[AuditFinding]:
    """A number that a lock names was declared for it, or recorded by somebody, in time."""
    limit = minutes(dossier.policy.opening_record_min)
    for lock in dossier.plan.locks:
        due, records = declared(dossier, lock), records_of(dossier, lock)
        seen: set[str] = set()
        for one in named_by(dossier, lock):
            if among(one.number, seen | due):
                continue
            seen.add(one.number)
            record = next((e for e in records if same(e.text("number") or "", one.number)), None)
            if record is None:
                yield _appears(lock, one)
            elif record.at - one.at > limit:
                yield AuditFinding(
                    check=AuditCheck.NUMBER_RECORDED,
                    severity=Severity.WARNING,
                    what=f"{lock} named {one.number}, and it was recorded only "
                    f"{minutes_of(record.at - one.at)} later",
                    at=one.at,
                    number=one.number,
                    entries=_ids(one, record),
                    mend="ask who applied it why it was not recorded then, and keep the answer",
                )


def _appears(lock: str, one: NumberMention) -> AuditFinding:
    return AuditFinding(
        check=AuditCheck.NUMBER_RECORDED,
        severity=Severity.CRITICAL,
        what=f"{lock} names {one.number}, which nobody declared or recorded",
        at=one.at,
        number=one.number,
        entries=_ids(one),
        mend="find who applied it, where and why: tracker shipment seal ID --number "
        f"{one.number}, while the shipment is open; else an incident report",
    )


def reused(dossier: Dossier) -> Iterator[AuditFinding]:
    """A number that another has replaced does not come back."""
    for lock in dossier.plan.locks:
        replaced: set[str] = set()
        before: NumberMention | None = None
        for one in named_by(dossier, lock):
            if before is not None:
                replaced.add(before.number)
            if among(one.number, replaced):
                yield AuditFinding(
                    check=AuditCheck.NUMBER_REUSED,
                    severity=Severity.CRITICAL,
                    what=f"{lock} names the old number {one.number} again, "
                    f"after {before.number if before else 'another'}",
                    at=one.at,
                    number=one.number,
                    entries=_ids(one),
                    mend="inspect the cargo: a used seal was put on again, or the lock was swapped",
                )
            before = one


def confirmed(dossier: Dossier) -> Iterator[AuditFinding]:
    """A lock that names numbers names the ones that were recorded for it."""
    for lock in dossier.plan.locks:
        names = {one.number for one in named_by(dossier, lock) if one.spoken}
        told = [one.at for one in dossier.heard if one.device == lock and one.number]
        for entry in records_of(dossier, lock) if names else ():
            number = entry.text("number")
            if number and not among(number, names) and entry.at <= max(told):
                yield AuditFinding(
                    check=AuditCheck.NUMBER_CONFIRMED,
                    severity=Severity.WARNING,
                    what=f"{number} was recorded for {lock}, which never named it",
                    at=entry.at,
                    number=number,
                    entries=(entry.id,),
                    mend="was it misread, or does a bolt seal carry it? Say so in a new entry",
                )


def in_force(dossier: Dossier, before: CustodyEntry) -> set[str]:
    """The numbers that could be on the doors as far as the record knew when `before` was made. For
    each lock the one it last named, and one that was recorded since and waits to be named.
    """
    numbers = set(declared(dossier, None))
    known = [entry for entry in dossier.entries if entry.seq < before.seq]
    loose = {entry.id for entry in records_of(dossier, None)}
    numbers |= {str(entry.facts["number"]) for entry in known if entry.id in loose}
    for lock in dossier.plan.locks:
        last, waiting = dossier.plan.number_of(lock), None
        records = {entry.id for entry in records_of(dossier, lock)}
        for entry in known:
            if entry.type == FindingType.SEAL_STATE and entry.device == lock:
                last = entry.text("number") or last
                waiting = None if waiting == last else waiting
            elif entry.id in records:
                waiting = entry.text("number")
        numbers |= {one for one in (last, waiting) if one is not None}
    return numbers


def at_handover(dossier: Dossier) -> Iterator[AuditFinding]:
    """Both parties state a number in force; what was accepted is what was declared."""
    offered: CustodyEntry | None = None
    for entry in dossier.of(FindingType.CUSTODY_OFFERED, FindingType.CUSTODY_ACCEPTED):
        number, due = entry.text("number"), in_force(dossier, entry)
        taken = entry.type == FindingType.CUSTODY_ACCEPTED
        who = entry.text("to") if taken else entry.text("from")
        rests: tuple[str, ...] = (entry.id,)
        wrong = ""
        if taken and offered is not None and not same(offered.text("number") or "", number or ""):
            wrong = f"{offered.text('from')} declared {offered.text('number')}, {who} read {number}"
            rests = (offered.id, entry.id)
        elif due and not among(number or "", due):
            wrong = f"{who} stated {number}, in force was {', '.join(sorted(due))}"
        if wrong:
            yield _mismatch(AuditCheck.NUMBER_AT_HANDOVER, wrong, entry, number, rests)
        if not taken:
            offered = entry


def at_close(dossier: Dossier) -> Iterator[AuditFinding]:
    """The consignee read the number in force."""
    closing = dossier.closing
    if closing is None or dossier.sealed_at is None:
        return
    read, due = closing.text("number"), in_force(dossier, closing)
    if read is None:
        yield AuditFinding(
            check=AuditCheck.NUMBER_AT_CLOSE,
            severity=Severity.WARNING,
            what="it was closed without the consignee's reading of the seal number",
            at=closing.at,
            entries=(closing.id,),
            mend="get the consignee's signed receipt with the number; next time close with --seal",
        )
    elif due and not among(read, due):
        wrong = f"the consignee read {read}, in force was {', '.join(sorted(due))}"
        yield _mismatch(AuditCheck.NUMBER_AT_CLOSE, wrong, closing, read, (closing.id,))


def _mismatch(
    check: AuditCheck, what: str, entry: CustodyEntry, number: str | None, rests: tuple[str, ...]
) -> AuditFinding:
    return AuditFinding(
        check=check,
        severity=Severity.CRITICAL,
        what=what,
        at=entry.at,
        number=number,
        entries=rests,
        mend="look at the seal or its photographs; a misreading needs both parties' statements",
    )


def elsewhere(dossier: Dossier) -> Iterator[AuditFinding]:
    """A seal is used once: its number stands on no other shipment."""
    for number, uses in dossier.elsewhere.items():
        where = ", ".join(f"{one.shipment} ({'closed' if one.closed else 'open'})" for one in uses)
        yield AuditFinding(
            check=AuditCheck.NUMBER_ELSEWHERE,
            severity=Severity.CRITICAL,
            what=f"{number} stands on {where} too",
            number=number,
            entries=tuple(
                entry.id for entry in dossier.entries if entry.facts.get("number") == number
            )[:1],
            mend="compare both records: a copied seal, a used one, or a slip in a shipment's file",
        )


def _ids(one: NumberMention, *more: CustodyEntry) -> tuple[str, ...]:
    return (*((one.entry,) if one.entry else ()), *(entry.id for entry in more))


CHECKS = (recorded, reused, confirmed, at_handover, at_close, elsewhere)
