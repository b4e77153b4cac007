"""A row of the board in words: where it is, what is open, how long ago it spoke."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from sealproof.wording import kind as kind_name
from sealproof.wording import words as phrase
from tracker.app.queries.fleet import FleetAlert, FleetRow, Where
from tracker.web.words import Words


class RowText(Struct, frozen=True, kw_only=True):
    """What a row shows. order: rows are sorted by it, as text."""

    id: str
    need: str
    need_text: str
    order: str
    seal_text: str
    seal_state: str
    seal_number: str
    breached: bool
    where: str
    alert: str
    alert_id: str
    alert_acknowledged: bool
    more_alerts: int
    heard_at: datetime | None
    custodian: str
    next: str
    crossing: str
    lane: str
    plates: str


def row_text(row: FleetRow, words: Words, zone: ZoneInfo, now: datetime) -> RowText:
    rank, attended, since, _ = row.order
    first = row.alerts[0] if row.alerts else None
    return RowText(
        id=row.id,
        need=row.need,
        need_text=words(f"need.{row.need}"),
        order=f"{rank:02d}.{attended:d}.{since:015.3f}.{row.id}",
        seal_text=words(f"seal.{row.seal_state.value.lower()}"),
        seal_state=row.seal_state.value.lower(),
        seal_number=row.seal_number or "",
        breached=row.breached,
        where=where_text(row.where, words, now),
        alert=alert_text(first, words, zone) if first else "",
        alert_id=first.id if first else "",
        alert_acknowledged=first is not None and first.status == "acknowledged",
        more_alerts=max(len(row.alerts) - 1, 0),
        heard_at=row.heard_at,
        custodian=row.custodian or "",
        next=row.where.before or "",
        crossing=row.crossing or "",
        lane=" \u2192 ".join(name for name in row.lane if name),
        plates=" ".join(name for name in (row.plates, row.trailer) if name),
    )


def alert_text(alert: FleetAlert, words: Words, zone: ZoneInfo) -> str:
    """What it is, and what it was raised for."""
    kind = kind_name(alert.kind, words.language)
    if alert.code is None:
        return kind
    return f"{kind}: {phrase(alert.code, alert.facts, words.language)}"


def where_text(where: Where, words: Words, now: datetime) -> str:
    """Such as "km 143 of 226, before Sabinas Hidalgo", "third hour at World Trade Bridge"."""
    if where.zone_name is not None:
        return _in_zone(where, words, now)
    if where.km is None or where.of_km is None:
        return words("where.before", place=where.before) if where.before else words("where.unknown")
    facts: dict[str, Any] = {"km": round(where.km), "of": round(where.of_km)}
    if where.before is None:
        return words("where.km", **facts)
    return words("where.km_before", **facts, place=where.before)


def _in_zone(where: Where, words: Words, now: datetime) -> str:
    name, side = where.zone_name or "", where.country
    if where.at_border and side in ("MX", "US") and words(f"side.{side}") not in name:
        name = f"{name}, {words(f'side.{side}')}"
    if where.since is None:
        return words("where.at", place=name)
    stayed = max((now - where.since).total_seconds(), 0.0)
    hour = int(stayed // 3600) + 1
    if hour == 1:
        return words("where.minutes_at", minutes=int(stayed // 60), place=name)
    return words("where.hour_at", hour=words.ordinal(hour), place=name)


@functools.lru_cache(maxsize=4)
def words_in(language: str) -> Words:
    return Words(language)
