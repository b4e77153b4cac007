"""From entries that were verified to what they tell (`tell`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sealproof.history import Disclosure, HistoryEntry
from sealproof.story import (
    WITHHELD,
    AlertLife,
    CoverageGap,
    HandoverTold,
    SealBreak,
    SealChange,
    ShipmentStory,
    StoryLine,
)

_OPEN = {"OPEN_AUTHORISED", "OPEN_UNAUTHORISED", "TAMPERED"}
_DUTY = {"SEALED", "RELEASED"}


def tell(entries: Sequence[HistoryEntry], disclosed: Iterable[Disclosure] = ()) -> ShipmentStory:
    """Of entries that were verified."""
    people = {(one.entry, one.place): one.value for one in disclosed}
    happened = sorted(entries, key=lambda one: one.occurred_at)
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.type] = counts.get(entry.type, 0) + 1
    return ShipmentStory(
        timeline=tuple(_line(one, people) for one in entries),
        seals=tuple(_seal(one) for one in happened if one.type == "seal_state"),
        breaks=tuple(_breaks(happened)),
        handovers=tuple(_handover(one, people) for one in happened if one.type in _CUSTODY),
        alerts=tuple(_alerts(entries, people)),
        gaps=tuple(_gap(one) for one in happened if one.type == "coverage_gap"),
        late=sum(one.payload["late"] for one in entries),
        counts=counts,
    )


People = Mapping[tuple[str, str], str]
_CUSTODY = {"custody_offered", "custody_accepted"}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _by(entry: HistoryEntry, people: People) -> str:
    """Who: shown in the leaf (the tracker itself, or an old leaf), disclosed, or withheld."""
    shown = entry.payload["actor"]
    if shown is not None:
        return _text(shown)
    hidden = WITHHELD if "payload.actor" in entry.said["commitments"] else ""
    return people.get((entry.id, "payload.actor"), hidden)


def _line(entry: HistoryEntry, people: People) -> StoryLine:
    payload = entry.payload
    return StoryLine(
        entry=entry.id,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        type=entry.type,
        detail=entry.detail,
        by=_by(entry, people),
        zone=_text(payload["zone"]),
        device=_text(payload["device"]),
        late=payload["late"],
        severity=_text(entry.facts.get("severity")) if entry.type.startswith("alert_") else "",
        place=f"{payload['lat']},{payload['lon']}" if payload["lat"] and payload["lon"] else "",
        facts=tuple(_facts(entry, people)),
    )


def _facts(entry: HistoryEntry, people: People) -> Iterator[tuple[str, str]]:
    for name, value in entry.facts.items():
        place = f"payload.facts.{name}"
        if value not in (None, ""):
            yield name, _text(value)
        elif place in entry.said["commitments"]:
            yield name, people.get((entry.id, place), WITHHELD)


def _seal(entry: HistoryEntry) -> SealChange:
    facts, payload = entry.facts, entry.payload
    return SealChange(
        at=entry.occurred_at,
        device=_text(payload["device"]),
        before=_text(facts.get("from")),
        after=_text(facts.get("to")),
        number=_text(facts.get("number")),
        zone=_text(payload["zone"]),
        detail=entry.detail,
        entry=entry.id,
    )


def _breaks(happened: Sequence[HistoryEntry]) -> Iterator[SealBreak]:
    """From each opening to the closing after it, by lock."""
    recorded = {
        _text(one.facts.get("number")): one.facts.get("incident") is True
        for one in happened
        if one.type == "seal_recorded"
    }
    begun: dict[str, SealChange] = {}
    numbers: dict[str, str] = {}
    for change in (_seal(one) for one in happened if one.type == "seal_state"):
        if change.after in _OPEN and change.device not in begun:
            begun[change.device] = change
        elif change.after in _DUTY and change.device in begun:
            first = begun.pop(change.device)
            yield _closed(first, change, numbers.get(change.device, ""), recorded)
        if change.number and change.device not in begun:
            numbers[change.device] = change.number
    for first in begun.values():
        yield _closed(first, None, numbers.get(first.device, first.number), recorded)


def _closed(
    first: SealChange, last: SealChange | None, before: str, recorded: Mapping[str, bool]
) -> SealBreak:
    after = last.number if last is not None else ""
    return SealBreak(
        device=first.device,
        state=first.after,
        start=first.at,
        end=None if last is None else last.at,
        before=before,
        after=after,
        paired=after in recorded and after != before,
        incident=recorded.get(after, False),
    )


def _handover(entry: HistoryEntry, people: People) -> HandoverTold:
    facts = entry.facts
    return HandoverTold(
        at=entry.occurred_at,
        accepted=entry.type == "custody_accepted",
        giver=_text(facts.get("from")),
        taker=_text(facts.get("to")),
        number=_text(facts.get("number")),
        by=_by(entry, people),
        zone=_text(entry.payload["zone"]),
    )


def _alerts(entries: Sequence[HistoryEntry], people: People) -> Iterator[AlertLife]:
    lives: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        if entry.type.startswith("alert_"):
            lives.setdefault(_text(entry.facts.get("alert")), []).append(entry)
    for name, life in lives.items():
        first, last = life[0], life[-1]
        yield AlertLife(
            id=name,
            kind=_text(first.facts.get("kind")),
            severity=_text(last.facts.get("severity")),
            raised_at=first.occurred_at,
            detail=first.detail,
            done=tuple(
                (one.recorded_at, one.type, _by(one, people), one.detail) for one in life[1:]
            ),
        )


def _gap(entry: HistoryEntry) -> CoverageGap:
    seconds = entry.facts.get("seconds")
    return CoverageGap(
        device=_text(entry.payload["device"]),
        start=_text(entry.facts.get("from")),
        end=entry.occurred_at,
        seconds=seconds if isinstance(seconds, int) else 0,
    )
