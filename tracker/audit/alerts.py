"""Every alert was acknowledged in time, and closed with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.app.queries.entries import CustodyEntry
from tracker.audit.dossier import Dossier
from tracker.audit.finding import AuditCheck, AuditFinding
from tracker.domain.alert import Severity
from tracker.domain.finding import FindingType


@dataclass(frozen=True)
class Life:
    """One alert's entries, in the log's order: the first raises it."""

    id: str
    entries: tuple[CustodyEntry, ...]

    @property
    def severity(self) -> Severity:
        """The gravest it ever was."""
        said = (Severity(str(one.facts.get("severity"))) for one in self.entries)
        return max(said, key=lambda severity: severity.rank)

    def first(self, what: FindingType) -> CustodyEntry | None:
        return next((one for one in self.entries if one.type == what), None)


def lives(dossier: Dossier) -> list[Life]:
    found: dict[str, list[CustodyEntry]] = {}
    for entry in dossier.entries:
        if entry.type.startswith("alert_"):
            found.setdefault(str(entry.facts.get("alert")), []).append(entry)
    return [Life(name, tuple(entries)) for name, entries in found.items()]


def alerts(dossier: Dossier) -> Iterator[AuditFinding]:
    """Each by itself; and how many were dealt with as they should."""
    found = lives(dossier)
    wrong = [fault for life in found if (fault := _fault(life)) is not None]
    yield from wrong
    well = len(found) - len(wrong)
    if well:
        yield AuditFinding(
            check=AuditCheck.ALERT,
            severity=Severity.INFO,
            what=f"{well} of {len(found)} alerts were dealt with in time and closed with a reason",
        )


def _fault(life: Life) -> AuditFinding | None:
    raised, kind = life.entries[0], str(life.entries[0].facts.get("kind")).replace("_", " ")
    acknowledged = life.first(FindingType.ALERT_ACKNOWLEDGED)
    closed = life.first(FindingType.ALERT_CLOSED)
    escalated = life.first(FindingType.ALERT_ESCALATED)
    alert = f"alert {life.id} ({kind}: {raised.detail})"
    rests: tuple[str, ...] = (raised.id,)
    severity, mend = (
        life.severity,
        f"tracker alerts close {life.id} --as VERDICT --reason WHAT-CAME-OF-IT",
    )
    if closed is None:
        known = "acknowledged, and never closed" if acknowledged else "never acknowledged or closed"
        what = f"{alert} was {known}"
    elif not closed.given.strip():
        what, rests = f"{alert} was closed without a reason", (raised.id, closed.id)
        severity, mend = Severity.CRITICAL, "tracker log verify: the tracker closes none so"
    elif escalated is not None:
        what, rests = f"{alert} escalated: nobody took it up in time", (raised.id, escalated.id)
        severity, mend = Severity.WARNING, "see who was on duty, and how alerts reach them"
    else:
        return None
    return AuditFinding(
        check=AuditCheck.ALERT,
        severity=severity,
        what=what,
        at=raised.at,
        entries=rests,
        mend=mend if severity is not Severity.INFO else "",
    )


CHECKS = (alerts,)
