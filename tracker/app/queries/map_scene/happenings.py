"""What happened, and where: alerts and seals as marks, the custody log as a timeline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.reading import SealCondition, SealEvent
from tracker import wording
from tracker.app.queries.entries import CustodyEntry
from tracker.app.queries.map_scene.journey import SeenAt, shown
from tracker.app.queries.map_scene.places import position
from tracker.domain.alert import Alert
from tracker.domain.finding import FindingType
from tracker.domain.seal import SealState
from tracker.map.scene import Mark, Position, Row
from tracker.map.style import SEAL_WORDS
from tracker.ports import StoredReading


class Map:
    """Finds a place for what happened: the one that is stated, else that of its zone, else where
    the device was last seen by then."""

    def __init__(
        self, zones: Mapping[str, Position], fixes: Mapping[str, Sequence[SeenAt]]
    ) -> None:
        self._zones, self._fixes = zones, fixes
        self._times = {
            device: [place.fix.time for place in places] for device, places in fixes.items()
        }

    def find(
        self,
        lat: float | None,
        lon: float | None,
        zone: str | None,
        device: str | None,
        when: datetime,
    ) -> tuple[Position, str] | None:
        """(position, how it is known); None if there is nothing to go by."""
        if lat is not None and lon is not None:
            return position(lon, lat), ""
        if zone is not None and zone in self._zones:
            return self._zones[zone], "somewhere in this zone"
        known = list(self._fixes) if device is None else [device]
        before = [
            self._fixes[one][i - 1].fix
            for one in known
            if (i := bisect_right(self._times.get(one, ()), when)) > 0
        ]
        if not before:
            return None
        last = max(before, key=lambda fix: fix.time)
        return position(last.lon, last.lat), "where the device was last seen by then"


def alert_marks(alerts: Iterable[Alert], where: Map, zone: ZoneInfo) -> tuple[Mark, ...]:
    """Those that have a place. The rest is in the timeline."""
    marks = []
    for alert in alerts:
        found = where.find(alert.lat, alert.lon, alert.zone, alert.device, alert.occurred_at)
        if found is None:
            continue
        at, placed = found
        late = ", reported late" if alert.late else ""
        marks.append(
            Mark(
                layer="alerts",
                look=alert.severity.value,
                word=_words(alert.kind.value),
                time=shown(alert.occurred_at, zone),
                detail=f"{wording.of_alert(alert)} ({alert.status.value}{late}; {alert.id})",
                at=at,
                placed=placed,
            )
        )
    return tuple(marks)


def seal_marks(
    entries: Iterable[CustodyEntry], cuts: set[tuple[str, datetime]], where: Map, zone: ZoneInfo
) -> tuple[Mark, ...]:
    """Changes of the seals' states. `cuts`: devices and times at which one said it was cut."""
    marks = []
    for one in entries:
        look = seal_word(one, cuts)
        if look is None:
            continue
        found = where.find(one.lat, one.lon, one.zone, one.device, one.at)
        if found is not None:
            at, placed = found
            number = one.facts.get("number")
            of = f" ({one.device}{f', seal {number}' if number else ''})"
            marks.append(
                Mark(
                    layer="seals",
                    look=look,
                    word=look,
                    time=shown(one.at, zone),
                    detail=f"{one.detail}{of}{', reported late' if one.late else ''}",
                    at=at,
                    placed=placed,
                )
            )
    return tuple(marks)


def seal_word(one: CustodyEntry, cuts: set[tuple[str, datetime]]) -> str | None:
    """How a change of a seal's state looks (`style.SEALS`); None for any other entry."""
    if one.type != FindingType.SEAL_STATE:
        return None
    facts, device = one.facts, one.device
    state = SealState(str(facts["to"]))
    if state is SealState.SEALED and facts["from"] != SealState.ARMED:
        silent = facts["from"] == SealState.UNKNOWN
        return "sealed" if silent else "resealed"
    if state is SealState.TAMPERED and (device, one.at) in cuts:
        return "cut"
    return SEAL_WORDS[state]


def cuts_in(readings: Iterable[StoredReading]) -> set[tuple[str, datetime]]:
    """Who said when that the seal was cut."""
    return {
        (one.reading.device, one.reading.event_time)
        for one in readings
        if (report := one.reading.seal) is not None
        and (report.condition is SealCondition.CUT or SealEvent.CUT in report.events)
    }


def timeline(
    entries: Iterable[CustodyEntry], cuts: set[tuple[str, datetime]], where: Map, zone: ZoneInfo
) -> tuple[Row, ...]:
    """Every entry of the shipment, in the order in which things happened."""
    rows = []
    for one in sorted(entries, key=lambda one: one.at):
        found = where.find(one.lat, one.lon, one.zone, one.device, one.at)
        severity = one.facts.get("severity")
        rows.append(
            Row(
                time=shown(one.at, zone),
                word=_words(one.type),
                detail=one.detail + (" (reported late)" if one.late else ""),
                look=severity if isinstance(severity, str) else seal_word(one, cuts) or "",
                at=None if found is None else found[0],
            )
        )
    return tuple(rows)


def _words(name: str) -> str:
    return name.replace("_", " ")
