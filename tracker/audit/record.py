"""Is the record itself whole: begun, without holes, closed, and written when things happened?

What proofs can show is `tracker log verify`'s business; here is what the entries say of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.wording import minutes_of, what_of
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType
from tracker.domain.policy import minutes
from tracker.domain.shipment import is_as_opened

VERIFY = "tracker log verify says what was altered; keep the database as it is"


def begun(dossier: Dossier) -> Iterator[AuditFinding]:
    """The first entry opens the shipment, with the hash of the file that is stored."""
    first = dossier.entries[0] if dossier.entries else None
    if first is None or first.type != FindingType.SHIPMENT_OPENED:
        yield AuditFinding(
            check=AuditCheck.RECORD_BEGUN,
            severity=Severity.CRITICAL,
            what="the record does not begin with the opening of the shipment",
            at=first.at if first else None,
            entries=(first.id,) if first else (),
            mend=VERIFY,
        )
    elif not is_as_opened(dossier.stored.document, first.text("document_sha256")):
        yield AuditFinding(
            check=AuditCheck.RECORD_BEGUN,
            severity=Severity.CRITICAL,
            what="the shipment's file is not the one that was opened: its hash differs",
            at=first.at,
            entries=(first.id,),
            mend="find the file whose hash the entry holds; what is stored proves nothing",
        )


def complete(dossier: Dossier) -> Iterator[AuditFinding]:
    """Entries are counted without holes, and as many as the closing one states."""
    for due, entry in enumerate(dossier.entries):
        if entry.seq != due:
            yield _incomplete(entry, f"entries are missing before {entry.id}")
            break
    closing = dossier.closing
    if closing is not None and closing.facts.get("entries") != closing.seq + 1:
        stated = closing.facts.get("entries")
        yield _incomplete(closing, f"the closing entry states {stated} entries, not as many as are")


def _incomplete(entry: CustodyEntry, what: str) -> AuditFinding:
    return AuditFinding(
        check=AuditCheck.RECORD_COMPLETE,
        severity=Severity.CRITICAL,
        what=what,
        at=entry.at,
        entries=(entry.id,),
        mend=VERIFY,
    )


def closed(dossier: Dossier) -> Iterator[AuditFinding]:
    """The trip has a closing entry, or is not over yet."""
    if dossier.closing is not None:
        return
    if dossier.stored.closed_at is not None:
        yield AuditFinding(
            check=AuditCheck.RECORD_CLOSED,
            severity=Severity.CRITICAL,
            what="it counts as closed, and no entry closes it",
            at=dossier.stored.closed_at,
            mend=VERIFY,
        )
        return
    over = _over(dossier)
    if over is None or dossier.now - over.at <= minutes(dossier.policy.closing_late_min):
        yield AuditFinding(
            check=AuditCheck.RECORD_CLOSED,
            severity=Severity.INFO,
            what="the shipment is open: this audit is of the record so far",
        )
        return
    yield AuditFinding(
        check=AuditCheck.RECORD_CLOSED,
        severity=Severity.WARNING,
        what=f"{over.how} {minutes_of(dossier.now - over.at)} ago, and nobody closed it",
        at=over.at,
        mend=f"tracker shipment close {dossier.stored.id} --seal NUMBER, as the consignee read it",
    )


class _Over(NamedTuple):
    at: datetime
    how: str


def _over(dossier: Dossier) -> _Over | None:
    """Since when the trip should be over: its last leg is complete, or its latest arrival passed.
    None if nothing says so.
    """
    legs = dossier.plan.legs
    done = dossier.of(FindingType.LEG_COMPLETED)
    last = [entry.at for entry in done if entry.facts.get("leg") == len(legs)]
    if last:
        return _Over(min(last), "the last leg was complete")  # by the first device to arrive
    latest = legs[-1].latest if legs else None
    return None if latest is None else _Over(latest, "its latest arrival passed")


def recorded_late(dossier: Dossier) -> Iterator[AuditFinding]:
    """People record when things happen; what devices tell late is told as such."""
    limit = minutes(dossier.policy.record_late_min)
    late = [one for one in dossier.entries if one.recorded_at - one.at > limit]
    for entry in late:
        if entry.declared and entry.type != FindingType.SEAL_STATE:  # which follows from another
            yield AuditFinding(
                check=AuditCheck.RECORDED_LATE,
                severity=Severity.WARNING,
                what=f"{what_of(entry)} was recorded {minutes_of(entry.recorded_at - entry.at)} "
                "after it happened",
                at=entry.at,
                entries=(entry.id,),
                mend="ask who declared it what it was written from, and keep that paper",
            )
    told = [one for one in late if not one.declared]
    if told:
        longest = max(one.recorded_at - one.at for one in told)
        yield AuditFinding(
            check=AuditCheck.RECORDED_LATE,
            severity=Severity.INFO,
            what=f"{len(told)} entries rest on what devices told late, "
            f"the latest {minutes_of(longest)} after it happened",
            entries=tuple(one.id for one in told),
        )
    yield from _ahead(dossier)


def _ahead(dossier: Dossier) -> Iterator[AuditFinding]:
    skew = minutes(dossier.policy.clock_skew_min)
    ahead = [one for one in dossier.entries if one.at - one.recorded_at > skew]
    if ahead:
        yield AuditFinding(
            check=AuditCheck.RECORDED_LATE,
            severity=Severity.WARNING,
            what=f"{len(ahead)} entries were recorded before they happened, by their own times",
            at=ahead[0].at,
            entries=tuple(one.id for one in ahead),
            mend="set the device's clock, or the tracker's (tracker doctor); "
            "order by recorded_at meanwhile",
        )


CHECKS = (begun, complete, closed, recorded_late)
