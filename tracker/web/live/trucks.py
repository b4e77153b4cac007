"""Trucks as the map is told of them: without words, so that one text serves all who look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tracker.app.queries.fleet import FleetRow, Position

FIELDS = (
    "id",
    "need",
    "seal",
    "lat",
    "lon",
    "at",
    "speed_kmh",
    "moving",
    "lost",
    "heard",
    "plates",
    "alerts",
    "rank",
)
"""In this order; times are seconds since 1970. static/map/trucks.js reads them."""


def shown_at(row: FleetRow) -> Position | None:
    """Where the truck is drawn: at the newest position of those of its devices that know theirs."""
    sure = [one for one in row.positions if not one.lost] or row.positions
    return max(sure, key=lambda one: one.at, default=None)


def fields_of(row: FleetRow) -> list[Any]:
    place = shown_at(row)
    return [
        row.id,
        row.need.value,
        row.seal_state.value.lower(),
        place and place.lat,
        place and place.lon,
        place and place.at.timestamp(),
        place and place.speed_kmh,
        int(row.moving),
        int(place is not None and place.lost),
        row.heard_at and row.heard_at.timestamp(),
        row.plates or row.trailer or "",
        len(row.alerts),
        row.need.rank,
    ]


class Trucks:
    """Writes each row once, however many listen. In the event loop alone."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[FleetRow, bytes]] = {}
        self._encode = msgspec.json.Encoder().encode

    def event(self, rows: Iterable[FleetRow]) -> str:
        """A JSON list of them."""
        return (b"[" + b",".join(map(self._text, rows)) + b"]").decode()

    def keep(self, rows: Mapping[str, FleetRow]) -> None:
        """Forgets those that are no longer under way, when they are many."""
        if len(self._written) > 2 * len(rows) + 100:
            self._written = {id_: kept for id_, kept in self._written.items() if id_ in rows}

    def _text(self, row: FleetRow) -> bytes:
        kept = self._written.get(row.id)
        if kept is None or kept[0] is not row:
            kept = row, self._encode(fields_of(row))
            self._written[row.id] = kept
        return kept[1]
