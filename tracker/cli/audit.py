"""`tracker audit`: what the record of a shipment, and of the seals, does not account for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from tracker.cli import render
from tracker.cli.session import Json, ShipmentId, known_shipment, load_config, session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.audit.finding import AuditFinding
    from tracker.config import Config
    from tracker.planning import Geography
    from tracker.ports import Records

app = typer.Typer(no_args_is_help=True, help="Audits: does the record account for everything?")
HASHES = "an audit reads what the record says; that nobody altered it: tracker log verify"

SHOWN = 6
"""Entries named in the text; --json has them all."""


@app.command()
def shipment(ctx: typer.Context, shipment: ShipmentId, as_json: Json = False) -> None:
    """Audit one shipment: seal numbers, breaks, openings, custody, alerts, coverage.

    Exits with 1 if anything is unaccounted for.
    """
    from datetime import UTC, datetime

    from tracker import wiring
    from tracker.audit.shipment import audit_shipment

    config = load_config(ctx)
    with wiring.records(config) as records:
        known_shipment(records, shipment)
        geography = _geography(config, records, shipment)
        found = audit_shipment(records, shipment, geography, datetime.now(UTC))
    _tell(ctx, found, as_json=as_json)


@app.command()
def seals(ctx: typer.Context, as_json: Json = False) -> None:
    """Audit the inventory of seals: issued = used + void + on hand, each number once.

    Exits with 1 if anything is unaccounted for.
    """
    from datetime import UTC, datetime

    from tracker import wiring
    from tracker.audit.seals import audit_seals

    config = load_config(ctx)
    with wiring.records(config) as records:
        found = audit_seals(records, config.policy, datetime.now(UTC))
    _tell(ctx, found, as_json=as_json)


def _tell(ctx: typer.Context, found: list[AuditFinding], *, as_json: bool) -> None:
    from tracker.audit.finding import faulty

    zone = session(ctx).zone
    if as_json:
        for one in found:
            render.json_line(one)
    else:
        for one in found:
            _say(one, zone)
        counts = Counter(one.severity.value for one in found)
        said = ", ".join(f"{counts[name]} {name}" for name in ("critical", "warning", "info"))
        render.warn(f"{said}\n{HASHES}")
    raise typer.Exit(1 if faulty(found) else 0)


def _say(one: AuditFinding, zone: ZoneInfo) -> None:
    """What; below it when, on which entries it rests, and what to do."""
    from rich.text import Text

    head = Text(f"{one.severity.value:<8}", style=render.STYLES[one.severity])
    render.console().print(head.append(f"  {one.what}", style=""))
    rests = [render.moment(one.at, zone), one.check.replace("_", " "), _shortly(one.entries)]
    render.say("          " + "  ".join(part for part in rests if part), style="dim")
    if one.mend:
        render.say(f"          -> {one.mend}")


def _shortly(entries: tuple[str, ...]) -> str:
    more = len(entries) - SHOWN
    return ", ".join(entries[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _geography(config: Config, records: Records, shipment: str) -> Geography:
    """The zones by which the shipment's newest entry was judged; where those were not kept (nothing
    was ever heard), today's.
    """
    from tracker import wiring
    from tracker.audit.entries import read
    from tracker.planning import Geography

    entries = read(records.entries(scope=shipment))
    version = entries[-1].zones if entries else None
    for kept in records.geographies():
        if kept.version == version:
            return Geography.of_content(kept.content, config.policy)
    return wiring.geography(config)
