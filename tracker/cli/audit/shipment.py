"""`tracker audit shipment`: audit one shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.shared.session import Json, ShipmentId, known_shipment, load_config

if TYPE_CHECKING:
    from tracker.app.planning import Geography
    from tracker.config import Config
    from tracker.ports import Records
from tracker.cli.audit.shared import _tell


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


def _geography(config: Config, records: Records, shipment: str) -> Geography:
    """The zones by which the shipment's newest entry was judged; where those were not kept (nothing
    was ever heard), today's.
    """
    from tracker import wiring
    from tracker.app.planning import Geography
    from tracker.app.queries.entries import read

    entries = read(records.entries(scope=shipment))
    version = entries[-1].zones if entries else None
    for kept in records.geographies():
        if kept.version == version:
            return Geography.of_content(kept.content, config.policy, config.layers)
    return wiring.geography(config)
