"""Who needs a person first: the order of the board."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity
from tracker.domain.seal import SealState


class Need(enum.StrEnum):
    """In this order."""

    CRITICAL = "critical"
    """An open critical incident."""
    SILENT = "silent"
    OFF_ROUTE = "off_route"
    SEAL_UNKNOWN = "seal_unknown"
    LATE = "late"
    WARNING = "warning"
    """Anything else that is open."""
    QUEUEING = "queueing"
    """At a crossing, in its queue or its inspections."""
    AT_REST = "at_rest"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    """Its devices have said nothing yet."""
    ARRIVED = "arrived"

    @property
    def rank(self) -> int:
        return RANKS[self]


RANKS = {need: rank for rank, need in enumerate(Need)}
OF_KIND = {
    AlertKind.SILENCE: Need.SILENT,
    AlertKind.JAMMING: Need.SILENT,
    AlertKind.POSITION_LOST: Need.SILENT,
    AlertKind.ROUTE_DEVIATION: Need.OFF_ROUTE,
    AlertKind.WRONG_CROSSING: Need.OFF_ROUTE,
    AlertKind.TURNING_BACK: Need.OFF_ROUTE,
    AlertKind.BACKTRACKING: Need.OFF_ROUTE,
    AlertKind.SEAL_SILENT: Need.SEAL_UNKNOWN,
    AlertKind.OVERDUE: Need.LATE,
}
"""What an open warning of a kind comes to; of another kind, `WARNING`."""


def of_alerts(alerts: Iterable[Alert]) -> Need | None:
    """The first in order of what is open, has not ended and somebody is not seeing to. What was
    acknowledged stays open, and says no longer that a person is needed unless it is critical.
    """
    needs = [need for alert in alerts if (need := _of(alert)) is not None]
    return min(needs, key=lambda need: need.rank, default=None)


def _of(alert: Alert) -> Need | None:
    if alert.status is AlertStatus.CLOSED or alert.severity is Severity.INFO:
        return None
    if alert.severity is Severity.CRITICAL:
        return Need.CRITICAL
    if alert.ended_at is not None and alert.status is AlertStatus.ACKNOWLEDGED:
        return None
    return OF_KIND.get(alert.kind, Need.WARNING)


def of_seals(states: Iterable[SealState]) -> Need | None:
    return Need.SEAL_UNKNOWN if SealState.UNKNOWN in states else None
