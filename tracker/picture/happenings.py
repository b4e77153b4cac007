"""What happened, and where: alerts and seals as marks, the custody log as a timeline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from devices.reading import SealCondition, SealEvent
from tracker.domain.alert import Alert
from tracker.domain.finding import FindingType
from tracker.domain.seal import SealState
from tracker.picture.journey import Place, shown
from tracker.picture.places import position
from tracker.picture.scene import Mark, Position, Row
from tracker.picture.style import SEAL_WORDS
from tracker.ports import EntryRow, StoredReading


class Payload(Struct, frozen=True):
    """What a picture needs of a custody entry's payload (see `tracker.log.leaf`)."""

    detail: str = ""
    device: str | None = None
    zone: str | None = None
    lat: str | None = None
    lon: str | None = None
    late: bool = False
    facts: dict[str, str | int | bool | None] = {}


class Leaf(Struct, frozen=True):
    payload: Payload


class Entry(Struct, frozen=True):
    """A custody entry, read."""

    type: str
    at: datetime
    said: Payload


def entry(row: EntryRow) -> Entry:
    said = msgspec.json.decode(row.leaf, type=Leaf).payload
    return Entry(row.type, row.occurred_at, said)


class Map:
    """Finds a place for what happened: the one that is stated, else that of its zone, else where
    the device was last seen by then."""

    def __init__(self, zones: Mapping[str, Position], fixes: Mapping[str, Sequence[Place]]) -> None:
        self._zones, self._fixes = zones, fixes
        self._times = {
            device: [place.fix.time for place in places] for device, places in fixes.items()
        }

    def find(
        self,
        lat: float | str | None,
        lon: float | str | None,
        zone: str | None,
        device: str | None,
        when: datetime,
    ) -> tuple[Position, str] | None:
        """(position, how it is known); None if there is nothing to go by."""
        if lat is not None and lon is not None:
            return position(float(lon), float(lat)), ""
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
                detail=f"{alert.detail} ({alert.status.value}{late}; {alert.id})",
                at=at,
                placed=placed,
            )
        )
    return tuple(marks)


def seal_marks(
    entries: Iterable[Entry], cuts: set[tuple[str, datetime]], where: Map, zone: ZoneInfo
) -> tuple[Mark, ...]:
    """Changes of the seals' states. `cuts`: devices and times at which one said it was cut."""
    marks = []
    for one in entries:
        look = _seal_word(one, cuts)
        if look is None:
            continue
        said = one.said
        found = where.find(said.lat, said.lon, said.zone, said.device, one.at)
        if found is not None:
            at, placed = found
            number = said.facts.get("number")
            of = f" ({said.device}{f', seal {number}' if number else ''})"
            marks.append(
                Mark(
                    layer="seals",
                    look=look,
                    word=look,
                    time=shown(one.at, zone),
                    detail=f"{said.detail}{of}{', reported late' if said.late else ''}",
                    at=at,
                    placed=placed,
                )
            )
    return tuple(marks)


def _seal_word(one: Entry, cuts: set[tuple[str, datetime]]) -> str | None:
    if one.type != FindingType.SEAL_STATE:
        return None
    facts, device = one.said.facts, one.said.device
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
    entries: Iterable[Entry], cuts: set[tuple[str, datetime]], where: Map, zone: ZoneInfo
) -> tuple[Row, ...]:
    """Every entry of the shipment, in the order in which things happened."""
    rows = []
    for one in sorted(entries, key=lambda one: one.at):
        said = one.said
        found = where.find(said.lat, said.lon, said.zone, said.device, one.at)
        severity = said.facts.get("severity")
        rows.append(
            Row(
                time=shown(one.at, zone),
                word=_words(one.type),
                detail=said.detail + (" (reported late)" if said.late else ""),
                look=severity if isinstance(severity, str) else _seal_word(one, cuts) or "",
                at=None if found is None else found[0],
            )
        )
    return tuple(rows)


def _words(name: str) -> str:
    return name.replace("_", " ")
