"""What several seal rules say alike."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from devices.reading import SealCondition, SealEvent, SealReport
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import Command, RecordSeal
from tracker.domain.outcome import Raised
from tracker.domain.seal import SealRecord, SealState
from tracker.domain.spelling import same
from tracker.rules.base import View


def sealed_report(view: View) -> SealReport | None:
    """This reading's report, if it says that the seal is sealed."""
    report = view.reading.seal if view.reading else None
    if report is None or view.plan is None:
        return None
    by_event = report.condition is None and SealEvent.SEALED in report.events
    return report if by_event or report.condition is SealCondition.SEALED else None


def recorded(view: View) -> RecordSeal | None:
    """The command, if it records a seal of this lock."""
    command: Command | None = view.command
    if not isinstance(command, RecordSeal):
        return None
    named = command.device
    return command if named is None or same(named, view.device or "") else None


def renumbered(
    seal: SealRecord,
    new: str | None,
    at: datetime,
    *,
    lock_count: int | None = None,
    record_due: datetime | None = None,
) -> SealRecord:
    """Sealed once more, with the number `new` (None: none was named).

    record_due None: it is recorded already. Without a lock count the next one is learnt anew.
    """
    again = seal.number is not None and new is not None and same(seal.number, new)
    used = seal.used if again or seal.number is None else (*seal.used, seal.number)
    return replace(
        seal,
        state=SealState.SEALED,
        since=at,
        number=seal.number if again else new or seal.number,
        used=used,
        pending_number=None,
        resealed_silently=False,
        reseals=seal.reseals + 1,
        record_due=record_due,
        unrecorded=record_due is not None,
        lock_count=lock_count,
    )


def number_differs(view: View, read: str, due: str) -> Raised:
    return Raised(
        kind=AlertKind.SEAL_NUMBER,
        severity=Severity.CRITICAL,
        code=Code.LOCK_CARRIES_OTHER_NUMBER if view.reading else Code.RECORDED_OTHER_NUMBER,
        facts={"read": read, "in_force": due},
        at=view.at,
        key=view.device or "",
        **view.where(),
    )
