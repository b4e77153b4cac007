"""What the journal holds, as inputs in the order in which the tracker took them.

Readings come in the order of their receipt, those of one scope by their number. Custody entries
come in the order of the log, each after as many readings of its scope as it says were stored by
then. So what a person declared between two readings is told between the same two.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from tracker.app.queries.entries import CustodyEntry, entry_of
from tracker.domain.command import ReportReject
from tracker.domain.finding import SYSTEM_ACTOR, FindingType
from tracker.domain.state import DEVICE_SCOPE
from tracker.ports import Records, RejectRow, StoredReading, StoredShipment, Watch

LEFT_BY_TIMERS = frozenset(
    {
        FindingType.ALERT_RAISED,
        FindingType.ALERT_CHANGED,
        FindingType.ALERT_ENDED,
        FindingType.ALERT_ESCALATED,
        FindingType.ALERT_WOKEN,
        FindingType.COVERAGE_GAP,
        FindingType.SEAL_STATE,
    }
)
"""What an entry can be that a timer has left, if it rests on no reading and on nobody's word."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A custody entry, as an input at its place. at: a time that no earlier one is after."""

    at: datetime
    entry: CustodyEntry


@dataclass(frozen=True, slots=True)
class Refused:
    """A payload of a device that could not be read."""

    at: datetime
    command: ReportReject


Happening = Entered | Refused


class Record:
    """Of one journal, read once.

    now: what is received later, while somebody reads, is no part of it. since, until: only what
    concerns shipments that were under way in this time, from their opening on. chosen: only these
    shipments (none named: all).
    """

    def __init__(
        self,
        records: Records,
        now: datetime,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        chosen: Collection[str] = (),
    ) -> None:
        self._records, self._now = records, now
        self.shipments = {one.id: one for one in records.shipments()}
        self.watches: list[Watch] = records.watches()
        self._scopes_known: set[str] = set()
        self._rules: set[str] = set()
        self._happenings = list(self._read_happenings())
        every = [one for one in self.shipments.values() if _concerned(one, since, until, chosen)]
        self.judged = frozenset(one.id for one in every)
        self._some = None if len(every) == len(self.shipments) else self._scopes(every, chosen)
        self.rules = sorted(self._rules)
        self.count = records.counts()["readings"]

    @property
    def entered(self) -> Iterator[Entered]:
        return (one for one in self._happenings if isinstance(one, Entered))

    @property
    def end(self) -> datetime | None:
        """When the last tracker gave its last sign of life; None if none has left any."""
        return max((min(watch.at, self._now) for watch in self.watches), default=None)

    def judges(self, scope: str) -> bool:
        """What is told in this scope is to be judged, and not only known."""
        if not scope.startswith(DEVICE_SCOPE):
            return ":" in scope or scope in self.judged
        return self._some is None or scope in self._some

    def inputs(self) -> Iterator[StoredReading | Happening]:
        """All of it, in order."""
        known = takewhile(
            lambda one: one.reading.received_at <= self._now, self._records.received(self._some)
        )
        stream = _Stream(_numbered(known), self._awaited())
        for happening in self._happenings:
            if isinstance(happening, Entered):
                entry = happening.entry
                yield from stream.before(happening.at, entry.scope, entry.heard or 0)
                stream.awaited[entry.scope].popleft()
            else:
                yield from stream.before(happening.at)
            yield happening
        yield from stream.rest()

    def _awaited(self) -> dict[str, deque[int]]:
        """Of each scope, in order, how many of its readings come before each of its entries."""
        awaited: dict[str, deque[int]] = {}
        for one in self.entered:
            awaited.setdefault(one.entry.scope, deque()).append(one.entry.heard or 0)
        return awaited

    def _read_happenings(self) -> Iterator[Happening]:
        """Entries and rejects, merged by time; the host's clock may have been set back between."""
        rejects = deque(self._records.rejects())
        at: datetime | None = None
        for row in self._records.entries():
            entry = entry_of(row)
            self._scopes_known.add(entry.scope)
            self._rules.add(entry.rules)
            at = entry.recorded_at if at is None else max(at, entry.recorded_at)
            while rejects and rejects[0].received_at <= at:
                yield from _refused(rejects.popleft())
            if _matters(entry):
                yield Entered(at, entry)
        for row_ in rejects:
            yield from _refused(row_)

    def _scopes(self, shipments: list[StoredShipment], chosen: Collection[str]) -> frozenset[str]:
        """The shipments, and the devices by themselves: of these shipments, or all there are."""
        own = {DEVICE_SCOPE + device for one in shipments for device in one.devices}
        if not chosen:
            own |= {scope for scope in self._scopes_known if scope.startswith(DEVICE_SCOPE)}
        return frozenset({one.id for one in shipments} | own)


class _Stream:
    """Readings, of which some are told before, some after what happened at a moment.

    awaited: of each scope, in order, how many of its readings come before what is to be told of it
    next; the others come after that, though they were received at the same moment.
    """

    def __init__(self, readings: Iterator[StoredReading], awaited: dict[str, deque[int]]) -> None:
        self._readings, self.awaited = readings, awaited
        self._ahead: deque[StoredReading] = deque()
        self._told: dict[str, int] = {}

    def before(self, at: datetime, scope: str = "", heard: int = 0) -> Iterator[StoredReading]:
        """All that were received by then, and of the scope as many as had been heard."""
        waiting = deque[StoredReading]()
        while (item := self._next()) is not None:
            mine = item.number is not None and scope_of(item) == scope and item.number < heard
            if (mine or item.reading.received_at <= at) and self._may_come(item):
                yield self._tell(item)
                continue
            waiting.append(item)
            if item.reading.received_at > at and self._told.get(scope, 0) >= heard:
                break
        self._ahead.extendleft(reversed(waiting))

    def _may_come(self, item: StoredReading) -> bool:
        awaited = self.awaited.get(scope_of(item))
        return not awaited or item.number is None or item.number < awaited[0]

    def rest(self) -> Iterator[StoredReading]:
        while (item := self._next()) is not None:
            yield self._tell(item)

    def _next(self) -> StoredReading | None:
        return self._ahead.popleft() if self._ahead else next(self._readings, None)

    def _tell(self, item: StoredReading) -> StoredReading:
        if item.number is not None:
            self._told[scope_of(item)] = item.number + 1
        return item


def scope_of(item: StoredReading) -> str:
    """Where the record has it judged."""
    return item.shipment or DEVICE_SCOPE + item.reading.device


def _numbered(readings: Iterator[StoredReading]) -> Iterator[StoredReading]:
    """Those of one scope in the order of their numbers, whatever the host's clock did."""
    due: dict[str, int] = {}
    early: dict[str, dict[int, StoredReading]] = {}
    for item in readings:
        scope = scope_of(item)
        if item.number is None:
            yield item
        elif item.number > due.get(scope, 0):
            early.setdefault(scope, {})[item.number] = item
        else:
            yield item
            number = item.number + 1
            kept = early.get(scope)
            while kept and number in kept:
                yield kept.pop(number)
                number += 1
            due[scope] = number
    for kept in early.values():  # a number that is missing was never stored
        yield from (kept[number] for number in sorted(kept))


def _matters(entry: CustodyEntry) -> bool:
    """It was declared, or left by a timer: what rests on a reading follows from that alone."""
    return entry.evidence is None and entry.type != FindingType.READINGS_BOUND


def _refused(row: RejectRow) -> Iterator[Refused]:
    if row.device is None:
        return
    yield Refused(
        row.received_at,
        ReportReject(
            at=row.received_at,
            by=SYSTEM_ACTOR,
            device=row.device,
            place=row.place,
            sha256=hashlib.sha256(row.payload).hexdigest(),
        ),
    )


def _concerned(
    one: StoredShipment,
    since: datetime | None,
    until: datetime | None,
    chosen: Collection[str],
) -> bool:
    if chosen and one.id not in chosen:
        return False
    over = since is not None and one.closed_at is not None and one.closed_at < since
    return not over and (until is None or one.opened_at < until)
