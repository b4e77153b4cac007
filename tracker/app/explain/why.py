"""The story of an alert: what led to it, what was compared, what became of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from devices.reading import Fix
from tracker.app.explain.hearing import Ear, HeardThen, Weighing, hearing, planned
from tracker.app.explain.judgements import judgement, suppressed
from tracker.app.explain.told import Event, Heard, Story
from tracker.app.planning import Geography
from tracker.app.queries.entries import CustodyEntry, read
from tracker.domain.alert import Alert
from tracker.domain.errors import TrackerError
from tracker.domain.geo import metres_between
from tracker.ports import Journal, Records, StoredShipment

BEFORE, AFTER, EVIDENCE = 5, 3, 12
"""So many readings are told of before the first evidence, after it, and of the evidence itself."""


def story(
    records: Records, geography: Geography, journal: Journal, alert: Alert, now: datetime
) -> Story:
    """journal: an empty one, that forgets. Of an alert that is no shipment's, only what the log has
    is told.
    """
    entries = [one for one in read(records.entries(scope=alert.scope)) if one.alert == alert.id]
    stored = None if alert.shipment is None else records.shipment(alert.shipment)
    if stored is None:
        return _of_log(alert, entries, "it is no shipment's")
    try:
        return _told(records, geography, journal, alert, stored, entries, now)
    except TrackerError as error:  # an older journal, a zone file that is gone: the log is there
        return _of_log(alert, entries, f"its record can't be told again: {error}")


def _told(
    records: Records,
    geography: Geography,
    journal: Journal,
    alert: Alert,
    stored: StoredShipment,
    entries: Sequence[CustodyEntry],
    now: datetime,
) -> Story:
    ear = Ear(scope=alert.scope, kind=alert.kind)
    hearing(records, stored, geography, journal, ear, now).tell()
    slot = f"{alert.kind}:{alert.key}"
    mine = [one for one in ear.raised if one.slots.get(slot) is not None and _within(one, alert)]
    named = [*(one.evidence for one in entries), *(one.evidence for one in mine)]
    proved = {one for one in named if one is not None}
    chosen = _chosen(ear.readings, alert, proved)
    policies = planned(geography, stored).policies
    first = min(mine, key=lambda one: one.taken_at, default=None)
    begin, end = alert.occurred_at, max(alert.last_seen, alert.ended_at or alert.last_seen)
    return Story(
        readings=tuple(_heard(one, one.heard.identity in proved) for one in chosen),
        judgement=None if first is None else judgement(first, alert.kind, policies),
        lasted_min=(end - begin).total_seconds() / 60,
        way_m=_way(ear.readings, alert.device, begin, end),
        suppressed=suppressed(ear.raised, {alert.id: alert}, [slot]) if alert.closed_at else (),
        events=_events(entries),
        note="" if mine else "told again, today's rules and thresholds do not raise it",
    )


def _of_log(alert: Alert, entries: Sequence[CustodyEntry], note: str) -> Story:
    end = max(alert.last_seen, alert.ended_at or alert.last_seen)
    return Story(
        readings=(),
        judgement=None,
        lasted_min=(end - alert.occurred_at).total_seconds() / 60,
        way_m=0.0,
        suppressed=(),
        events=_events(entries),
        note=note,
    )


def _events(entries: Sequence[CustodyEntry]) -> tuple[Event, ...]:
    return tuple(
        Event(recorded_at=one.recorded_at, type=one.type, by=one.by, detail=one.detail)
        for one in entries
    )


def _within(weighing: Weighing, alert: Alert) -> bool:
    """It is evidence of this alert, and not of one before or after it of the same incident."""
    before_end = alert.closed_at is None or weighing.taken_at <= alert.closed_at
    return alert.raised_at <= weighing.taken_at and before_end


def _chosen(readings: Sequence[HeardThen], alert: Alert, proved: set[str]) -> list[HeardThen]:
    """Around the first evidence, and the evidence itself, in the order of their own times; those of
    the alert's device, or of all if it is of none.
    """
    own = [one for one in readings if alert.device in (None, one.heard.reading.device)]
    own.sort(key=lambda one: one.heard.reading.event_time)
    times = [one.heard.reading.event_time for one in own]
    first = sum(time < alert.occurred_at for time in times)
    around = set(range(max(first - BEFORE, 0), min(first + AFTER, len(own))))
    evidence = [n for n, one in enumerate(own) if one.heard.identity in proved]
    return [own[n] for n in sorted(around | set(evidence[:EVIDENCE]))]


def _heard(one: HeardThen, evidence: bool) -> Heard:
    reading, placement = one.heard.reading, one.placement
    fix = reading.position if isinstance(reading.position, Fix) else None
    seal = reading.seal
    said = [] if seal is None else [seal.condition, *sorted(seal.events)]
    return Heard(
        time=reading.event_time,
        received_at=reading.received_at,
        device=reading.device,
        lat=fix.lat if fix else None,
        lon=fix.lon if fix else None,
        zones=placement.zones if placement else (),
        offset_m=placement.offset_m if placement else None,
        speed_kmh=fix.speed_kmh if fix else None,
        seal=", ".join(str(word) for word in said if word) or None,
        battery_pct=reading.battery_pct,
        late=one.late,
        evidence=evidence,
    )


def _way(
    readings: Sequence[HeardThen], device: str | None, begin: datetime, end: datetime
) -> float:
    """Metres along the positions of the device between two times; without one, of the device that
    told most of them.
    """
    fixes = dict[str, dict[datetime, Fix]]()
    for one in readings:
        reading = one.heard.reading
        if isinstance(reading.position, Fix) and begin <= reading.position.time <= end:
            fixes.setdefault(reading.device, {})[reading.position.time] = reading.position
    track = fixes.get(device or "") or max(fixes.values(), key=len, default={})
    places = [track[time] for time in sorted(track)]
    return sum(metres_between(a.lat, a.lon, b.lat, b.lon) for a, b in itertools.pairwise(places))
