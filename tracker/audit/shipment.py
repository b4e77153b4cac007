"""`tracker audit shipment`: all checks of one shipment's record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from tracker.app.planning import Geography
from tracker.audit import alerts, breaks, coverage, custody, numbers, openings, record
from tracker.audit.dossier import Dossier, gather
from tracker.audit.finding import AuditFinding, ordered
from tracker.ports import Records

CHECKS: tuple[Callable[[Dossier], Iterable[AuditFinding]], ...] = (
    *record.CHECKS,
    *numbers.CHECKS,
    *breaks.CHECKS,
    *openings.CHECKS,
    *custody.CHECKS,
    *alerts.CHECKS,
    *coverage.CHECKS,
)


def audited(dossier: Dossier) -> list[AuditFinding]:
    """Every check's findings, the gravest first."""
    return ordered(finding for check in CHECKS for finding in check(dossier))


def audit_shipment(
    records: Records, shipment: str, geography: Geography, now: datetime
) -> list[AuditFinding]:
    """What the record of this shipment does not account for, and what it states.

    geography: the zones by which its places are told. now: up to when an open one is looked at.
    Raises NotFound for an unknown shipment, Unreadable where an entry is no leaf.
    """
    return audited(gather(records, shipment, geography, now))
