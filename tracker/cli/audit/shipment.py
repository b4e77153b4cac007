"""`tracker audit shipment`: audit one shipment."""

from __future__ import annotations

import typer

from tracker.cli.audit.shared import _tell
from tracker.cli.shared.session import Json, ShipmentId, known_shipment, load_config


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
        geography = wiring.audit_geography(config, records, shipment)
        found = audit_shipment(records, shipment, geography, datetime.now(UTC))
    _tell(ctx, found, as_json=as_json)
