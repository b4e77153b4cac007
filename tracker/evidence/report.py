"""A bundle's report: what the entries tell, for whoever reads it on paper.

It is the operator's rendering. The log's signature over the whole bundle says that it is, and
nothing more; what it tells can be checked line by line against the entries, which it names.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sealproof.checkpoint import parse_text
from sealproof.history import Disclosure, HistoryEntry, completeness
from sealproof.telling import tell
from tracker.evidence import proofs_told, sections
from tracker.evidence.checkpoints import Witnessed
from tracker.evidence.markup import Safe, element, heading, moment, page, paragraph, text


@dataclass(frozen=True)
class Told:
    """Everything that the report and the certification are written from.

    declared: the shipment's file as it was opened, without people; None if it cannot be told any
    more. names: of custodians, by their ids, where personal values are disclosed. readings: how
    many the entries bind. drawn: the map, a PNG.
    """

    made: datetime
    origin: str
    shipment: str
    entries: tuple[HistoryEntry, ...]
    disclosed: tuple[Disclosure, ...]
    declared: Mapping[str, Any] | None
    names: Mapping[str, str]
    checkpoints: tuple[Witnessed, ...]
    readings: int
    with_readings: bool
    drawn: bytes | None


def report(told: Told) -> str:
    """The whole page."""
    return page(f"Evidence report, shipment {told.shipment}", _body(told))


def _body(told: Told) -> Iterator[str]:
    happened = tell(told.entries, told.disclosed)
    yield element("h1", f"Evidence report: shipment {told.shipment}")
    yield paragraph(f"Custody log {told.origin}. Made {moment(told.made)}. All times are UTC.")
    yield _summary(told, len(happened.alerts))
    yield heading("Parties and what was declared")
    yield from sections.parties(told.declared, told.names)
    yield heading("Seals")
    yield from sections.seals(happened)
    yield heading("Custody")
    yield from sections.custody(happened)
    yield heading("Alerts, and who did what about them")
    yield from sections.alerts(happened)
    yield heading("Coverage")
    yield from sections.coverage(happened, told.readings, told.with_readings)
    yield heading("Map")
    yield _map(told.drawn)
    yield heading("Timeline: every entry, in the order of the log")
    yield from sections.timeline(happened, told.entries)
    yield heading("What this rests on")
    yield from proofs_told.proofs(told.origin, told.entries, told.checkpoints)
    yield heading("Verify it yourself")
    yield from proofs_told.recipe(told.origin)


def _summary(told: Told, alerts: int) -> Safe:
    first, last = told.entries[0], told.entries[-1]
    size = parse_text(told.checkpoints[-1].note.text).size
    said = (
        f"{len(told.entries)} entries, recorded from {moment(first.recorded_at)} to "
        f"{moment(last.recorded_at)}; {alerts} alerts. The record is "
        f"{completeness(told.entries, size)}. What was never recorded cannot be shown missing."
    )
    believe = (
        "This page was written by the operator of the log. Do not believe it, nor the operator: "
        "verify the bundle it came in, as described at its end."
    )
    return Safe(f'<div class="box">{paragraph(said)}{paragraph(believe)}</div>')


def _map(drawn: bytes | None) -> Safe:
    if drawn is None:
        return paragraph("No map was drawn.")
    source = "data:image/png;base64," + base64.b64encode(drawn).decode()
    alt = text("Map of the shipment's track, zones, alerts and seals")
    return Safe(f'<figure><img src="{source}" alt="{alt}"></figure>')
