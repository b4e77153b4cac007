"""Custody: what was offered was accepted, by the one it was offered to, from hand to hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.wording import minutes_of
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType
from tracker.domain.policy import minutes
from tracker.domain.shipment import Role


@dataclass(frozen=True)
class HandoverRecord:
    """offered or accepted may be absent, not both. instead: the offer that replaced this one."""

    offered: CustodyEntry | None
    accepted: CustodyEntry | None
    instead: CustodyEntry | None = None


def handovers(dossier: Dossier) -> Iterator[HandoverRecord]:
    """Offers with their acceptance, in the log's order."""
    waiting: CustodyEntry | None = None
    for entry in dossier.of(FindingType.CUSTODY_OFFERED, FindingType.CUSTODY_ACCEPTED):
        if entry.type == FindingType.CUSTODY_OFFERED:
            if waiting is not None and _parties(waiting) != _parties(entry):
                yield HandoverRecord(waiting, None, entry)
            waiting = entry
        else:
            yield HandoverRecord(waiting, entry)
            waiting = None
    if waiting is not None:
        yield HandoverRecord(waiting, None)


def _parties(entry: CustodyEntry) -> tuple[str | None, str | None]:
    return entry.text("from"), entry.text("to")


def accepted(dossier: Dossier) -> Iterator[AuditFinding]:
    """Each offer was accepted, in time, by the party that it was made to."""
    for one in handovers(dossier):
        if one.accepted is None and one.offered is not None:
            yield from _waits(dossier, one.offered, one.instead)
        elif one.accepted is not None and (
            one.offered is None or _parties(one.offered) != _parties(one.accepted)
        ):
            yield _usurped(one.offered, one.accepted)
        elif one.accepted is not None and one.offered is not None:
            yield from _taken(dossier, one.offered, one.accepted)


def _waits(
    dossier: Dossier, offer: CustodyEntry, instead: CustodyEntry | None
) -> Iterator[AuditFinding]:
    giver, taker = _parties(offer)
    waited = dossier.end - offer.at
    if instead is not None:
        yield AuditFinding(
            check=AuditCheck.CUSTODY_ACCEPTED,
            severity=Severity.WARNING,
            what=f"{taker} never accepted custody from {giver}, who then offered it to "
            f"{instead.text('to')}",
            at=offer.at,
            entries=(offer.id, instead.id),
            mend=f"ask {giver} why, and {taker} whether it had the cargo meanwhile",
        )
    elif dossier.closing is not None or waited > minutes(dossier.policy.acceptance_min):
        over = dossier.closing is not None
        yield AuditFinding(
            check=AuditCheck.CUSTODY_ACCEPTED,
            severity=Severity.CRITICAL if over else Severity.WARNING,
            what=f"{taker} {'never' if over else 'has not'} accepted custody from {giver}"
            + ("" if over else f" for {minutes_of(waited)}"),
            at=offer.at,
            entries=(offer.id,),
            mend=f"get {taker}'s receipt with the seal number it read"
            if over
            else f"tracker shipment handover {dossier.stored.id} --to {taker} --accept --seal "
            "NUMBER, as it reads it",
        )


def _usurped(offer: CustodyEntry | None, accept: CustodyEntry) -> AuditFinding:
    giver, taker = _parties(accept)
    due = f"it was offered to {offer.text('to')}" if offer else "nobody had offered it"
    return AuditFinding(
        check=AuditCheck.CUSTODY_ACCEPTED,
        severity=Severity.CRITICAL,
        what=f"{taker} accepted custody from {giver}, and {due}",
        at=accept.at,
        entries=(*((offer.id,) if offer else ()), accept.id),
        mend="get both parties' statements of who had the cargo",
    )


def _taken(dossier: Dossier, offer: CustodyEntry, accept: CustodyEntry) -> Iterator[AuditFinding]:
    giver, taker = _parties(offer)
    late = accept.at - offer.at
    if late > minutes(dossier.policy.acceptance_min):
        yield AuditFinding(
            check=AuditCheck.CUSTODY_ACCEPTED,
            severity=Severity.WARNING,
            what=f"{taker} accepted custody from {giver} only {minutes_of(late)} after the offer",
            at=accept.at,
            entries=(offer.id, accept.id),
            mend=f"custody was {giver}'s until then: ask where the cargo stood",
        )
    if accept.actor is not None and accept.actor == offer.actor:
        yield AuditFinding(
            check=AuditCheck.CUSTODY_ACCEPTED,
            severity=Severity.INFO,
            what=f"one and the same declared for {giver} and for {taker}: {accept.actor}",
            at=accept.at,
            entries=(offer.id, accept.id),
        )


def chain(dossier: Dossier) -> Iterator[AuditFinding]:
    """From the first custodian on, each takes custody from the one before; those whose legs it was
    had it; and at the close it is a consignee's.
    """
    shipment = dossier.plan.shipment
    legs = list(dict.fromkeys(leg.custodian for leg in shipment.legs if leg.custodian))
    first = legs[0] if legs else next((one.id for one in shipment.custodians), None)
    holder, held, last = first, [first], None
    for entry in dossier.of(FindingType.CUSTODY_ACCEPTED):
        giver, taker = _parties(entry)
        if holder is not None and giver != holder:
            yield _broken(f"{taker} took custody from {giver}, while {holder} had it", entry)
        holder, last = taker, entry
        held.append(taker)
    closing = dossier.closing
    if closing is None:
        return
    for one in legs:
        if one not in held:
            yield _missed(f"{one} was to have custody on its leg, and never accepted it", closing)
    consignees = {one.id for one in shipment.custodians if one.role is Role.CONSIGNEE}
    if consignees and holder not in consignees:
        yield _missed(
            f"at the close custody was {holder}'s: it never passed to "
            f"{' or '.join(sorted(consignees))}, the consignee",
            last or closing,
        )


def _broken(what: str, entry: CustodyEntry) -> AuditFinding:
    return AuditFinding(
        check=AuditCheck.CUSTODY_CHAIN,
        severity=Severity.CRITICAL,
        what=what,
        at=entry.at,
        entries=(entry.id,),
        mend="get both parties' statements of who had the cargo",
    )


def _missed(what: str, entry: CustodyEntry) -> AuditFinding:
    return AuditFinding(
        check=AuditCheck.CUSTODY_CHAIN,
        severity=Severity.WARNING,
        what=what,
        at=entry.at,
        entries=(entry.id,),
        mend="get its signed receipt; next time: tracker shipment handover, before the close",
    )


CHECKS = (accepted, chain)
