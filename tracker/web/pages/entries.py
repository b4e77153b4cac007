"""Custody entries in words: a shipment's timeline, its chain of custody, the life of its seals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from sealproof.wording import kind as kind_name
from sealproof.wording import words as phrase
from tracker.app.queries.entries import CustodyEntry
from tracker.domain.finding import FindingType
from tracker.web.words import Words

ROUTINE = frozenset(
    {
        FindingType.READINGS_BOUND,
        FindingType.DEVICE_SEEN,
        FindingType.ZONES_IN_FORCE,
        FindingType.SHIPMENT_HEAD,
        FindingType.NOTIFIED,
    }
)
"""What only binds and counts: left out of the timeline unless it is asked for."""


class EntryText(Struct, frozen=True, kw_only=True):
    """One line of a timeline. weight: "critical", "warning", "routine" or ""."""

    index: int
    id: str
    at: datetime
    recorded_at: datetime
    type: str
    text: str
    by: str
    zone: str
    late: bool
    weight: str
    alert: str
    lat: float | None
    lon: float | None


def entry_text(entry: CustodyEntry, words: Words) -> EntryText:
    severity = entry.text("severity") or ""
    return EntryText(
        index=entry.index,
        id=entry.id,
        at=entry.at,
        recorded_at=entry.recorded_at,
        type=entry.type,
        text=_said(entry, words),
        by=entry.by or "",
        zone=entry.zone or "",
        late=entry.late,
        weight="routine" if entry.type in ROUTINE else severity,
        alert=entry.alert or "",
        lat=entry.lat,
        lon=entry.lon,
    )


def _said(entry: CustodyEntry, words: Words) -> str:
    """What it says; of an alert's, which kind of alert."""
    if entry.written is not None:
        said = entry.written
    else:
        said = phrase(entry.code, entry.facts | entry.people, words.language)
    kind = entry.text("kind") if entry.alert else None
    if kind is None:
        return said
    what = words(f"entry.{entry.type}") if words.has(f"entry.{entry.type}") else ""
    return " ".join(filter(None, (what, f"{kind_name(kind, words.language)}: {said}")))


class Holder(Struct, frozen=True, kw_only=True):
    """One who had custody: since when, until when; None: still. number: the seal it took over."""

    name: str
    since: datetime
    until: datetime | None = None
    number: str = ""
    by: str = ""


def custody(entries: Iterable[CustodyEntry], first: str | None) -> list[Holder]:
    """The chain, from who had it at the opening."""
    chain = list[Holder]()
    for entry in entries:
        taker = None
        if entry.type == FindingType.SHIPMENT_OPENED and first:
            taker = first
        elif entry.type == FindingType.CUSTODY_ACCEPTED:
            taker = entry.person("to")
        if taker is None:
            continue
        if chain:
            last = chain.pop()
            chain.append(
                Holder(
                    name=last.name,
                    since=last.since,
                    until=entry.at,
                    number=last.number,
                    by=last.by,
                )
            )
        number, by = entry.text("number") or "", entry.by or ""
        chain.append(Holder(name=taker, since=entry.at, number=number, by=by))
    return chain


class SealSpan(Struct, frozen=True, kw_only=True):
    """The seal was in one state, under one number, for a while. share: of the whole, in percent."""

    state: str
    number: str
    since: datetime
    until: datetime
    device: str
    share: float = 0.0


def seals(entries: Iterable[CustodyEntry], now: datetime) -> dict[str, list[SealSpan]]:
    """By lock: its states one after the other, until `now`."""
    changes: dict[str, list[CustodyEntry]] = {}
    for entry in entries:
        if entry.type == FindingType.SEAL_STATE and entry.device is not None and not entry.late:
            changes.setdefault(entry.device, []).append(entry)
    return {device: _spans(device, told, now) for device, told in changes.items()}


def _spans(device: str, told: list[CustodyEntry], now: datetime) -> list[SealSpan]:
    whole = max((now - told[0].at).total_seconds(), 1.0)
    ends = [*(entry.at for entry in told[1:]), max(now, told[-1].at)]
    return [
        SealSpan(
            state=(entry.text("to") or "").lower(),
            number=entry.text("number") or "",
            since=entry.at,
            until=until,
            device=device,
            share=round(100 * max((until - entry.at).total_seconds(), 0.0) / whole, 2),
        )
        for entry, until in zip(told, ends, strict=True)
    ]
