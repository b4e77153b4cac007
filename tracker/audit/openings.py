"""Every opening with leave has that leave on record: who, which agency, where, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.breaks import breaks
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.audit.wording import minutes_of
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType
from tracker.domain.policy import minutes
from tracker.domain.seal import SealState
from tracker.domain.shipment import Authorisation


class Leave(NamedTuple):
    """said: as declared, its zone an id. recorded_at: that of its entry, or, for one of the
    shipment's file, of the first. officer: one is named, even if the name is only committed to.
    """

    said: Authorisation
    entry: str
    recorded_at: datetime
    officer: bool


def leaves(dossier: Dossier) -> list[Leave]:
    """All leave to open. What was recorded on the way stands at the end of the stored file."""
    said = dossier.plan.authorisations or dossier.plan.shipment.authorisations
    recorded = dossier.of(FindingType.OPENING_AUTHORISED)
    first = [*dossier.entries[:1]] * (len(said) - len(recorded))
    return [
        Leave(
            one,
            entry.id,
            entry.recorded_at,
            one.officer is not None or "payload.facts.officer" in entry.hidden,
        )
        for one, entry in zip(said, (*first, *recorded), strict=False)
    ]


def openings(dossier: Dossier) -> Iterator[AuditFinding]:
    """Each opening of a lock that counted as one with leave."""
    for one in breaks(dossier):
        for entry in one.states:
            if entry.facts.get("to") == SealState.OPEN_AUTHORISED:
                yield from _opening(dossier, one.lock, entry)


def _opening(dossier: Dossier, lock: str, opening: CustodyEntry) -> Iterator[AuditFinding]:
    zones = dossier.zones_at(lock, opening.at) | {opening.zone}
    shown = next(
        (h.credential for h in dossier.heard if h.device == lock and h.at == opening.at), None
    )
    fits = [one for one in leaves(dossier) if _covers(one.said, zones, opening.at, shown)]
    leave = min(fits, key=lambda one: one.recorded_at, default=None)
    if leave is None:
        where = ", ".join(sorted(zone for zone in zones if zone)) or "no known zone"
        yield AuditFinding(
            check=AuditCheck.OPENING,
            severity=Severity.CRITICAL,
            what=f"{lock} was opened in {where}, and no leave for it is on record",
            at=opening.at,
            entries=(opening.id,),
            mend=f"tracker shipment authorise {dossier.stored.id} --zone ZONE --agency AGENCY "
            "--officer OFFICER --reason WHY, while it is open; else the agency's own paper",
        )
        return
    late = leave.recorded_at - opening.at
    missing = _missing(leave)
    wrong = f"does not say {' or '.join(missing)}" if missing else ""
    if late > minutes(dossier.policy.opening_record_min):
        wrong = f"was recorded {minutes_of(late)} after it"
    if wrong:
        yield AuditFinding(
            check=AuditCheck.OPENING,
            severity=Severity.WARNING,
            what=f"the leave of {leave.said.agency} for the opening of {lock} {wrong}",
            at=opening.at,
            entries=(opening.id, leave.entry),
            mend="get it in writing from the agency, and keep that with the record",
        )


def _covers(leave: Authorisation, zones: set[str | None], at: datetime, shown: str | None) -> bool:
    """As the rule has it (`tracker.rules.openings.covering`), from what was recorded."""
    return (
        leave.zone in zones
        and (leave.from_time is None or leave.from_time <= at)
        and (leave.until_time is None or at <= leave.until_time)
        and leave.credential in (None, shown)
    )


def _missing(leave: Leave) -> list[str]:
    who = leave.officer or leave.said.credential is not None
    return [*([] if who else ["who"]), *([] if leave.said.reason.strip() else ["why"])]


CHECKS = (openings,)
