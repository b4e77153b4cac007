"""The map of all trucks under way, the words of those that are pointed at, journeys as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from geofences.kinds import ZoneKind
from tracker.app.people.entering import Entered
from tracker.app.queries.fleet import FleetRow, Need
from tracker.app.queries.journey import Happening, Journey, journey_of
from tracker.domain.access import Right
from tracker.domain.finding import FindingType
from tracker.map import style
from tracker.web.api.answer import answer
from tracker.web.live.hub import sees_row
from tracker.web.live.trucks import shown_at
from tracker.web.pages.board import Filter, counted
from tracker.web.pages.entries import entry_text
from tracker.web.pages.page import Reader, page
from tracker.web.pages.rows import row_text
from tracker.web.pages.tiles import template_of
from tracker.web.shown import record_shown, rows_seen
from tracker.web.who import having, hub_of, office_of, record_reading, visible
from tracker.web.words import Words

router = APIRouter(include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
LISTED = 60
"""Rows in words, at once: a list beside the map that is longer is read by nobody."""


@router.get("/map")
def the_map(
    request: Request,
    entered: Seeing,
    q: Annotated[str, Query(max_length=100)] = "",
    need: Annotated[str, Query(max_length=40)] = "",
    crossing: Annotated[str, Query(max_length=100)] = "",
    custodian: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """`follow`, `z`, `lat` and `lon` of the address are the script's."""
    office, hub = office_of(request), hub_of(request)
    chosen = Filter(text=q, need=need, crossing=crossing, custodian=custodian)
    reader, now = Reader(request, entered, office.config), office.now()
    record_shown(request, entered, "map")
    seen = rows_seen(request, entered)
    shown = [row for row in seen if chosen.shows(row)]
    texts = [row_text(row, reader.words, reader.zone, now) for row in shown[:LISTED]]
    return page(
        request,
        "map.html",
        entered,
        rows=texts,
        left=len(shown) - len(texts),
        filter=chosen,
        needs=counted(row.need.value for row in seen),
        crossings=counted(row.crossing for row in seen),
        custodians=counted(name for row in seen for name in row.custodians),
        needing=sum(row.need is Need.CRITICAL for row in seen),
        count=len(seen),
        watch=hub.watch,
        kinds=[kind.value for kind in ZoneKind],
        map_words=map_words(reader.words),
        map_styles=msgspec.json.encode(styles()).decode(),
        tiles=template_of(office.config.web.tiles) or "",
    )


@router.get("/map/rows")
def rows(
    request: Request,
    entered: Seeing,
    id_: Annotated[list[str] | None, Query(alias="id", max_length=LISTED)] = None,
) -> Response:
    """In the reader's words, those of these that it sees."""
    office = office_of(request)
    reader, now = Reader(request, entered, office.config), office.now()
    record_shown(request, entered, "map")
    under_way = hub_of(request).fleet.rows
    asked = [under_way[one] for one in dict.fromkeys(id_ or ()) if one in under_way]
    seen = [row for row in asked if sees_row(entered.viewer, row)]
    return answer(request, [_told(row, reader, now) for row in seen])


def _told(row: FleetRow, reader: Reader, now: datetime) -> dict[str, Any]:
    text = row_text(row, reader.words, reader.zone, now)
    place = shown_at(row)
    return {
        **msgspec.to_builtins(text),
        "heard": _clock(row.heard_at, reader) if row.heard_at else reader.words("board.never"),
        "device": place.device if place else "",
        "devices": [
            {
                "device": one.device,
                "role": one.role,
                "lat": one.lat,
                "lon": one.lon,
                "at": _clock(one.at, reader),
                "lost": one.lost,
            }
            for one in row.positions
        ],
    }


def _clock(at: datetime, reader: Reader) -> str:
    return at.astimezone(reader.zone).strftime("%Y-%m-%d %H:%M:%S %Z")


@router.get("/shipments/{shipment}/journey.json")
def journey(
    request: Request, shipment: Annotated[str, Path(max_length=64)], entered: Seeing
) -> Response:
    """For `static/playback.js`: times are seconds since 1970, words the reader's."""
    office = office_of(request)
    reader = Reader(request, entered, office.config)
    with office.desk() as desk:
        stored = visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "journey")
        found = journey_of(desk.records, office.geography, stored)
    return answer(request, _written(found, reader))


def _written(found: Journey, reader: Reader) -> dict[str, Any]:
    return {
        "shipment": found.shipment,
        "zone": reader.zone.key,
        "words": reader.words.under("map.say.", "seal."),
        "styles": styles(),
        "places": {"type": "FeatureCollection", "features": found.places},
        "tracks": [
            {
                "device": one.device,
                "role": one.role,
                "at": [at.timestamp() for at in one.at],
                "line": one.line,
                "speeds": one.speeds,
                "late": one.late,
                "gaps": one.gaps,
                "doubted": [[spot.at.timestamp(), spot.lon, spot.lat] for spot in one.doubted],
                "fixes": one.fixes,
            }
            for one in found.tracks
        ],
        "events": list(_events(found.happenings, reader)),
    }


def _events(happenings: tuple[Happening, ...], reader: Reader) -> Iterator[dict[str, Any]]:
    for one in happenings:
        text = entry_text(one.entry, reader.words)
        if text.weight == "routine":
            continue
        state = one.entry.facts.get("to") if one.entry.type == FindingType.SEAL_STATE else None
        yield {
            "index": text.index,
            "at": text.at.timestamp(),
            "time": _clock(text.at, reader),
            "text": text.text,
            "weight": text.weight,
            "look": one.look,
            "seal": str(state).lower() if state else None,
            "place": one.place,
            "late": text.late,
        }


def map_words(words: Words) -> str:
    """What the scripts of the map say, as JSON."""
    return msgspec.json.encode(words.under("map.say.", "need.", "seal.")).decode()


def styles() -> dict[str, Any]:
    """Colours and tags, as the maps have them that `tracker zones show` writes."""
    return {
        "zones": {kind.value: look for kind, look in style.ZONES.items()},
        "alerts": {severity.value: look for severity, look in style.ALERTS.items()},
        "seals": style.SEALS,
        "tracks": style.TRACKS,
    }
