"""The record of all shipments by what an auditor asks about, for a period; and what people did
about alerts. Read from the log each time: a query over years has tables of its own one day.
"""

from __future__ import annotations

import enum
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from tracker.app.queries.entries import CustodyEntry, entry_of
from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.finding import FindingType
from tracker.domain.seal import SealState
from tracker.ports import EntryRow


class Topic(enum.StrEnum):
    CUSTODY = "custody"
    """Who had it from when: openings of shipments, handovers, closings and their corrections."""
    OPENINGS = "openings"
    """Every opening of a seal, leave that was given, and what was found wrong with either."""
    SEALS = "seals"
    """Numbers: issued, void, recorded, read, and resealed with."""
    COVERAGE = "coverage"
    """When nothing was heard, or not of the place or the seal."""


class Journal(Protocol):
    """The part of the records that is read."""

    def entries(
        self,
        *,
        types: list[str] = ...,
        after: int = ...,
        since: datetime | None = ...,
        until: datetime | None = ...,
    ) -> Iterator[EntryRow]: ...


_ALERTS = frozenset({FindingType.ALERT_RAISED, FindingType.ALERT_ENDED})
TYPES: dict[Topic, frozenset[FindingType]] = {
    Topic.CUSTODY: frozenset(
        {
            FindingType.SHIPMENT_OPENED,
            FindingType.SHIPMENT_AMENDED,
            FindingType.CUSTODY_OFFERED,
            FindingType.CUSTODY_ACCEPTED,
            FindingType.LEG_COMPLETED,
            FindingType.SHIPMENT_CLOSED,
            FindingType.CLOSING_CORRECTED,
        }
    ),
    Topic.OPENINGS: frozenset({FindingType.OPENING_AUTHORISED, FindingType.SEAL_STATE}) | _ALERTS,
    Topic.SEALS: frozenset(
        {
            FindingType.SEALS_ISSUED,
            FindingType.SEAL_VOIDED,
            FindingType.SEAL_RECORDED,
            FindingType.SEAL_NUMBER_READ,
            FindingType.SEAL_STATE,
        }
    )
    | _ALERTS,
    Topic.COVERAGE: frozenset({FindingType.COVERAGE_GAP}) | _ALERTS,
}
KINDS: dict[Topic, frozenset[AlertKind]] = {
    Topic.OPENINGS: frozenset(
        {
            AlertKind.SEAL_OPENED,
            AlertKind.SEAL_TAMPERED,
            AlertKind.SEAL_UNSEALED_DEPARTURE,
            AlertKind.UNLOCK_REFUSED,
        }
    ),
    Topic.SEALS: frozenset(
        {AlertKind.SEAL_NUMBER, AlertKind.SEAL_RESEALED, AlertKind.SEAL_CONTINUITY}
    ),
    Topic.COVERAGE: frozenset(
        {
            AlertKind.SILENCE,
            AlertKind.JAMMING,
            AlertKind.POSITION_LOST,
            AlertKind.POSITION_FROZEN,
            AlertKind.SEAL_SILENT,
        }
    ),
}
"""Of entries about alerts, those of these kinds belong to a topic."""
OPEN = frozenset({SealState.OPEN_AUTHORISED, SealState.OPEN_UNAUTHORISED, SealState.TAMPERED})


def belongs(entry: CustodyEntry, topic: Topic) -> bool:
    """Whether an entry of the topic's types is of the topic."""
    if entry.type in _ALERTS:
        return entry.text("kind") in KINDS.get(topic, frozenset())
    if entry.type != FindingType.SEAL_STATE:
        return True
    opened = entry.text("to") in OPEN
    return opened if topic is Topic.OPENINGS else entry.text("to") == SealState.SEALED


def trail(
    journal: Journal,
    topic: Topic,
    *,
    since: datetime,
    until: datetime | None,
    sees: Callable[[str], bool],
    limit: int,
) -> tuple[list[CustodyEntry], bool]:
    """Entries of the topic recorded in that time, the oldest first, of scopes that `sees`; and
    whether there are more than `limit`. Raises Unreadable for bytes that are no leaf.
    """
    found = list[CustodyEntry]()
    types = sorted(one.value for one in TYPES[topic])
    for row in journal.entries(types=types, since=since, until=until):
        if not sees(row.scope):
            continue
        entry = entry_of(row)
        if belongs(entry, topic):
            if len(found) == limit:
                return found, True
            found.append(entry)
    return found, False


class Handled(Struct, frozen=True, kw_only=True):
    """How alerts of a period were handled. acknowledged, closed: how many were; to_ack, to_close:
    the median from when each was raised; None without any. verdicts: what they turned out to be.
    """

    raised: int
    critical: int
    acknowledged: int
    closed: int
    to_ack: timedelta | None
    to_close: timedelta | None
    verdicts: dict[str, int]


def handled(alerts: list[Alert]) -> Handled:
    """Parts of an incident are not counted: people deal with the whole."""
    whole = [alert for alert in alerts if alert.part_of is None]
    acked = [a.acknowledged_at - a.raised_at for a in whole if a.acknowledged_at is not None]
    closed = [a.closed_at - a.raised_at for a in whole if a.closed_at is not None]
    verdicts = Counter(alert.verdict.value for alert in whole if alert.verdict is not None)
    return Handled(
        raised=len(whole),
        critical=sum(alert.severity is Severity.CRITICAL for alert in whole),
        acknowledged=len(acked),
        closed=len(closed),
        to_ack=_median(acked),
        to_close=_median(closed),
        verdicts=dict(sorted(verdicts.items())),
    )


def _median(times: list[timedelta]) -> timedelta | None:
    if not times:
        return None
    return timedelta(seconds=statistics.median(time.total_seconds() for time in times))
