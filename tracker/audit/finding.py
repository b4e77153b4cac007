"""What an audit finds: one thing that the record does not account for, or a statement about it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import Severity


class AuditCheck(enum.StrEnum):
    """What was looked at; docs/audit.md says of each what its findings mean and what to do."""

    RECORD_BEGUN = "record_begun"
    RECORD_COMPLETE = "record_complete"
    RECORD_CLOSED = "record_closed"
    RECORDED_LATE = "recorded_late"
    SEALING = "sealing"
    NUMBER_RECORDED = "number_recorded"
    NUMBER_REUSED = "number_reused"
    NUMBER_CONFIRMED = "number_confirmed"
    NUMBER_AT_HANDOVER = "number_at_handover"
    NUMBER_AT_CLOSE = "number_at_close"
    NUMBER_ELSEWHERE = "number_elsewhere"
    BREAK = "break"
    RESEAL = "reseal"
    RESEAL_LIMIT = "reseal_limit"
    OPENING = "opening"
    CUSTODY_ACCEPTED = "custody_accepted"
    CUSTODY_CHAIN = "custody_chain"
    ALERT = "alert"
    COVERAGE = "coverage"
    TELEMETRY_LATE = "telemetry_late"
    CLOCK = "clock"
    INVENTORY = "inventory"
    SEAL_NOT_ISSUED = "seal_not_issued"
    SEAL_USED_TWICE = "seal_used_twice"
    SEAL_VOID_AND_USED = "seal_void_and_used"
    SEAL_ON_HAND = "seal_on_hand"
    SEAL_RANGE = "seal_range"


class AuditFinding(Struct, frozen=True, kw_only=True):
    """`tracker audit --json`: these are its stable names.

    at: when it was, None for what has no one moment. number: the seal it is about, if it is one.
    entries: ids of the custody entries that it rests on. mend: what to do, "" for a statement.
    """

    check: AuditCheck
    severity: Severity
    what: str
    at: datetime | None = None
    number: str | None = None
    entries: tuple[str, ...] = ()
    mend: str = ""


def ordered(findings: Iterable[AuditFinding]) -> list[AuditFinding]:
    """The gravest first, then by time; what has no time stands first among its like."""
    return sorted(
        findings, key=lambda one: (-one.severity.rank, one.at.timestamp() if one.at else 0.0)
    )


def faulty(findings: Iterable[AuditFinding]) -> bool:
    """Something is unaccounted for."""
    return any(one.severity is not Severity.INFO for one in findings)
